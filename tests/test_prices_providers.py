"""Every provider has prices that count, and says which of them follow from a printed rule."""

from __future__ import annotations

import json

import pytest

from tests.console import run
from tests.making import ROOT

Capsys = pytest.CaptureFixture[str]
ON = ("--on", "2026-11-24")


def test_every_provider_whose_limits_are_known_has_list_prices_that_count_today(capsys: Capsys) -> None:
    limits = {path.stem for path in (ROOT / "catalog" / "limits").glob("*.yaml")}
    priced = json.loads(run(capsys, "prices", "list", *ON, "-f", "json").out)["models"]
    assert limits == {model["provider"] for model in priced if model["standard_input"] is not None}


def test_batch_at_the_standard_rate_or_at_half_is_marked_where_only_a_rule_says_so(capsys: Capsys) -> None:
    for model, rates, rule in (
        (("together", "zai-org/GLM-5.3"), "batch global any input 1.4~ - - - 4.4~", "costs its standard rate."),
        (("fireworks", "accounts/fireworks/models/glm-5p3"), "batch global any input 0.7~ - - - 2.2~", "50 % of the"),
    ):
        shown = " ".join(run(capsys, "prices", "show", *model, *ON).out.split())
        assert rates in shown and rule in shown  # noqa: PT018
