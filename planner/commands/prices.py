"""planner prices: what models cost, what is weak in the price files, and how they differ from another data set."""

from __future__ import annotations

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from planner.bookshelf import book_files, book_names, check_prices, load_price_book
from planner.commands._shared import F, read_day, today, write
from planner.disk import DATA, files_in, is_folder, read_bytes
from planner.documents import Document, read_document
from planner.manifest import canonical_provider
from planner.pricebook import PriceBook
from planner.problems import Refused, quoted, suggestion
from planner.units import seconds

if TYPE_CHECKING:
    from planner import genaiprices, pricediff


@click.group()
def command() -> None:
    """List, show and check prices, and compare them with another data set."""


class Shelf(NamedTuple):
    """Price books layered, and the documents of each layer from the lowest up."""

    book: PriceBook
    documents: tuple[Document, ...]
    named: tuple[Document, ...]

    def files(self, provider: str) -> list[dict[str, object]]:
        """What each layer says of a provider."""
        return [document.data for document in self.documents if _provider(document) == provider]

    def provider(self, name: str) -> str:
        """The provider by one of its names. Raises Refused for an unknown one."""
        known = sorted({_provider(document) for document in self.documents})
        found = canonical_provider(name)
        if found not in known:
            raise Refused(
                [f"no prices of provider {quoted(name)}{suggestion(name, known)}; there are: {', '.join(known)}"]
            )
        return found


def _provider(document: Document) -> str:
    return canonical_provider(document.data["provider"])


def _shelf(names: tuple[str, ...]) -> Shelf:
    """The books as named, layered over list unless the first is a built-in book; list alone where none is named."""
    chosen = names or ("list",)
    built_in = book_names()
    stems = {path.stem: None for name in built_in for path in book_files(name)}
    book = load_price_book(chosen, stems)
    named = [document for name in chosen for document in _documents(name)]
    below = [] if chosen[0] in built_in else _documents("list")
    return Shelf(book, (*below, *named), tuple(named))


def _documents(name: str) -> list[Document]:
    """The documents of a book, a folder or a file, named as a reader finds them."""
    if name in book_names():
        return [read_document(read_bytes(p), p.relative_to(DATA).as_posix()) for p in book_files(name)]
    path = Path(name)
    return [read_document(read_bytes(p), str(p)) for p in (files_in(path) if is_folder(path) else [path])]


def _days(ctx: click.Context, param: click.Parameter, value: str) -> int:
    found = seconds(value)
    if found is None:
        raise click.BadParameter(f"{value!r} is not a duration: write it as 90d or 12w", ctx, param)
    return int(found // 86400)


def _reading(command: F) -> F:
    """The options by which prices are read."""
    command = click.option(
        "--on", "day", metavar="DATE", callback=read_day, help="Day whose prices count; today when absent."
    )(command)
    return click.option(
        "--prices", multiple=True, help="Price book, or a file or folder layered over list; list when absent."
    )(command)


@command.command("list")
@click.argument("provider", required=False)
@_reading
@click.option("--format", "-f", "form", type=click.Choice(["text", "json", "csv"]), default="text", show_default=True)
def list_prices(provider: str | None, prices: tuple[str, ...], day: date | None, form: str) -> None:
    """One line per model: input / output rates of real time and batch, context, end, when verified."""
    from planner import pricelist

    shelf = _shelf(prices)
    chosen = [shelf.provider(provider)] if provider else shelf.book.loaded()
    rows = pricelist.rows(shelf.book, {name: shelf.files(name) for name in chosen}, day or today())
    write(pricelist.RENDER[form](rows, shelf.book.name, day or today()), None)


@command.command("show")
@click.argument("provider")
@click.argument("model")
@_reading
def show(provider: str, model: str, prices: tuple[str, ...], day: date | None) -> None:
    """Everything that is known of MODEL at PROVIDER on a day: rates, sources, what is to come."""
    from planner.pricepages import View, page

    shelf = _shelf(prices)
    name = shelf.provider(provider)
    if shelf.book.model(name, model) is None:
        near = suggestion(model, shelf.book.names(name))
        raise Refused([f"no model {quoted(model)} at {name}{near}; planner prices list {name} shows all"])
    write(page(View(shelf.book, shelf.files(name), name, model, day or today())), None)


@command.command("check")
@_reading
@click.option("--horizon", default="90d", show_default=True, callback=_days, help="How far ahead to look.")
@click.option("--stale", default="120d", show_default=True, callback=_days, help="Age from which a source is stale.")
@click.option("--format", "-f", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "note", "never"]),
    default="error",
    show_default=True,
    help="Lowest level that makes the exit code 1.",
)
def check(prices: tuple[str, ...], day: date | None, horizon: int, stale: int, form: str, fail_on: str) -> None:
    """Name what is stale, ending, changing, disputed, derived or uncovered in the books or files named."""
    from planner import priceaudit

    shelf = _shelf(prices)
    found = [
        weak
        for document in shelf.named
        for weak in priceaudit.Audit(document, shelf.book, day or today(), horizon, stale).weaknesses()
    ]
    if form == "json":
        data = [{"level": weak.level, **weak._asdict()} for weak in found]
        write(json.dumps(data, indent=1, ensure_ascii=False) + "\n", None)
    else:
        write(priceaudit.report(found), None)
    sys.exit(1 if priceaudit.fails(found, fail_on) else 0)


@command.command("diff")
@click.option("--on", "day", metavar="DATE", callback=read_day, help="Day to compare; today when absent.")
@click.option("--missing", is_flag=True, help="List the models and lanes that they have and we lack.")
@click.option("--patch", type=click.Path(path_type=Path), help="File for a patch that adds entries for what differs.")
def diff(day: date | None, missing: bool, patch: Path | None) -> None:
    """Compare the book list with the installed package genai-prices."""
    from planner import genaiprices, pricediff

    package, on = genaiprices.installed(), day or today()
    documents = _documents("list")
    reads = {document.data["provider"]: genaiprices.read(package, document.data) for document in documents}
    found = [pricediff.compared(d.data, reads[d.data["provider"]].printed, on) for d in documents]
    text = pricediff.report(found, f"genai-prices {package.version}", on)
    text += _lacking(found, genaiprices.missing(package, reads), missing)
    if patch is not None:
        text += _patch(documents, found, package, on, patch)
    write(text, None)


def _lacking(found: list[pricediff.Comparison], models: dict[str, list[str]], listed: bool) -> str:
    """How many models and lanes they have and we lack; which, where they are to be listed."""
    lanes = [f"{comparison.provider}: {lane}" for comparison in found for lane in comparison.lacking]
    names = [f"{provider}: {name}" for provider, missing in models.items() for name in missing]
    counts = ", ".join(f"{provider} {len(missing)}" for provider, missing in models.items())
    text = f"\nPrinted there only: {_counted(len(lanes), 'lane')} of models that we have; {_counted(len(names), 'model')} ({counts}).\n"
    if not listed:
        return text
    return text + "".join(f"  lane {lane}\n" for lane in lanes) + "".join(f"  model {name}\n" for name in names)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _patch(
    documents: list[Document],
    found: list[pricediff.Comparison],
    package: genaiprices.Package,
    on: date,
    target: Path,
) -> str:
    """Writes the patch and says what is in it. Raises Refused where a patched file would not be valid."""
    from planner import pricepatch

    text, entries, stuck = "", 0, []
    for document, comparison in zip(documents, found, strict=True):
        url = next(iter(package.pricing_urls(comparison.provider)), None)
        source = pricepatch.source_for(document, "genai-prices", package.version, url, on)
        before = read_bytes(DATA / document.name).decode("utf-8")
        new = pricepatch.patched(document, before, comparison.changed, source)
        check_prices(read_document(new.text.encode(), document.name))
        text += pricepatch.difference(before, new.text, document.name)
        entries += new.entries
        stuck += [f"{comparison.provider}: {lane}" for lane in new.stuck]
    write(text, target)
    lines = [
        f"\n{target}: {entries} new {'entry' if entries == 1 else 'entries'}. Read each before you apply it: patch -p1 < {target}\n"
    ]
    return "".join([*lines, *(f"  not in it, an entry of ours begins on that day: {lane}\n" for lane in stuck)])
