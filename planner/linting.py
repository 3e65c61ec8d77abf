"""The linter's line: from files to findings that count, over all cores where there are many files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from planner import files
from planner.cards import RULES_URL, cards_of
from planner.catalog import Catalog
from planner.config import Config
from planner.configfiles import configured
from planner.disk import load_schema, read_bytes
from planner.documents import Document, read_document, read_documents
from planner.manifest import Manifest
from planner.parsing import parse
from planner.plan import plan
from planner.problems import Refused
from planner.report import Finding, LintReport, RuleCard, Suppressed, finding_code

if TYPE_CHECKING:
    from planner.baseline import Baseline

MANY = 16
"""Files from which a second process pays, since starting one costs about as much as linting ten."""
STDIN = "<stdin>"


class Options(NamedTuple):
    """How files are linted. `stdin` is what was read there, for the path -."""

    day: date
    prices: tuple[str, ...] = ()
    rule_folders: tuple[Path, ...] = ()
    config: Path | None = None
    fail_on: str | None = None
    baseline: Path | None = None
    use_baseline: bool = True
    stdin: bytes = b""


class Linted(NamedTuple):
    """What was found in some files. `complaints` are about what could not be read; then there is nothing else."""

    files: list[str]
    cards: dict[str, RuleCard]
    findings: list[Finding]
    suppressed: list[Suppressed]
    codes: list[int]
    complaints: list[str]

    def report(self) -> LintReport:
        """The artifact behind every format."""
        cards = [self.cards[name] for name in sorted(self.cards)]
        return LintReport(1, self.files, cards, self.findings, self.suppressed)


def lint_files(paths: Sequence[Path], options: Options, tick: Callable[[int], Any] = lambda done: None) -> Linted:
    """The findings of all files, in their order; `tick` is told how many more are done."""
    workers = min(os.cpu_count() or 1, len(paths) // (MANY // 2))
    if len(paths) < MANY or workers < 2:
        return _joined(_some(paths, options, tick))
    from concurrent.futures import ProcessPoolExecutor

    size = max(MANY // 2, min(100, len(paths) // (workers * 4)))
    chunks = [paths[start : start + size] for start in range(0, len(paths), size)]
    parts = []
    with ProcessPoolExecutor(workers) as pool:
        for chunk, part in zip(chunks, pool.map(_chunk, chunks, [options] * len(chunks)), strict=True):
            parts.append(part)
            tick(len(chunk))
    return _joined(parts)


def _chunk(paths: Sequence[Path], options: Options) -> Linted:
    import gc

    gc.disable()
    return _joined(_some(paths, options, lambda done: None))


def _some(paths: Sequence[Path], options: Options, tick: Callable[[int], Any]) -> Iterable[Linted]:
    shelf = _Shelf(whole=len(paths) > 1)
    for path in paths:
        try:
            yield _lint(path, options, shelf)
        except Refused as refused:
            yield Linted([], {}, [], [], [], list(refused.complaints))
        tick(1)


def _joined(parts: Iterable[Linted]) -> Linted:
    whole = Linted([], {}, [], [], [], [])
    for part in parts:
        whole.files.extend(part.files)
        whole.cards.update(part.cards)
        whole.findings.extend(part.findings)
        whole.suppressed.extend(part.suppressed)
        whole.codes.extend(part.codes)
        whole.complaints.extend(part.complaints)
    return whole


def _lint(path: Path, options: Options, shelf: _Shelf) -> Linted:
    """What is found in one file, in each of its manifests."""
    config = configured(Path() if str(path) == "-" else path, options.config)
    findings: list[Finding] = []
    rules: dict[str, Any] = {}
    documents = _documents(path, options)
    for document in documents:
        manifest = parse(document, shelf.schema)
        catalog = shelf.catalog(manifest, options, config)
        report = plan(manifest, catalog, options.day, files.probe_request_files(manifest), gate=config.gate)
        rules |= {rule.id: rule for rule in catalog.rules}
        found = _with_request_files(manifest, report.findings, options)
        findings += config.levelled(found)
    known = {*rules, *(name for name, level in config.levels.items() if level == "none")}
    findings, suppressed = _allowed(documents, findings, known)
    findings, accepted = _beyond_baseline(path, findings, options, config, shelf)
    suppressed += accepted
    spoke = {finding.rule for finding in (*findings, *(one.finding for one in suppressed))}
    return Linted(
        [documents[0].name] if documents else [],
        cards_of(rules.values(), spoke, config.rules_url or RULES_URL),
        findings,
        suppressed,
        [finding_code(findings, options.fail_on or config.fail_on, config.gate)],
        [],
    )


def _with_request_files(manifest: Manifest, findings: list[Finding], options: Options) -> list[Finding]:
    """The findings with those in request files; few manifests name any, so what reads them is loaded for these."""
    if not any(workload.batch.request_file for workload in manifest.workloads):
        return findings
    from planner.requestlint import with_request_files

    return with_request_files(manifest, findings, options.day, options.prices)


def _allowed(
    documents: list[Document], findings: list[Finding], rules: set[str]
) -> tuple[list[Finding], list[Suppressed]]:
    """The findings without those that comments allow; few files have any, so what reads them is loaded for these."""
    if "planner" not in documents[0].text:
        return findings, []
    from planner.allowing import sift

    return sift(documents, findings, rules)


def _documents(path: Path, options: Options) -> list[Document]:
    """The manifests of a file: its one document, or of several those that have workloads."""
    raw, name = (options.stdin, STDIN) if str(path) == "-" else (read_bytes(path), str(path))
    if b"\n---" not in raw and b"\n..." not in raw:
        return [read_document(raw, name)]
    found = read_documents(raw, name)
    manifests = [one for one in found if isinstance(one.data, dict) and "workloads" in one.data]
    return manifests or found[:1]


def _beyond_baseline(
    path: Path, findings: list[Finding], options: Options, config: Config, shelf: _Shelf
) -> tuple[list[Finding], list[Suppressed]]:
    where = options.baseline or (Path(config.baseline) if config.baseline else None)
    if where is None or not options.use_baseline:
        return findings, []
    from planner import baseline

    return baseline.sift(shelf.baseline(where), name_in(where, path), findings, config.tolerance_percent)


def name_in(where: Path, path: Path) -> str:
    """A file's name in a baseline: seen from the baseline's folder, with forward slashes."""
    return Path(os.path.relpath(path, where.parent)).as_posix()


def load_baseline(path: Path) -> Baseline:
    """The baseline in a file. Raises Refused with places."""
    from planner import baseline

    return baseline.parse_baseline(read_document(read_bytes(path), str(path)), load_schema("baseline"))


class _Shelf:
    """What was read already: the schema, baselines, and catalogs, of which `whole` ones serve every manifest of the
    same providers and books."""

    def __init__(self, whole: bool) -> None:
        self._whole = whole
        self.schema = load_schema("manifest")
        self._baselines: dict[Path, Baseline] = {}
        self._catalogs: dict[Any, tuple[Config, Catalog]] = {}

    def baseline(self, path: Path) -> Baseline:
        """The baseline in a file."""
        if path not in self._baselines:
            self._baselines[path] = load_baseline(path)
        return self._baselines[path]

    def catalog(self, manifest: Manifest, options: Options, config: Config) -> Catalog:
        """What the plan of the manifest draws on."""
        if not self._whole:
            return files.load_catalog(manifest, options.prices, options.rule_folders, config)
        providers = frozenset(workload.provider for workload in manifest.workloads)
        own = () if set(manifest.prices) <= set(files.book_names()) else (Path(manifest.document.name).parent,)
        key = (providers, manifest.prices, own, id(config))
        if key not in self._catalogs:
            found = files.load_catalog(manifest, options.prices, options.rule_folders, config, whole=True)
            self._catalogs[key] = config, found
        return self._catalogs[key][1]
