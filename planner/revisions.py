"""Files as they were in a revision of git: asked of git itself, without a shell."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

from planner.problems import Refused, quoted, safe

LINK = b"120000 "
"""How git lists a symbolic link."""


def at_revision(revision: str, path: Path) -> bytes | None:
    """The bytes of a file in a revision; None where the revision has no such file. Raises Refused without a revision."""
    return _shown(path, revision, _commit(revision, path), path.name)


def beside_at_revision(revision: str, path: Path, names: Iterable[str], into: Path) -> Path:
    """Lays files and folders of YAML files that a manifest names, as they were in a revision, into an empty folder.

    Names count from the manifest's folder; those that the revision has not are left out. The answer is where in `into`
    the manifest itself would lie, so that its names lead to them.
    """
    commit = _commit(revision, path)
    prefix = _git(path.parent, "rev-parse", "--show-prefix").stdout.decode("utf-8", "surrogateescape").strip()
    home = into / prefix
    home.mkdir(parents=True, exist_ok=True)
    (into / ".git").mkdir(exist_ok=True)
    for name in names:
        for inner in _files_below(path.parent, commit, name):
            target = Path(os.path.normpath(home / inner))
            raw = _shown(path, revision, commit, inner) if target.is_relative_to(into) else None
            if raw is not None:
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(raw)
    return home / path.name


def _files_below(folder: Path, commit: str, name: str) -> list[str]:
    """The file of that name, or the YAML files right in the folder of that name."""
    kind = _git(folder, "cat-file", "-t", f"{commit}:./{name}").stdout.strip()
    if kind != b"tree":
        return [name] if kind == b"blob" else []
    listed = _git(folder, "ls-tree", "--full-tree", "-z", "--name-only", f"{commit}:./{name}").stdout
    names = [one.decode("utf-8", "surrogateescape") for one in listed.split(b"\0") if one]
    return [f"{name}/{one}" for one in names if one.endswith((".yaml", ".yml"))]


def _commit(revision: str, path: Path) -> str:
    """The commit that a revision names. Raises Refused where there is none."""
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
    return found.stdout.decode("ascii", "replace").strip()


def _shown(path: Path, revision: str, commit: str, inner: str) -> bytes | None:
    """A file named from the folder of the path; None where the commit has none."""
    name = f"{commit}:./{inner}"
    if _git(path.parent, "cat-file", "-e", name).returncode:
        return None
    folder, _, last = inner.rpartition("/")
    listed = _git(path.parent, "ls-tree", "--full-tree", f"{commit}:./{folder}", "--", last).stdout
    if listed.startswith(LINK):
        raise Refused(
            [f"{safe(revision)}:{safe(inner)}: is a link, which is not followed in a revision: name the file itself"]
        )
    shown = _git(path.parent, "show", "--no-textconv", name)
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
