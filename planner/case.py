"""One workload with all that is known around it, and what follows for its runs, files and queue."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

from planner.batchfiles.probe import RequestFile
from planner.costs import LaneCost, Reasoning
from planner.limits import Limits
from planner.manifest import Account, Workload
from planner.pricebook import Model, PriceBook
from planner.queues import Waves, waves
from planner.units import Exact, simple

DAY = 86400


class Settled(NamedTuple):
    """What is known only after every workload was decided."""

    mode: str
    lane: str
    account_enqueued_tokens: Exact | None


class Case(NamedTuple):
    """Everything that the facts of one workload are read from."""

    workload: Workload
    account: Account
    model: Model | None
    book: PriceBook
    limits: Limits
    on: date
    month_days: Exact
    requests: Exact
    reasoning: Reasoning
    costs: dict[str, LaneCost]
    request_file: RequestFile | None = None
    settled: Settled | None = None

    def limit(self, name: str) -> Any:
        """A limit of the workload's account; None where it is not known."""
        w = self.workload
        return self.limits.value(name, self.account, w.model, w.region, w.input.reach)

    @property
    def requests_per_day(self) -> Exact | None:
        """Requests per day; of a one-off job, spread over the days that it may take."""
        w = self.workload
        if not w.volume.once:
            return w.volume.a_day(self.month_days)
        if w.latency_max_seconds is None:
            return None
        return simple(Fraction(w.volume.requests) / max(Fraction(1), Fraction(w.latency_max_seconds) / DAY))

    @property
    def requests_per_run(self) -> Exact | None:
        """Requests of one batch run: one run's time from batch.every, else a day; a one-off job whole."""
        w = self.workload
        if w.volume.once:
            return w.volume.requests
        daily = w.volume.a_day(self.month_days)
        return None if daily is None else simple(Fraction(daily) * every_seconds(w) / DAY)

    @property
    def enqueued_tokens_per_run(self) -> Exact | None:
        """Input tokens that one run puts into the batch queue."""
        requests = self.requests_per_run
        return None if requests is None else simple(Fraction(requests) * self.workload.input.mean)

    @property
    def waves(self) -> Waves | None:
        """Waves of one run through the queue; None where the window, the run or every quota is unknown."""
        window, run = self.limit("batch_window_seconds"), self.requests_per_run
        tokens, requests = self.limit("enqueued_tokens"), self.limit("enqueued_requests")
        if window is None or run is None or (tokens is None and requests is None):
            return None
        return waves(run, self.workload.input.mean, tokens, requests, window)

    @property
    def files_per_run(self) -> int | None:
        """Request files of one run: as stated, else as many as the cap on requests makes necessary."""
        if self.workload.batch.files_per_run is not None:
            return self.workload.batch.files_per_run
        cap, run = self.limit("batch_requests_per_file"), self.requests_per_run
        return None if not cap or run is None else max(1, -(-run // cap))

    @property
    def files_kept(self) -> Exact | None:
        """Files a run x runs a day x days until they expire; None where files do not expire."""
        files, expires = self.files_per_run, self.workload.batch.expires_after_seconds
        if files is None or expires is None:
            return None
        if self.workload.volume.once:
            return files
        return simple(Fraction(files) * expires / every_seconds(self.workload))

    @property
    def files_max(self) -> int | None:
        """Files that may be kept: the larger number only where every file expires within the stated days."""
        low, high = self.limit("batch_expiry_min_days"), self.limit("batch_expiry_max_days")
        expires, larger = self.workload.batch.expires_after_seconds, self.limit("batch_files_max_with_expiry")
        if None not in (low, high, expires, larger) and low * DAY <= (expires or 0) <= high * DAY:
            return int(larger)
        found: int | None = self.limit("batch_files_max")
        return found


def every_seconds(workload: Workload) -> Exact:
    """Seconds from one batch run to the next; a day where the manifest does not say."""
    return workload.batch.every_seconds or DAY
