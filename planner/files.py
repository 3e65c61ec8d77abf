"""What is read from files: manifests, configuration, the catalog, rules, schemas, request files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from planner import excerpts
from planner.batchfiles.probe import RequestFile, probe
from planner.catalog import Catalog
from planner.config import Config, parse_config
from planner.disk import DATA, read_bytes
from planner.documents import Document, read_document
from planner.limits import Limits
from planner.manifest import Manifest
from planner.parsing import parse
from planner.pricebook import PriceBook
from planner.problems import Problem, Refused, quoted, suggestion
from planner.rules import Rule, read_rule
from planner.schema import Schema, misfits


def read(path: Path | str) -> Document:
    """The YAML document in a file."""
    return read_document(read_bytes(path), str(path))


def load_schema(name: str) -> Schema:
    """A schema by its name, such as manifest. Raises Refused for an unknown one."""
    import json

    path = DATA / "schemas" / f"{name}.schema.json"
    if name not in schema_names():
        raise Refused(
            [f"no schema {quoted(name)}{suggestion(name, schema_names())}; there are: {', '.join(schema_names())}"]
        )
    loaded: Schema = json.loads(path.read_bytes())
    return loaded


def schema_text(name: str) -> str:
    """The text of a schema, as published."""
    load_schema(name)
    return (DATA / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def schema_names() -> tuple[str, ...]:
    """The schemas that lie in the folder."""
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in (DATA / "schemas").glob("*.schema.json")))


def load_manifest(path: Path | str) -> Manifest:
    """The manifest in a file. Raises Refused with every fault, each with line and column."""
    return parse(read(path), load_schema("manifest"))


def load_config(path: Path | str | None) -> Config:
    """The configuration in a file; the built-in one where none is named."""
    return Config() if path is None else parse_config(read(path), load_schema("config"))


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
    book = load_price_book(tuple(prices) or manifest.prices, models, Path() if prices else base)
    names = {p: named and {book.canonical(p, name) for name in named} for p, named in models.items()}
    ratios = read(DATA / "catalog" / "reasoning.yaml").data
    return Catalog(
        book=book,
        limits=Limits(_limit_files(names)),
        reasoning=ratios["policies"],
        measured_high=Decimal(ratios["measured_high"]),
        rules=load_rules(rules, config or Config(), with_examples=False),
    )


def models_of(manifest: Manifest) -> dict[str, set[str]]:
    """The models that the manifest names, by provider: each provider is asked for all, to compare them."""
    named = {workload.model for workload in manifest.workloads}
    return {workload.provider: named for workload in manifest.workloads}


def load_price_book(names: Sequence[str], models: Mapping[str, Iterable[str] | None], base: Path = Path()) -> PriceBook:
    """The books layered in the order of their names. A path is layered over list unless a book stands below it.

    Of the built-in books only what concerns the models is parsed, all of it for a provider with None.
    """
    built_in = book_names()
    order = list(names) if names[0] in built_in else ["list", *names]
    layers, digest = [], hashlib.sha256()
    known: dict[str, set[str]] = {}
    for name in order:
        layer: dict[str, Any] = {}
        for path in _book_files(name, built_in, base):
            document = None
            if name not in built_in:
                raw = read_bytes(path)
                document = read_document(raw, str(path))
                _check(document, "prices")
            elif path.stem in models:
                raw = read_bytes(path)
                text, listed = excerpts.of_prices(raw.decode(), models[path.stem])
                document = read_document(text.encode(), str(path))
                known.setdefault(path.stem, set()).update(listed)
            else:
                known.setdefault(path.stem, set())
            if document is not None:
                digest.update(hashlib.sha256(raw).digest())
                layer[document.data["provider"]] = document.data
        layers.append(layer)
    title = "+".join(name if name in built_in else Path(name).stem for name in order)
    return PriceBook(title, layers, f"sha256:{digest.hexdigest()}", known)


@cache
def book_names() -> tuple[str, ...]:
    """The price books that lie in the catalog."""
    return tuple(sorted(path.name for path in (DATA / "catalog" / "prices").iterdir() if path.is_dir()))


def book_files(name: str) -> list[Path]:
    """The files of a built-in book."""
    return sorted((DATA / "catalog" / "prices" / name).glob("*.yaml"))


def _book_files(name: str, built_in: tuple[str, ...], base: Path) -> list[Path]:
    if name in built_in:
        return book_files(name)
    path = base / name
    if path.is_dir():
        return sorted(path.glob("*.yaml"))
    if not path.exists() and "/" not in name and not name.endswith((".yaml", ".yml")):
        raise Refused(
            [
                f"no price book {quoted(name)}{suggestion(name, built_in)}; there are: {', '.join(built_in)}, or name a file"
            ]
        )
    return [path]


def _limit_files(models: Mapping[str, Iterable[str] | None]) -> dict[str, Mapping[str, Any]]:
    folder = DATA / "catalog" / "limits"
    known = {path.stem: path for path in folder.glob("*.yaml")}
    found = {}
    for provider in sorted(models.keys() & known.keys()):
        text = excerpts.of_limits(read_bytes(known[provider]).decode(), models[provider])
        found[provider] = read_document(text.encode(), str(known[provider])).data
    return found


def load_rules(
    folders: Sequence[Path | str] = (), config: Config | None = None, with_examples: bool = True
) -> tuple[Rule, ...]:
    """The built-in rules and those in the folders, with the configuration's parameters and levels, by id.

    A plan needs no examples of the built-in rules, and starts sooner without them.
    """
    config = config or Config()
    schema = load_schema("rule")
    rules: dict[str, Rule] = {}
    for path in rule_files(folders):
        rule = _load_rule(path, schema, config, with_examples)
        if rule.id in rules:
            raise Refused([f"{path}: rule {quoted(rule.id)} is also in {rules[rule.id].file}: rename one"])
        rules[rule.id] = rule
    config.check(rules)
    return tuple(config.apply(rules[name]) for name in sorted(rules) if config.level(name) != "none")


def rule_files(folders: Sequence[Path | str] = ()) -> list[Path]:
    """Every rule file: the built-in ones and those of the folders."""
    found = sorted((DATA / "rules").glob("*/*.yaml"))
    for folder in folders:
        if not Path(folder).is_dir():
            raise Refused([f"{folder}: no such folder of rules"])
        found += sorted(Path(folder).rglob("*.yaml"))
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
        if config.document is None:
            raise Refused([complaint]) from None
        raise config.document.refuse([Problem(("params", rule.id), complaint)]) from None


def _check(document: Document, schema: str) -> None:
    problems = misfits(document.data, load_schema(schema))
    if not problems:
        problems = _unknown_sources(document.data)
    if problems:
        raise document.refuse(problems)


def _unknown_sources(data: dict[str, Any]) -> list[Problem]:
    """Entries of a price file that name a source which its table lacks."""
    problems = []
    for name, model in data["models"].items():
        for index, rate in enumerate(model["rates"]):
            if rate["source"] not in data["sources"]:
                problems.append(
                    Problem(
                        ("models", name, "rates", index, "source"),
                        f"no source {quoted(rate['source'])} in sources{suggestion(rate['source'], data['sources'])}",
                    )
                )
    return problems


def probe_request_files(manifest: Manifest) -> dict[str, RequestFile]:
    """What the request files of the manifest hold, by workload id; each is read once, as a stream."""
    base = Path(manifest.document.name).resolve().parent
    problems: list[Problem] = []
    seen: dict[Path, RequestFile] = {}
    found = {}
    for workload in manifest.workloads:
        name = workload.batch.request_file
        if name is None:
            continue
        where = ("workloads", workload.position, "batch", "request_file")
        path = (base / name).resolve()
        if not path.is_relative_to(base):
            problems.append(
                Problem(where, f"{quoted(name)} lies outside the manifest's folder: name a file in it or below")
            )
        elif not path.is_file():
            problems.append(Problem(where, f"{quoted(name)}: no such file"))
        else:
            if path not in seen:
                with path.open("rb") as lines:
                    seen[path] = probe(lines)
            found[workload.id] = seen[path]
    if problems:
        raise manifest.document.refuse(problems)
    return found
