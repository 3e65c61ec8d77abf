"""What the page tells of single workloads: why it runs where it does, and what would change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from planner.report import Flip, RuleCard, WorkloadReport
from planner.reportpage.gathered import NOT_STATED, Placed
from planner.story import amount, point


class Turn(NamedTuple):
    """A point at which a decision changes, in words; `usd` is the cost there, `instead` in the lane that it leaves."""

    to: str
    dimension: str
    at: str
    now: str
    by: str
    usd: Decimal | None
    instead: Decimal | None


class Told(NamedTuple):
    """A workload with its rule's reasoning and what would change its lane; nothing, where no single quantity does."""

    at: int
    workload: WorkloadReport
    why: str
    turns: list[Turn]


def told(placed: Placed, flips: Sequence[Flip], cards: Mapping[str, RuleCard]) -> Told:
    """The workload with its rule's reasoning and its turning points."""
    card = cards.get(placed.workload.decided_by or "")
    turns = [_turn(flip, flip.at) for flip in flips if flip.at is not None]
    return Told(placed.at, placed.workload, card.why if card else "", turns)


def _turn(flip: Flip, at: Decimal) -> Turn:
    now = NOT_STATED if flip.now is None else _bare(flip, amount(flip, flip.now))
    where, by = _bare(flip, point(flip, at)), flip.decided_by or "no rule"
    return Turn(flip.mode or "", flip.dimension, where, now, by, flip.expected_usd, flip.instead_of_usd)


def _bare(flip: Flip, text: str) -> str:
    """The amount without its unit where the sign says enough: 200 %."""
    return text.removesuffix(f" {flip.unit}") if text.endswith(f"% {flip.unit}") else text
