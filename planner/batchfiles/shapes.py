"""Does a line have the shape that the service takes, and if not, which rule speaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from planner.batchfiles.findings import Fault
from planner.batchfiles.reading import general, shown
from planner.problems import Path, quoted, suggestion

MOST = 50
"""Faults of one line that are told."""
LONGEST_KEY = 100
GREAT = 200_000
"""Characters of a line, beyond which not every fault is looked for."""
TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}


def misshapen(validator: Any, schema: Mapping[str, Any], value: Any, size: int, root: Path = ()) -> list[Fault]:
    """What does not fit, with our rules; nothing where it fits. Of a line of a great `size`, the first fault only.

    `root` is where the value stands in the line.
    """
    if validator.is_valid(value):
        return []
    faults: list[Fault] = []
    for error in validator.iter_errors(value) if size <= GREAT else _first(validator, value):
        faults += _explained(error, schema, root)
        if len(faults) >= MOST:
            break
    return faults


def _first(validator: Any, value: Any) -> Iterator[Any]:
    """The first error alone: all of them at once would take a thousand times the memory of the line."""
    try:
        validator.validate(value)
    except jsonschema_rs.ValidationError as error:
        yield error


def _explained(error: Any, schema: Mapping[str, Any], root: Path) -> Iterator[Fault]:
    path: Path = (*root, *error.instance_path)
    node = _node(schema, error.schema_path[:-1])
    if error.kind.name == "required":
        field = error.kind.as_dict()["property"]
        yield _missing((*path, field), node.get("properties", {}).get(field, {}).get("x-missing", {}))
        return
    stated = node.get("x-check", {})
    rule = stated.get("rule") or RULE_OF.get(error.kind.name, "field-value")
    says = stated.get("says") or _says(rule, error, path, schema)
    at_key = error.kind.name == "not"
    yield Fault(rule, says, general(path), path, at_key, stated.get("level"), stated.get("remedy"), stated.get("code"))


RULE_OF = {"type": "field-type", "enum": "field-value", "const": "field-value"}


def _missing(path: Path, stated: Mapping[str, Any]) -> Fault:
    says = stated.get("says") or f"{shown(path)} is missing"
    return Fault(
        "field-missing",
        says,
        general(path),
        path,
        False,
        stated.get("level"),
        stated.get("remedy") or f"add {path[-1]}",
    )


def _says(rule: str, error: Any, path: Path, schema: Mapping[str, Any]) -> str:
    name, details = error.kind.name, error.kind.as_dict()
    place, value = shown(path), _value(error.instance)
    match name:
        case "type":
            return f"{place} is {value}, not {' or '.join(TYPES.get(kind, kind) for kind in details['types'])}"
        case "not" if rule == "field-unknown":
            return f"the key {place} is not known{suggestion(str(path[-1])[:LONGEST_KEY] if path else '', schema.get('properties', {}))}"
        case "not" if rule in ("field-value", "field-type"):
            return f"{place} is {value}"
        case "not" if rule == "snake-case-key":
            return f"{place} is in snake_case"
        case "not":
            return f"{place} is not taken here"
        case "enum" | "const":
            return f"{place} is {value}"
        case "minimum" | "maximum":
            return f"{place} is {value}: {'at least' if name == 'minimum' else 'at most'} {details['limit']}"
        case "minItems" | "minLength":
            return (
                f"{place} is empty" if details["limit"] == 1 else f"{place} is too short: at least {details['limit']}"
            )
        case "maxItems" | "maxLength":
            return f"{place} is too long: at most {details['limit']}"
        case "pattern":
            return f"{place} is {value}, which does not match {details['pattern']}"
    return f"{place} does not fit"


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return quoted(value, 40) if isinstance(value, str) else str(value)[:40]


def _node(schema: Any, path: Any) -> Mapping[str, Any]:
    """The part of the schema that failed; empty where the way to it leads elsewhere."""
    for step in path:
        if isinstance(schema, dict):
            schema = schema.get(step, {})
        elif isinstance(schema, list) and isinstance(step, int):
            schema = schema[step]
        else:
            return {}
    return schema if isinstance(schema, dict) else {}
