"""The public ledger: what came in and what became of it, by quarter, small numbers withheld.

A number below SMALLEST is withheld, and so is whatever it could be reckoned from:

- A total adds up only the numbers that stand in its column, and says so.
- Purges count only reports and stories whose own numbers stand. What is declined in one quarter
  is purged in the next, so the purges of all would tell what a declined one withholds.
- The quarter that is not over yet stands nowhere: a count that grows while somebody watches it
  would tell the day on which a story came in.

So the page is the same whatever the withheld numbers are: a test changes them and compares.
Published stories are never withheld. Their days stand on their pages, so everybody can count them.
"""

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from lessons import plots
from lessons.coarsening import K
from lessons.models import Story
from lessons.public import public_page
from reports.models import Purge, Report, State
from reports.weeks import quarter_of, quarters, week_of

SMALLEST = K  # the same for a cell here as for a combination of facts on a story
PLOTTED = 12  # quarters, the latest three years: what a phone has room for

Counts = Mapping[str, int]  # by quarter


@dataclass(frozen=True)
class Cell:
    """A number of the ledger. value: None if it is withheld. and_more: the rest is withheld."""

    value: int | None
    and_more: bool = False

    def __str__(self) -> str:
        if self.value is None:
            return f"under {SMALLEST}"
        return f"{self.value} or more" if self.and_more else str(self.value)


@dataclass(frozen=True)
class Column:
    """Counts of one kind, a cell for each quarter, and what they add up to."""

    name: str
    cells: list[Cell]
    total: Cell


@dataclass(frozen=True)
class Ledger:
    """What the page tells. quarters: those that are over, the earliest first."""

    quarters: list[str]
    columns: list[Column]

    @property
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """Each quarter with its cells, the latest first."""
        cells = zip(*(column.cells for column in self.columns), strict=True)
        return list(zip(self.quarters, map(list, cells), strict=True))[::-1]

    @property
    def plot(self) -> plots.Plot:
        """What came in beside what was published, of the latest quarters."""
        return plots.columns(
            "Stories received, and stories published, by quarter",
            self.quarters[-PLOTTED:],
            [
                plots.Series(column.name, [cell.value for cell in column.cells[-PLOTTED:]])
                for column in self.columns[:2]
            ],
            about="Quarter",
            withheld=f"under {SMALLEST}",
            table_id="numbers",
        )


def count(today: datetime.date) -> Ledger:
    """Return the ledger as it stands on a day, in a fixed number of queries."""
    received = by_quarter(Report.objects.all(), "week")
    closed = {
        state: by_quarter(Report.objects.filter(state=state), "closed_week")
        for state in (State.DECLINED, State.WITHDRAWN)
    }
    taken_down = by_quarter(Report.objects.filter(state=State.UNPUBLISHED), "taken_down_week")
    standing = by_quarter(Report.objects.filter(state=State.PUBLISHED), "closed_week")
    days = Story.objects.published().order_by().values_list("published").annotate(Count("pk"))
    published: Counter[str] = Counter()
    for day, stories in days:
        published[quarter_of(week_of(day))] += stories
    purged = purges_to_tell(
        Purge.objects.order_by("day", "quarter"),
        published=standing,
        declined=closed[State.DECLINED],
        withdrawn=closed[State.WITHDRAWN],
        taken_down=taken_down,
    )
    columns = {
        "Received": (received, SMALLEST),
        "Published": (published, 0),
        "Declined": (closed[State.DECLINED], SMALLEST),
        "Withdrawn": (closed[State.WITHDRAWN], SMALLEST),
        "Taken down": (taken_down, SMALLEST),
        "Purged": (purged, SMALLEST),
    }
    this = quarter_of(week_of(today))
    # Where the ledger begins tells nothing: with the first story that everybody sees, or with the
    # first quarter of which a number stands.
    told = [
        quarter
        for counts, least in columns.values()
        for quarter, number in counts.items()
        if number >= max(least, 1)
    ]
    over = [q for q in quarters(min(told, default=this), this) if q != this]
    return Ledger(over, [column(n, over, counts, of) for n, (counts, of) in columns.items()])


def column(name: str, over: list[str], counts: Counts, smallest: int) -> Column:
    """Return a column without the numbers below the smallest, nor a total that tells them."""
    cells = [Cell(n if (n := counts.get(q, 0)) >= smallest else None) for q in over]
    shown = [cell.value for cell in cells if cell.value is not None]
    if not shown and cells:
        return Column(name, cells, Cell(None))
    return Column(name, cells, Cell(sum(shown), and_more=len(shown) < len(cells)))


def purges_to_tell(purges: Iterable[Purge], **closed: Counts) -> Counter[str]:
    """Return by quarter how many purges may be told: of what the ledger tells anyway.

    purges: the earliest first. closed: by kind of purge, how many reports were closed so in each
    quarter. Of those that were published only as many count as still stand: by the others a
    reader could tell how many were taken down.
    """
    told: Counter[str] = Counter()
    left = {
        kind: {q: n for q, n in counts.items() if n >= SMALLEST or kind == "published"}
        for kind, counts in closed.items()
    }
    for purge in purges:
        for kind, counts in left.items():
            number = min(getattr(purge, kind), counts.get(purge.quarter, 0))
            if number:
                counts[purge.quarter] -= number
                told[quarter_of(week_of(purge.day))] += number
    return told


def by_quarter(reports: object, week: str) -> Counter[str]:
    """Return how many reports there are by the quarter of one of their weeks."""
    counts: Counter[str] = Counter()
    rows = reports.exclude(Q(**{week: ""})).order_by().values_list(week).annotate(Count("pk"))  # type: ignore[attr-defined]
    for value, number in rows:
        counts[quarter_of(value)] += number
    return counts


@public_page
def ledger(request: HttpRequest) -> HttpResponse:
    """The page, the same for everyone."""
    today = timezone.now().date()
    told = {"ledger": count(today), "smallest": SMALLEST, "this": quarter_of(week_of(today))}
    return render(request, "reports/ledger.html", told)
