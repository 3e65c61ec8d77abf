"""What of Python stands for what in JavaScript: names that are reserved, built-ins, methods, operators."""

from __future__ import annotations

import ast

# fmt: off
RESERVED = frozenset({
    "arguments", "await", "case", "catch", "class", "const", "debugger", "default", "delete", "do", "enum", "eval",
    "export", "extends", "finally", "function", "implements", "import", "in", "instanceof", "interface", "let", "new",
    "null", "package", "private", "protected", "public", "static", "super", "switch", "this", "throw", "try", "typeof",
    "var", "void", "with",
})
BUILTINS = frozenset({
    "len", "list", "tuple", "set", "range", "zip", "any", "all", "next", "sum", "sorted", "dict", "divmod",
    "round", "str", "partial", "id", "format", "Decimal", "Fraction",
})
METHODS = frozenset({
    "get", "keys", "values", "items", "append", "add", "setdefault", "pop", "lower", "join",
    "split", "partition", "rstrip", "fullmatch",
})
"""Methods of strings, lists, sets and dictionaries. No class of the core may give one of its own such a name."""
TYPES = {
    "int": "Int", "str": "Str", "dict": "Dict", "tuple": "Tuple", "list": "Tuple", "Decimal": "Decimal", "bool": "Bool",
}
LIBRARY = {
    **{("operator", name): f"$.{name}" for name in ("lt", "le", "gt", "ge", "eq", "ne")},
    ("dict", "fromkeys"): "$.fromkeys", ("re", "compile"): "$.pattern", ("math", "ceil"): "$.ceil",
    ("math", "floor"): "$.floor", ("functools", "partial"): "$.partial",
}
# fmt: on
BINARY: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.FloorDiv: "floordiv",
    ast.Mod: "mod",
}
COMPARING: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
    ast.Eq: "eq",
    ast.NotEq: "ne",
}


class Untranslatable(Exception):
    """A piece of Python that the translation does not know."""
