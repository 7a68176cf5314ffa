"""What a lead wants to see of the desk's work: how long it takes, what waits, and for how long.

Leads see every report in the queue, so nothing is withheld here.
"""

import datetime
from collections import Counter
from dataclasses import dataclass
from statistics import median

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lessons import plots
from reports import queue, retention, review, waiting
from reports.models import Report, State
from reports.weeks import quarter_of, quarters, week_of, weeks_between

QUARTERS = 12  # three years back
WEEKS_A_YEAR = 52

# Up to how many weeks a report has waited; the last band is open.
AGES = (
    ("This week", 0),
    ("1 or 2 weeks", 2),
    ("3 or 4 weeks", 4),
    ("5 to 8 weeks", 8),
    ("9 to 26 weeks", 26),
    ("27 to 52 weeks", 52),
    ("Longer than a year", 10_000),
)


@dataclass(frozen=True)
class Figures:
    """All that the page shows. median: weeks to publication in the last year, if any."""

    median: float | None
    waiting: int
    overdue: int
    left_lying: int
    plots: dict[str, plots.Plot]


def count(today: datetime.date) -> Figures:
    """Return the figures of a day, in a fixed number of queries."""
    this = week_of(today)
    ages = Counter[str]()
    turns = Counter[str]()
    rows = waiting.open_reports().order_by().values_list("week", "state", "letter")
    late, before = 0, queue.overdue_before(today)
    for week, state, letter, number in rows.annotate(Count("pk")):
        ages[age(weeks_between(week, this))] += number
        turns[waiting.TURNS[state, letter]] += number
        late += number if week < before else 0
    received = Counter[str]()
    for week, number in Report.objects.order_by().values_list("week").annotate(Count("pk")):
        received[quarter_of(week)] += number
    published: dict[str, Counter[int]] = {}
    last_year = Counter[int]()
    went_out = Report.objects.filter(state__in=[State.PUBLISHED, State.UNPUBLISHED])
    for week, closed, number in (
        went_out.exclude(closed_week="")
        .order_by()
        .values_list("week", "closed_week")
        .annotate(Count("pk"))
    ):
        weeks = weeks_between(week, closed)
        published.setdefault(quarter_of(closed), Counter())[weeks] += number
        if weeks_between(closed, this) < WEEKS_A_YEAR:
            last_year[weeks] += number
    now = quarter_of(this)
    since = min([*received, *published], default=now)
    shown = list(quarters(since, now))[-QUARTERS:]
    drawn = {
        "received": plots.columns(
            f"Received and published, by quarter; {now} so far",
            shown,
            [
                plots.Series("Received", [received[quarter] for quarter in shown]),
                plots.Series("Published", [sum(published.get(q, {}).values()) for q in shown]),
            ],
            about="Quarter",
        ),
        "turns": plots.bars(
            "What is open, by whose turn it is",
            list(waiting.TURNS.values()),
            [plots.Series("Reports", [turns[turn] for turn in waiting.TURNS.values()])],
            about="Turn",
        ),
        "ages": plots.bars(
            "How long it has been waiting",
            [name for name, _ in AGES],
            [plots.Series("Reports", [ages[name] for name, _ in AGES])],
            about="Came in",
        ),
    }
    if any(published.values()):
        drawn["median"] = plots.lines(
            f"Median weeks from receipt to publication, by quarter of publication; {now} so far",
            shown,
            [plots.Series("Weeks", [middle(published.get(quarter)) for quarter in shown])],
            about="Quarter",
            withheld="none published",
        )
    lying = sum(sum(weeks.values()) for weeks in retention.left_lying(today).values())
    return Figures(middle(last_year), turns.total(), late, lying, drawn)


def age(weeks: int) -> str:
    """Return the band of AGES of a report that has waited for so many weeks."""
    return next(name for name, most in AGES if weeks <= most)


def middle(weeks: Counter[int] | None) -> float | None:
    """Return the median of weeks that are counted, or None of none."""
    return median(weeks.elements()) if weeks else None


def page(request: HttpRequest) -> HttpResponse:
    """The page in the desk, for leads alone."""
    if not request.user.has_perms([review.PERMISSION, review.LEAD]):
        raise PermissionDenied
    context = {
        **admin.site.each_context(request),
        "title": "Figures",
        "figures": count(timezone.now().date()),
        "overdue_weeks": settings.OVERDUE_WEEKS,
    }
    return render(request, "admin/figures.html", context)
