"""Numbers with units, held against Decimal and Fraction: the one rounding, plain digits, durations, counts, shares."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from planner import units

QUICK = settings(max_examples=100, deadline=None)
ROOMY = Context(prec=200)
MILLIONTH = Decimal("0.000001")

fractions = st.fractions(min_value=-(10**18), max_value=10**18, max_denominator=10**12)
decimals = st.decimals(min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=12)
amounts = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=9)


@QUICK
@given(fractions)
@example(Fraction(1, 2_000_000))
@example(Fraction(3, 2_000_000))
@example(Fraction(-1, 2_000_000))
@example(Fraction(-3, 2_000_000))
def test_a_fraction_is_rounded_to_a_millionth_half_to_even(number: Fraction) -> None:
    rounded = units.decimal6(number)
    assert Fraction(rounded) == round(number, 6)
    assert rounded.as_tuple().exponent == -6


@QUICK
@given(decimals)
def test_a_decimal_is_rounded_as_decimal_itself_rounds_half_to_even(number: Decimal) -> None:
    expected = number.quantize(MILLIONTH, rounding=ROUND_HALF_EVEN, context=ROOMY)
    assert units.decimal6(units.exact(number)) == expected


@QUICK
@given(
    st.fractions(min_value=0, max_value=10**6, max_denominator=10**6),
    st.fractions(min_value=0, max_value=10**12, max_denominator=10**6),
    decimals.map(abs),
)
@example(Fraction(1), Fraction(1), Decimal("0.5"))
@example(Fraction(3), Fraction(1), Decimal("0.5"))
def test_tokens_at_a_rate_per_million_are_rounded_once(tokens: Fraction, requests: Fraction, rate: Decimal) -> None:
    assert Fraction(units.dollars(tokens, requests, rate)) == round(tokens * requests * Fraction(rate) / 1_000_000, 6)


@QUICK
@given(fractions, fractions)
def test_a_product_is_exact_and_an_int_where_it_is_whole(number: Fraction, by: Fraction) -> None:
    product = units.times(number, by)
    assert product == number * by
    assert isinstance(product, int) == (Fraction(product).denominator == 1)


@QUICK
@given(fractions, fractions.filter(bool))
def test_a_quotient_is_exact_and_an_int_where_it_is_whole(number: Fraction, by: Fraction) -> None:
    quotient = units.divided(number, by)
    assert quotient * by == number
    assert isinstance(quotient, int) == (Fraction(quotient).denominator == 1)
    assert isinstance(units.divided(6, 3), int)


@pytest.mark.parametrize(
    ("number", "rounded"),
    [
        (Fraction(1, 2_000_000), "0.000000"),
        (Fraction(3, 2_000_000), "0.000002"),
        (Fraction(5, 2_000_000), "0.000002"),
        (Fraction(1, 3), "0.333333"),
        (Fraction(2, 3), "0.666667"),
        (Fraction(-2, 3), "-0.666667"),
        (7, "7.000000"),
    ],
)
def test_ties_go_to_the_even_millionth_and_the_rest_to_the_nearest(number: units.Exact, rounded: str) -> None:
    assert str(units.decimal6(number)) == rounded


def test_a_number_with_more_digits_than_decimal_keeps_by_default_is_not_rounded() -> None:
    assert str(units.decimal6(10**40 + 1)) == "1" + "0" * 39 + "1.000000"


@QUICK
@given(decimals)
def test_plain_digits_read_back_as_the_same_number(number: Decimal) -> None:
    text = units.plain(number)
    assert Decimal(text) == number
    assert "e" not in text.lower()
    assert text == text.strip()
    assert "." not in text or not text.endswith(("0", "."))


@QUICK
@given(st.integers(min_value=-(10**30), max_value=10**30))
def test_a_whole_number_in_plain_digits_is_its_own_digits(number: int) -> None:
    assert units.plain(number) == str(number)
    assert units.plain(Decimal(number)) == str(number)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (Decimal("0.775000"), "0.775"),
        (Decimal("1E+3"), "1000"),
        (Decimal("1500"), "1500"),
        (Decimal("-0.000000"), "0"),
        (Decimal("-3.50"), "-3.5"),
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 3), "0.333333"),
        (0, "0"),
    ],
)
def test_plain_digits_have_no_exponent_and_no_trailing_zeros(number: Decimal | units.Exact, text: str) -> None:
    assert units.plain(number) == text


@QUICK
@given(amounts)
@example(Decimal("10.0000001"))
@example(Decimal("-0.001"))
def test_a_budget_is_rounded_up_by_less_than_a_cent(amount: Decimal) -> None:
    rounded = units.cents_up(amount)
    assert amount <= rounded < amount + Decimal("0.01")
    assert rounded * 100 % 1 == 0


@QUICK
@given(amounts)
def test_an_amount_to_the_cent_is_off_by_half_a_cent_at_most(amount: Decimal) -> None:
    assert Fraction(units.cents(amount)) == round(Fraction(amount), 2)


def test_half_a_cent_goes_to_the_even_cent_but_up_in_a_budget() -> None:
    assert [str(units.cents(Decimal(text))) for text in ("0.775", "0.765", "0.785")] == ["0.78", "0.76", "0.78"]
    assert [str(units.cents_up(Decimal(text))) for text in ("0.771", "0.77", "0.7700001")] == ["0.78", "0.77", "0.78"]
    assert (str(units.cents(Decimal("-0.001"))), str(units.cents_up(Decimal("-0.001")))) == ("0.00", "0.00")


@QUICK
@given(
    number=st.integers(min_value=0, max_value=10**6 - 1),
    places=st.integers(min_value=0, max_value=6),
    unit=st.sampled_from([("ms", Fraction(1, 1000)), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("w", 604800)]),
)
def test_a_duration_is_its_number_times_its_unit(number: int, places: int, unit: tuple[str, units.Exact]) -> None:
    name, seconds = unit
    value = Fraction(number, 10**places)
    text = f"{Decimal(number).scaleb(-places):f}"
    assert units.seconds(text + name) == value * seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", Fraction(1, 2)), ("5s", 5), ("10m", 600), ("24h", 86400), ("14d", 1209600), ("2w", 1209600), ("0s", 0)],
)
def test_durations_in_seconds(text: str, seconds: units.Exact) -> None:
    assert units.seconds(text) == seconds
    assert isinstance(units.seconds(text), type(seconds))


@pytest.mark.parametrize(
    "text", ["", "5", "s", "5 s", "-5s", "+5s", "05s", "1e3s", "5S", "5y", "5.s", ".5s", "1.1234567s", "5s\n"]
)
def test_what_is_no_duration_is_not_read_as_one(text: str) -> None:
    assert units.seconds(text) is None


@QUICK
@given(
    number=st.integers(min_value=-(10**9), max_value=10**9),
    places=st.integers(min_value=0, max_value=9),
    unit=st.sampled_from([("", 1), ("K", 10**3), ("M", 10**6), ("G", 10**9), ("B", 10**9)]),
)
def test_a_count_is_its_number_times_its_multiple(number: int, places: int, unit: tuple[str, int]) -> None:
    name, multiple = unit
    text = f"{Decimal(number).scaleb(-places):f}"
    value = Fraction(number, 10**places) * multiple
    assert units.count(text + name) == value
    assert isinstance(units.count(text + name), int) == (value.denominator == 1)


@pytest.mark.parametrize(
    "text", ["", "K", "1 K", "1k", "1,000", "1e3", "0x10", "1KM", "--1", "1_000", "1T", "1.", ".5"]
)
def test_what_is_no_count_is_not_read_as_one(text: str) -> None:
    assert units.count(text) is None


@QUICK
@given(number=st.integers(min_value=-(10**6), max_value=10**6), places=st.integers(min_value=0, max_value=6))
def test_a_percentage_is_the_number_before_its_sign(number: int, places: int) -> None:
    text = f"{Decimal(number).scaleb(-places):f}"
    assert units.percent(text + "%") == units.percent(text + " %") == Fraction(number, 10**places)


@pytest.mark.parametrize("text", ["", "%", "5", "5  %", "5%%", "1e1%", "five%"])
def test_what_is_no_percentage_is_not_read_as_one(text: str) -> None:
    assert units.percent(text) is None


@QUICK
@given(st.lists(amounts, max_size=20))
def test_a_sum_of_amounts_is_exact(parts: list[Decimal]) -> None:
    expected = sum((Fraction(part) for part in parts), Fraction(0))
    for result in (units.total(parts), units.known_total([*parts, None])):
        assert result is not None
        assert Fraction(result) == expected
    assert units.total([*parts, None]) is None


def test_a_sum_of_large_and_small_amounts_loses_no_digit() -> None:
    parts = [Decimal(10) ** 30, MILLIONTH, Decimal(10) ** 30]
    assert units.total(parts) == Decimal("2000000000000000000000000000000.000001")


@QUICK
@given(amounts, amounts)
def test_a_difference_is_exact_and_unknown_where_a_part_is_unknown(whole: Decimal, part: Decimal) -> None:
    difference = units.minus(whole, part)
    assert difference is not None
    assert Fraction(difference) == Fraction(whole) - Fraction(part)
    assert units.minus(None, part) is None
    assert units.minus(whole, None) is None


@QUICK
@given(amounts, amounts.filter(bool))
def test_a_percentage_of_an_amount_is_rounded_once(part: Decimal, whole: Decimal) -> None:
    share = units.percentage(part, whole)
    assert share is not None
    assert Fraction(share) == round(Fraction(part) / Fraction(whole) * 100, 6)


def test_a_percentage_of_nothing_or_of_the_unknown_is_unknown() -> None:
    assert units.percentage(Decimal(5), Decimal("0.000000")) is None
    assert units.percentage(Decimal(5), None) is None
    assert units.percentage(None, Decimal(5)) is None


@QUICK
@given(st.one_of(st.integers(0, 10**7), st.integers(1, 10**6).map(lambda micro: Fraction(micro, 10**6))))
def test_a_spoken_duration_reads_back_as_the_same_time(number: units.Exact) -> None:
    spoken = units.spoken_duration(units.simple(number))
    assert units.seconds(spoken.replace(" ", "").replace("min", "m")) == number


@pytest.mark.parametrize(
    ("number", "spoken"),
    [
        (Fraction(1, 10), "100 ms"), (1, "1 s"), (90, "90 s"), (60, "60 s"), (600, "10 min"), (3600, "1 h"),
        (86400, "24 h"), (172800, "2 d"), (0, "0 s"),
    ],
)  # fmt: skip
def test_a_duration_is_spoken_in_the_largest_unit_that_divides_it(number: units.Exact, spoken: str) -> None:
    assert units.spoken_duration(number) == spoken


@QUICK
@given(st.binary(max_size=200))
def test_the_digest_is_sha_256(raw: bytes) -> None:
    import hashlib

    from planner.digests import sha256

    assert sha256(raw).hexdigest() == hashlib.sha256(raw).hexdigest()
