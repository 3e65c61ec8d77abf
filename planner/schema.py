"""Shape: does data fit its JSON Schema, and if not, where and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from planner.problems import Path, Problem, quoted, suggestion

Schema = Mapping[str, Any]
MAX_MISFITS = 200

UNPRICED = {
    "audio": "audio tokens",
    "image": "images by the tile",
    "video": "video tokens",
    "tool": "tool fees",
    "web_search": "search fees",
    "file_search": "search fees",
    "search": "search fees",
    "storage": "storage fees",
    "fine_tun": "training fees",
}


def misfits(data: Any, schema: Schema) -> list[Problem]:
    """Every way in which the data does not fit the schema, at most MAX_MISFITS; none if it fits."""
    validator = jsonschema_rs.validator_for(dict(schema))
    if validator.is_valid(data):
        return []
    found: dict[Problem, None] = {}
    for error in validator.iter_errors(data):
        for problem in _explained(error, data, schema):
            found[problem] = None
        if len(found) >= MAX_MISFITS:
            break
    return list(found)


def _explained(error: Any, data: Any, schema: Schema) -> Iterator[Problem]:
    path: Path = tuple(error.instance_path)
    kind = error.kind
    details = kind.as_dict()
    if kind.name in ("anyOf", "oneOf") and details.get("context"):
        yield from _nearest_branch(details["context"], path, data, schema)
    elif kind.name == "oneOf":
        yield Problem(path, "more than one of requests, reports, images, items is stated: keep one")
    elif kind.name == "additionalProperties":
        known = list(_keys_at(schema, schema, path))
        for key in details["unexpected"]:
            yield Problem((*path, key), _unknown_key(key, known), at_key=True)
    elif kind.name == "propertyNames":
        yield Problem(path, f"a key here is not allowed: {details['error'].message}")
    else:
        yield Problem(path, _says(kind.name, details, path, error))


def _nearest_branch(context: list[list[Any]], path: Path, data: Any, schema: Schema) -> Iterator[Problem]:
    """The branch that got furthest: its errors lie deepest, or it has the right type."""
    branches = [
        branch
        for branch in context
        if not all(e.kind.name == "type" and tuple(e.instance_path) == path for e in branch)
    ]
    if len(branches) == 1:
        for error in branches[0]:
            yield from _explained(error, data, schema)
        return
    wanted = [f"{e.kind.as_dict()['property']}" for branch in context for e in branch if e.kind.name == "required"]
    if branches and wanted and len(wanted) == len(context):
        yield Problem(path, f"exactly one of {', '.join(wanted)} is needed")
    else:
        types = [t for branch in context for e in branch if e.kind.name == "type" for t in e.kind.as_dict()["types"]]
        yield Problem(
            path, f"{_shown(_at(data, path))} does not fit: write {_article(dict.fromkeys(types)) or 'another value'}"
        )


def _unknown_key(key: str, known: list[str]) -> str:
    for start, what in UNPRICED.items():
        if key not in known and start in key.lower():
            return f"unknown key {quoted(key)}: {what} are not priced here, budget them apart and remove the key"
    return f"unknown key {quoted(key)}{suggestion(key, known) or '; known: ' + ', '.join(sorted(known)[:12])}"


def _says(name: str, details: dict[str, Any], path: Path, error: Any) -> str:
    shown = _shown(error.instance)
    match name:
        case "required":
            return f"{quoted(details['property'])} is missing: add it"
        case "enum":
            options = [str(option) for option in details["options"]]
            near = suggestion(str(error.instance), options)
            return f"{shown} is not one of {', '.join(options)}{near}"
        case "const":
            return f"{shown} should be {details['expected_value']}"
        case "type":
            if error.instance is None:
                return f"nothing is written here: write {_article(details['types'])}"
            return f"{shown} is not {_article(details['types'])}"
        case "pattern":
            return f"{shown} does not fit: {_pattern_meaning(details['pattern'])}"
        case "minimum" | "exclusiveMinimum":
            return f"{shown} is too small: at least {details['limit']}"
        case "maximum" | "exclusiveMaximum":
            return f"{shown} is too large: at most {details['limit']}"
        case "dependentRequired":
            return f"{error.message}: add it"
    return str(error.message)[:200]


def _pattern_meaning(pattern: str) -> str:
    if "ms|s|m|h" in pattern:
        return "write a duration such as 500ms, 5s, 10m, 24h or 14d"
    if pattern.endswith("%$"):
        return "write a percentage such as 2.5%"
    if "(0[1-9]|1[0-2])" in pattern:
        return "write a date such as 2026-12-31"
    if "[0-2][0-9]:" in pattern or "[01][0-9]|2[0-3]" in pattern:
        return 'write a time such as "02:00" or "10:00-18:00"'
    return f"it must match {pattern}"


def _article(types: Any) -> str:
    words = {
        "object": "a mapping",
        "array": "a list",
        "string": "text",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
        "null": "null",
    }
    return " or ".join(words.get(str(kind), str(kind)) for kind in types)


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return quoted("null" if value is None else str(value).lower() if isinstance(value, bool) else value)


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def _keys_at(root: Schema, schema: Any, path: Path) -> Iterator[str]:
    """Every key that the schema knows at the path, through references and alternatives."""
    for branch in _branches(root, schema):
        if not path:
            yield from branch.get("properties", {})
            continue
        head, rest = path[0], path[1:]
        below = (
            branch.get("items")
            if isinstance(head, int)
            else branch.get("properties", {}).get(head, branch.get("additionalProperties"))
        )
        if isinstance(below, dict):
            yield from _keys_at(root, below, rest)


def _branches(root: Schema, schema: Schema) -> Iterator[Schema]:
    yield schema
    if "$ref" in schema:
        yield from _branches(root, _at(root, tuple(schema["$ref"].removeprefix("#/").split("/"))))
    for part in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(part, ()):
            yield from _branches(root, branch)
