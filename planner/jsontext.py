"""JSON as every command writes it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from planner.units import plain


def as_json(value: object) -> str:
    """JSON in which nothing stands that a terminal would obey or hide; amounts as decimal strings, days as text."""
    text = json.dumps(as_data(value), indent=1, ensure_ascii=False)
    if not text.replace("\n", "").isprintable():
        text = "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in text)
    return text + "\n"


def as_data(value: object) -> Any:
    """What JSON can hold of a report or a part of it."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: as_data(inner) for key, inner in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: as_data(getattr(value, name)) for name in value._fields}
    if isinstance(value, list | tuple):
        return [as_data(inner) for inner in value]
    return value
