"""ISO weeks, and the quarters that they count to."""

import datetime

from hypothesis import given
from hypothesis import strategies as st

from reports.weeks import monday_of, quarter_of, quarters, week_of


@given(st.dates(datetime.date(1990, 1, 1), datetime.date(2100, 1, 1)))
def test_a_week_is_in_the_quarter_of_its_thursday(day: datetime.date) -> None:
    week = week_of(day)
    thursday = monday_of(week) + datetime.timedelta(days=3)
    assert quarter_of(week) == f"{thursday.year} Q{(thursday.month - 1) // 3 + 1}"
    assert quarter_of(week)[:4] == week[:4]  # the year of a week is the year of its quarter


def test_weeks_at_the_edges_of_a_year() -> None:
    assert quarter_of("2026-W01") == "2026 Q1"  # begins on 29 December 2025
    assert quarter_of("2026-W53") == "2026 Q4"  # ends on 3 January 2027
    assert quarter_of("2026-W13") == "2026 Q1"
    assert quarter_of("2026-W14") == "2026 Q2"  # begins on 30 March, its Thursday is 2 April


def test_quarters_follow_one_another() -> None:
    assert list(quarters("2025 Q3", "2026 Q2")) == ["2025 Q3", "2025 Q4", "2026 Q1", "2026 Q2"]
    assert list(quarters("2026 Q2", "2026 Q2")) == ["2026 Q2"]
    assert list(quarters("2026 Q3", "2026 Q2")) == []
