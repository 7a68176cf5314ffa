"""ISO weeks (ISO 8601), written as 2026-W07: the finest time that is kept of a report."""

import datetime


def week_of(day: datetime.date) -> str:
    """Return the ISO week of a day, as 2026-W07."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def monday_of(week: str) -> datetime.date:
    """Return the first day of a week written as 2026-W07."""
    year, number = week.split("-W")
    return datetime.date.fromisocalendar(int(year), int(number), 1)
