"""What follows from a workload's volume for its batch runs, their files, and the queue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from planner.manifest import Workload
from planner.queues import Waves, waves
from planner.units import Exact, divided, minutes_of, times

DAY = 86400


class Run(NamedTuple):
    """Requests per day and per run, and what a run means for queue and files. None is what is not known.

    A run is the time from one batch to the next (batch.every, else a day); of a one-off job, the whole job.
    `files_kept` is files a run x runs until they expire. `days_to_file_limit` counts from the first run.
    """

    requests_per_day: Exact | None
    requests_per_minute: Exact | None
    requests: Exact
    enqueued_tokens: Exact
    waves: Waves | None
    files: int | None
    files_kept: Exact | None
    files_max: int | None
    days_to_file_limit: Exact | None


def run_of(workload: Workload, month_days: Exact, limit: Callable[[str], Any]) -> Run:
    """The run of the workload; `limit` gives a limit of its account by name."""
    every = workload.batch.every_seconds or DAY
    daily = workload.volume.a_day(month_days)
    requests = workload.volume.requests if daily is None else divided(daily * every, DAY)
    enqueued = times(requests, workload.input.mean)
    files = _files(workload, requests, limit)
    most = limit("batch_files_max")
    return Run(
        requests_per_day=_spread_job(workload) if daily is None else daily,
        requests_per_minute=None if daily is None else divided(daily, _minutes_a_day(workload.volume.hours_utc)),
        requests=requests,
        enqueued_tokens=enqueued,
        waves=_waves(workload, requests, limit),
        files=files,
        files_kept=_files_kept(workload, files, every),
        files_max=_files_max(workload, most, limit),
        days_to_file_limit=None
        if files is None or most is None or daily is None
        else divided(most * every, files * DAY),
    )


def _spread_job(workload: Workload) -> Exact | None:
    """Requests per day of a one-off job, spread over the days that it may take."""
    wait = workload.latency_max_seconds
    return None if wait is None else divided(workload.volume.requests * DAY, max(DAY, wait))


def _minutes_a_day(hours_utc: str | None) -> int:
    """Minutes of the day in which requests come: all of it unless volume.hours_utc says otherwise."""
    return 1440 if hours_utc is None else minutes_of(hours_utc)


def _waves(workload: Workload, requests: Exact, limit: Callable[[str], Any]) -> Waves | None:
    """None where the window is not known, or no quota at all."""
    window, tokens, queued = limit("batch_window_seconds"), limit("enqueued_tokens"), limit("enqueued_requests")
    if window is None or (tokens is None and queued is None):
        return None
    return waves(requests, workload.input.mean, tokens, queued, window)


def _files(workload: Workload, requests: Exact, limit: Callable[[str], Any]) -> int | None:
    """Request files of one run: as stated, else as many as the cap on requests makes necessary."""
    if workload.batch.files_per_run is not None:
        return workload.batch.files_per_run
    cap = limit("batch_requests_per_file")
    return max(1, -(-requests // cap)) if cap else None


def _files_kept(workload: Workload, files: int | None, every: Exact) -> Exact | None:
    expires = workload.batch.expires_after_seconds
    if files is None or expires is None:
        return None
    return files if workload.volume.once else divided(files * expires, every)


def _files_max(workload: Workload, most: int | None, limit: Callable[[str], Any]) -> int | None:
    """Files that may be kept: the larger number only where every file expires within the stated days."""
    low, high, larger = (
        limit("batch_expiry_min_days"),
        limit("batch_expiry_max_days"),
        limit("batch_files_max_with_expiry"),
    )
    expires = workload.batch.expires_after_seconds
    if None in (low, high, larger) or expires is None:
        return most
    return int(larger) if low * DAY <= expires <= high * DAY else most
