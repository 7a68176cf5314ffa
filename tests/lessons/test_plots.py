"""Plots: what is drawn is what was counted, and what is withheld is told nowhere."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from lessons import plots
from lessons.plots import Plot, Series

QUARTERS = ["2026 Q1", "2026 Q2", "2026 Q3"]


def shown(plot: Plot) -> str:
    return Template("{% load plots %}{% plot plot 'p' %}").render(Context({"plot": plot}))


def heights(plot: Plot) -> list[float]:
    return [float(mark.height) for mark in plot.marks]


def test_columns_are_as_high_as_their_values() -> None:
    plot = plots.columns("Stories", QUARTERS, [Series("Received", [0, 5, 10])])
    assert plot.top == 10
    assert heights(plot) == [0, plots.HEIGHT / 2, plots.HEIGHT]
    assert [tick.text for tick in plot.ticks] == ["0", "2", "4", "6", "8", "10"]
    assert [mark.told for mark in plot.marks][1] == "2026 Q2, Received: 5"


def test_bars_are_as_long_as_their_values_and_leave_room_for_the_number() -> None:
    plot = plots.bars("Open", ["Received", "In review"], [Series("Reports", [20, 5])])
    assert [float(mark.width) for mark in plot.marks] == [plots.FULL, plots.FULL / 4]


def test_a_line_is_broken_where_a_value_is_withheld() -> None:
    plot = plots.lines("Weeks", list("abcde"), [Series("Median", [1, 2, None, 4, 5])])
    assert [(s.x1, s.x2) for s in plot.segments] == [("10", "30"), ("70", "90")]
    assert shown(plot).count("<circle") == 4


def test_what_is_withheld_stands_as_withheld_everywhere() -> None:
    plot = plots.columns("Stories", QUARTERS, [Series("Received", [7, None, 9])])
    html = shown(plot)
    assert [row.cells for row in plot.table] == [["7"], ["withheld"], ["9"]]
    assert "2026 Q2, Received: withheld" in html
    assert html.count('class="plot-withheld"') == 2  # in the key and in its place
    assert plot.summary == "Received: most 9, 2026 Q3; least 7, 2026 Q1."


def test_the_table_and_the_picture_hold_the_same_numbers() -> None:
    series = [Series("Received", [12, 8, 30]), Series("Published", [3, 9, 17])]
    html = shown(plots.columns("Stories", QUARTERS, series))
    drawn = [int(n) for n in re.findall(r"<title>[^<]*: (\d+)</title>", html)]
    table = [int(n) for n in re.findall(r"<td>(\d+)</td>", html)]
    assert drawn == [12, 8, 30, 3, 9, 17]
    assert table == [12, 3, 8, 9, 30, 17]


@pytest.mark.parametrize("make", [plots.columns, plots.lines, plots.bars])
def test_names_are_escaped_and_the_svg_is_well_formed(make: type[Plot]) -> None:
    plot = make("A <b> & c", ["<i>"], [Series("x & y", [1]), Series('"z"', [None])])  # type: ignore[arg-type, call-arg]
    html = shown(plot)
    assert "<b>" not in html and "<i>" not in html
    ET.fromstring(html)
    assert "style=" not in html


@given(st.lists(st.integers(0, 10**6) | st.floats(0, 10**6) | st.none(), min_size=1, max_size=40))
def test_any_values_fit_the_drawing(values: list[float | None]) -> None:
    for make in (plots.columns, plots.lines, plots.bars):
        plot = make("Any", [str(n) for n in range(len(values))], [Series("One", values)])
        assert 2 <= len(plot.ticks) <= 7
        for mark in plot.marks:
            assert -0.01 <= float(mark.x) <= float(mark.x) + float(mark.width) <= 100.01
            assert 0 <= float(mark.y) <= float(mark.y) + float(mark.height) <= plot.height + 0.01


@pytest.mark.parametrize("count", range(60))
def test_labels_do_not_crowd_and_the_last_is_there(count: int) -> None:
    labels = [str(n) for n in range(count)]
    below = plots.columns("Many", labels, [Series("One", [1] * count)]).below
    assert len(below) <= plots.LABELS_WIDE
    assert sum(label.narrow for label in below) <= plots.LABELS_NARROW
    if count:
        assert (below[-1].text, below[-1].narrow) == (labels[-1], True)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="not one value for each label"):
        plots.columns("x", QUARTERS, [Series("Short", [1])])
    with pytest.raises(ValueError, match="below zero"):
        plots.columns("x", ["a"], [Series("Less", [-1])])
    with pytest.raises(ValueError, match="1 to 4 series"):
        plots.columns("x", ["a"], [])
