"""Python of the core as JavaScript: both give the same, and what cannot be translated is refused."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest

from planner import operators, units
from planner.disk import folder_text
from planner.explorerpage.correspondences import Untranslatable
from planner.explorerpage.gathering import Gathering
from planner.explorerpage.page import bundled, core_module
from tests.making import ROOT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Browser

ASSETS = folder_text(ROOT / "planner" / "explorerpage", (".js",))
CORE = {
    name.removesuffix(".py").replace("/", "."): text
    for name, text in folder_text(ROOT / "planner", (".py",), deep=True).items()
}
CASES = 3000

SAMPLE = '''
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import NamedTuple
import math
import re

LIMITS = {"low": 1, "high": 10}
FIRST, SECOND = 1, 2
SHAPE = re.compile(r"(\\\\d+)(h|d)")


class Box(NamedTuple):
    """A box."""
    wide: int
    high: int = 2
    parts: tuple = ()

    @property
    def area(self):
        return self.wide * self.high

    def named(self, default):
        return f"{self.wide}x{self.high}" if self.wide else default


class Counted(dict):
    def __init__(self, start):
        super().__init__()
        self._start = start

    def __missing__(self, key):
        value = self[key] = self._start + len(self)
        return value


def counted(until):
    for number in range(until):
        if number == 2:
            continue
        yield number
        if number > 4:
            break


def results():
    box = Box(3, parts=(1, 2))
    other = box._replace(wide=0)
    seen = Counted(FIRST)
    total = 0
    while total < 5:
        total += SECOND
    def twice(n, more=0):
        return n * 2 + more
    words = sorted(["b", "a", "c"], key=lambda word: (word != "c", word))
    return [
        box.area, other.area, other.named("empty"), box.named("no"), list(box)[:2],
        seen["x"], seen["y"], seen["x"], len(seen), total, twice(4), twice(4, 1),
        [a + b for a, b in ((1, 2), (3, 4)) if a > 1], {k: v * 2 for k, v in LIMITS.items()}["high"],
        [n for row in ((1, 2), (3,)) for n in row], list(counted(9)), words,
        max((5, 2), (5, 3)), min([], default=None), sum([1, Fraction(1, 2)]), any([0, ""]), all([1, "a"]),
        0 or "other", 0 and "other", "" or None, 1 < 2 <= 2, 1 < 2 > 3, not [], None is None, True + True,
        -7 // 2, -7 % 3, divmod(7, 2), math.ceil(Fraction(7, 2)), math.floor(Fraction(-7, 2)), abs(-3),
        next((n for n in (1, 2, 3) if n > 1), None), next((n for n in () if n), "none"),
        f"{1234567:,} {Decimal('-1234.50'):,}", str(Decimal("2.50")), partial(twice, 3)(), isinstance(True, bool),
        isinstance(Decimal("1"), Decimal), isinstance(3, int | str), isinstance("a", dict),
        "b" in ("a", "b"), "z" not in LIMITS, LIMITS.get("none", 7), dict([("a", 1)])["a"],
        SHAPE.fullmatch("24h")[2], SHAPE.fullmatch("24x") is None, "a-b".partition("-")[2], "x".join(["1", "2"]),
        (value := 5) + value, [*(1, 2), 3], {**LIMITS, "low": 0}["low"], "abc"[1:], (1, 2, 3)[-1],
    ]
'''


@pytest.fixture(scope="module")
def run(browser: Browser) -> Any:
    """Runs translated functions in the browser: (sources, roots) and JavaScript that sees them as m_core and m_exact."""
    context = browser.new_context()

    def running(sources: Mapping[str, str], roots: dict[str, str], code: str, given: Any = None) -> Any:
        core = Gathering(sources, {}, {}).translate(roots)
        script = bundled({**ASSETS, "core.js": core_module(core)}, ("exact", "core"))
        page = context.new_page()
        page.add_script_tag(content=f'"use strict";\n{script}\nwindow.m_core = m_core; window.m_exact = m_exact;')
        result = page.evaluate(code, given)
        page.close()
        return result

    yield running
    context.close()


PLAIN = """
const plain = x => x === undefined ? null : x instanceof m_exact.Exact ? m_exact.text(x) : Array.isArray(x) ? x.map(plain) : x;
"""


def as_text(value: Any) -> Any:
    """A value of Python as the page shows one: numbers in digits, tuples as lists."""
    if isinstance(value, list | tuple):
        return [as_text(one) for one in value]
    return value if isinstance(value, bool | str | None) else str(value)


def test_every_construct_of_the_core_gives_what_python_gives(run: Any) -> None:
    names: dict[str, Any] = {"__name__": "sample"}
    exec(compile(SAMPLE.replace("\\\\", "\\"), "sample", "exec"), names)
    got = run(
        {"sample": SAMPLE.replace("\\\\", "\\")},
        {"results": "sample.results"},
        "() => {" + PLAIN + "return plain(m_core.results()); }",
    )
    expected = as_text(names["results"]())
    assert [(at, *pair) for at, pair in enumerate(zip(got, expected, strict=True)) if pair[0] != pair[1]] == []


def numbers(chance: random.Random) -> Fraction:
    """A number of any size, often a whole one, a half of the last digit, or nothing."""
    whole = chance.choice([0, 1, chance.randrange(1000), chance.randrange(10**12), chance.randrange(10**30)])
    part = chance.choice(
        [
            Fraction(0),
            Fraction(1, 2000000),
            Fraction(chance.randrange(10**7), 10**7),
            Fraction(chance.randrange(1, 99), 7),
        ]
    )
    return chance.choice([1, 1, 1, -1]) * (whole + part)


def decimals(chance: random.Random) -> Decimal:
    """An amount of money as books and sums have it."""
    return units.WIDE.scaleb(
        Decimal(chance.choice([0, 5, 15, 25, chance.randrange(10**9), -chance.randrange(10**6)])), -chance.randrange(8)
    )


def test_numbers_come_out_the_same_to_the_last_digit(run: Any) -> None:
    chance = random.Random(1)
    pairs = [(numbers(chance), numbers(chance)) for _ in range(CASES)]
    money = [decimals(chance) for _ in range(CASES)]
    expected = [
        [
            str(units.decimal6(a)), str(units.times(a, b)), str(units.divided(a, b)) if b else None,
            str(units.simple(a + b)), units.plain(units.simple(a)), str(units.dollars(abs(a), abs(b), abs(m))),
            str(units.percentage(m, Decimal("3.7"))), str(units.cents(m)), str(units.cents_up(m)), units.plain(m),
            str(units.total([m, Decimal("0.10"), m])), str(units.minus(m, Decimal("1.234567"))),
            operators.shown(units.simple(a), "number"), operators.shown(abs(units.simple(a)), "duration"),
            operators.shown(units.exact(m), "usd"), operators.shown(units.exact(m), "percent"), str(a < b), str(a == b),
        ]
        for (a, b), m in zip(pairs, money, strict=True)
    ]  # fmt: skip
    names = (
        "decimal6",
        "times",
        "divided",
        "simple",
        "plain",
        "dollars",
        "percentage",
        "cents",
        "cents_up",
        "total",
        "minus",
        "exact",
    )
    roots = {name: f"units.{name}" for name in names} | {"shown": "operators.shown"}
    got = run(
        CORE, roots,
        """rows => { const { decimal6, times, divided, simple, plain, dollars, percentage, cents, cents_up, total, minus, exact, shown } = m_core;
        const { Fraction, Decimal, text, add, absolute, lt, eq } = m_exact;
        const abs = absolute, tenth = Decimal("0.10");
        return rows.map(([a, b, m]) => { a = Fraction(a); b = Fraction(b); m = Decimal(m); return [
            text(decimal6(a)), text(times(a, b)), b.n ? text(divided(a, b)) : null, text(simple(add(a, b))), plain(simple(a)),
            text(dollars(abs(a), abs(b), abs(m))), text(percentage(m, Decimal("3.7"))), text(cents(m)), text(cents_up(m)), plain(m),
            text(total([m, tenth, m])), text(minus(m, Decimal("1.234567"))), shown(simple(a), "number"), shown(abs(simple(a)), "duration"),
            shown(exact(m), "usd"), shown(exact(m), "percent"), text(lt(a, b)), text(eq(a, b))]; }); }""",
        [[str(a), str(b), format(m, "f")] for (a, b), m in zip(pairs, money, strict=True)],
    )  # fmt: skip
    wrong = [(pair, m, g, e) for pair, m, g, e in zip(pairs, money, got, expected, strict=True) if g != e]
    assert wrong[:3] == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("def f(a):\n    return a ** 2\n", "BinOp"),
        ("def f(a):\n    return 0.5\n", "Constant"),
        ("def f(a):\n    return unknown(a)\n", "unknown is not known"),
        ("def f(a):\n    with a:\n        return 1\n", "With"),
        ("def f(a):\n    try:\n        return a\n    except KeyError:\n        return None\n", "Try"),
        ("def f(a):\n    return f'{a!r}'\n", "FormattedValue"),
        ("def f(a):\n    return a.call(b=1)\n", "Call"),
        ("async def f(a):\n    return a\n", "f"),
        ("def f(a):\n    return [*a, **{}] if a else print(a)\n", None),
    ],
)  # fmt: skip
def test_what_cannot_be_translated_is_refused(text: str, what: str | None) -> None:
    with pytest.raises((Untranslatable, SyntaxError, KeyError)) as refused:
        Gathering({"sample": text}, {}, {}).translate({"f": "sample.f"})
    assert what is None or what in str(refused.value)
