"""Dialects of batch services, read from catalog/dialects: what a line looks like, and whose line it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import jsonschema_rs

from planner.batchfiles.findings import Saying
from planner.problems import Refused, quoted, suggestion

Data = Mapping[str, Any]
Keys = tuple[str, ...]


class Operation(NamedTuple):
    """A kind of request; the fields are those of schemas/dialect.schema.json. `validator` is None without a schema."""

    name: str
    urls: Keys
    has: Keys
    body: Data | None
    validator: Any
    messages: str | None
    prompt: Keys
    declared: Keys
    skip: frozenset[str]
    uncounted: frozenset[str]
    caps: tuple[Keys, ...]
    answers: tuple[Keys, ...]
    thinking: Keys | None
    inputs: str | None


class Encoding(NamedTuple):
    """The vocabulary of the models whose names match."""

    models: re.Pattern[str]
    name: str


class Dialect(NamedTuple):
    """One service's way of writing requests."""

    name: str
    title: str
    rank: int
    keys: Keys
    some: Keys
    without: Keys
    models: tuple[re.Pattern[str], ...]
    results: Keys
    id_at: Keys | None
    url_at: Keys | None
    body_at: Keys
    model_at: Keys | None
    deployments: bool
    line: Data
    validator: Any
    operations: tuple[Operation, ...]
    window_is_shared: bool
    per_request: int
    per_message: int
    margin_percent: int
    encodings: tuple[Encoding, ...]
    reasoning_refuses: Mapping[str, Mapping[str, str]]
    job: Data
    sayings: Mapping[str, Saying]

    def saying(self, rule: str) -> Saying:
        """What the service says where the rule speaks."""
        return self.sayings.get(rule, NOTHING_SAID)

    def operation(self, url: object, body: Data) -> Operation | None:
        """The kind of request: by its address where lines have one, else by the fields of its body."""
        if self.url_at is not None and isinstance(url, str):
            return next((each for each in self.operations if url in each.urls), None)
        return next((each for each in self.operations if any(key in body for key in each.has)), self.operations[0])

    def encoding(self, model: str) -> str | None:
        """The name of the vocabulary that a model reads text with, where it is known."""
        return next((each.name for each in self.encodings if each.models.search(model)), None)


class Detected(NamedTuple):
    """Whose lines they are. `others` are the services whose lines they may be just as well."""

    dialect: Dialect
    others: tuple[str, ...]


NOTHING_SAID = Saying()


def like(base: Data, own: Data) -> Data:
    """The dialect merged over the one that it is like. What a service says is always its own."""
    found: Data = merged({key: value for key, value in base.items() if key != "says"}, own)
    return found


def merged(base: Any, own: Any) -> Any:
    """The base with the other's values over it; null takes a key away."""
    if not isinstance(own, dict):
        return own
    below = base if isinstance(base, dict) else {}
    joined = {**below, **{key: merged(below.get(key), value) for key, value in own.items()}}
    return {key: value for key, value in joined.items() if value is not None}


def read_dialect(data: Data) -> Dialect:
    """The dialect that a file states, merged over the one that it is like."""
    known, paths, tokens = data["recognised_by"], data.get("paths", {}), data.get("tokens", {})
    return Dialect(
        name=data["dialect"],
        title=data["title"],
        rank=data.get("rank", 1),
        keys=tuple(known["keys"]),
        some=tuple(known.get("some", ())),
        without=tuple(known.get("without", ())),
        models=tuple(re.compile(pattern) for pattern in known.get("models", ())),
        results=tuple(data.get("results", ())),
        id_at=_path(paths.get("id")),
        url_at=_path(paths.get("url")),
        body_at=tuple(paths["body"]),
        model_at=_path(paths.get("model")),
        deployments=data.get("deployments", False),
        line=data["line"],
        validator=jsonschema_rs.validator_for(data["line"]),
        operations=tuple(_operation(name, stated) for name, stated in data["operations"].items()),
        window_is_shared=data.get("window", "shared") == "shared",
        per_request=tokens.get("per_request", 0),
        per_message=tokens.get("per_message", 0),
        margin_percent=tokens.get("margin_percent", 0),
        encodings=tuple(Encoding(re.compile(e["models"]), e["encoding"]) for e in tokens.get("encodings", ())),
        reasoning_refuses=data.get("reasoning_refuses", {}),
        job=data.get("job", {}),
        sayings={rule: _saying(stated) for rule, stated in data.get("says", {}).items()},
    )


def _operation(name: str, stated: Data) -> Operation:
    body = stated.get("body")
    return Operation(
        name=name,
        urls=tuple(stated.get("urls", ())),
        has=tuple(stated.get("has", ())),
        body=body,
        validator=None if body is None else jsonschema_rs.validator_for(body),
        messages=stated.get("messages"),
        prompt=tuple(stated.get("prompt", ())),
        declared=tuple(stated.get("declared", ())),
        skip=frozenset(stated.get("skip", ())),
        uncounted=frozenset(stated.get("uncounted", ())),
        caps=tuple(tuple(path) for path in stated.get("caps", ())),
        answers=tuple(tuple(path) for path in stated.get("answers", ())),
        thinking=_path(stated.get("thinking")),
        inputs=stated.get("inputs"),
    )


def _path(stated: Sequence[str] | None) -> Keys | None:
    return None if stated is None else tuple(stated)


def _saying(stated: Data) -> Saying:
    return Saying(stated.get("code"), stated.get("message"), stated.get("when"), stated.get("level"))


def detect(lines: Sequence[Data], dialects: Sequence[Dialect]) -> Detected | None:
    """Whose requests the lines are: by their keys, then by address and model; None where they are nobody's."""
    fitting = [dialect for dialect in dialects if lines and all(_fits(dialect, line) for line in lines)]
    if not fitting:
        fitting = [dialect for dialect in dialects if any(_fits(dialect, line) for line in lines)]
    if not fitting:
        return None
    scores = {dialect.name: _score(dialect, lines) for dialect in fitting}
    best = min(fitting, key=lambda dialect: (-scores[dialect.name], dialect.rank, dialect.name))
    sure = scores[best.name] % 2 == 1 or len(fitting) == 1
    equal = [each.name for each in fitting if each is not best and scores[each.name] == scores[best.name]]
    return Detected(best, () if sure else tuple(sorted(equal)))


def named(name: str, dialects: Sequence[Dialect]) -> Dialect:
    """The dialect of that name. Raises Refused where there is none."""
    known = {dialect.name: dialect for dialect in dialects}
    if name not in known:
        there = ", ".join(sorted(known))
        raise Refused([f"no dialect {quoted(name)}{suggestion(name, known)}; there are: {there}"])
    return known[name]


def _fits(dialect: Dialect, line: Data) -> bool:
    return (
        all(key in line for key in dialect.keys)
        and (not dialect.some or any(key in line for key in dialect.some))
        and not any(key in line for key in dialect.without)
    )


def _score(dialect: Dialect, lines: Sequence[Data]) -> int:
    """2 where an address is one of the dialect's, 1 where a model's name looks like one of the provider's."""
    urls = {url for each in dialect.operations for url in each.urls}
    own_url = dialect.url_at is not None and any(_hashable(at(line, dialect.url_at)) in urls for line in lines)
    names = [at(line, dialect.model_at) for line in lines] if dialect.model_at else []
    own_model = any(pattern.search(name) for pattern in dialect.models for name in names if isinstance(name, str))
    return 2 * own_url + own_model


def _hashable(value: object) -> str:
    return value if isinstance(value, str) else ""


def at(value: Any, path: Keys) -> Any:
    """What stands at the path; None where nothing does."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def is_result(line: Data, dialects: Sequence[Dialect]) -> bool:
    """Whether the line is an answer of a batch instead of a request."""
    return any(
        any(isinstance(line.get(key), dict) for key in dialect.results) and dialect.body_at[0] not in line
        for dialect in dialects
    )


def repeats_request(line: Data, dialects: Sequence[Dialect]) -> bool:
    """Whether the line is an answer that has its request beside it, as some services write it."""
    answered = any(isinstance(line.get(key), dict) for dialect in dialects for key in dialect.results)
    return answered and not _fits_any(line, dialects)


def is_request(line: Data, dialects: Sequence[Dialect]) -> bool:
    """Whether the line is a request of some service, and surely no answer."""
    return _fits_any(line, dialects) and not any(key in line for dialect in dialects for key in dialect.results)


def _fits_any(line: Data, dialects: Sequence[Dialect]) -> bool:
    return any(_fits(dialect, line) for dialect in dialects)
