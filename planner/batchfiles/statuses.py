"""What a status of a batch job means and asks for, by provider (catalog/statuses)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from planner.problems import quoted, safe, suggestion

Data = Mapping[str, Any]


class Source(NamedTuple):
    """Who says it, and the day on which it was seen."""

    title: str
    verified: str
    url: str | None


class Status(NamedTuple):
    """One status. `of` is job or request; `final` where nothing changes any more; `billed` is None where not known."""

    status: str
    of: str
    final: bool
    meaning: str
    action: str
    billed: str | None
    source: Source


class Typical(NamedTuple):
    """How long a job usually takes in seconds, as somebody said or saw it."""

    seconds: int
    says: str
    source: Source


class Statuses(NamedTuple):
    """All that is known of one provider's jobs. `results` says how its rows are read (schemas/statuses.schema.json)."""

    provider: str
    title: str
    prefixes: tuple[str, ...]
    statuses: tuple[Status, ...]
    typical: Typical | None
    results: Data
    billing: Source | None

    def find(self, word: str) -> Status | None:
        """The status of that name, in any case, with or without what comes before it."""
        asked = self._bare(word)
        return next((each for each in self.statuses if self._bare(each.status) == asked), None)

    def unknown(self, word: str) -> str:
        """What is said of a status that is not known: the nearest one, and what is safe."""
        names = {self._bare(each.status).lower(): each.status for each in self.statuses}
        near = suggestion(self._bare(word), names)
        for bare, name in names.items():
            near = near.replace(f"'{bare}'", f"'{name}'")
        seen = max(each.source.verified for each in self.statuses)
        return (
            f"{self.provider} has no status {quoted(word)} as far as was known on {seen}{near or '.'} "
            "Treat the job as not over: keep the word, and go on asking until a known status ends it."
        )

    def _bare(self, word: str) -> str:
        bare = word.strip().upper()
        for prefix in self.prefixes:
            bare = bare.removeprefix(prefix)
        return bare


def read_statuses(data: Data) -> Statuses:
    """What a file states, already merged over the one that it is like."""
    sources = {name: Source(each["title"], each["verified"], each.get("url")) for name, each in data["sources"].items()}
    typical, results = data.get("typical"), data.get("results", {})
    return Statuses(
        provider=data["provider"],
        title=data["title"],
        prefixes=tuple(data.get("prefixes", ())),
        statuses=tuple(_status(each, sources) for each in data["statuses"]),
        typical=None if typical is None else Typical(typical["seconds"], typical["says"], sources[typical["source"]]),
        results=results,
        billing=sources[results["billed_source"]] if "billed_source" in results else None,
    )


def _status(stated: Data, sources: Mapping[str, Source]) -> Status:
    return Status(
        stated["status"],
        stated.get("of", "job"),
        stated["final"],
        stated["meaning"],
        stated["action"],
        stated.get("billed"),
        sources[stated["source"]],
    )


def text(known: Statuses, word: str | None) -> str:
    """The status, or all of the provider's where none is named."""
    if word is None:
        head = f"{known.title}: {len(known.statuses)} statuses\n\n"
        return head + "\n".join(map(_told, known.statuses))
    found = known.find(word)
    return f"{safe(known.unknown(word))}\n" if found is None else _told(found)


def _told(one: Status) -> str:
    kind = "over" if one.final else "not over"
    lines = [
        f"{one.status} ({'of one request' if one.of == 'request' else 'job'}, {kind}): {one.meaning}",
        f"    do: {one.action}",
        f"    billed: {one.billed or 'not known'}" if one.final else None,
        f"    source: {one.source.title}, verified {one.source.verified}",
    ]
    return "\n".join(line for line in lines if line is not None) + "\n"


def as_data(known: Statuses, word: str | None) -> dict[str, Any]:
    """The same for JSON: `statuses` is empty and `unknown` says why where the status is not known."""
    found = known.statuses if word is None else [each for each in (known.find(word),) if each is not None]
    return {
        "provider": known.provider,
        "asked": word,
        "unknown": None if found or word is None else known.unknown(word),
        "statuses": [each._asdict() | {"source": each.source._asdict()} for each in found],
    }
