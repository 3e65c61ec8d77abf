"""What is read from files: manifests, configuration, the catalog, rules, schemas, request files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO

from planner import excerpts
from planner.batchfiles.probe import MAX_LINE_BYTES, RequestFile, probe
from planner.bookshelf import book_files, book_names, load_price_book, missing_book
from planner.catalog import Catalog
from planner.config import Config
from planner.configfiles import load_config
from planner.disk import DATA, exists, files_in, is_outside, load_schema, read_bytes, schema_names, schema_text
from planner.documents import Document, read_document
from planner.findings import ENGINE_FINDINGS
from planner.limits import Limits
from planner.manifest import Manifest
from planner.parsing import parse
from planner.problems import Path as Where
from planner.problems import Problem, Refused, quoted, safe
from planner.rulereader import read_rule
from planner.rules import Rule
from planner.schema import Schema, misfits

__all__ = ["book_files", "book_names", "load_config", "load_price_book", "load_schema", "schema_names", "schema_text"]

GZIP = b"\x1f\x8b"
"""How a file begins that is packed with gzip."""
RESERVED = ("pin", *ENGINE_FINDINGS)
"""Names that no rule may take, since decisions and findings of the engine bear them."""


def read(path: Path | str) -> Document:
    """The YAML document in a file."""
    return read_document(read_bytes(path), str(path))


def load_manifest(path: Path | str) -> Manifest:
    """The manifest in a file. Raises Refused with every fault, each with line and column."""
    return parse(read(path), load_schema("manifest"))


def load_catalog(
    manifest: Manifest,
    prices: Sequence[str] = (),
    rules: Sequence[Path | str] = (),
    config: Config | None = None,
    whole: bool = False,
) -> Catalog:
    """What the plan of this manifest draws on: only the providers that it names are read.

    `prices` replaces the manifest's own choice of price books; `rules` are folders of rules beside the built-in ones.
    `whole` reads every model of those providers, for a catalog that other manifests are planned with too.
    """
    base = Path(manifest.document.name).parent
    models: dict[str, set[str] | None] = dict(models_of(manifest))
    if whole:
        models = dict.fromkeys(models)
    if isinstance(prices, str):
        prices = (prices,)
    if not prices:
        _check_books(manifest, base)
    book = load_price_book(tuple(prices) or manifest.prices, models, Path() if prices else base)
    names = {p: named and {book.canonical(p, name) for name in named} for p, named in models.items()}
    ratios = read(DATA / "catalog" / "reasoning.yaml").data
    return Catalog(
        book=book,
        limits=load_limits(names, book.canonical),
        reasoning=ratios["policies"],
        measured_high=Decimal(ratios["measured_high"]),
        rules=load_rules(rules, config or Config(), with_examples=False),
    )


def _check_books(manifest: Manifest, base: Path) -> None:
    """Raises Refused at the name of a book that the manifest asks for and that is not there."""
    one = isinstance(manifest.document.data.get("prices"), str)
    read_from_disk = exists(Path(manifest.document.name)) or manifest.document.name.startswith("<")
    problems = [
        Problem(("prices",) if one else ("prices", index), wrong)
        for index, name in enumerate(manifest.prices)
        if (wrong := missing_book(name, base) or (_outside(name, base) if read_from_disk else None)) is not None
    ]
    if problems:
        raise manifest.document.refuse(problems)


def _outside(name: str, base: Path) -> str | None:
    """Why a manifest may not name that price file: a stranger's manifest must not read what is not the repository's."""
    if name in book_names() or not is_outside(base / name, base):
        return None
    return f"{quoted(name)} lies outside the repository: name a file in it, or give the file with --prices"


def models_of(manifest: Manifest) -> dict[str, set[str]]:
    """The models that the manifest names, by provider: each provider is asked for all, to compare them."""
    named = {workload.model for workload in manifest.workloads}
    return {workload.provider: named for workload in manifest.workloads}


def load_limits(
    models: Mapping[str, Iterable[str] | None], canonical: Callable[[str, str], str] = lambda provider, name: name
) -> Limits:
    """The limits of the providers; only what concerns their models is parsed, all of it for a provider with None."""
    found = {}
    words = {}
    for path in files_in(DATA / "catalog" / "limits"):
        provider = path.stem
        if provider not in models:
            continue
        text = read_bytes(path).decode()
        found[provider] = read_document(excerpts.of_limits(text, models[provider]).encode(), str(path)).data
        for condition in ("tier", "subscription"):
            words[provider, condition] = excerpts.words_of_limits(text, condition)
    return Limits(found, words, canonical)


def load_rules(
    folders: Sequence[Path | str] = (), config: Config | None = None, with_examples: bool = True
) -> tuple[Rule, ...]:
    """The built-in rules and those in the folders, with the configuration's parameters and levels, by id.

    A plan needs no examples of the built-in rules, and starts sooner without them.
    """
    config = config or Config()
    schema = load_schema("rule")
    rules: dict[str, Rule] = {}
    for path in rule_files(folders_of(folders, config)):
        rule = _load_rule(path, schema, config, with_examples)
        if rule.id in RESERVED:
            raise Refused([f"{safe(path)}: {quoted(rule.id)} is a name of the engine: rename the rule"])
        if rule.id in rules:
            raise Refused([f"{path}: rule {quoted(rule.id)} is also in {rules[rule.id].file}: rename one"])
        rules[rule.id] = rule
    config.check(rules)
    return tuple(config.apply(rules[name]) for name in sorted(rules) if config.level(name) != "none")


def rules_with_files(folders: Sequence[Path | str] = (), config: Config | None = None) -> list[tuple[Rule, Document]]:
    """Every rule that is not switched off, whole, with the document that states it."""
    rules = {rule.id: rule for rule in load_rules(folders, config)}
    documents = {document.data["id"]: document for document in map(read, rule_files(folders_of(folders, config)))}
    for name, rule in rules.items():
        documents[name].name = rule.file
    return [(rule, documents[name]) for name, rule in rules.items()]


def folders_of(folders: Sequence[Path | str], config: Config | None) -> tuple[Path | str, ...]:
    """The folders of rules that a team's configuration and the command line name."""
    return (*(config.rule_folders if config else ()), *folders)


def rule_files(folders: Sequence[Path | str] = ()) -> list[Path]:
    """Every rule file: the built-in ones and those of the folders."""
    found = sorted((DATA / "rules").glob("*/*.yaml"))
    for folder in {Path(folder).resolve(): folder for folder in folders}.values():
        if not Path(folder).is_dir():
            raise Refused([f"{safe(folder)}: no such folder of rules"])
        own = files_in(Path(folder), deep=True)
        if not own:
            raise Refused([f"{safe(folder)}: no rule in this folder"])
        found += own
    return found


def _load_rule(path: Path, schema: Schema, config: Config, with_examples: bool) -> Rule:
    trusted = path.is_relative_to(DATA / "rules")
    raw = read_bytes(path)
    if trusted and not with_examples:
        raw = excerpts.of_rule(raw.decode()).encode()
    document = read_document(raw, f"{path.parent.name}/{path.name}" if trusted else str(path))
    if not trusted:
        problems = misfits(document.data, schema)
        if problems:
            raise document.refuse(problems)
    if document.data["id"] != path.stem:
        raise document.refuse(
            [
                Problem(
                    ("id",),
                    f"id {quoted(document.data['id'])} differs from the file's name {quoted(path.stem)}: make them equal",
                )
            ]
        )
    rule = read_rule(document, path.parent.name)
    stated = {name: value for name, value in config.params.get(rule.id, {}).items() if name in rule.stated_params}
    if not stated:
        return rule
    try:
        return read_rule(document, path.parent.name, stated)
    except Refused as refused:
        complaint = refused.complaints[0].split(": ", 1)[1]
        place = config.places.get(f"params.{rule.id}.{next(iter(stated))}")
        if place is None:
            raise Refused([complaint]) from None
        raise place.document.refuse([Problem(place.path[:-1], complaint)]) from None


def probe_request_files(manifest: Manifest) -> dict[str, RequestFile]:
    """What the request files of the manifest hold, by workload id; each is read once, as a stream."""
    problems: list[Problem] = []
    seen: dict[str, RequestFile] = {}
    found = {}
    for workload in manifest.workloads:
        name = workload.batch.request_file
        if name is None:
            continue
        try:
            if name not in seen:
                seen[name] = _probed(request_file_in(manifest, name))
            found[workload.id] = seen[name]
        except Refused as refused:
            own = "request_file" in manifest.document.data["workloads"][workload.position].get("batch", {})
            root: Where = ("workloads", workload.position) if own else ("defaults",)
            problems.append(Problem((*root, "batch", "request_file"), f"{quoted(name)}{refused.complaints[0]}"))
    if problems:
        raise manifest.document.refuse(problems)
    return found


def request_file_in(manifest: Manifest, name: str) -> Path:
    """The path of a file in the manifest's folder or below; raises Refused with what is wrong with the name."""
    base = Path(manifest.document.name).resolve().parent
    try:
        path = (base / name).resolve()
        if not path.is_relative_to(base):
            raise Refused([" lies outside the manifest's folder: name a file in it or below"])
        if not path.is_file():
            raise Refused([" is a folder: name a file in it" if path.is_dir() else ": no such file"])
    except (OSError, ValueError, RuntimeError):
        raise Refused([": no such file"]) from None
    return path


def _probed(path: Path) -> RequestFile:
    """What a file holds, read in lines of a bounded length: a longer one is no request of any provider."""
    try:
        with path.open("rb") as file:
            if file.peek(2)[:2] == GZIP:
                return _probed_gzip(file)
            return probe(iter(lambda: file.readline(MAX_LINE_BYTES), b""))
    except OSError as error:
        raise Refused([f": cannot be read: {error.strerror}"]) from None


def _probed_gzip(file: BinaryIO) -> RequestFile:
    """The same of a file that is packed with gzip: what counts is what is in it."""
    import gzip
    import zlib

    try:
        with gzip.GzipFile(fileobj=file) as unpacked:
            return probe(iter(lambda: unpacked.readline(MAX_LINE_BYTES), b""))
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Refused([": the gzip file is broken or cut off"]) from None
