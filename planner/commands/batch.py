"""planner batch: what a provider's batch service would find in hours, found before the upload."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.commands._shared import (
    F,
    Group,
    check_no_input,
    read_count,
    read_day,
    read_duration,
    read_durations,
    read_models,
    read_moment,
    today,
    write,
)
from planner.problems import Refused, quoted, suggestion
from planner.report import CLEAN, FINDINGS, LEVELS, UNPRICED

if TYPE_CHECKING:
    from planner.batchfiles.check import Source, World
    from planner.batchfiles.dialects import Dialect
    from planner.batchfiles.market import Market
    from planner.batchfiles.report import BatchReport
    from planner.manifest import Account

MUCH = 20_000_000
"""Bytes from which a progress bar is worth its line."""


@click.group(cls=Group)
def command() -> None:
    """Request files of batch services: prepare, check, split, plan in waves, and join to their results."""


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} is not KEY=VALUE", ctx, param)
        found[key] = rest
    return found


OPTIONS = {
    "dialect": click.option("--dialect", "dialect_name", metavar="NAME", help="Service that the file is for, such as openai; told from the lines when absent."),
    "model": click.option("--model", "mapping", multiple=True, callback=read_models, metavar="[DEPLOYMENT=]MODEL", help="Model of the job, or behind a deployment; may be given more than once."),
    "tier": click.option("--tier", help="Usage tier of the account, for the queue's quota."),
    "subscription": click.option("--subscription", help="Kind of subscription of the account, for the queue's quota."),
    "enqueued-tokens": click.option("--enqueued-tokens", callback=read_count, metavar="N", help="The queue's quota itself, such as 5M."),
    "endpoint": click.option("--endpoint", metavar="URL", help="Endpoint of the job, to hold the lines against."),
    "window": click.option("--window", metavar="24h", help="Completion window of the job."),
    "metadata": click.option("--metadata", multiple=True, callback=_pairs, metavar="KEY=VALUE", help="Metadata of the job; may be given more than once."),
    "output-tokens": click.option("--output-tokens", "expected_output", callback=read_count, metavar="N", help="Tokens that an answer is expected to have; unknown when absent."),
    "price": click.option("--price/--no-price", "priced", default=True, show_default=True, help="Count tokens and price the file."),
    "tokens": click.option("--tokens", "counting", type=click.Choice(["auto", "bytes"]), default="auto", show_default=True, help="auto: exact where a vocabulary is installed (extra `tokens`), else by bytes."),
    "region": click.option("--region", default="global", show_default=True, help="Region whose rates count."),
    "prices": click.option("--prices", multiple=True, help="Price book, or a file or folder layered over list; list when absent."),
    "on": click.option("--on", "day", metavar="DATE", callback=read_day, help="Day whose prices count; today when absent."),
    "most": click.option("--most", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="Findings of one kind that JSON lists; all are counted."),
    "fail-on": click.option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="error", show_default=True, help="Lowest level that makes the exit code 1."),
    "format": click.option("--format", "-f", "form", type=click.Choice(["text", "json"]), default="text", show_default=True),
    "output": click.option("--output", "-o", type=click.Path(path_type=Path), help="File to write, as a whole or not at all; standard output when absent."),
}  # fmt: skip
MORE = {
    "enqueued-requests": click.option("--enqueued-requests", "queued", callback=read_count, metavar="N", help="The queue's quota of requests, such as 100K."),
    "pledge": click.option("--window", callback=read_duration, metavar="24h", help="Time within which the service means to finish a wave; the provider's when absent."),
    "deadline": click.option("--deadline", callback=read_duration, metavar="48h", help="Time after the first submission by which all has to be done; a manifest's own when absent."),
    "completion": click.option("--completion", callback=read_durations, metavar="2h,5h,9h", help="Times that jobs of yours took; without them a wave takes a whole window."),
    "start": click.option("--start", callback=read_moment, metavar="2026-11-24T02:00", help="When the first wave is submitted."),
    "retry": click.option("--retry", type=click.Path(path_type=Path), help="File to write with the requests that may be sent again."),
}  # fmt: skip
"""Options of the other commands beside."""
QUEUE = ("dialect", "model", "tier", "subscription", "enqueued-tokens", "tokens", "region", "prices", "on")
"""What says whose queue and whose prices count."""


def _options(*names: str) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for name in reversed(names):
            command = (MORE | OPTIONS)[name](command)
        return command

    return decorate


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_options(*OPTIONS)
def check(files: tuple[str, ...], **chosen: Any) -> None:
    """Check request FILEs (JSONL, also with gzip; - is standard input), and price them.

    The files of one call are one job's: their ids must differ, and their tokens add up in the queue.
    """
    from planner.batchfiles.check import check as checked
    from planner.batchfiles.examine import Options

    check_no_input(chosen["output"])
    day = chosen["day"] or today()
    options = Options(
        on=day,
        most=chosen["most"],
        priced=chosen["priced"],
        expected_output=chosen["expected_output"],
        endpoint=chosen["endpoint"],
        window=chosen["window"],
        metadata=chosen["metadata"],
    )
    report = checked(_sources(files), _world(day, chosen), options)
    write(_shown(report, chosen["form"]), chosen["output"])
    sys.exit(exit_code(report, chosen["fail_on"]))


def _shown(report: BatchReport, form: str) -> str:
    if form == "json":
        from planner.batchfiles.asjson import as_json

        return as_json(report)
    from planner.batchfiles.page import text

    return text(report)


@command.command("waves")
@click.argument("path", metavar="FILE|MANIFEST")
@_options("enqueued-requests", "pledge", "deadline", "completion", "start")
@_options(*QUEUE, "most", "format", "output")
def waves(path: str, **chosen: Any) -> None:
    """Cut the requests of FILE, or the batch workloads of MANIFEST (.yaml), into waves that the queue takes."""
    from planner.batchfiles.scheduleviews import as_json, text
    from planner.requestwaves import Asked, is_manifest, of_manifest, of_requests

    check_no_input(chosen["output"])
    day = chosen["day"] or today()
    asked = Asked(
        chosen["enqueued_tokens"], chosen["queued"], chosen["window"], chosen["deadline"], chosen["completion"]
    )
    if is_manifest(path):
        _only_files(path, chosen)
        found = of_manifest(path, day, chosen["prices"], asked)
    else:
        found = of_requests(path, _world(day, chosen), day, asked)
    shown = (
        as_json(found, chosen["start"], chosen["most"]) if chosen["form"] == "json" else text(found, chosen["start"])
    )
    write(shown, chosen["output"])
    unknown = any(one.unknown for one in found)
    late = any(one.never or one.verdict not in (None, "holds") for one in found)
    sys.exit(UNPRICED if unknown else FINDINGS if late else CLEAN)


@command.command("results")
@click.argument("requests", metavar="INPUT")
@click.argument("answers", nargs=-1, required=True, metavar="OUTPUT [ERRORS]")
@click.option(
    "--retry", type=click.Path(path_type=Path), help="File to write with the requests that may be sent again."
)
@_options(*QUEUE, "output-tokens", "price", "format", "output")
def results(requests: str, answers: tuple[str, ...], retry: Path | None, **chosen: Any) -> None:
    """Join the answers in OUTPUT and ERRORS to the requests of INPUT: what became of each, and what it cost."""
    from planner.batchfiles.examine import Options
    from planner.batchfiles.outcome import as_json, text
    from planner.requestresults import results as read

    check_no_input(chosen["output"])
    day = chosen["day"] or today()
    options = Options(on=day, most=1, priced=chosen["priced"], expected_output=chosen["expected_output"])
    found = read(requests, answers, _world(day, chosen), options, retry)
    write(as_json(found) if chosen["form"] == "json" else text(found), chosen["output"])
    sys.exit(UNPRICED if found.priced and found.unpriced else CLEAN if found.clean else FINDINGS)


@command.command("status")
@click.argument("word", required=False, metavar="[STATUS]")
@click.option("--provider", required=True, metavar="P", help="Whose status it is, such as openai.")
@_options("format", "output")
def status(word: str | None, provider: str, form: str, output: Path | None) -> None:
    """Say what STATUS of a job means and what to do; without it, list all of the provider."""
    from planner.batchfiles.statuses import as_data, text
    from planner.jsontext import as_json
    from planner.statusfiles import load_statuses

    known = load_statuses(provider)
    write(as_json(as_data(known, word)) if form == "json" else text(known, word), output)
    sys.exit(FINDINGS if word is not None and known.find(word) is None else CLEAN)


def _only_files(path: str, chosen: dict[str, Any]) -> None:
    """Raises Refused for options that mean nothing beside a manifest, which says such things itself."""
    for name in ("dialect_name", "mapping", "tier", "subscription"):
        if chosen[name]:
            shown = {"dialect_name": "dialect", "mapping": "model"}.get(name, name)
            raise Refused([f"{path}: --{shown} is for request files; a manifest says it itself"])


def exit_code(report: BatchReport, fail_on: str) -> int:
    """0 clean, 1 findings at or above `fail_on`, 3 something cannot be priced; 3 beats 1."""
    if report.unpriced:
        return UNPRICED
    counting = LEVELS[LEVELS.index(fail_on) :] if fail_on in LEVELS else ()
    return FINDINGS if any(report.count(level) for level in counting) else CLEAN


def _world(day: date, chosen: dict[str, Any]) -> World:
    from planner.batchfiles.check import World
    from planner.batchfiles.dialects import named
    from planner.requestfiles import load_dialects, open_market, vocabulary

    dialects = load_dialects()
    name = chosen["dialect_name"]

    def market(dialect: Dialect) -> Market:
        account = _account(dialect.name, chosen)
        opened = open_market(dialect, day, account, chosen["prices"], chosen["region"], chosen["mapping"])
        for condition in ("tier", "subscription"):
            _known(opened, condition, chosen[condition])
        return opened

    return World(
        dialects=dialects,
        market=market,
        vocabulary=vocabulary if chosen["counting"] == "auto" else lambda encoding: None,
        chosen=None if name is None else named(_canonical(name), dialects),
    )


def _canonical(name: str) -> str:
    from planner.manifest import canonical_provider

    return canonical_provider(name)


def _account(provider: str, chosen: dict[str, Any]) -> Account:
    from planner.manifest import Account

    quota = chosen["enqueued_tokens"]
    stated = {} if quota is None else {"enqueued_tokens": quota}
    return Account(provider, provider, chosen["tier"], chosen["subscription"], stated)


def _known(market: Market, condition: str, word: str | None) -> None:
    """Raises Refused for a tier or subscription of which the provider's limits know nothing."""
    words = market.words(condition)
    if word is not None and word not in words:
        there = f"; there are: {', '.join(words)}" if words else ""
        raise Refused([f"no {condition} {quoted(word)} at {market.provider}{suggestion(word, words)}{there}"])


def _sources(files: tuple[str, ...]) -> Iterator[Source]:
    """The files, each opened when its turn comes, with a bar for those that take a while."""
    from planner.requestfiles import check_readable

    check_readable(files)
    for path in files:
        yield from _Watched(path).watched()


class _Watched:
    """An open file whose progress can be shown."""

    def __init__(self, path: str) -> None:
        from planner.requestfiles import open_requests

        self._path = path
        self._move: Callable[[int], None] = lambda count: None
        self._opened = open_requests(path, self._moved)

    def watched(self) -> Iterator[Source]:
        """The file once; a bar is shown on a terminal, for a big one."""
        source, size = self._opened
        if size is None or size < MUCH or not sys.stderr.isatty():
            yield source
            return
        with click.progressbar(length=size, label=Path(self._path).name, file=sys.stderr) as bar:
            self._move = lambda count: bar.update(count - bar.pos if source.compressed else count)
            yield source

    def _moved(self, count: int) -> None:
        self._move(count)
