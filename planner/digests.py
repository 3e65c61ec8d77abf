"""SHA-256, without OpenSSL: loading it for one digest takes as long as planning a small manifest."""

from __future__ import annotations

from typing import Any


def _found() -> Any:
    for module in ("_sha256", "_sha2", "hashlib"):
        try:
            return __import__(module).sha256
        except ImportError:
            continue
    raise ImportError("this Python has no sha256")


sha256 = _found()
"""Python's own, by whichever name this version has it; hashlib's where it has none."""
