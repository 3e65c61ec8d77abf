"""Hostile input for the loader, the rule compiler, the comments and the SARIF writer. `make fuzz` runs it for a while.

Texts of the project are cut, joined and littered; nothing but a refusal may come of it. A case that breaks something
is written to a file, so that it can be looked at and become a test.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable

from planner import Refused, files, plan
from planner.allowing import sift
from planner.cards import lint_report
from planner.documents import read_documents
from planner.formats import findings_format
from planner.parsing import parse
from planner.rulereader import read_rule
from planner.schema import misfits
from tests.making import DAY, ROOT

RULES = files.load_rules()
IDS = [rule.id for rule in RULES]
LITTER = (
    b"&a ", b"*a", b"<<: ", b"!!python/object:os.system ", b"{", b"}", b"[", b"]", b": ", b"- ", b"#", b"\t", b"\r",
    b"\x00", b"\xff", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"'", b'"', b"|", b">", b"---\n", b"...\n", b"9" * 400, b"-0",
    b".inf", b"1e999", b"0x1F", b"~", b"null", b"# planner: allow ", b" -- ", b"\x1b[31m", b"=cmd|", b"<script>", b"{usd}",
)  # fmt: skip


def load(raw: bytes) -> None:
    """A manifest: read, parsed, planned, and shown by the linter."""
    for document in read_documents(raw, "m.yaml"):
        manifest = parse(document, files.load_schema("manifest"))
        report = plan(manifest, files.load_catalog(manifest), DAY)
        sifted = sift([document], report.findings, IDS)
        lint = lint_report(["m.yaml"], RULES, sifted.findings, sifted.suppressed)
        json.loads(findings_format("sarif")(lint))
        for name in ("text", "github", "gitlab", "junit", "markdown", "json"):
            findings_format(name)(lint)


def compile_rule(raw: bytes) -> None:
    """A rule: read, held against its schema, compiled."""
    for document in read_documents(raw, "r.yaml"):
        if not misfits(document.data, files.load_schema("rule")):
            read_rule(document, "own")


def comments(raw: bytes) -> None:
    """The comments of whatever YAML it is."""
    documents = [one for one in read_documents(raw, "m.yaml") if isinstance(one.data, dict)]
    if all(isinstance(one.data.get("workloads", []), list) for one in documents):
        sift(documents, [], IDS)


TARGETS: dict[str, tuple[Callable[[bytes], None], str]] = {
    "loader": (load, "examples/*.yaml"),
    "rules": (compile_rule, "rules/*/*.yaml"),
    "comments": (comments, "examples/*.yaml"),
}


def mutated(chance: random.Random, seeds: list[bytes]) -> bytes:
    """A text of the project with some of it cut, doubled, swapped for another's, or littered."""
    text = bytearray(chance.choice(seeds))
    for _ in range(chance.randint(1, 8)):
        start = chance.randrange(len(text) + 1)
        end = min(len(text), start + chance.choice((0, 1, 2, 8, 60)))
        other = chance.choice(seeds)
        at = chance.randrange(len(other))
        piece = chance.choice((b"", bytes(text[start:end]) * 2, chance.choice(LITTER), other[at : at + 40]))
        text[start:end] = piece
    return bytes(text)


def fuzz(name: str, seconds: float, seed: int) -> int:
    """How many cases were tried in that time. Leaves with code 1 at the first that breaks something."""
    target, pattern = TARGETS[name]
    seeds = [path.read_bytes() for path in sorted(ROOT.glob(pattern))]
    chance, end, tried = random.Random(seed), time.monotonic() + seconds, 0
    while time.monotonic() < end:
        case = mutated(chance, seeds)
        tried += 1
        try:
            target(case)
        except Refused:
            continue
        except Exception:
            with tempfile.NamedTemporaryFile(prefix=f"fuzz-{name}-", suffix=".yaml", delete=False) as out:
                out.write(case)
            traceback.print_exc()
            print(f"{name}: case {tried} of seed {seed} breaks it, kept in {out.name}", file=sys.stderr)
            raise SystemExit(1) from None
    return tried


def main() -> None:
    """Fuzzes every target for the same time."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60, help="time for each target")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    for name in TARGETS:
        print(f"{name}: {fuzz(name, asked.seconds, asked.seed):,} cases, nothing but refusals")


if __name__ == "__main__":
    main()
