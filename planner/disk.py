"""The only door to the disk: bytes in, text out, and where the built-in data lies."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import IO

from planner.problems import Refused, quoted, safe, suggestion
from planner.schema import Schema

_PACKAGE = Path(__file__).resolve().parent
DATA = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent
"""Where rules, catalog and schemas lie: inside the installed package, or beside it in a checkout."""


def exists(path: Path) -> bool:
    """Whether anything lies at the path; no for a path that cannot be."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether the path is a folder; no for a path that cannot be."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def root_of(folder: Path) -> Path:
    """The root of the repository that the folder lies in; the folder itself where it lies in none."""
    here = folder.resolve()
    return next((one for one in (here, *here.parents) if exists(one / ".git")), here)


def is_outside(path: Path, folder: Path) -> bool:
    """Whether a file that something in the folder names lies outside of its repository, links followed."""
    try:
        return not path.resolve().is_relative_to(root_of(folder))
    except (OSError, ValueError, RuntimeError):
        return True


def files_in(folder: Path, deep: bool = False) -> list[Path]:
    """The YAML files of a folder, and with `deep` of those below it."""
    found = folder.rglob("*") if deep else folder.glob("*")
    return sorted(path for path in found if path.suffix in (".yaml", ".yml") and path.is_file())


def folder_text(folder: Path, kinds: tuple[str, ...], deep: bool = False) -> dict[str, str]:
    """The text of the files of those kinds by their paths in the folder; without `deep`, of all below it by name alone."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in kinds and path.is_file())
    return {
        path.relative_to(folder).as_posix() if deep else path.name: path.read_text(encoding="utf-8") for path in found
    }


def load_schema(name: str) -> Schema:
    """A schema by its name, such as manifest. Raises Refused for an unknown one."""
    import json

    path = DATA / "schemas" / f"{name}.schema.json"
    if name not in schema_names():
        raise Refused(
            [f"no schema {quoted(name)}{suggestion(name, schema_names())}; there are: {', '.join(schema_names())}"]
        )
    loaded: Schema = json.loads(path.read_bytes())
    return loaded


def schema_text(name: str) -> str:
    """The text of a schema, as published."""
    load_schema(name)
    return (DATA / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8")


@cache
def schema_names() -> tuple[str, ...]:
    """The schemas that lie in the folder."""
    return tuple(sorted(path.name.removesuffix(".schema.json") for path in (DATA / "schemas").glob("*.schema.json")))


def open_bytes(path: Path | str) -> IO[bytes]:
    """The file, open to be read. Raises Refused where it cannot be."""
    try:
        return Path(path).open("rb")
    except IsADirectoryError:
        raise Refused([f"{safe(path)}: is a folder: name a file"]) from None
    except FileNotFoundError:
        raise Refused([f"{safe(path)}: no such file"]) from None
    except (OSError, ValueError) as error:
        raise Refused([f"{safe(path)}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None


def read_bytes(path: Path | str) -> bytes:
    """The bytes of a file. Raises Refused where it cannot be read."""
    with open_bytes(path) as file:
        try:
            return file.read()
        except OSError as error:
            raise Refused([f"{safe(path)}: cannot be read: {error.strerror}"]) from None


def write_atomically(path: Path | str, content: str | bytes) -> None:
    """The whole content or nothing: a reader never sees half of it, a failure leaves the old file."""
    write_pieces(path, (content.encode() if isinstance(content, str) else content,))


def write_pieces(path: Path | str, pieces: Iterable[bytes]) -> None:
    """All the pieces in a row or nothing, also where making them fails."""
    import tempfile

    target = Path(os.path.realpath(path))
    if exists(target) and not target.is_file() and not target.is_dir():
        _write_through(target, pieces)
        return
    try:
        mode = target.stat().st_mode & 0o777 if exists(target) else 0o666 & ~_umask()
        handle, name = tempfile.mkstemp(dir=target.parent or ".", prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.writelines(pieces)
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Refused([f"{safe(path)}: cannot be written: {error.strerror}"]) from None


def _write_through(target: Path, pieces: Iterable[bytes]) -> None:
    """To a pipe or a device, which cannot be replaced."""
    try:
        with target.open("wb") as out:
            out.writelines(pieces)
    except OSError as error:
        raise Refused([f"{safe(target)}: cannot be written: {error.strerror}"]) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
