"""The folder of a split: what may lie in it, whether it is whole, and how a file in it comes to stand on the disk."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from planner.batchfiles.splitting import NAME
from planner.disk import open_bytes
from planner.problems import Refused, quoted, safe

MANIFEST = "parts.json"
"""Written last: a folder that has it, and not the mark, is whole."""
MARK = ".split.json"
"""Written first, and taken away behind the manifest: the folder is a split's, and may be worked in."""
PARTIAL = ".partial"


class Told(NamedTuple):
    """The manifest of a split, and how many of its parts lay there already."""

    manifest: dict[str, Any]
    kept: int


def finished(path: str, folder: Path, settings: dict[str, Any]) -> Told | None:
    """What lies in the folder, where it is this very split, whole; None where there is something to do."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise Refused([f"{safe(folder)}: is a file: name a folder"])
    names = {found.name for found in folder.iterdir()}
    foreign = sorted(name for name in names if not _is_ours(name))
    if foreign or (names and not names & {MARK, MANIFEST} and any(NAME.fullmatch(name) for name in names)):
        shown = foreign or sorted(names)
        raise Refused([f"{safe(folder)}: holds {quoted(shown[0])}, which is of no split: name a new or empty folder"])
    if MARK in names and _loaded(folder / MARK).get("source") != Path(path).name:
        whose = quoted(_loaded(folder / MARK).get("source", "something else"))
        raise Refused([f"{safe(folder)}: holds a split of {whose} that was not finished: name another folder"])
    if MANIFEST not in names:
        return None
    manifest = _loaded(folder / MANIFEST)
    if manifest.get("settings") != settings or not _is_source(path, manifest):
        says = "holds the parts of another file, or of this one with other options: name another folder"
        raise Refused([f"{safe(folder)}: {says}"])
    whole = all(_holds_part(folder, part) for part in manifest["parts"])
    return Told(manifest, len(manifest["parts"])) if whole and MARK not in names else None


def _is_ours(name: str) -> bool:
    return name in (MARK, MANIFEST) or is_partial(name) or bool(NAME.fullmatch(name))


def is_partial(name: str) -> bool:
    """Whether a file of this name is one that a killed split was writing."""
    whole = name.removeprefix(".").removesuffix(PARTIAL)
    known = whole in (MARK.removeprefix("."), MANIFEST) or bool(NAME.fullmatch(whole))
    return known and name == f".{whole}{PARTIAL}"


def _is_source(path: str, manifest: dict[str, Any]) -> bool:
    stated = manifest.get("source", {})
    named = (stated.get("name"), stated.get("bytes")) == (Path(path).name, Path(path).stat().st_size)
    return named and bool(stated.get("sha256") == _digest(Path(path)))


def _holds_part(folder: Path, part: dict[str, Any]) -> bool:
    file = folder / part["name"]
    whole = file.is_file() and file.stat().st_size == part["bytes"]
    return whole and bool(_digest(file) == part["sha256"])


def _digest(path: Path) -> str:
    file: Any
    with open_bytes(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _loaded(path: Path) -> dict[str, Any]:
    """What a file of ours states; nothing where it cannot be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def write_whole(path: Path, pieces: Iterable[bytes]) -> None:
    """All the pieces in a row, on the disk, or nothing: where making them fails, an old file stays."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        raise Refused([f"{safe(path)}: is no file that can be replaced: name another"])
    temporary = target.with_name(f".{target.name}.{os.getpid()}{PARTIAL}")
    try:
        try:
            with temporary.open("wb") as out:
                out.writelines(pieces)
                out.flush()
                os.fsync(out.fileno())
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise Refused([f"{safe(path)}: cannot be written: {error.strerror}"]) from None


def settle(path: Path, data: dict[str, Any]) -> None:
    """Writes a small JSON file atomically, and has it and the folder's entries on the disk."""
    temporary = path.with_name(f".{path.name.lstrip('.')}{PARTIAL}")
    with temporary.open("wb") as out:
        out.write(json.dumps(data, indent=1).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())
    _sync_folder(path.parent)
    temporary.replace(path)
    _sync_folder(path.parent)


def sync(path: Path) -> None:
    """Has the bytes of a file on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Where the system can: the renames in the folder are on the disk."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def begin(folder: Path, source: str) -> None:
    """Marks the folder as one in which this source is split, and takes away what a killed run had begun."""
    folder.mkdir(parents=True, exist_ok=True)
    for found in folder.iterdir():
        if is_partial(found.name):
            found.unlink()
    (folder / MANIFEST).unlink(missing_ok=True)
    settle(folder / MARK, {"source": source})


def drop_others(folder: Path, names: set[str]) -> None:
    """Parts that an earlier run, with other options, left."""
    for found in folder.iterdir():
        if NAME.fullmatch(found.name) and found.name not in names:
            found.unlink()


def wipe(folder: Path, made: bool) -> None:
    """Takes away all that a split has written; the folder too, where it was made for it."""
    for found in list(folder.iterdir()):
        if _is_ours(found.name):
            found.unlink()
    if made:
        folder.rmdir()
