"""Python functions and classes to JavaScript: statements, locals, named tuples."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from planner.explorerpage.expressions import Expressions

Function = ast.FunctionDef
SKIPPED_BASES = ("NamedTuple",)


class Statements(Expressions):
    """Translates whole definitions."""

    def constant(self, name: str, value: ast.expr) -> str:
        """A constant of a module."""
        return f"const {name} = {self.of(value)};"

    def function(self, name: str, node: Function) -> str:
        """A function of a module."""
        return f"{self._head(node)} {name}{self._rest(node, node.args.args)}"

    def a_class(self, name: str, node: ast.ClassDef, wanted: frozenset[str] | None) -> str:
        """A class of a module; of its methods only the wanted ones, where they are told."""
        heads = [base.value if isinstance(base, ast.Subscript) else base for base in node.bases]
        bases = [base.id for base in heads if isinstance(base, ast.Name) and base.id not in SKIPPED_BASES]
        extends = [self._base(base) for base in bases]
        fields = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        methods = [part for part in node.body if isinstance(part, Function) and (wanted is None or part.name in wanted)]
        base = next(iter(extends), "$.Record" if fields else None)
        lines = [f"class {name}{f' extends {base}' if base else ''} {{"]
        if fields:
            names = [part.target.id for part in fields if isinstance(part.target, ast.Name)]
            given = [
                f"{self.name(n)} = {self.of(part.value)}" if part.value else self.name(n)
                for n, part in zip(names, fields, strict=True)
            ]
            lines.append(f"static fields = {names!r};")
            stores = " ".join(f"this.{n} = {self.name(n)};" for n in names)
            lines.append(f"constructor({', '.join(given)}) {{ super(); {stores} }}")
        lines += [self._method(method, bool(extends)) for method in methods]
        return "\n".join([*lines, "}"])

    def _base(self, base: str) -> str:
        return "$.Dict" if base == "dict" else self.of(ast.Name(base))

    def _method(self, node: Function, derived: bool) -> str:
        marks = [one.id for one in node.decorator_list if isinstance(one, ast.Name)]
        bound = 0 if "staticmethod" in marks else 1
        others = node.args.args[bound:]
        self.myself.append(node.args.args[0].arg if bound else None)
        name = "constructor" if node.name == "__init__" else node.name
        head = {"property": "get ", "staticmethod": "static "}.get(next(iter(marks), ""), "")
        star = "*" if self._yields(node) else ""
        rest = self._rest(node, others)
        if name == "constructor" and derived and "super(" not in rest:
            rest = rest.replace("{", "{ super();", 1)
        self.myself.pop()
        return f"{head}{star}{name}{rest}"

    def _head(self, node: Function) -> str:
        return "function*" if self._yields(node) else "function"

    def _yields(self, node: Function) -> bool:
        return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in self._own(node.body))

    def _rest(self, node: Function, given: list[ast.arg]) -> str:
        """Parameters and body."""
        if node.args.kwonlyargs or node.args.kwarg or (node.args.vararg and given != node.args.args):
            raise self.refuse(node)
        names = [one.arg for one in given]
        stated = [*names, node.args.vararg.arg] if node.args.vararg else names
        defaults = node.args.defaults
        first = len(names) - len(defaults)
        heads = [
            self.name(name) + (f" = {self.of(defaults[at - first])}" if at >= first else "")
            for at, name in enumerate(names)
        ]
        heads += [f"...{self.name(node.args.vararg.arg)}"] if node.args.vararg else []
        local = {name for one in self._own(node.body) for name in self._stored(one)} - set(stated)
        local |= {one.target.id for one in self._inside(node.body) if isinstance(one, ast.NamedExpr)} - set(stated)
        self.scopes.append({*stated, *local})
        lines = [f"let {', '.join(sorted(map(self.name, local)))};"] if local else []
        lines += [self.statement(part) for part in node.body]
        self.scopes.pop()
        return f"({', '.join(heads)}) {{\n" + "\n".join(line for line in lines if line) + "\n}"

    def _own(self, body: list[ast.stmt]) -> Iterator[ast.AST]:
        """Every node of a body that belongs to it and not to a function or comprehension inside."""
        waiting: list[ast.AST] = list(body)
        while waiting:
            node = waiting.pop()
            yield node
            if not isinstance(
                node, Function | ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
            ):
                waiting.extend(ast.iter_child_nodes(node))

    def _inside(self, body: list[ast.stmt]) -> Iterator[ast.AST]:
        """Every node of its comprehensions, whose assignments are the function's."""
        for node in self._own(body):
            if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
                yield from ast.walk(node)

    @staticmethod
    def _stored(node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.NamedExpr):
            yield node.target.id
        elif isinstance(node, Function):
            yield node.name

    def statement(self, node: ast.stmt) -> str:
        """The statement in JavaScript; nothing for a docstring."""
        method = getattr(self, f"_do_{type(node).__name__.lower()}", None)
        if method is None:
            raise self.refuse(node)
        translated: str = method(node)
        return translated

    def _block(self, body: list[ast.stmt]) -> str:
        return "{\n" + "\n".join(filter(None, map(self.statement, body))) + "\n}"

    def _do_expr(self, node: ast.Expr) -> str:
        if isinstance(node.value, ast.Constant):
            return ""
        if isinstance(node.value, ast.Yield) and node.value.value is not None:
            return f"yield {self.of(node.value.value)};"
        if isinstance(node.value, ast.YieldFrom):
            return f"yield* $.iter({self.of(node.value.value)});"
        if "super().__init__" in ast.unparse(node):
            return "super();"
        return f"{self.of(node.value)};"

    def _do_assign(self, node: ast.Assign) -> str:
        value = self.of(node.value)
        for target in reversed(node.targets):
            value = self._store(target, value)
        return f"{value};"

    def _store(self, target: ast.expr, value: str) -> str:
        if isinstance(target, ast.Subscript):
            return f"$.put({self.of(target.value)}, {self.of(target.slice)}, {value})"
        source = f"$.iter({value})" if isinstance(target, ast.Tuple) else value
        return f"{self.of(target)} = {source}"

    def _do_annassign(self, node: ast.AnnAssign) -> str:
        return f"{self._store(node.target, self.of(node.value))};" if node.value else ""

    def _do_augassign(self, node: ast.AugAssign) -> str:
        whole = ast.BinOp(node.target, node.op, node.value, lineno=node.lineno)
        return f"{self._store(node.target, self.of(whole))};"

    def _do_return(self, node: ast.Return) -> str:
        return f"return {self.of(node.value)};" if node.value else "return null;"

    def _do_if(self, node: ast.If) -> str:
        other = f" else {self._block(node.orelse)}" if node.orelse else ""
        return f"if ({self.condition(node.test)}) {self._block(node.body)}{other}"

    def _do_for(self, node: ast.For) -> str:
        if node.orelse:
            raise self.refuse(node)
        return f"for ({self.of(node.target)} of $.iter({self.of(node.iter)})) {self._block(node.body)}"

    def _do_while(self, node: ast.While) -> str:
        return f"while ({self.condition(node.test)}) {self._block(node.body)}"

    def _do_functiondef(self, node: Function) -> str:
        return f"{self.name(node.name)} = {self._arrow(node)};"

    def _arrow(self, node: Function) -> str:
        rest = self._rest(node, node.args.args)
        where = rest.index(") {\n")
        return f"{rest[: where + 1]} => {rest[where + 2 :]}"

    def _do_pass(self, node: ast.Pass) -> str:
        return ""

    def _do_continue(self, node: ast.Continue) -> str:
        return "continue;"

    def _do_break(self, node: ast.Break) -> str:
        return "break;"

    def _do_raise(self, node: ast.Raise) -> str:
        return f"throw new Error({ast.unparse(node.exc)!r});" if node.exc else "throw new Error();"
