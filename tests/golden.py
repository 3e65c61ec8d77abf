"""Golden files: what each format shows of one manifest. `python -m tests.golden` writes them anew."""

from __future__ import annotations

import re
from pathlib import Path

from planner import files, formats, plan
from planner.cards import lint_report
from planner.documents import Document
from planner.report import LintReport, Report, Suppressed
from tests.making import DAY, ROOT

FOLDER = Path(__file__).parent / "golden"
MANIFEST = FOLDER / "manifest.yaml"
ENDINGS = {
    "text": "txt",
    "json": "json",
    "markdown": "md",
    "csv": "csv",
    "sarif": "sarif",
    "junit": "xml",
    "github": "github.txt",
    "gitlab": "gitlab.json",
}


def report(trace_all: bool = False) -> Report:
    """The plan of the golden manifest."""
    manifest = files.load_manifest(MANIFEST)
    manifest = manifest._replace(document=_renamed(manifest.document))
    return plan(manifest, files.load_catalog(manifest), DAY, trace_all=trace_all)


def lint() -> LintReport:
    """What the linter found in the golden manifest, with a finding that a comment allows and one of a baseline."""
    found = report().findings
    watch, once = [finding for finding in found if finding.rule == "output-uncapped"][-2:]
    allowed = [Suppressed(watch, "comment", "answers are short | *always*"), Suppressed(once, "baseline", None)]
    kept = [finding for finding in found if finding not in (watch, once)]
    lint = lint_report(["manifest.yaml", "other.yaml"], files.load_rules(), found)
    return lint._replace(findings=kept, suppressed=allowed)


def _renamed(document: Document) -> Document:
    document.name = "manifest.yaml"
    return document


def exports(whole: Report) -> dict[str, str]:
    """The rows of the plan for other programs; FOCUS rows without what has no price."""
    from planner.exports import budget, focus, tables

    lost = focus.unpriced(whole)
    priced = whole._replace(workloads=[w for w in whole.workloads if w.id not in lost])
    return {
        "focus.csv": tables.as_csv(focus.table(priced)),
        "budget.csv": tables.as_csv(budget.table(whole)),
    }


def rendered() -> dict[str, str]:
    """What every format shows, by the name of its golden file."""
    from planner.story import tell

    plans, found = report(), lint()
    shown = {f"plan.{ENDINGS[name]}": formats.plan_format(name)(plans) for name in formats.able("render")}
    shown |= {f"lint.{ENDINGS[name]}": formats.findings_format(name)(found) for name in formats.able("render_findings")}
    shown["lint.sarif"] = re.sub(r'("semanticVersion": )"[^"]+"', r'\1"0.0.0"', shown["lint.sarif"])
    rules = {rule.id: rule for rule in files.load_rules()}
    shown |= exports(plans)
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
