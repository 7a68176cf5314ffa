"""ISO weeks (ISO 8601), written as 2026-W07: the finest time that is kept of a report.

A week counts to the quarter that its Thursday lies in, as ISO 8601 has it for years. So each week
is in one quarter, and the weeks of a year's four quarters are the weeks of that year.
"""

import datetime
from collections.abc import Iterator

from lessons.week import week_of

__all__ = ["monday_of", "quarter_of", "quarters", "week_of", "weeks_between"]


def monday_of(week: str) -> datetime.date:
    """Return the first day of a week written as 2026-W07."""
    year, number = week.split("-W")
    return datetime.date.fromisocalendar(int(year), int(number), 1)


def weeks_between(earlier: str, later: str) -> int:
    """Return how many weeks lie between two weeks written as 2026-W07."""
    return (monday_of(later) - monday_of(earlier)).days // 7


def quarter_of(week: str) -> str:
    """Return the quarter of a week written as 2026-W07, as 2026 Q1. Quarters sort by time."""
    thursday = monday_of(week) + datetime.timedelta(days=3)
    return f"{thursday.year} Q{(thursday.month + 2) // 3}"


def quarters(first: str, last: str) -> Iterator[str]:
    """Yield every quarter from the first to the last, both included."""
    year, number = int(first[:4]), int(first[-1])
    while (quarter := f"{year} Q{number}") <= last:
        yield quarter
        year, number = (year + 1, 1) if number == 4 else (year, number + 1)
