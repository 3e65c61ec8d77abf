"""The only door to the disk: bytes in, text out, and where the built-in data lies."""

from __future__ import annotations

import os
from pathlib import Path

from planner.problems import Refused, quoted

_PACKAGE = Path(__file__).resolve().parent
DATA = _PACKAGE / "_data" if (_PACKAGE / "_data").is_dir() else _PACKAGE.parent
"""Where rules, catalog and schemas lie: inside the installed package, or beside it in a checkout."""


def read_bytes(path: Path | str) -> bytes:
    """The bytes of a file. Raises Refused where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except IsADirectoryError:
        raise Refused([f"{path}: is a folder: name a file"]) from None
    except FileNotFoundError:
        raise Refused([f"{path}: no such file"]) from None
    except (OSError, ValueError) as error:
        raise Refused([f"{quoted(path)}: cannot be read: {getattr(error, 'strerror', None) or error}"]) from None


def write_atomically(path: Path | str, text: str) -> None:
    """The whole text or nothing: a reader never sees half of it, a failure leaves the old file."""
    import tempfile

    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent or ".", prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
                out.write(text)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Refused([f"{quoted(path)}: cannot be written: {error.strerror}"]) from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
