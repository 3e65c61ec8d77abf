"""YAML to data with places: what is read, what is refused, and where things stand."""

from __future__ import annotations

import contextlib
import itertools
import os
import re
from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.documents import Document, read_document
from planner.events import MAX_DEPTH, MAX_PROBLEMS
from planner.problems import Mark, Path, Problem, Refused
from planner.scalars import Trap, resolve

NAME = "m.yaml"
HUNT = os.environ.get("PLANNER_FUZZ")
FUZZ = settings(max_examples=int(HUNT or "150"), deadline=None, derandomize=HUNT is None)
"""The same examples in each run; PLANNER_FUZZ=5000 hunts with new ones."""

PLACES = """\
version: 1
list:
  - {a: 1, "b c": [x, 'y']}
  -   deep:
        er: |
          text
anchored: &one {k: [v, w]}
alias: *one
é: [ü, {ß: 1}]
empty:
last: end
"""


def read(text: str | bytes) -> Document:
    return read_document(text if isinstance(text, bytes) else text.encode(), NAME)


def complaints(text: str | bytes) -> list[str]:
    """What is said of a text that is refused, without the file's name."""
    with pytest.raises(Refused) as caught:
        read(text)
    assert all(line.startswith(f"{NAME}:") for line in caught.value.complaints)
    return [line.removeprefix(f"{NAME}:") for line in caught.value.complaints]


@pytest.mark.parametrize(
    ("path", "value_at", "key_at"),
    [
        ((), (1, 1), (1, 1)),
        (("version",), (1, 10), (1, 1)),
        (("list",), (3, 3), (2, 1)),
        (("list", 0), (3, 5), (3, 5)),
        (("list", 0, "a"), (3, 9), (3, 6)),
        (("list", 0, "b c"), (3, 19), (3, 12)),
        (("list", 0, "b c", 1), (3, 23), (3, 23)),
        (("list", 1, "deep", "er"), (5, 13), (5, 9)),
        (("é", 0), (9, 5), (9, 5)),
        (("é", 1, "ß"), (9, 12), (9, 9)),
        (("last",), (11, 7), (11, 1)),
    ],
)
def test_a_path_has_the_line_and_column_of_its_value_and_of_its_key(
    path: Path, value_at: tuple[int, int], key_at: tuple[int, int]
) -> None:
    document = read(PLACES)
    assert document.where(path) == Mark(*value_at)
    assert document.where(path, at_key=True) == Mark(*key_at)


def test_what_stands_behind_an_alias_is_placed_where_it_is_written() -> None:
    document = read(PLACES)
    assert document.data["alias"] == {"k": ["v", "w"]}
    assert document.where(("alias", "k", 1)) == document.where(("anchored", "k", 1)) == Mark(7, 24)
    assert document.where(("alias",), at_key=True) == Mark(8, 1)


def test_a_path_that_is_not_there_has_the_place_of_what_stands_above_it() -> None:
    document = read(PLACES)
    assert document.where(("list", 1, "nothing", 4)) == document.where(("list", 1))
    assert document.where(("list", 9)) == document.where(("list",))
    assert document.where(("version", "x"), at_key=True) == document.where(("version",))


def test_complaints_come_once_each_in_the_order_of_the_text() -> None:
    document = read(PLACES)
    problems = [Problem(("last",), "z"), Problem(("version",), "a"), Problem(Mark(2, 3), "m"), Problem(("last",), "z")]
    assert document.refuse(problems).complaints == ("m.yaml:1:10: a", "m.yaml:2:3: m", "m.yaml:11:7: z")


ONE_TRAP = [
    ("a: 1\n'a': 2\n", "2:1", "'a' is here twice"),
    ("x: {b: 1, c: {b: 1, b: 2}}", "1:21", "'b' is here twice"),
    ("x: &a 1\ny1: &a 2\n", "2:5", "'&a' is here twice"),
    ("k: &a [1, *a]", "1:11", "no finished anchor"),
    ("k: &a b\n*a : 1\n", "2:1", "an alias as a key"),
    ("a: !!str 1", "1:4", "remove it"),
    ("a: !x [1]", "1:4", "'!x'"),
    ("a: !!python/object/apply:os.system ['true']", "1:4", "tags are not read"),
    ("d: &d {a: 1}\ne: {<<: *d}\n", "2:5", "merge key"),
    ("on: 1", "1:1", "'on' is true or false"),
    ("caf\xe9: 1".encode("latin-1"), "1:4", "not UTF-8"),
    ('é: 1\nö: "ö'.encode() + b'\xff"', "2:6", "not UTF-8"),
    ("a: 1".encode("utf-16"), "1:1", "not UTF-8"),
    ("a: 1".encode("utf-16-le"), "1:2", "control characters"),
    ('a: 1\né: "ü\x07"', "2:6", "control characters"),
    ("a: 1 # one\x85b: 2", "1:11", "line break"),
    ("a: 'x\u2028y'", "1:6", "line break"),
    ("a: 1\n---\nb: 2\n", "2:1", "second document"),
    ("? [a]\n: 1\n", "1:3", "a list or mapping as a key"),
    ("{{a: 1}: 1}", "1:2", "a list or mapping as a key"),
    ("a: 1\n2: x", "2:1", "'2' is not text"),
    ("a: [1", "2:1", "not YAML"),
    ("a: b: c", "1:5", "not YAML"),
    ("a: 1\n\tb: 1", "2:1", "not YAML"),
    ("[" * 100_000, f"1:{MAX_DEPTH + 1}", f"deeper than {MAX_DEPTH}"),
]


SCALAR_TRAPS = {
    "quote it, or write true or false": ["no", "Yes", "OFF", "on", "y", "N"],
    "octal": ["0123", "00", "-017", "08"],
    "a leading zero": ["01.5", "-00.5"],
    "write it in decimal": ["0x1F", "-0xff", "0o17", "0b11"],
    "sixties": ["22:22", "1:30.5", "-1:2:3", "1_0:30"],
    "write it out": ["1e3", "-1.5E-3", ".5e+1"],
    "underscores": ["1_000", "-1_0", "1.5_0", ".5_0"],
    "before the point": ["-.5"],
    "drop the sign": ["+1", "+.5"],
    "not a number": [".inf", "-.Inf", "+.INF", ".nan", ".NaN"],
    "more digits": ["9" * 32, "-" + "9" * 40, "0." + "3" * 31],
}


@pytest.mark.parametrize(("says", "scalars"), SCALAR_TRAPS.items())
def test_a_scalar_that_readers_take_for_different_things_is_refused(says: str, scalars: list[str]) -> None:
    for scalar in scalars:
        said = complaints(f"a: [x, {scalar}]")
        assert len(said) == 1, scalar
        assert said[0].startswith("1:8: "), scalar
        assert says in said[0], scalar
        assert read(f"a: [x, '{scalar}']").data == {"a": ["x", scalar]}


@pytest.mark.parametrize(("text", "place", "says"), ONE_TRAP, ids=[repr(text)[:40] for text, _, _ in ONE_TRAP])
def test_each_trap_of_yaml_is_refused_with_its_place(text: str | bytes, place: str, says: str) -> None:
    said = complaints(text)
    assert len(said) == 1
    assert said[0].startswith(f"{place}: ")
    assert says in said[0]


def test_aliases_that_multiply_are_refused_and_aliases_that_do_not_are_read() -> None:
    layers = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}' if n else 'x'] * 9)}]" for n in range(10)]
    assert "aliases make more than" in complaints("\n".join(layers))[0]
    assert len(read("\n".join(layers[:3])).data["a2"]) == 9


def test_every_scalar_trap_of_a_text_is_named_and_their_number_is_bounded() -> None:
    assert len(complaints("a: no\nb: 0123\nc: 1e3\n")) == 3
    said = complaints("".join(f"- 0{n}\n" for n in range(MAX_PROBLEMS + 10)))
    assert len(said) == MAX_PROBLEMS + 1
    assert said[-1] == " and 10 more problems"


def test_what_is_plain_is_read_with_its_exact_type() -> None:
    text = (
        "int: 12345678901234567890123456789\nneg: -3\ndec: 0.1\nhalf: .5\nnil: ~\nnone:\nyep: true\nno way: False\n"
        'day: 2026-11-24\nclock: "02:00"\nquoted: ["no", \'null\', "1"]\nversion: 1.2.3\n'
        "folded: >-\n  a\n  b\n"
    )
    assert repr(read(text).data) == repr(
        {"int": 12345678901234567890123456789, "neg": -3, "dec": Decimal("0.1"), "half": Decimal("0.5")}
        | {"nil": None, "none": None, "yep": True, "no way": False, "day": "2026-11-24", "clock": "02:00"}
        | {"quoted": ["no", "null", "1"], "version": "1.2.3", "folded": "a b"}
    )


def test_a_byte_order_mark_and_windows_line_ends_change_neither_data_nor_places() -> None:
    plain, windows = read("a: 1\nb: {c: x}\n"), read("\ufeffa: 1\r\nb: {c: x}\r\n")
    assert windows.data == plain.data
    assert windows.where(("b", "c")) == plain.where(("b", "c")) == Mark(2, 8)
    assert windows.where(("a",)) == Mark(1, 4)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n", "~"])
def test_a_text_without_data_is_null_at_its_beginning(text: str) -> None:
    document = read(text)
    assert document.data is None
    assert document.where(("a", 1)).line <= 2


def _yaml_1_2(text: str) -> int | float | str:
    """Numbers of the core schema of YAML 1.2, section 10.3.2."""
    if re.fullmatch(r"[-+]?[0-9]+", text):
        return int(text)
    if re.fullmatch(r"0o[0-7]+|0x[0-9a-fA-F]+", text):
        return int(text, 0)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        return float(text)
    return text


def test_no_short_scalar_is_read_otherwise_than_by_yaml_1_1_and_1_2() -> None:
    """Every text of up to five of these characters: 111,110 of them."""
    texts = ("".join(letters) for size in range(1, 6) for letters in itertools.product("018.e+-_:x", repeat=size))
    taken = {}
    for text in texts:
        if text != "-" and not text.endswith(":"):
            with contextlib.suppress(Trap):
                taken[text] = resolve(text)
    assert len(taken) > 10_000
    old = yaml.load("".join(f"- {text}\n" for text in taken), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    different = []
    for (text, ours), older in zip(taken.items(), old, strict=True):
        newer = _yaml_1_2(text)
        shown = float(ours) if isinstance(ours, Decimal) else ours
        if not (type(shown) is type(older) is type(newer) and shown == older == newer):
            different.append((text, ours, older, newer))
    assert not different, f"{len(different)}, such as {different[:5]}"


texts = st.text(max_size=12) | st.text("0123456789.eE+-_:xon~ ", max_size=6)
nested: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def _leaves(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return [leaf for key, value in node.items() for leaf in (key, *_leaves(value))]
    return [leaf for value in node for leaf in _leaves(value)] if isinstance(node, list) else [node]


def _suspect(leaf: Any) -> bool:
    """Something that a reader of YAML may well take for something else."""
    if isinstance(leaf, str):
        return bool(re.search(r"[0-9\x85\u2028\u2029]", leaf)) or len(leaf) <= 4
    return isinstance(leaf, int) and abs(leaf) >= 10**31


@FUZZ
@given(nested, st.booleans(), st.sampled_from([None, True, False]), st.integers(2, 6))
def test_what_another_tool_writes_reads_back_equal_or_is_refused_as_a_trap(
    data: Any, raw: bool, flow: bool | None, indent: int
) -> None:
    text = yaml.safe_dump(data, allow_unicode=raw, default_flow_style=flow, indent=indent, sort_keys=False)
    try:
        back = read(text).data
    except Refused:
        back = None
    assert repr(back) == repr(data) or (back is None and any(map(_suspect, _leaves(data))))


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


def _marks(node: yaml.Node, path: Path = ()) -> list[tuple[Path, Mark, Mark]]:
    """Path, place of the value and place of the key of everything below the node."""
    pairs: list[tuple[str | int, yaml.Node, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        pairs = [(key.value, value, key) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        pairs = [(index, value, value) for index, value in enumerate(node.value)]
    found = [((*path, step), _mark(value), _mark(key)) for step, value, key in pairs]
    return found + [below for step, value, _ in pairs for below in _marks(value, (*path, step))]


words = st.text("abcdefgé üß#:-'\"", min_size=1, max_size=6).map(lambda text: f"w{text}w")
trees: st.SearchStrategy[Any] = st.recursive(
    st.integers(-999, 999) | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=15,
)


@FUZZ
@given(trees, trees, st.sampled_from([None, True, False]), st.integers(2, 6), st.sampled_from(["\n", "\r\n"]))
def test_places_are_those_that_another_parser_finds(
    once: Any, twice: Any, flow: bool | None, indent: int, line_end: str
) -> None:
    data = {"once": once, "shared": twice, "again": [twice, {"and again": twice}]}
    text = yaml.safe_dump(
        data, allow_unicode=True, default_flow_style=flow, indent=indent, line_break=line_end, sort_keys=False
    )
    document, root = read(text), yaml.compose(text, yaml.SafeLoader)
    assert root is not None
    for path, value_at, key_at in _marks(root):
        assert document.where(path) == value_at, path
        assert document.where(path, at_key=True) == key_at, path
