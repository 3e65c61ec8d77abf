"""Laws of comparisons: parts add up to the last digit, nothing depends on an order, the way back is the way with the other sign."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.diffing.comparison import compare
from planner.diffing.report import CAUSES, DiffReport, WorkloadDiff
from planner.diffing.shapley import rounded, shares
from planner.diffing.splitting import Side
from planner.units import known_total
from tests.comparing import MODELS, side
from tests.making import workload

QUICK = settings(max_examples=60, deadline=None)
OPPOSITE = {"added": "removed", "removed": "added"}
NAMES = ("a", "b", "c", "d")


@st.composite
def estates(draw: st.DrawFn, models: tuple[str, ...] = MODELS) -> list[dict[str, Any]]:
    """A few workloads of every kind, in any order."""
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1)):
        output = draw(st.integers(0, 3_000))
        reasoning: dict[str, Any] = {"effort": draw(st.sampled_from(["none", "low", "high"]))}
        if output and draw(st.booleans()):
            reasoning = {"tokens": draw(st.integers(0, output)), "tokens_are": "included"}
        fields: dict[str, Any] = {
            "model": draw(st.sampled_from(models)),
            "volume": {
                "requests": draw(st.integers(0, 10**6)),
                "per": draw(st.sampled_from(["day", "week", "month", "once"])),
            },
            "tokens": {"input": draw(st.integers(0, 300_000)), "output": output},
            "reasoning": reasoning,
            "latency": draw(st.sampled_from([{"max": "1s"}, {"max": "48h"}])),
        }
        found.append(workload(id=name, **fields))
    return found


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Side, Side]:
    """Two plans: both of manifests, or both of saved plans, or one of each."""
    old, new = (
        side(*draw(estates()), saved=draw(st.booleans()), month_days=draw(st.sampled_from([30, 31]))) for _ in range(2)
    )
    return old, new


def by_key(diff: DiffReport) -> dict[tuple[str, bool], WorkloadDiff]:
    """The changed workloads by id and kind."""
    return {(one.id, one.one_off): one for one in diff.workloads}


@given(pairs())
@QUICK
def test_causes_add_up_to_the_change_to_the_last_digit(pair: tuple[Side, Side]) -> None:
    diff = compare(*pair)
    for one in diff.workloads:
        if one.causes is not None:
            assert known_total(one.causes.values()) == one.delta_usd
        else:
            assert one.not_split
    for sums in (diff.totals, diff.one_off):
        assert known_total(sums.known_causes.values()) + sums.not_split_usd == sums.known_delta_usd
        if sums.causes is not None:
            assert known_total(sums.causes.values()) == sums.delta_usd


@given(pairs())
@QUICK
def test_the_change_of_the_total_is_the_sum_of_the_changes(pair: tuple[Side, Side]) -> None:
    old, new = pair
    diff = compare(old, new)
    for once, sums in ((False, diff.totals), (True, diff.one_off)):
        changes = [one for one in diff.workloads if one.one_off is once]
        assert sums.known_delta_usd == known_total(one.delta_usd for one in changes)
        if sums.delta_usd is not None:
            assert sums.delta_usd == sums.known_delta_usd
    assert diff.totals.before_usd == old.report.totals.expected_usd
    assert diff.totals.after_usd == new.report.totals.expected_usd
    assert diff.one_off.after_usd == new.report.totals.one_off_usd


@given(pairs())
@QUICK
def test_the_way_back_has_the_other_sign_in_every_cause(pair: tuple[Side, Side]) -> None:
    there, back = compare(*pair), compare(*reversed(pair))
    assert by_key(there).keys() == by_key(back).keys()
    for key, one in by_key(there).items():
        other = by_key(back)[key]
        assert (one.before_usd, one.after_usd) == (other.after_usd, other.before_usd)
        assert (one.causes is None) == (other.causes is None)
        if one.causes is not None and other.causes is not None:
            assert all(part == -other.causes[OPPOSITE.get(cause, cause)] for cause, part in one.causes.items())
    assert sorted(f.fingerprint for f in there.findings.new) == sorted(f.fingerprint for f in back.findings.gone)


@given(estates(), st.booleans())
@QUICK
def test_nothing_changes_from_a_plan_to_itself(estate: list[dict[str, Any]], saved: bool) -> None:
    same = side(*estate, saved=saved)
    diff = compare(same, same)
    assert diff.workloads == []
    assert diff.findings.new == diff.findings.gone == []
    assert not any(diff.totals.known_causes.values())
    assert all(one.before == one.after for one in diff.budgets)


@given(estates(), estates(), st.randoms(use_true_random=False))
@QUICK
def test_the_order_of_the_workloads_changes_no_part(old: list[Any], new: list[Any], chance: Any) -> None:
    straight = compare(side(*old), side(*new))
    chance.shuffle(old)
    chance.shuffle(new)
    shuffled = compare(side(*old), side(*new))
    assert by_key(straight) == by_key(shuffled)
    assert straight.totals == shuffled.totals


@given(estates(), estates())
@QUICK
def test_a_new_name_moves_one_workload_and_no_other(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> None:
    renamed = [{**new[0], "id": "renamed"}, *new[1:]]
    plain, moved = compare(side(*old), side(*new)), compare(side(*old), side(*renamed))
    assert plain.totals.after_usd == moved.totals.after_usd
    assert plain.totals.delta_usd == moved.totals.delta_usd
    kept = {key: one for key, one in by_key(plain).items() if key[0] != new[0]["id"]}
    assert all(by_key(moved)[key] == one for key, one in kept.items())


amounts = st.integers(-(10**12), 10**12)


@given(st.lists(amounts, min_size=8, max_size=8))
@QUICK
def test_shares_are_the_mean_over_every_order(numbers: list[int]) -> None:
    causes = ("x", "y", "z")
    subsets = [frozenset(c for n, c in enumerate(causes) if bits >> n & 1) for bits in range(8)]
    value = {subset: Fraction(number, 10**6) for subset, number in zip(subsets, numbers, strict=True)}
    found = shares(value.__getitem__, causes)
    for cause in causes:
        orders = [order[: order.index(cause)] for order in permutations(causes)]
        gains = [value[frozenset((*before, cause))] - value[frozenset(before)] for before in orders]
        assert found[cause] == sum(gains, Fraction(0)) / len(orders)
    whole = Decimal(numbers[7] - numbers[0]).scaleb(-6)
    parts = rounded(found, whole)
    assert sum(parts.values()) == whole
    assert all(abs(Fraction(parts[cause]) - found[cause]) <= Fraction(1, 10**6) for cause in causes)


@pytest.mark.parametrize("saved", [False, True])
@given(estates(("gpt-4.1",)), estates(("gpt-4.1",)))
@QUICK
def test_both_ways_to_split_agree_where_a_saved_plan_knows_enough(saved: bool, old: list[Any], new: list[Any]) -> None:
    """To the rounding of the lines: a plan holds tokens and amounts to 1e-6."""
    exact, from_bills = compare(side(*old), side(*new)), compare(side(*old, saved=True), side(*new, saved=saved))
    for key, one in by_key(exact).items():
        other = by_key(from_bills).get(key)
        if other is None or one.causes is None or other.causes is None:
            continue
        assert one.delta_usd == other.delta_usd
        near = Decimal("0.00005") + max(map(abs, one.causes.values())) * Decimal("1e-6")
        assert all(abs(one.causes[cause] - other.causes[cause]) <= near for cause in CAUSES), key
