"""What a request asks: the text that the model reads, and how much it may write."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from planner.batchfiles.dialects import Keys, Operation, at

MOST_TOKENS = 10**12
"""A count above this is no count of tokens; the schema has said so."""


class Prompt(NamedTuple):
    """What the model reads of a request. `ids` are tokens that stand there as numbers; `messages` how many there are.

    `uncounted` is true where something else is read too, such as an image.
    """

    texts: list[str]
    declared: list[str]
    ids: int
    messages: int
    uncounted: bool


class Ask(NamedTuple):
    """How much a request may write. `cap` is None where none is stated, `thinking` where no budget is."""

    cap: int | None
    cap_at: Keys | None
    answers: int
    thinking: int | None
    inputs: int


def prompt_of(operation: Operation, body: Mapping[str, Any]) -> Prompt:
    """The text of a request, gathered from the fields that the dialect names."""
    walk = _Walk(operation)
    for key in operation.prompt:
        if key in body:
            walk.gather(body[key])
    uncounted = walk.uncounted or any(body.get(key) is not None for key in operation.uncounted)
    declared = [_as_json(body[key]) for key in operation.declared if body.get(key)]
    return Prompt(walk.texts, declared, walk.ids, _messages(operation, body), uncounted)


def ask_of(operation: Operation, body: Mapping[str, Any]) -> Ask:
    """The caps of a request; of an answer asked for several times, the number of times."""
    cap, cap_at = _first_number(body, operation.caps)
    answers, _ = _first_number(body, operation.answers)
    thinking, _ = _first_number(body, (operation.thinking,) if operation.thinking else ())
    return Ask(cap, cap_at, max(1, answers or 1), thinking, inputs_of(operation, body))


def inputs_of(operation: Operation, body: Mapping[str, Any]) -> int:
    """Inputs of an embedding request: a list of texts or of lists counts each; 0 for other requests."""
    if operation.inputs is None:
        return 0
    stated = body.get(operation.inputs)
    if isinstance(stated, list) and stated and not isinstance(stated[0], int):
        return len(stated)
    return 1


class _Walk:
    """Gathers text from a value, whatever its nesting; never recursive, since the depth is somebody else's."""

    def __init__(self, operation: Operation) -> None:
        self._skip, self._foreign = operation.skip, operation.uncounted
        self.texts: list[str] = []
        self.ids = 0
        self.uncounted = False

    def gather(self, value: Any) -> None:
        """Takes in what stands in the value."""
        waiting = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, str):
                self.texts.append(one)
            elif isinstance(one, dict):
                waiting += self._inner(one)
            elif isinstance(one, list):
                if one and type(one[0]) is int:
                    self.ids += len(one)
                else:
                    waiting += one

    def _inner(self, one: Mapping[str, Any]) -> Iterable[Any]:
        if not self._foreign.isdisjoint(one):
            self.uncounted = True
        return [value for key, value in one.items() if key not in self._skip and key not in self._foreign]


def _messages(operation: Operation, body: Mapping[str, Any]) -> int:
    stated = body.get(operation.messages) if operation.messages else None
    return len(stated) if isinstance(stated, list) else int(isinstance(stated, str))


def _first_number(body: Mapping[str, Any], paths: Iterable[Keys]) -> tuple[int | None, Keys | None]:
    for path in paths:
        value = at(body, path)
        if type(value) is int and 0 <= value <= MOST_TOKENS:
            return value, path
    return None, None


def _as_json(value: Any) -> str:
    """The value as the model is told it, about: compact JSON."""
    from msgspec.json import encode

    try:
        return encode(value).decode()
    except (ValueError, TypeError, RecursionError):
        return ""
