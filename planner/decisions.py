"""Real-time or batch for one workload, and which rule decided."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from planner.known import Facts
from planner.manifest import Pin
from planner.rules import Rule, Verdict, message

PIN = "pin"
HEAVIEST = 1000
MODE_OF_LANE = {"batch": "batch", "real-time": "real-time", "flex": "real-time", "priority": "real-time"}
LANE_OF_PIN = {"real-time": "standard"}


class Decision(NamedTuple):
    """The mode (real-time or batch), its price lane, and why.

    `decided_by` is the rule, `pin`, or None where nothing decided. `opposed` are required rules that want the
    opposite of each other: then nobody's wish is followed blindly and the work stays in real time.
    `tied` are preferred rules of one weight that want the opposite of each other. `unpinned` is the lane that the
    rules alone would choose, where a pin holds.
    """

    mode: str
    lane: str
    decided_by: str | None
    reason: str
    opposed: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()
    unpinned: str | None = None


class _Wish(NamedTuple):
    """What a fired rule or a pin wants; `because` says it in words, once it is known that it counts."""

    name: str
    mode: str
    lane: str
    weight: int
    because: Callable[[], str]


def decide(verdicts: Sequence[Verdict], pin: Pin | None, on: date, facts: Facts) -> Decision:
    """The decision: required rules and pins first, else the preferred rule of the greatest weight, else real-time."""
    if pin is not None and (pin.until is None or on <= pin.until):
        without = decide(verdicts, None, on, facts)
        return _decided(verdicts, facts, pin)._replace(unpinned=without.lane)
    return _decided(verdicts, facts, None)


def _decided(verdicts: Sequence[Verdict], facts: Facts, pin: Pin | None) -> Decision:
    fired = [verdict.rule for verdict in verdicts if verdict.outcome == "fires" and verdict.rule.assign]
    required = [_wish(rule, facts) for rule in fired if rule.strength == "required"]
    if pin is not None:
        required.append(_pinned(pin))
    if required:
        return _strongest(required, opposed=True)
    if fired:
        most = max(rule.weight for rule in fired)
        return _strongest([_wish(rule, facts) for rule in fired if rule.weight == most], opposed=False)
    return Decision("real-time", "standard", None, "no rule decided, so it stays in real time")


def _strongest(wishes: list[_Wish], opposed: bool) -> Decision:
    """The heaviest wish, or, where those that count want opposite modes, the heaviest for real time and the pair."""
    order = sorted(wishes, key=lambda wish: (-wish.weight, wish.name))
    first = order[0]
    other = next((wish for wish in order if wish.mode != first.mode), None)
    if other is None:
        return Decision(first.mode, first.lane, first.name, first.because())
    stays = next(wish for wish in order if wish.mode == "real-time")
    pair = (first.name, other.name)
    return Decision(
        "real-time", stays.lane, stays.name, stays.because(), pair if opposed else (), () if opposed else pair
    )


def _wish(rule: Rule, facts: Facts) -> _Wish:
    mode = str(rule.assign)
    return _Wish(rule.id, mode, "batch" if mode == "batch" else "standard", rule.weight, lambda: message(rule, facts))


def _pinned(pin: Pin) -> _Wish:
    until = f" until {pin.until}" if pin.until else ""
    says = f"pinned to {pin.lane}{until}: {pin.because}"
    return _Wish(PIN, MODE_OF_LANE[pin.lane], LANE_OF_PIN.get(pin.lane, pin.lane), HEAVIEST + 1, lambda: says)
