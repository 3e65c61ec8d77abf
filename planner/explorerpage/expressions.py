"""Python expressions to JavaScript, for the part of the language that the core is written in.

Every number of the core stays exact: arithmetic and comparisons call the functions of exact.js. What is not known
here is refused, never guessed.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Callable

from planner.explorerpage.correspondences import (
    BINARY,
    BUILTINS,
    COMPARING,
    LIBRARY,
    METHODS,
    RESERVED,
    TYPES,
    Untranslatable,
)


class Expressions:
    """Translates expressions. `named` gives the JavaScript of a name that is not local; `known` the fields of a callee."""

    def __init__(
        self, module: str, named: Callable[[str], str | None], parameters: Callable[[str], tuple[str, list[str]] | None]
    ) -> None:
        self.module = module
        self.named = named
        self.parameters = parameters
        self.scopes: list[set[str]] = [set()]
        self.myself: list[str | None] = [None]

    def refuse(self, node: ast.AST) -> Untranslatable:
        """The error for a node."""
        what = type(node).__name__
        return Untranslatable(f"planner/{self.module}.py:{getattr(node, 'lineno', 0)}: {what} cannot be translated")

    def of(self, node: ast.expr) -> str:
        """The expression in JavaScript."""
        method = getattr(self, f"_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refuse(node)
        translated: str = method(node)
        return translated

    def condition(self, node: ast.expr) -> str:
        """The expression where only its truth counts."""
        if self._is_flag(node) and not isinstance(node, ast.BoolOp):
            return self.of(node)
        if isinstance(node, ast.BoolOp):
            sign = " && " if isinstance(node.op, ast.And) else " || "
            return "(" + sign.join(self.condition(value) for value in node.values) + ")"
        return f"$.truth({self.of(node)})"

    def _is_flag(self, node: ast.expr) -> bool:
        if isinstance(node, ast.Compare):
            return True
        if isinstance(node, ast.UnaryOp):
            return isinstance(node.op, ast.Not)
        if isinstance(node, ast.BoolOp):
            return all(self._is_flag(value) for value in node.values)
        return isinstance(node, ast.Constant) and isinstance(node.value, bool)

    def _constant(self, node: ast.Constant) -> str:
        value = node.value
        if value is None or isinstance(value, bool):
            return {None: "null", True: "true", False: "false"}[value]
        if isinstance(value, int):
            return f"$.int({value})" if abs(value) < 2**53 else f'$.int("{value}")'
        if isinstance(value, str):
            return json.dumps(value, ensure_ascii=False)
        raise self.refuse(node)

    def name(self, name: str) -> str:
        """A local name as JavaScript may write it."""
        return f"{name}$" if name in RESERVED else name

    def _name(self, node: ast.Name) -> str:
        if node.id == self.myself[-1]:
            return "this"
        if any(node.id in scope for scope in self.scopes):
            return self.name(node.id)
        found = self.named(node.id)
        if found is not None:
            return found
        if node.id in BUILTINS:
            return f"$.{node.id}"
        raise Untranslatable(f"planner/{self.module}.py:{node.lineno}: {node.id} is not known")

    def _attribute(self, node: ast.Attribute) -> str:
        if isinstance(node.value, ast.Name):
            whole = (node.value.id, node.attr)
            if whole in LIBRARY:
                return LIBRARY[whole]
            inside = self.named(f"{node.value.id}.{node.attr}")
            if inside is not None:
                return inside
        if node.attr == "__getitem__":
            return f"$.getter({self.of(node.value)})"
        return f"{self.of(node.value)}.{node.attr}"

    def _call(self, node: ast.Call) -> str:
        where = node.func
        if isinstance(where, ast.Name) and not any(where.id in scope for scope in self.scopes):
            special = self._builtin(where.id, node)
            if special is not None:
                return special
        if isinstance(where, ast.Attribute):
            if where.attr == "_replace":
                return f"$.replace({self.of(where.value)}, {self._keywords(node)})"
            if where.attr == "quantize":
                return f"{self.of(where.value)}.quantize({self._listed(node.args)}, {self._keywords(node)})"
            if where.attr in METHODS and not (isinstance(where.value, ast.Name) and where.value.id == "WIDE"):
                verb = "adjoin" if where.attr == "add" else where.attr
                return f"$.{verb}({self._listed([where.value, *node.args])})"
        return self._ordinary(node)

    def _builtin(self, name: str, node: ast.Call) -> str | None:
        if name == "isinstance":
            kind = node.args[1]
            names = [kind] if isinstance(kind, ast.Name) else [kind.left, kind.right]  # type: ignore[attr-defined]
            return "(" + " || ".join(f"{self._type(one)}({self.of(node.args[0])})" for one in names) + ")"
        if name in ("max", "min"):
            more = f", {self._keywords(node)}" if node.keywords else ""
            return f"$.{name}([{self._listed(node.args)}]{more})"
        if name == "getattr":
            return f"{self.of(node.args[0])}[{self.of(node.args[1])}]"
        if name == "int":
            return f"$.truncated({self.of(node.args[0])})"
        if name == "abs":
            return f"$.absolute({self.of(node.args[0])})"
        if name in ("sorted", "dict") and node.keywords:
            return f"$.{name}({self._listed(node.args) or 'null'}, {self._keywords(node)})"
        if name == "zip":
            return f"$.zip({self._listed(node.args)})"
        return None

    def _type(self, node: ast.expr) -> str:
        if isinstance(node, ast.Name) and node.id in TYPES:
            return f"$.is{TYPES[node.id]}"
        return f"((one) => one instanceof {self.of(node)})"

    def _ordinary(self, node: ast.Call) -> str:
        callee = self.of(node.func)
        known = self.parameters(callee)
        new = "new " if known is not None and known[0] == "class" else ""
        if not node.keywords:
            return f"{new}{callee}({self._listed(node.args)})"
        if known is None:
            raise self.refuse(node)
        given = {keyword.arg: self.of(keyword.value) for keyword in node.keywords}
        rest = known[1][len(node.args) :]
        if None in given or set(given) - set(rest):
            raise self.refuse(node)
        while rest and rest[-1] not in given:
            rest = rest[:-1]
        parts = [self._listed(node.args), *(given.get(name, "undefined") for name in rest)]
        return f"{new}{callee}({', '.join(part for part in parts if part)})"

    def _keywords(self, node: ast.Call) -> str:
        parts = [f"{k.arg}: {self.of(k.value)}" if k.arg else f"...{self.of(k.value)}" for k in node.keywords]
        return "{" + ", ".join(parts) + "}"

    def _listed(self, nodes: list[ast.expr]) -> str:
        return ", ".join(self.of(node) for node in nodes)

    def _starred(self, node: ast.Starred) -> str:
        return f"...$.iter({self.of(node.value)})"

    def _binop(self, node: ast.BinOp) -> str:
        verb = BINARY.get(type(node.op))
        if verb is None:
            raise self.refuse(node)
        return f"$.{verb}({self.of(node.left)}, {self.of(node.right)})"

    def _unaryop(self, node: ast.UnaryOp) -> str:
        if isinstance(node.op, ast.Not):
            return f"!{self.condition(node.operand)}"
        if isinstance(node.op, ast.USub):
            return f"$.neg({self.of(node.operand)})"
        raise self.refuse(node)

    def _boolop(self, node: ast.BoolOp) -> str:
        if self._is_flag(node):
            return self.condition(node)
        verb = "and" if isinstance(node.op, ast.And) else "or"
        *before, last = [self.of(value) for value in node.values]
        for value in reversed(before):
            last = f"$.{verb}({value}, () => {last})"
        return last

    def _compare(self, node: ast.Compare) -> str:
        left, parts = node.left, []
        for verb, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(left, verb, right))
            left = right
        return parts[0] if len(parts) == 1 else "(" + " && ".join(parts) + ")"

    def _comparison(self, left: ast.expr, verb: ast.cmpop, right: ast.expr) -> str:
        a, b = self.of(left), self.of(right)
        if isinstance(verb, ast.In | ast.NotIn):
            return f"{'!' if isinstance(verb, ast.NotIn) else ''}$.has({b}, {a})"
        if isinstance(verb, ast.Is | ast.IsNot):
            sign = "!" if isinstance(verb, ast.IsNot) else "="
            return f"({a} {sign}= null)" if b == "null" else f"({a} {sign}== {b})"
        return f"$.{COMPARING[type(verb)]}({a}, {b})"

    def _ifexp(self, node: ast.IfExp) -> str:
        return f"({self.condition(node.test)} ? {self.of(node.body)} : {self.of(node.orelse)})"

    def _namedexpr(self, node: ast.NamedExpr) -> str:
        return f"({self.name(node.target.id)} = {self.of(node.value)})"

    def _lambda(self, node: ast.Lambda) -> str:
        names = [one.arg for one in node.args.args]
        inner = sorted({one.target.id for one in ast.walk(node.body) if isinstance(one, ast.NamedExpr)})
        self.scopes.append({*names, *inner})
        body = self.of(node.body)
        self.scopes.pop()
        head = f"({', '.join(map(self.name, names))}) =>"
        return f"{head} {{ let {', '.join(inner)}; return {body}; }}" if inner else f"{head} ({body})"

    def _joinedstr(self, node: ast.JoinedStr) -> str:
        return " + ".join(['""', *(self.of(value) for value in node.values)]).join("()")

    def _formattedvalue(self, node: ast.FormattedValue) -> str:
        if node.conversion != -1:
            raise self.refuse(node)
        spec = f", {self.of(node.format_spec)}" if node.format_spec else ""
        return f"$.{'format' if spec else 'text'}({self.of(node.value)}{spec})"

    def _subscript(self, node: ast.Subscript) -> str:
        if isinstance(node.slice, ast.Slice):
            ends = [self.of(end) if end else "null" for end in (node.slice.lower, node.slice.upper)]
            return f"$.slice({self.of(node.value)}, {', '.join(ends)})"
        return f"$.at({self.of(node.value)}, {self.of(node.slice)})"

    def _tuple(self, node: ast.Tuple | ast.List) -> str:
        return f"[{self._listed(node.elts)}]"

    _list = _tuple

    def _set(self, node: ast.Set) -> str:
        return f"$.set([{self._listed(node.elts)}])"

    def _dict(self, node: ast.Dict) -> str:
        pairs = [
            f"...$.items({self.of(value)})" if key is None else f"[{self.of(key)}, {self.of(value)}]"
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        return f"$.dict([{', '.join(pairs)}])"

    def _comprehension(self, generators: list[ast.comprehension], result: Callable[[], str]) -> str:
        """Filters and maps, one inside the other; what is lazy in Python is a list here."""
        first, *rest = generators
        source = self.of(first.iter)
        self.scopes.append({one.id for one in ast.walk(first.target) if isinstance(one, ast.Name)})
        target = self.of(first.target)
        kept = "".join(f".filter(({target}) => {self.condition(test)})" for test in first.ifs)
        inner = self._comprehension(rest, result) if rest else result()
        self.scopes.pop()
        return f"$.iter({source}){kept}.{'flatMap' if rest else 'map'}(({target}) => {inner})"

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> str:
        return self._comprehension(node.generators, lambda: self.of(node.elt))

    _generatorexp = _listcomp

    def _setcomp(self, node: ast.SetComp) -> str:
        return f"$.set({self._comprehension(node.generators, lambda: self.of(node.elt))})"

    def _dictcomp(self, node: ast.DictComp) -> str:
        pair = self._comprehension(node.generators, lambda: f"[{self.of(node.key)}, {self.of(node.value)}]")
        return f"$.dict({pair})"
