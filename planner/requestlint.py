"""The linter's look into request files: what planner batch check finds in a file that a manifest names."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from planner.batchfiles.check import World, check
from planner.batchfiles.dialects import Dialect
from planner.batchfiles.examine import Options
from planner.batchfiles.findings import Group
from planner.batchfiles.market import Market
from planner.files import request_file_in
from planner.findings import CHECK_PREFIX as PREFIX
from planner.manifest import Manifest, Workload
from planner.places import WorkloadPlaces, finding_at, fingerprint, place_of
from planner.problems import quoted, safe
from planner.report import Finding
from planner.requestfiles import load_dialects, open_market, open_requests

SAID_BY_RULES = {
    "byte-order-mark": ("request-file-bom",),
    "not-utf-8": ("request-file-bom",),
    "empty-file": ("request-file-empty",),
    "file-too-large": ("request-file-too-large",),
    "too-many-requests": ("request-file-too-many-requests",),
    "too-few-requests": ("too-few-requests",),
    "url-differs": ("request-file-urls-differ",),
    "url-mismatch": ("request-file-url-mismatch",),
    "model-differs": ("one-deployment-per-file",),
    "model-not-in-batch": ("batch-not-offered", "batch-model-unlisted", "batch-support-unknown"),
    "model-retired": ("model-retired",),
    "model-retiring": ("model-retiring",),
    "price-unknown": ("price-unknown",),
    "output-uncapped": ("output-uncapped",),
    "queue-exceeded": ("queue-limit-fails", "queue-overbooked", "request-exceeds-queue", "queue-misses-deadline"),
    "queue-unchecked": ("queue-quota-unchecked",),
    "spend-cap-exceeded": ("spend-cap-exceeded",),
}
"""Checks that need not speak where a rule has said the same of the workload."""
UNREADABLE = "request-file-unreadable"
PRECISE = frozenset({"invalid-utf-8", "not-json-lines", "line-too-long", "invalid-json", "not-an-object", "not-a-number", "nested-too-deeply", "not-utf-8"})  # fmt: skip
"""Checks that say more exactly what the rule on unreadable lines says."""
UNSAID = ("queue-unchecked", "model-unstated", "deployment-unmapped")
"""Notes on what a call was not told, and a manifest tells."""


def _by_bytes(encoding: str) -> None:
    """No vocabulary: exact counts take thirty times as long, and a linter that is slow is switched off."""
    return


def with_request_files(
    manifest: Manifest, findings: Sequence[Finding], on: date, prices: Sequence[str]
) -> list[Finding]:
    """The findings, with those in the manifest's request files; where these say more exactly what a rule said, without the rule's.

    `prices` are the price books of the call; the manifest's own when empty. Raises Refused for a file that cannot be read.
    """  # fmt: skip
    said = {(finding.rule, finding.workload) for finding in findings}
    found: list[Finding] = []
    dialects = load_dialects()
    seen: dict[Hashable, Sequence[Group]] = {}
    for workload in manifest.workloads:
        if workload.batch.request_file is not None:
            groups = _checked(manifest, workload, dialects, on, prices, seen)
            found += _findings(manifest, workload, _told(groups, workload, said))
    precise = {finding.workload for finding in found if finding.rule.removeprefix(PREFIX) in PRECISE}
    return [one for one in findings if one.rule != UNREADABLE or one.workload not in precise] + found


def _checked(
    manifest: Manifest,
    workload: Workload,
    dialects: Sequence[Dialect],
    on: date,
    prices: Sequence[str],
    seen: dict[Hashable, Sequence[Group]],
) -> Sequence[Group]:
    """What a check of the workload's file finds; workloads that ask the same of the same file share one reading."""
    path = request_file_in(manifest, workload.batch.request_file or "")
    chosen = next((one for one in dialects if one.name == workload.provider), None)
    if chosen is None:
        return ()
    account = manifest.account_of(workload)
    key = (path, workload.provider, workload.model, workload.region, workload.batch.endpoint, account.name)
    if key in seen:
        return seen[key]

    def market(dialect: Dialect) -> Market:
        base = Path() if prices else Path(manifest.document.name).parent
        mapping = {"": workload.model}
        return open_market(dialect, on, account, prices or manifest.prices, workload.region, mapping, base)

    world = World(dialects, market, _by_bytes, chosen)
    options = Options(on, 1, expected_output=None, endpoint=workload.batch.endpoint)
    (file,) = check([open_requests(str(path)).source], world, options).files
    seen[key] = tuple(file.groups)
    return seen[key]


def _findings(manifest: Manifest, workload: Workload, groups: Iterable[Group]) -> Iterator[Finding]:
    name = workload.batch.request_file or ""
    places = WorkloadPlaces(manifest, workload.position)
    for group in groups:
        mark = fingerprint(PREFIX + group.rule, workload.id, ("workloads", 0, "batch", "request_file", group.kind))
        place = place_of(manifest.document, places.of_fields(["batch.request_file"]))
        remedy = group.kept[0].remedy
        says = _says(name, group)
        yield finding_at(place, PREFIX + group.rule, group.level, says, remedy, mark, workload.id)


def _told(groups: Iterable[Group], workload: Workload, said: set[tuple[str, str | None]]) -> Iterator[Group]:
    for group in groups:
        rules = SAID_BY_RULES.get(group.rule, ())
        if group.rule not in UNSAID and not any((rule, workload.id) in said for rule in rules):
            yield group


def _says(name: str, group: Group) -> str:
    """The first finding of the group with its place in the file, what the provider would say, and how many are alike."""
    first = group.kept[0]
    place = ":".join(str(part) for part in (safe(name), first.line, first.column) if part is not None)
    inside = [
        None if first.custom_id is None else f"custom_id {quoted(first.custom_id)}",
        None if first.byte is None else f"byte {first.byte}",
        None if first.provider_code is None else f"the provider's code: {first.provider_code}",
    ]
    told = ", ".join(part for part in inside if part is not None)
    alike = f"; {group.number - 1:,} more like it" if group.number > 1 else ""
    return f"{place}: {first.message}{f' ({told})' if told else ''}{alike}"
