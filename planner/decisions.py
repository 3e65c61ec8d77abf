"""Real-time or batch for one workload, and which rule decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from planner.manifest import Pin
from planner.rules import Verdict, message

PIN = "pin"
MODE_OF_LANE = {"batch": "batch", "real-time": "real-time", "flex": "real-time", "priority": "real-time"}
LANE_OF_PIN = {"real-time": "standard"}


class Decision(NamedTuple):
    """The mode (real-time or batch), its price lane, and why.

    `decided_by` is the rule, `pin`, or None where nothing decided. `opposed` are required rules that want the
    opposite of each other: then nobody's wish is followed blindly and the work stays in real time.
    `tied` are preferred rules of one weight that want the opposite of each other.
    """

    mode: str
    lane: str
    decided_by: str | None
    reason: str
    opposed: tuple[str, ...] = ()
    tied: tuple[str, ...] = ()


class _Wish(NamedTuple):
    rule: str
    mode: str
    weight: int
    reason: str
    lane: str


def decide(verdicts: Sequence[Verdict], pin: Pin | None, on: date, facts: Mapping[str, Any]) -> Decision:
    """The decision: required rules and pins first, else the preferred rule of the greatest weight, else real-time."""
    fired = [verdict.rule for verdict in verdicts if verdict.outcome == "fires" and verdict.rule.assign]
    wishes = [_Wish(r.id, str(r.assign), r.weight, message(r, facts), _lane(str(r.assign))) for r in fired]
    required = [wish for wish, rule in zip(wishes, fired, strict=True) if rule.strength == "required"]
    preferred = [wish for wish, rule in zip(wishes, fired, strict=True) if rule.strength == "preferred"]
    if pin is not None and (pin.until is None or on <= pin.until):
        required.append(_pinned(pin))
    if required:
        return _from_required(sorted(required, key=lambda wish: (-wish.weight, wish.rule)))
    if preferred:
        return _from_preferred(sorted(preferred, key=lambda wish: (-wish.weight, wish.rule)))
    return Decision("real-time", "standard", None, "no rule decided, so it stays in real time")


def _from_required(wishes: list[_Wish]) -> Decision:
    first = wishes[0]
    against = [wish for wish in wishes if wish.mode != first.mode]
    if not against:
        return Decision(first.mode, first.lane, first.rule, first.reason)
    pair = (first, against[0])
    real_time = next(wish for wish in pair if wish.mode == "real-time")
    return Decision("real-time", real_time.lane, real_time.rule, real_time.reason, tuple(wish.rule for wish in pair))


def _from_preferred(wishes: list[_Wish]) -> Decision:
    first = wishes[0]
    equals = [wish for wish in wishes if wish.weight == first.weight]
    against = [wish for wish in equals if wish.mode != first.mode]
    if not against:
        return Decision(first.mode, first.lane, first.rule, first.reason)
    real_time = next(wish for wish in equals if wish.mode == "real-time")
    return Decision("real-time", "standard", real_time.rule, real_time.reason, tied=(first.rule, against[0].rule))


def _pinned(pin: Pin) -> _Wish:
    until = f" until {pin.until}" if pin.until else ""
    lane = LANE_OF_PIN.get(pin.lane, pin.lane)
    return _Wish(PIN, MODE_OF_LANE[pin.lane], 1001, f"pinned to {pin.lane}{until}: {pin.because}", lane)


def _lane(mode: str) -> str:
    return "batch" if mode == "batch" else "standard"
