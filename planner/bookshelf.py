"""Price books from their files: the built-in ones, and a company's own layered over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from planner import excerpts
from planner.digests import sha256
from planner.disk import DATA, exists, files_in, is_folder, load_schema, read_bytes
from planner.documents import Document, read_document
from planner.manifest import canonical_provider
from planner.pricebook import PriceBook
from planner.problems import Path as Where
from planner.problems import Problem, Refused, quoted, safe, suggestion
from planner.schema import misfits
from planner.units import is_day


def load_price_book(names: Sequence[str], models: Mapping[str, Iterable[str] | None], base: Path = Path()) -> PriceBook:
    """The books layered in the order of their names. A path is layered over list unless a book stands below it.

    Of the built-in books only what concerns the models is parsed, all of it for a provider with None.
    """
    built_in = book_names()
    order = list(names) if names[0] in built_in else ["list", *names]
    digest = sha256()
    known: dict[str, set[str]] = {}
    for name in order:
        missing = missing_book(name, base)
        if missing:
            raise Refused([missing])
    own = {name: _own(base / name, digest) for name in order if name not in built_in}
    wanted = _led_to(models, own.values())
    layers = [own[name] if name in own else _built_in(name, wanted, known, digest) for name in order]
    title = "+".join(name if name in built_in else Path(name).stem for name in order)
    return PriceBook(title, layers, f"sha256:{digest.hexdigest()}", known)


def _led_to(
    models: Mapping[str, Iterable[str] | None], own: Iterable[Mapping[str, Any]]
) -> Mapping[str, Iterable[str] | None]:
    """The models, and those that a company's own files lead to by an alias or a re-routing."""
    wanted = {provider: None if named is None else set(named) for provider, named in models.items()}
    for layer in own:
        for provider, file in layer.items():
            named = wanted.get(provider)
            if named is not None:
                successors = (
                    model["retires"].get("successor", "") for model in file["models"].values() if "retires" in model
                )
                named.update(file["models"], filter(None, successors))
    return wanted


@cache
def book_names() -> tuple[str, ...]:
    """The price books that lie in the catalog."""
    return tuple(sorted(path.name for path in (DATA / "catalog" / "prices").iterdir() if path.is_dir()))


def book_files(name: str) -> list[Path]:
    """The files of a built-in book."""
    return files_in(DATA / "catalog" / "prices" / name)


def missing_book(name: str, base: Path) -> str | None:
    """Why there is no book of that name, neither built-in nor as a file or folder; None where there is one."""
    path = base / name
    if name in book_names() or (exists(path) and (path.is_file() or is_folder(path))):
        return None
    if exists(path):
        return f"{quoted(path, 200)}: is neither a file nor a folder of price files"
    shown = quoted(name)
    if "/" in name or name.endswith((".yaml", ".yml")):
        return f"{quoted(base / name, 200)}: no such price file"
    return (
        f"no price book {shown}{suggestion(name, book_names())}; there are: {', '.join(book_names())}, or name a file"
    )


def _built_in(
    name: str, models: Mapping[str, Iterable[str] | None], known: dict[str, set[str]], digest: Any
) -> dict[str, Any]:
    layer: dict[str, Any] = {}
    for path in book_files(name):
        known.setdefault(path.stem, set())
        if path.stem in models:
            raw = read_bytes(path)
            text, listed = excerpts.of_prices(raw.decode(), models[path.stem])
            known[path.stem].update(listed)
            digest.update(sha256(raw).digest())
            layer[path.stem] = read_document(text.encode(), str(path)).data
    return layer


def _own(path: Path, digest: Any) -> dict[str, Any]:
    """A company's own layer: one file, or every file of a folder, each of another provider."""
    layer: dict[str, Any] = {}
    paths = files_in(path) if is_folder(path) else [path]
    if not paths:
        raise Refused([f"{safe(path)}: no price file in this folder"])
    for one in paths:
        raw = read_bytes(one)
        document = read_document(raw, str(one))
        check_prices(document)
        provider = canonical_provider(document.data["provider"])
        if provider in layer:
            raise document.refuse(
                [Problem(("provider",), f"another file of the folder is for {quoted(provider)} too: join them")]
            )
        digest.update(sha256(raw).digest())
        layer[provider] = document.data
    return layer


def check_prices(document: Document) -> None:
    """Raises Refused where the document is no price file."""
    problems = misfits(document.data, load_schema("prices")) or list(_faults(document.data))
    if problems:
        raise document.refuse(problems)


LEAST_USD_PER_MTOK = "0.0001"
"""Nobody sells a million tokens for less: a smaller rate was written per token."""


def _faults(data: dict[str, Any]) -> Iterable[Problem]:
    """What a schema cannot see: sources that are not listed, days that are none, rates per token."""
    for index, discount in enumerate(data.get("discounts", ())):
        yield from _source(data, discount, ("discounts", index))
        yield from _days(discount, ("discounts", index))
    for name, model in data["models"].items():
        for part in ("reasoning", "retires"):
            if part in model:
                yield from _source(data, model[part], ("models", name, part))
        if "retires" in model and not is_day(model["retires"]["date"]):
            yield Problem(("models", name, "retires", "date"), f"there is no day {model['retires']['date']}")
        for region, stated in model.get("regions", {}).items():
            yield from _source(data, stated, ("models", name, "regions", region))
        for index, rate in enumerate(model["rates"]):
            where: Where = ("models", name, "rates", index)
            yield from _source(data, rate, where)
            yield from _days(rate, where)
            yield from _amounts(rate, where)


def _source(data: dict[str, Any], stated: dict[str, Any], where: Where) -> Iterable[Problem]:
    if stated["source"] not in data["sources"]:
        says = f"no source {quoted(stated['source'])} in sources{suggestion(stated['source'], data['sources'])}"
        yield Problem((*where, "source"), says)


def _days(stated: dict[str, Any], where: Where) -> Iterable[Problem]:
    for field in ("since", "until"):
        if field in stated and not is_day(stated[field]):
            yield Problem((*where, field), f"there is no day {stated[field]}")
    if stated.get("until", "9999-12-31") < stated["since"]:
        yield Problem((*where, "until"), f"the last day {stated['until']} lies before the first, {stated['since']}")


def _amounts(rate: dict[str, Any], where: Where) -> Iterable[Problem]:
    from decimal import Decimal

    for field in ("input", "cached_input", "cache_write", "cache_write_1h", "output"):
        amount = rate.get(field)
        stated = amount["usd_per_mtok"] if isinstance(amount, dict) else amount
        if stated and stated < Decimal(LEAST_USD_PER_MTOK):
            yield Problem(
                (*where, field),
                f"{stated} dollars per one million tokens: this looks like a price per token, times 1,000,000 it is {stated * 1_000_000}",
            )
