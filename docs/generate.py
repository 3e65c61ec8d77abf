"""Writes the generated parts of the docs: the rules' pages, the facts, the manifest's fields.

Run by `make docs`; tests/test_docs.py fails where a part is stale.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docs.agreement import agreement
from planner import files
from planner.exports.columns import COLUMNS, VERSIONS
from planner.facts import VOCABULARY
from planner.findings import ENGINE_FINDINGS
from planner.rulepages import book

DOCS = Path(__file__).parent
START, END = "<!-- generated: {} -->", "<!-- end of generated part -->"


def parts() -> dict[tuple[str, str], str]:
    """Generated text by document and part."""
    return {
        ("rules.md", "rules"): book(files.load_rules()),
        ("facts.md", "facts"): facts(),
        ("facts.md", "findings"): engine_findings(),
        ("manifest.md", "fields"): fields(),
        ("prices.md", "books"): price_books(),
        ("prices.md", "agreement"): agreement(),
        ("exports.md", "columns"): export_columns(),
    }


def filled(text: str, part: str, content: str) -> str:
    """The document with the part replaced. Raises ValueError where it has no such part."""
    start = START.format(part)
    before, _, rest = text.partition(start)
    _old, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no part {part}")
    return f"{before}{start}\n\n{content.strip()}\n\n{end}{after}"


def facts() -> str:
    """The vocabulary as a table."""
    rows = [
        f"| `{name}` | {fact.kind} | {'only in lint rules' if fact.decided else f'`{fact.field}`'} | {fact.says} |"
        for name, fact in VOCABULARY.items()
    ]
    return "\n".join(["| fact | kind | speaks of | meaning |", "|---|---|---|---|", *rows])


def engine_findings() -> str:
    """The findings that no rule file states."""
    rows = [f"| `{name}` | {level} | {says} | {remedy} |" for name, (level, says, remedy) in ENGINE_FINDINGS.items()]
    return "\n".join(["| finding | level | meaning | what to do |", "|---|---|---|---|", *rows])


def fields() -> str:
    """The manifest's fields from its schema."""
    schema = files.load_schema("manifest")
    tables: list[tuple[str, Any]] = [
        ("The file", schema),
        ("budgets: one entry", schema["properties"]["budgets"]["items"]),
    ]
    names = (
        "workload",
        "volume",
        "token_profile",
        "reasoning",
        "latency",
        "batch",
        "lane",
        "account",
        "budget",
        "tokens",
        "requests",
        "growth",
        "uncertainty",
    )
    titles = (
        "A workload",
        "volume",
        "tokens",
        "reasoning",
        "latency",
        "batch",
        "lane",
        "accounts: one account",
        "budget",
        "Token counts",
        "Uncertain volumes",
        "growth",
        "uncertainty",
    )
    tables += [(title, schema["$defs"][name]) for name, title in zip(names, titles, strict=True)]
    return "\n\n".join(_table(title, part, schema) for title, part in tables)


def _table(title: str, part: Any, schema: Any) -> str:
    body = next((branch for branch in part.get("anyOf", [part]) if "properties" in branch), part)
    required = body.get("required", [])
    rows = [
        f"| `{name}`{' (required)' if name in required else ''} | {_kind(stated, schema)} | {_says(stated, schema)} |"
        for name, stated in body["properties"].items()
    ]
    head = f"### {title}\n\n{part.get('description', '')}".rstrip()
    return "\n".join([head, "", "| field | write | meaning |", "|---|---|---|", *rows])


def _resolved(stated: dict[str, Any], schema: Any) -> dict[str, Any]:
    return schema["$defs"][stated["$ref"].split("/")[-1]] if "$ref" in stated else stated


def _says(stated: dict[str, Any], schema: Any) -> str:
    return str(stated.get("description") or _resolved(stated, schema).get("description", ""))


def _kind(stated: dict[str, Any], schema: Any) -> str:
    part = _resolved(stated, schema)
    if "enum" in part:
        return ", ".join(f"`{value}`" for value in part["enum"])
    if "const" in part:
        return f"`{part['const']}`"
    if "anyOf" in part:
        return " or ".join(_kind(branch, schema) for branch in part["anyOf"])
    words = {
        "object": "mapping",
        "array": "list",
        "string": "text",
        "boolean": "true or false",
        "integer": "whole number",
    }
    return words.get(part.get("type", ""), str(part.get("type", "")))


def export_columns() -> str:
    """The columns of a FOCUS file."""
    rows = [
        f"| `{c.name}`{'' if c.versions == VERSIONS else f' ({c.versions[0]} only)'} | {c.kind} | {c.level} | {c.says} |"
        for c in COLUMNS
    ]
    return "\n".join(["| column | kind | FOCUS asks | holds |", "|---|---|---|---|", *rows])


def price_books() -> str:
    """The books, their files, and how many models and rates each has."""
    rows = []
    for name in files.book_names():
        for path in files.book_files(name):
            data = files.read(path).data
            rates = sum(len(model["rates"]) for model in data["models"].values())
            newest = max(source["verified"] for source in data["sources"].values())
            rows.append(f"| {name} | {data['provider']} | {len(data['models'])} | {rates} | {newest} |")
    head = ["| book | provider | models | rate entries | newest source |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows])


def main() -> None:
    """Writes every generated part into its document."""
    for (document, part), content in parts().items():
        path = DOCS / document
        path.write_text(filled(path.read_text(encoding="utf-8"), part, content), encoding="utf-8")


if __name__ == "__main__":
    main()
