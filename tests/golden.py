"""Golden files: what each format shows of one manifest. `python -m tests.golden` writes them anew."""

from __future__ import annotations

from pathlib import Path

from planner import files, formats, plan
from planner.cards import lint_report
from planner.documents import Document
from planner.report import Report
from tests.making import DAY, ROOT

FOLDER = Path(__file__).parent / "golden"
MANIFEST = FOLDER / "manifest.yaml"
ENDINGS = {"text": "txt", "json": "json", "markdown": "md", "csv": "csv"}


def report(trace_all: bool = False) -> Report:
    """The plan of the golden manifest."""
    manifest = files.load_manifest(MANIFEST)
    manifest = manifest._replace(document=_renamed(manifest.document))
    return plan(manifest, files.load_catalog(manifest), DAY, trace_all=trace_all)


def _renamed(document: Document) -> Document:
    document.name = "manifest.yaml"
    return document


def rendered() -> dict[str, str]:
    """What every format shows, by the name of its golden file."""
    from planner.story import tell

    shown = {f"plan.{ENDINGS[name]}": formats.plan_format(name)(report()) for name in ENDINGS}
    rules = {rule.id: rule for rule in files.load_rules()}
    lint = lint_report(["manifest.yaml"], rules.values(), report().findings)
    shown |= {f"lint.{ENDINGS[name]}": formats.findings_format(name)(lint) for name in ("text", "json", "markdown")}
    whole = report(trace_all=True)
    shown["explain.txt"] = tell(whole, whole.workloads[0], rules)
    return shown


def main() -> None:
    """Writes the golden files."""
    for name, text in rendered().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
    print(f"written below {FOLDER.relative_to(ROOT)}")
