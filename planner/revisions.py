"""A file as it was in a revision of git: asked of git itself, without a shell."""

from __future__ import annotations

import subprocess
from pathlib import Path

from planner.problems import Refused, quoted, safe


def at_revision(revision: str, path: Path) -> bytes | None:
    """The bytes of a file in a revision; None where the revision has no such file. Raises Refused without a revision."""
    if revision.startswith("-") or not revision or ":" in revision:
        raise Refused([f"{quoted(revision)}: not a revision of git: name a branch, a tag or a commit"])
    folder = path.parent
    found = _git(folder, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if found.returncode:
        inside = _git(folder, "rev-parse", "--is-inside-work-tree")
        if inside.returncode:
            raise Refused([f"{safe(path)}: is in no repository of git, so it has no revision {quoted(revision)}"])
        says = f"git knows no revision {quoted(revision)} here: fetch it (a shallow clone has few)"
        raise Refused([f"{safe(path)}: {says}"])
    commit = found.stdout.decode("ascii", "replace").strip()
    name = f"{commit}:./{path.name}"
    if _git(folder, "cat-file", "-e", name).returncode:
        return None
    shown = _git(folder, "show", "--no-textconv", name)
    if shown.returncode:
        raise Refused([f"{safe(path)}: git cannot show it in {quoted(revision)}"])
    return shown.stdout


def _git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """What git says in a folder; no pager, no prompt, no shell."""
    try:
        return subprocess.run(
            ["git", "--no-pager", "-C", str(folder), *arguments],
            stdin=subprocess.DEVNULL, capture_output=True, check=False,
        )  # fmt: skip
    except FileNotFoundError:
        raise Refused(["git: no such command: install it, or name two files"]) from None
    except (OSError, ValueError) as error:
        raise Refused([f"git: cannot be run: {getattr(error, 'strerror', None) or error}"]) from None
