"""planner batch: what a provider's batch service would find in hours, found before the upload."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.commands._shared import F, read_day, today, write
from planner.problems import Refused, quoted, suggestion
from planner.report import CLEAN, FINDINGS, LEVELS, UNPRICED
from planner.units import count as count_of

if TYPE_CHECKING:
    from planner.batchfiles.check import Source, World
    from planner.batchfiles.dialects import Dialect
    from planner.batchfiles.market import Market
    from planner.batchfiles.report import BatchReport
    from planner.manifest import Account

MUCH = 20_000_000
"""Bytes from which a progress bar is worth its line."""


@click.group()
def command() -> None:
    """Check request files of batch services before they are uploaded."""


def _number(ctx: click.Context, param: click.Parameter, value: str | None) -> int | None:
    found = None if value is None else count_of(value)
    if value is not None and (not isinstance(found, int) or found < 0):
        raise click.BadParameter(f"{value!r} is not a whole number: write 5000000 or 5M", ctx, param)
    return found if isinstance(found, int) else None


def _pairs(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for value in values:
        key, equals, rest = value.partition("=")
        if not equals:
            raise click.BadParameter(f"{value!r} is not KEY=VALUE", ctx, param)
        found[key] = rest
    return found


def _models(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    """DEPLOYMENT=MODEL, or a model alone for all lines, under the empty name."""
    found = {}
    for value in values:
        left, equals, right = value.partition("=")
        found[left if equals else ""] = right if equals else left
    return found


OPTIONS = (
    click.option("--dialect", "dialect_name", metavar="NAME", help="Service that the file is for, such as openai; told from the lines when absent."),
    click.option("--model", "mapping", multiple=True, callback=_models, metavar="[DEPLOYMENT=]MODEL", help="Model of the job, or behind a deployment; may be given more than once."),
    click.option("--tier", help="Usage tier of the account, for the queue's quota."),
    click.option("--subscription", help="Kind of subscription of the account, for the queue's quota."),
    click.option("--enqueued-tokens", callback=_number, metavar="N", help="The queue's quota itself, such as 5M."),
    click.option("--endpoint", metavar="URL", help="Endpoint of the job, to hold the lines against."),
    click.option("--window", metavar="24h", help="Completion window of the job."),
    click.option("--metadata", multiple=True, callback=_pairs, metavar="KEY=VALUE", help="Metadata of the job; may be given more than once."),
    click.option("--output-tokens", "expected_output", callback=_number, metavar="N", help="Tokens that an answer is expected to have; unknown when absent."),
    click.option("--price/--no-price", "priced", default=True, show_default=True, help="Count tokens and price the file."),
    click.option("--tokens", "counting", type=click.Choice(["auto", "bytes"]), default="auto", show_default=True, help="auto: exact where a vocabulary is installed (extra `tokens`), else by bytes."),
    click.option("--region", default="global", show_default=True, help="Region whose rates count."),
    click.option("--prices", multiple=True, help="Price book, or a file or folder layered over list; list when absent."),
    click.option("--on", "day", metavar="DATE", callback=read_day, help="Day whose prices count; today when absent."),
    click.option("--most", type=click.IntRange(1, 1_000_000), default=1000, show_default=True, help="Findings of one kind that JSON lists; all are counted."),
    click.option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), default="error", show_default=True, help="Lowest level that makes the exit code 1."),
    click.option("--format", "-f", "form", type=click.Choice(["text", "json"]), default="text", show_default=True),
    click.option("--output", "-o", type=click.Path(path_type=Path), help="File to write, as a whole or not at all; standard output when absent."),
)  # fmt: skip


def _options(command: F) -> F:
    for option in reversed(OPTIONS):
        command = option(command)
    return command


@command.command("check")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@_options
def check(files: tuple[str, ...], **chosen: Any) -> None:
    """Check request FILEs (JSONL, also with gzip; - is standard input), and price them.

    The files of one call are one job's: their ids must differ, and their tokens add up in the queue.
    """
    from planner.batchfiles.asjson import as_json
    from planner.batchfiles.check import check as checked
    from planner.batchfiles.examine import Options
    from planner.batchfiles.page import text

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
    write(as_json(report) if chosen["form"] == "json" else text(report), chosen["output"])
    sys.exit(exit_code(report, chosen["fail_on"]))


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
