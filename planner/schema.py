"""Shape: does data fit its JSON Schema, and if not, where and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from planner.problems import Path, Problem, quoted, suggestion
from planner.units import count, plain

Schema = Mapping[str, Any]
MAX_MISFITS = 200
PIECE = 100

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
    """Ways in which the data does not fit the schema, at most about MAX_MISFITS; none if it fits."""
    validator = jsonschema_rs.validator_for(dict(schema))
    if validator.is_valid(data):
        return []
    found: dict[Problem, None] = {}
    for first, part in _parts(data):
        if validator.is_valid(part):
            continue
        for error in validator.iter_errors(part):
            for problem in _explained(error, part, schema):
                found[_moved(problem, first)] = None
            if len(found) >= MAX_MISFITS:
                return list(found)
    return list(found)


def _parts(data: Any) -> Iterator[tuple[int, Any]]:
    """The data, with a long list of workloads in pieces: a thousand faults are not worth finding all."""
    items = data.get("workloads") if isinstance(data, dict) else None
    if not isinstance(items, list) or len(items) <= PIECE:
        yield 0, data
        return
    for first in range(0, len(items), PIECE):
        yield first, {**data, "workloads": items[first : first + PIECE]}


def _moved(problem: Problem, first: int) -> Problem:
    """The problem with the place in the piece counted from the beginning of the list."""
    where = problem.where
    if first and len(where) > 1 and where[0] == "workloads" and isinstance(where[1], int):
        return problem._replace(where=("workloads", where[1] + first, *where[2:]))
    return problem


def _explained(error: Any, data: Any, schema: Schema) -> Iterator[Problem]:
    path: Path = tuple(error.instance_path)
    details = error.kind.as_dict()
    match error.kind.name:
        case "anyOf" | "oneOf" if all(details["context"]):
            yield from _nearest_branch(details["context"], path, data, schema)
        case "oneOf":
            yield Problem(path, _alternatives(list(_alternative_keys(schema, path))))
        case "additionalProperties":
            known = list(_keys_at(schema, schema, path))
            for key in details["unexpected"][:MAX_MISFITS]:
                yield Problem((*path, key), _unknown_key(key, known), at_key=True)
        case "type" if error.instance is not None:
            yield Problem(path, _says(error) + _remedy(error.instance, details["types"], schema, path))
        case "propertyNames":
            yield Problem(path, f"a key here is not allowed: {_says(details['error'])}")
        case _:
            yield Problem(path, _says(error))


def _nearest_branch(context: list[list[Any]], path: Path, data: Any, schema: Schema) -> Iterator[Problem]:
    """The one branch that has the right type; else the keys of which one is needed, else the types."""
    fitting = [branch for branch in context if not any(_is_wrong_type(error, path) for error in branch)]
    wanted = [
        error.kind.as_dict()["property"] for branch in fitting for error in branch if error.kind.name == "required"
    ]
    if len(fitting) == 1:
        for error in fitting[0]:
            yield from _explained(error, data, schema)
    elif fitting and len(wanted) == len(context):
        yield Problem(path, _alternatives(wanted))
    else:
        types = [
            kind
            for branch in context
            for error in branch
            if _is_wrong_type(error, path)
            for kind in error.kind.as_dict()["types"]
        ]
        value = _at(data, path)
        says = f"{_shown(value)} does not fit: write {_article(dict.fromkeys(types)) or 'another value'}"
        yield Problem(path, says + _number_remedy(value))


def _remedy(value: Any, types: list[str], schema: Schema, path: Path) -> str:
    """What to write instead of a value of the wrong type, where that can be told."""
    if types == ["object"] and not isinstance(value, list | bool):
        branches = list(_schemas_at(schema, schema, path))
        one_of = list(_alternative_keys(schema, path))
        keys = one_of[:1] + [key for branch in branches for key in branch.get("required", ()) if key not in one_of]
        keys = keys or [key for branch in branches for key in branch.get("properties", ())][:1]
        rest = "".join(f", {key}: ..." for key in keys[1:])
        return f": write {{{keys[0]}: {_bare(value)}{rest}}}" if keys else ""
    if types == ["string"] and not isinstance(value, list | dict):
        patterns = [str(branch.get("pattern", "")) for branch in _schemas_at(schema, schema, path)]
        meaning = [_pattern_meaning(pattern) for pattern in patterns if pattern]
        return f": {meaning[0]}" if meaning and "such as" in meaning[0] else f': quote it, "{_bare(value)}"'
    return _number_remedy(value) if set(types) <= {"number", "integer"} else ""


def _number_remedy(value: Any) -> str:
    """How to write a number that stands there as a text: quoted, with commas, or with K, M or G."""
    if not isinstance(value, str):
        return ""
    found = count(value.replace(",", "").replace("_", "").strip().upper())
    return f": write {plain(found)}" if found is not None else ""


def _bare(value: Any) -> str:
    return _shown(value).strip("'")


def _is_wrong_type(error: Any, path: Path) -> bool:
    return error.kind.name == "type" and tuple(error.instance_path) == path


def _alternatives(keys: list[str]) -> str:
    return f"exactly one of {', '.join(keys)} is needed: keep one"


def _alternative_keys(schema: Schema, path: Path) -> Iterator[str]:
    """The keys of which the schema wants one at the path."""
    for branch in _schemas_at(schema, schema, path):
        for option in branch.get("oneOf", ()):
            yield from option.get("required", ())


def _unknown_key(key: str, known: list[str]) -> str:
    for start, what in UNPRICED.items():
        if key not in known and start in key.lower():
            return f"unknown key {quoted(key)}: {what} are not priced here, budget them apart and remove the key"
    return f"unknown key {quoted(key)}{suggestion(key, known) or '; known: ' + ', '.join(sorted(known))}"


def _says(error: Any) -> str:
    """What is wrong with a value and what to write instead, by the keyword that it fails."""
    name, details = error.kind.name, error.kind.as_dict()
    shown = _shown(error.instance) if error.instance_path else "what stands here"
    limit = details.get("limit")
    match name:
        case "required":
            return f"{quoted(details['property'])} is missing: add it"
        case "enum":
            options = [str(option) for option in details["options"]]
            return f"{shown} is not one of {', '.join(options)}{suggestion(str(error.instance), options)}"
        case "const":
            bare = ", without quotes" if str(error.instance) == str(details["expected_value"]) else ""
            return f"{shown} should be {quoted(details['expected_value'])}{bare}"
        case "type" if error.instance is None:
            return f"nothing is written here: write {_article(details['types'])}"
        case "type":
            return f"{shown} is not {_article(details['types'])}"
        case "pattern":
            return f"{shown} does not fit: {_pattern_meaning(details['pattern'])}"
        case "minimum" | "exclusiveMinimum":
            return f"{shown} is too small: at least {limit}"
        case "maximum" | "exclusiveMaximum":
            return f"{shown} is too large: at most {limit}"
        case "minLength" | "maxLength":
            return f"{shown} {_size(name, limit, 'character')}"
        case "minItems" | "maxItems":
            return f"the list {_size(name, limit, 'entry')}"
        case "minProperties":
            return f"too little is stated: write at least {limit} key{'s' if limit != 1 else ''}"
        case "maxProperties":
            return f"too much is stated: write at most {limit} key{'s' if limit != 1 else ''}"
        case "uniqueItems":
            return "an entry is here twice: remove one"
        case "dependentRequired":
            return f"{error.message}: add it"
    return quoted(error.message, 200)


def _size(keyword: str, limit: Any, unit: str) -> str:
    plural = unit if limit == 1 else "entries" if unit == "entry" else f"{unit}s"
    if keyword.startswith("min"):
        return f"is too short: write at least {limit} {plural}"
    return f"is too long: write at most {limit} {plural}"


PATTERN_MEANINGS = {
    "ms|s|m|h": "write a duration such as 500ms, 5s, 10m, 24h or 14d",
    "%$": "write a percentage such as 2.5%",
    "(0[1-9]|1[0-2])$": "write a month such as 2027-03",
    "(0[1-9]|1[0-2])": "write a date such as 2026-12-31",
    "[0-2][0-9]:[0-5][0-9]-": 'write hours such as "10:00-18:00"',
    "[01][0-9]|2[0-3]": 'write a time such as "02:00"',
    "^[a-z0-9][a-z0-9._-]": "write lower-case letters, digits, dots, dashes and underscores",
    "^[a-z": "write lower-case letters, digits and dashes",
}
"""What the patterns of the schemas ask for, by a piece of the pattern."""


def _pattern_meaning(pattern: str) -> str:
    return next((says for piece, says in PATTERN_MEANINGS.items() if piece in pattern), f"it must match {pattern}")


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


def _keys_at(root: Schema, schema: Schema, path: Path) -> Iterator[str]:
    """Every key that the schema knows at the path."""
    for branch in _schemas_at(root, schema, path):
        yield from branch.get("properties", {})


def _schemas_at(root: Schema, schema: Schema, path: Path) -> Iterator[Schema]:
    """Every schema that speaks of the path, through references and alternatives."""
    for branch in _branches(root, schema):
        if not path:
            yield branch
            continue
        head, rest = path[0], path[1:]
        named = branch.get("properties", {}).get(head, branch.get("additionalProperties"))
        below = branch.get("items") if isinstance(head, int) else named
        if isinstance(below, dict):
            yield from _schemas_at(root, below, rest)


def _branches(root: Schema, schema: Schema) -> Iterator[Schema]:
    yield schema
    if "$ref" in schema:
        yield from _branches(root, _at(root, tuple(schema["$ref"].removeprefix("#/").split("/"))))
    for part in ("anyOf", "oneOf", "allOf"):
        for branch in schema.get(part, ()):
            yield from _branches(root, branch)
