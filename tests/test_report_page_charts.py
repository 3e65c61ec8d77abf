"""The charts of the report page: the same bytes wherever they are drawn, and room for what stands in them."""

from __future__ import annotations

import re

import pytest

from planner.reportpage import charts, pictures
from planner.reportpage.charts import drawn
from tests.making import planned, workload
from tests.pages import many


@pytest.mark.parametrize("name", ["bridge", "largest"])
def test_no_letter_is_measured(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    chart = getattr(pictures, name)(planned(*many(12)))
    plain = str(drawn(chart))
    config = charts.config
    for font in ("monospace", "DejaVu Serif", "no such font"):
        monkeypatch.setattr(charts, "config", lambda letters, font=font: {**config(letters), "font": font})
        assert re.sub(r'font-family="[^"]+"', 'font-family="inherit"', str(drawn(chart))) == plain


def test_a_chart_is_one_picture_without_styles_links_or_parts_that_speak() -> None:
    chart = pictures.bridge(planned(*many(3)))
    assert chart is not None
    text = drawn(chart)
    assert re.findall(r' (?:style|href|xlink:href|on\w+)="', text) == []
    assert text.count('role="') == 2
    assert text.count("<title ") == text.count("<desc ") == 2
    assert not re.findall(r"#[0-9a-fA-F]{3,6}\b", text), "a colour that does not follow the page"


def test_names_that_are_cut_to_the_same_are_told_apart() -> None:
    same = [workload(id=f"{'long-name-' * 6}{at}") for at in range(3)]
    chart = pictures.largest(planned(*same))
    assert chart is not None
    for spec in chart.specs.values():
        names = [row["name"] for row in spec["data"]["values"]]
        assert len(set(names)) == 3
        assert max(map(len, names)) <= 36


def test_there_is_no_chart_of_what_is_not_known() -> None:
    report = planned(workload(), workload(id="v", model="gpt-99"))
    assert pictures.bridge(report) is None
    assert pictures.largest(report) is None
