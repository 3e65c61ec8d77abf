"""planner batch split: a request file in parts that the service takes."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from planner.commands._shared import read_count, read_day, read_models, today
from planner.problems import Refused, quoted, safe, suggestion
from planner.report import FINDINGS

if TYPE_CHECKING:
    from planner.batchfiles.dialects import Dialect
    from planner.batchfiles.market import Market
    from planner.batchfiles.splitting import Caps
    from planner.partfolders import Told
    from planner.requestparts import Plan


@click.command("split")
@click.argument("path", metavar="FILE")
@click.option(
    "--out",
    "folder",
    required=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder for the parts and parts.json: new, empty, or of this split.",
)
@click.option(
    "--dialect",
    "dialect_name",
    metavar="NAME",
    help="Service that the file is for, such as openai; told from the lines when absent.",
)
@click.option("--provider", metavar="NAME", help="Provider whose limits count; the dialect's when absent.")
@click.option(
    "--model",
    "mapping",
    multiple=True,
    callback=read_models,
    metavar="[DEPLOYMENT=]MODEL",
    help="Model of the job, or behind a deployment; may be given more than once.",
)
@click.option("--tier", help="Usage tier of the account, for the queue's quota.")
@click.option("--subscription", help="Kind of subscription of the account, for the queue's quota.")
@click.option("--region", default="global", show_default=True, help="Region whose limits count.")
@click.option("--enqueued-tokens", callback=read_count, metavar="N", help="The queue's quota itself, such as 5M.")
@click.option(
    "--max-requests", callback=read_count, metavar="N", help="Most requests of a part, below what the service takes."
)
@click.option(
    "--max-bytes", callback=read_count, metavar="N", help="Most bytes of a part, below what the service takes."
)
@click.option("--max-tokens", callback=read_count, metavar="N", help="Most input tokens of a part, on the safe side.")
@click.option("--fix", is_flag=True, help="Strip a byte-order mark, drop blank lines, write LF for CRLF.")
@click.option("--on", "day", metavar="DATE", callback=read_day, help="Day whose models count; today when absent.")
def command(path: str, folder: Path, day: date | None, **chosen: Any) -> None:
    """Split the request FILE (JSONL, also with gzip) into parts that the service takes, each within its limits.

    Lines stay as they are and in order. A run that was killed is taken up again by the same call.
    """
    from planner.batchfiles.splitting import Unsplittable
    from planner.requestparts import split

    try:
        plan, market = _plan(path, day or today(), chosen)
        told = split(path, folder, plan)
    except Unsplittable as refused:
        for complaint in refused.complaints:
            click.echo(complaint, err=True)
        sys.exit(FINDINGS)
    click.echo(_page(told, folder, market), nl=False)


def _plan(path: str, day: date, chosen: dict[str, Any]) -> tuple[Plan, Market]:
    from planner.batchfiles.dialects import named
    from planner.manifest import Account, canonical_provider
    from planner.requestfiles import load_dialects, open_market
    from planner.requestparts import Plan, check_source, dialect_of

    check_source(path)
    dialects = load_dialects()
    name = chosen["dialect_name"]
    dialect = dialect_of(path, dialects) if name is None else named(canonical_provider(name), dialects)
    provider = _provider(chosen["provider"], dialect)
    quota = chosen["enqueued_tokens"]
    stated = {} if quota is None else {"enqueued_tokens": quota}
    account = Account(provider, provider, chosen["tier"], chosen["subscription"], stated)
    market = open_market(dialect._replace(name=provider), day, account, (), chosen["region"], chosen["mapping"])
    for condition in ("tier", "subscription"):
        _known(market, condition, chosen[condition])
    unique = dialect.saying("id-duplicate").level in (None, "error")
    one_model = market.limit("batch_one_model_per_file") is not False
    own = _caps(chosen["max_requests"], chosen["max_bytes"], chosen["max_tokens"])
    settings = {**chosen, "dialect_name": None, "dialect": dialect.name, "provider": provider}
    kept = {key: value for key, value in sorted(settings.items()) if value not in (None, {}, False)}
    return Plan(
        dialect, one_model, lambda model: _limits(market, model).within(own), kept, chosen["fix"], unique
    ), market


def _provider(name: str | None, dialect: Dialect) -> str:
    """The provider whose limits count. Raises Refused for one of which there are none."""
    from planner.disk import DATA, files_in
    from planner.manifest import canonical_provider

    if name is None:
        return dialect.name
    known = [path.stem for path in files_in(DATA / "catalog" / "limits")]
    found = canonical_provider(name)
    if found not in known:
        there = f"{suggestion(found, known)}; there are: {', '.join(known)}"
        raise Refused([f"no limits of provider {quoted(name)}{there}"])
    return found


def _caps(requests: int | None, size: int | None, tokens: int | None) -> Caps:
    from planner.batchfiles.splitting import Caps

    return Caps(requests, size, tokens)


def _limits(market: Market, asked: str) -> Caps:
    """What the service takes in a file for the model."""
    model = market.offer(asked).model
    queued = _caps(market.limit("enqueued_requests", model), None, market.limit("enqueued_tokens", model))
    return _caps(market.limit("batch_requests_per_file", model), market.limit("batch_file_bytes", model), None).within(queued)  # fmt: skip


def _known(market: Market, condition: str, word: str | None) -> None:
    words = market.words(condition)
    if word is not None and word not in words:
        there = f"; there are: {', '.join(words)}" if words else ""
        raise Refused([f"no {condition} {quoted(word)} at {market.provider}{suggestion(word, words)}{there}"])


WORDS = (
    ("byte_order_marks", "stripped the byte-order mark"),
    ("blank_lines", "dropped {count:,} blank line{s}"),
    ("crlf", "wrote LF for CRLF at the end of {count:,} line{s}"),
    ("newlines_added", "added the newline that the last line lacked"),
)


def _page(told: Told, folder: Path, market: Market) -> str:
    """The parts as a table, what was changed, and what is to be known of them."""
    from tabulate import tabulate

    manifest, totals = told.manifest, told.manifest["totals"]
    rows = [
        (part["name"], safe(part["model"] or "-"), f"{part['requests']:,}", f"{part['bytes']:,}", f"{part['tokens']:,}")
        for part in manifest["parts"]
    ]
    head = ("part", "model", "requests", "bytes", "input tokens, at most")
    lines = [tabulate(rows, head, colalign=("left", "left", "right", "right", "right"), disable_numparse=True), ""]
    for kind, words in WORDS:
        count = manifest["fixed"][kind]
        lines += [words.format(count=count, s="s" * (count != 1))] if count else []
    if totals["uncounted"]:
        lines.append(
            f"requests with images, files or the like, of which only the text is counted: {totals['uncounted']:,}"
        )
    lines += _too_small(manifest, market) + _unbounded(manifest, market)
    kept = f", {told.kept:,} of them there already" if told.kept else ""
    lines.append(
        f"{totals['requests']:,} request{'s' * (totals['requests'] != 1)} in {totals['parts']:,} part{'s' * (totals['parts'] != 1)}{kept}: {safe(folder)}"
    )
    return "\n".join(lines) + "\n"


def _too_small(manifest: dict[str, Any], market: Market) -> list[str]:
    """Parts with fewer requests than a job must have."""
    found = []
    for part in manifest["parts"]:
        least = market.limit("batch_min_requests", market.offer(part["model"] or "").model)
        if least is not None and part["requests"] < least:
            found.append(f"{part['name']} is of {part['requests']:,}; {market.provider} takes at least {least:,} requests a job: send them in real time")  # fmt: skip
    return found


def _unbounded(manifest: dict[str, Any], market: Market) -> list[str]:
    """Models whose queue has a quota that depends on an account of which too little is stated."""
    if manifest["settings"].get("max_tokens") is not None or not (market.words("tier") or market.words("subscription")):
        return []
    models = dict.fromkeys(part["model"] or "" for part in manifest["parts"])
    queues = ("enqueued_tokens", "enqueued_requests")
    open_ = [name for name in models if all(market.limit(each, market.offer(name).model) is None for each in queues)]
    if not open_:
        return []
    named = f" of {quoted(open_[0])}" if open_[0] else ""
    more = f" and {len(open_) - 1:,} more" if len(open_) > 1 else ""
    return [
        f"the queue{named}{more} was not looked at: state the account with --tier, --subscription or --enqueued-tokens"
    ]
