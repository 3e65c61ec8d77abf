"""The FOCUS project's validator on what is exported of the examples: `python -m tests.focuscheck PYTHON`.

PYTHON is a Python of 3.12 or newer with focus-validator 2.2.1 and pyarrow below 22 (newer ones refuse the numpy below 2
that the validator asks for). It holds the rules of FOCUS 1.2 in its package and would fetch those of later versions. A
rule that demands an invoice of every charge contradicts its neighbour, which forbids one where there is none; a reader
of CSV that sees whole numbers alone takes a column for integers. Exit code 1 where anything else fails.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.making import DAY, ROOT

MODEL = "1.2.0.1"
HOLDS = (
    "ACCOUNT_NAMING", "MULTIPLE_PRICING_CATEGORIES", "NEGOTIATED_PRICING", "PUBLIC_PRICE_LIST", "REGION", "TAGGING",
    "UNIT_PRICING", "USAGE_MEASUREMENT",
)  # fmt: skip
"""What holds for models that are sold by the token."""
CONTRADICTS_ITS_NEIGHBOUR = {"InvoiceId-C-005-C"}
TAKES_WHOLE_NUMBERS_FOR_INTEGERS = re.compile(r"must be of type decimal", re.IGNORECASE)


def failed(python: Path, file: Path) -> list[str]:
    """The rules that fail, one a line, and the count first."""
    package = subprocess.run(
        [python, "-c", "import focus_validator; print(focus_validator.__path__[0])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    ran = subprocess.run(
        [
            python, "-c", "from focus_validator.main import main; main()",
            "--data-file", file, "--validate-version", MODEL, "--focus-dataset", "CostAndUsage", "--block-download",
            "--applicability-criteria", ",".join(f"{name}_SUPPORTED" for name in HOLDS), "--output-type", "console",
        ],
        capture_output=True, text=True, check=False, cwd=Path(package).parent,
    )  # fmt: skip
    counted = re.search(r"^Total: .*$", ran.stdout, re.MULTILINE)
    if counted is None:
        sys.exit(f"the validator did not finish:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return [counted[0], *re.findall(r"^\S+ (\S+: FAIL .*)$", ran.stdout, re.MULTILINE)]


def unexplained(lines: list[str], form: str) -> list[str]:
    """The failures that the head of this file does not tell of, nor rules of which only such parts fail."""
    told = {
        line.partition(":")[0]
        for line in lines
        if line.partition(":")[0] in CONTRADICTS_ITS_NEIGHBOUR
        or (form == "csv" and TAKES_WHOLE_NUMBERS_FOR_INTEGERS.search(line))
    }
    parts = {line: re.search(r"failed child rules: \[([^]]*)\]", line) for line in lines}
    whole = {line for line, found in parts.items() if found and set(found[1].split(", ")) <= told}
    return [line for line in lines if line.partition(":")[0] not in told and line not in whole]


def main() -> int:
    """Exports each example in each form, and prints what the validator says."""
    python, left = Path(sys.argv[1]).absolute(), 0
    with tempfile.TemporaryDirectory() as folder:
        for example in ("small", "workloads", "ci"):
            for form in ("csv", "parquet"):
                file = Path(folder) / f"{example}.{form}"
                command = [sys.executable, "-m", "planner.cli", "export", "focus", f"examples/{example}.yaml"]
                command += ["--on", DAY.isoformat(), "--focus-version", "1.2", "-o", str(file)]
                subprocess.run(command, check=False, cwd=ROOT, stderr=subprocess.DEVNULL)
                counted, *lines = failed(python, file)
                left += len(unexplained(lines, form))
                print(f"{file.name}: {counted}", *lines, sep="\n  ")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
