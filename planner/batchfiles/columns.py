"""Where things stand in a line of JSON: read again, slowly, for those lines that a finding points at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from planner.problems import Path

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+', re.DOTALL)
_SURROGATE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.DOTALL
)


class Node(NamedTuple):
    """A value of the line: its path, where its key and itself begin (from 0), and the token that begins it."""

    path: Path
    key_at: int
    at: int
    token: str


def nodes(text: str) -> Iterator[Node]:
    """Every value in the order of the text, also those of a key that stands twice. Broken JSON ends the walk."""
    path: list[str | int] = []
    kinds: list[str] = []
    key_at, wants_key = 0, False
    for found in _TOKEN.finditer(text):
        token, at = found[0], found.start()
        if token == ":":
            continue
        if token == ",":
            wants_key = _next_entry(path, kinds)
            continue
        if token in ("}", "]"):
            if not kinds:
                return
            kinds.pop()
            path.pop()
            wants_key = False
            continue
        if wants_key:
            path[-1], key_at, wants_key = _key(token), at, False
            continue
        yield Node(tuple(path), key_at if kinds and kinds[-1] == "{" else at, at, token)
        if token in ("{", "["):
            kinds.append(token)
            path.append("" if token == "{" else 0)
            wants_key = token == "{"


def _next_entry(path: list[str | int], kinds: list[str]) -> bool:
    """Moves on in the list; whether a key follows."""
    if kinds and kinds[-1] == "[":
        last = path[-1]
        path[-1] = last + 1 if isinstance(last, int) else 0
    return bool(kinds) and kinds[-1] == "{"


def _key(token: str) -> str:
    import json

    try:
        key = json.loads(token)
    except ValueError:
        return token
    return key if isinstance(key, str) else token


def place_of(text: str, path: Path, at_key: bool = False) -> int:
    """Where the value (or its key) begins, from 0; of a path that is not there, the nearest value around it."""
    best, known = len(text) - len(text.lstrip()), 0
    for node in nodes(text):
        if node.path == path:
            return node.key_at if at_key else node.at
        depth = len(node.path)
        if known < depth < len(path) and node.path == path[:depth]:
            best, known = node.at, depth
    return best


def repeated_keys(text: str) -> Iterator[Node]:
    """The values whose key stands in their object already."""
    seen: dict[Path, set[Path]] = {}
    for node in nodes(text):
        if node.key_at == node.at:
            continue
        siblings = seen.setdefault(node.path[:-1], set())
        if node.path in siblings:
            yield node
        siblings.add(node.path)


def bare_words(text: str, words: frozenset[str]) -> Iterator[Node]:
    """The values that are one of the words, outside of any text."""
    return (node for node in nodes(text) if node.token in words)


def lone_surrogates(text: str) -> tuple[list[int], str]:
    """Where escaped halves of surrogate pairs stand alone, from 0, and the text with U+FFFD in their places."""
    found: list[int] = []

    def mended(escape: re.Match[str]) -> str:
        if not escape[1]:
            return escape[0]
        found.append(escape.start())
        return "\\ufffd"

    return found, _SURROGATE.sub(mended, text)
