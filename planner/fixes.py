"""What would mend a finding: the fix that its rule offers, for the case at hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from planner.facts import VOCABULARY
from planner.known import Facts
from planner.manifest import Manifest
from planner.operators import NUMERIC, Unfit, Value, literal
from planner.problems import Path, pointer
from planner.report import Fix
from planner.rules import SLOT, Rule, filled
from planner.units import SECONDS, Exact, divided, plain

_FILE = "request_file"
_WHOLE = "reasoning"
"""The one mapping that a workload takes from the defaults as a whole, or not at all."""


def fix_of(rule: Rule, facts: Facts, manifest: Manifest, position: int) -> Fix | None:
    """The fix that the rule offers for a workload; None where it offers none, or none that is true here."""
    offer = rule.fix
    if offer is None:
        return None
    if offer.does == "run":
        return _command(rule, facts, manifest)
    own, defaults = manifest.document.data["workloads"][position], manifest.document.data.get("defaults", {})
    path: Path = tuple(offer.what.split("."))
    value = _value(rule, facts) if offer.does == "set" else None
    if offer.does == "remove":
        while len(path) > 1 and _stated(own, path) is not None and len(_stated(own, path[:-1])) == 1:
            path = path[:-1]
        if _stated(own, path) is None or _stated(defaults, path) is not None:
            path, value = tuple(offer.what.split(".")), offer.instead
            if value is None:
                return None
    elif value is None:
        return None
    elif isinstance(value, list):
        present = _stated(own, path) or _stated(defaults, path) or []
        value = [*present, *(one for one in value if one not in present)]
    if value is not None and path[0] == _WHOLE and _WHOLE not in own and set(defaults.get(_WHOLE, {})) - {path[-1]}:
        return None
    to = None if value is None else _text(value)
    done = f"remove {'.'.join(map(str, path))}" if to is None else f"set {offer.what} to {to}"
    says = f"{done}: {filled(rule, offer.says, facts)}"
    return Fix(says, offer.safe, pointer(("workloads", position, *path)), to, None)


def _command(rule: Rule, facts: Facts, manifest: Manifest) -> Fix | None:
    from shlex import quote

    assert rule.fix is not None
    folder, slash, _ = manifest.document.name.replace("\\", "/").rpartition("/")
    known = {name: facts[name] for name in SLOT.findall(rule.fix.what)}
    if None in known.values():
        return None
    texts = {name: folder + slash + value if name == _FILE else _text(value) for name, value in known.items()}
    command = SLOT.sub(lambda slot: quote(texts[slot[1]]), rule.fix.what)
    return Fix(filled(rule, rule.fix.says, facts), False, None, None, command)


def _stated(root: Any, path: Path) -> Any:
    for part in path:
        root = root.get(part) if isinstance(root, dict) else None
    return root


def _value(rule: Rule, facts: Facts) -> Any:
    """What the field is to be: the literal, or the fact or parameter in the slot, within its bounds."""
    offer = rule.fix
    assert offer is not None
    value, kind = offer.to, "word"
    slot = SLOT.fullmatch(value) if isinstance(value, str) else None
    if slot:
        name = slot[1]
        value, kind = rule.values[name] if name in rule.values else (facts[name], VOCABULARY[name].kind)
    bounds = [(name, facts[name]) for name in (offer.at_least, offer.at_most) if name is not None]
    if value is None:
        return None
    if bounds:
        kind = VOCABULARY[bounds[0][0]].kind
        try:
            value = literal(value, kind) if not slot else value
        except Unfit:
            return None
        value = _within(value, offer.at_least and facts[offer.at_least], offer.at_most and facts[offer.at_most])
    if value is None or kind not in NUMERIC:
        return list(value) if isinstance(value, tuple) else value
    return (
        _duration(value) if kind == "duration" else f"{plain(value)}%" if kind == "percent" else Decimal(plain(value))
    )


def _within(value: Exact, least: Value, most: Value) -> Exact | None:
    """The nearest to the value between the two; None where nothing lies between them."""
    if least is not None and most is not None and least > most:
        return None
    value = value if least is None else max(value, least)
    return value if most is None else min(value, most)


def _duration(number: Exact) -> str:
    """Seconds as the manifest writes them, in the largest unit that divides them: 14d, 90s, 500ms."""
    unit = next((unit for unit in ("d", "h", "m", "s") if number % SECONDS[unit] == 0), "ms")
    return f"{plain(divided(number, SECONDS[unit]))}{unit}"


def _text(value: Any) -> str:
    """The value as YAML in one line."""
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return str(value).lower() if isinstance(value, bool) else str(value)
