"""Which definitions of the core a page needs, in an order in which they can be read: what is used stands first."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import cached_property

from planner.explorerpage.correspondences import Untranslatable
from planner.explorerpage.statements import Statements

NATIVE = {
    "units.WIDE": "$.WIDE",
    "rates.day_of": "((text) => new $.Day(text))",
    "rules._parts": "((text) => text.split(/\\{([a-z][a-z0-9_]*)\\}/))",
    "problems.suggestion": '(() => "")',
    "problems.quoted": "((text) => `'${text}'`)",
}
"""What is not translated, and stands in exact.js or in JavaScript itself instead."""
STANDARD = {"ROUND_CEILING": '"up"'}


class Module:
    """The definitions of one module, and what its names stand for."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self._body = ast.parse(text).body

    @cached_property
    def definitions(self) -> dict[str, ast.stmt]:
        """Functions, classes and constants by name."""
        found: dict[str, ast.stmt] = {}
        for node in self._body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = node
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node
            elif isinstance(node, ast.Assign):
                names = [one for target in node.targets for one in ast.walk(target) if isinstance(one, ast.Name)]
                found.update((one.id, node) for one in names)
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str]]:
        """Names that stand for a definition of another module, or (with an empty second part) for the module."""
        found = {}
        for node in self._body:
            if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == "planner":
                below = node.module.removeprefix("planner").removeprefix(".")
                for alias in node.names:
                    target = (below, alias.name) if below else (alias.name, "")
                    found[alias.asname or alias.name] = target
        return found


class Gathering:
    """Translates definitions and all that they lead to, each once.

    `methods` names, for a class, the only methods that are wanted; `entries`, for a dictionary, the only keys.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        methods: Mapping[str, frozenset[str]],
        entries: Mapping[str, frozenset[str]],
    ) -> None:
        self._modules = {name: Module(name, text) for name, text in sources.items()}
        self._methods = methods
        self._entries = entries
        self._done: dict[str, str] = {}
        self._known: dict[str, tuple[str, list[str]]] = {}

    def translate(self, roots: Mapping[str, str]) -> str:
        """The roots (module.name by the name that the page gives them) and what they need, as JavaScript."""
        bound = [f"export const {alias} = {self._need(*root.rsplit('.', 1))};" for alias, root in roots.items()]
        return "\n".join([*(text for text in self._done.values() if text), *bound]) + "\n"

    def _need(self, module: str, name: str) -> str:
        whole = f"{module}.{name}"
        if whole in NATIVE:
            return NATIVE[whole]
        written = whole.replace(".", "$")
        if whole not in self._known:
            node = self._modules[module].definitions[name]
            self._known[whole] = ("class" if isinstance(node, ast.ClassDef) else "function", _parameters(node))
            text = self._translated(module, name, written, node)
            self._done[whole] = text
        return written

    def _translated(self, module: str, name: str, written: str, node: ast.stmt) -> str:
        into = Statements(module.replace(".", "/"), lambda word: self._named(module, word), self._parameters_of)
        if isinstance(node, ast.FunctionDef):
            return into.function(written, node)
        if isinstance(node, ast.ClassDef):
            return into.a_class(written, node, self._methods.get(f"{module}.{name}"))
        if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
            return self._constant(into, module, name, written, node)
        raise Untranslatable(f"planner/{module}.py: {name}")

    def _constant(
        self, into: Statements, module: str, name: str, written: str, node: ast.Assign | ast.AnnAssign
    ) -> str:
        value = node.value
        assert value is not None
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Tuple):
            at = [one.id for one in target.elts if isinstance(one, ast.Name)].index(name)
            value = value.elts[at] if isinstance(value, ast.Tuple) else value
        wanted = self._entries.get(f"{module}.{name}")
        if wanted is not None and isinstance(value, ast.Dict):
            kept = [
                pair for pair in zip(value.keys, value.values, strict=True)
                if isinstance(pair[0], ast.Constant) and pair[0].value in wanted
            ]  # fmt: skip
            value = ast.Dict([key for key, _ in kept], [one for _, one in kept])
        return into.constant(written, value)

    def _named(self, module: str, word: str) -> str | None:
        """The JavaScript of a name of the module, and of `alias.name` for a module that it imports."""
        here = self._modules[module]
        head, _, tail = word.partition(".")
        if head in here.imported:
            there, name = here.imported[head]
            if bool(name) is bool(tail):
                return None
            return self._need(there, name or tail)
        if head in here.definitions and not tail:
            return self._need(module, word)
        return STANDARD.get(word)

    def _parameters_of(self, written: str) -> tuple[str, list[str]] | None:
        return self._known.get(written.replace("$", "."))


def _parameters(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef):
        return [one.arg for one in node.args.args]
    if isinstance(node, ast.ClassDef):
        return list(_fields(node))
    return []


def _fields(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            yield part.target.id
        elif isinstance(part, ast.FunctionDef) and part.name == "__init__":
            yield from (one.arg for one in part.args.args[1:])
