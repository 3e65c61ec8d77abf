"""What is known of one workload: facts that are read off its case when a rule asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planner.case import Case
from planner.facts import VOCABULARY

READERS = {name: fact.read for name, fact in VOCABULARY.items()}
DECIDED = tuple(name for name, fact in VOCABULARY.items() if fact.decided)


class Facts(dict[str, Any]):
    """Facts by name, each read off the case when it is first asked for; None where it is not known.

    Without a case only those are known that were put in.
    """

    __slots__ = ("_case",)

    def __init__(self, case: Case | None = None, known: Mapping[str, Any] | None = None) -> None:
        super().__init__(known or ())
        self._case = case

    def __missing__(self, name: str) -> Any:
        value = self[name] = None if self._case is None else READERS[name](self._case)
        return value

    def settled(self, case: Case) -> Facts:
        """The same facts, with those of the decision to be read off the settled case."""
        facts = Facts(case, self)
        for name in DECIDED:
            facts.pop(name, None)
        return facts

    def all(self) -> dict[str, Any]:
        """Every fact that is known, in the order of the vocabulary."""
        return {name: value for name in VOCABULARY if (value := self[name]) is not None}
