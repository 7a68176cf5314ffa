"""Trends: how many published stories tell of what, and when they were published.

Small numbers are withheld, as is usual for tables about people: a count below K, and a second one
where the first could be reckoned from the others ("complementary suppression"; see Federal
Committee on Statistical Methodology, "Report on Statistical Disclosure Limitation Methodology",
Statistical Policy Working Paper 22, 2005).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lessons.coarsening import K
from lessons.kept import keep
from lessons.models import Carried, Story, Term, today
from lessons.plots import Plot, Series, bars, columns
from lessons.public import public_page
from lessons.vocabulary import FACETS, PUBLIC_FACETS

TREND_FACETS = ("activity", "hazard", "contributing_factor", "light")

# The plain words that go with the counts wherever they stand.
WHAT_IS_COUNTED = "These are counts of stories, not of events."
NO_RATES = (
    "Officers tell them because they choose to. A high number can mean that a thing is common, or "
    "that it is easily told; nobody knows how many events stay untold, or out of how many calls "
    "they came. So no rate follows from them, no risk, and no comparison of one year with another."
)


@dataclass(frozen=True)
class Cell:
    """A count. slug: of the term, or the year. stories: None where the count is withheld."""

    slug: str
    label: str
    stories: int | None


@dataclass(frozen=True)
class Trend:
    """The counts of one facet. slug: of the facet, or "year".

    told: how many stories say anything of it, None where that is withheld. adds_up: whether each
    story counts in one cell at most. Terms that no story carries have no cell.
    """

    slug: str
    label: str
    told: int | None
    adds_up: bool
    cells: tuple[Cell, ...]

    @property
    def known(self) -> list[Cell]:
        """The cells whose counts are told, the highest first; years in their order."""
        known = [cell for cell in self.cells if cell.stories is not None]
        if self.slug == "year":
            return known
        return sorted(known, key=lambda cell: -(cell.stories or 0))

    @property
    def withheld(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.stories is None]


@dataclass(frozen=True)
class Trends:
    """The counts of all: what the page shows and the API gives. stories: how many are published."""

    stories: int
    trends: tuple[Trend, ...]


def trends() -> Trends:
    """Return the counts over all published stories, as they are now."""
    return keep("trends", count_trends)


def count_trends() -> Trends:
    """Count anew: the stories by year, and two queries a facet at most."""
    by_day = Story.objects.published().order_by().values_list("published").annotate(Count("pk"))
    years: Counter[int] = Counter()
    for day, count in by_day:
        years[day.year] += count
    facets = tuple(count_facet(slug) for slug in TREND_FACETS)
    span = range(min(years), max(years) + 1) if years else ()
    counts = withhold([years[year] for year in span], adds_up=True)
    cells = tuple(Cell(str(y), str(y), n) for y, n in zip(span, counts, strict=True))
    stories = sum(years.values())
    return Trends(stories, (*facets, Trend("year", "Year of publication", stories, True, cells)))


def count_facet(slug: str) -> Trend:
    """Return the counts of a facet. No facet that could single anyone out has any."""
    if slug not in PUBLIC_FACETS:
        raise ValueError(f"{slug} is not counted in public.")
    facet = FACETS[slug]
    there: list[Any] = list(Term.objects.public().filter(facet=slug).in_stories())
    counts = [term.stories for term in there]
    told = sum(counts)
    if facet.multiple:
        carried = Carried.objects.filter(term__in=there, published__lte=today())
        told = carried.aggregate(told=Count("story", distinct=True))["told"]
    shown = withhold(counts, adds_up=not facet.multiple)
    cells = tuple(Cell(t.slug, t.label, n) for t, n in zip(there, shown, strict=True))
    return Trend(
        slug, facet.label, told if told >= K or not told else None, not facet.multiple, cells
    )


def withhold(counts: Sequence[int], *, adds_up: bool) -> list[int | None]:
    """Return the counts, None in place of those that would tell too much.

    Those are the counts from 1 to K - 1. Where the counts add up to a total that is known, they
    are joined by the next smallest, until what is withheld is two counts or more and K stories or
    more together. A zero stays: that nobody told of a thing is said of no one.
    """
    kept = sorted((number, index) for index, number in enumerate(counts) if number >= K)
    hidden = {index for index, number in enumerate(counts) if 0 < number < K}
    while (
        adds_up
        and hidden
        and kept
        and (len(hidden) < 2 or sum(counts[index] for index in hidden) < K)
    ):
        hidden.add(kept.pop(0)[1])
    return [None if index in hidden else number for index, number in enumerate(counts)]


def plot_of(trend: Trend) -> Plot | None:
    """Return the plot of a trend, with its table; None where there is no count to show."""
    if trend.slug == "year":
        if not trend.known:
            return None
        series = Series("Stories", [cell.stories for cell in trend.cells])
        return columns(
            "Stories by year of publication", [c.label for c in trend.cells], [series], about="Year"
        )
    if not trend.known:
        return None
    series = Series("Stories", [cell.stories for cell in trend.known])
    labels = [cell.label for cell in trend.known]
    return bars(f"Stories by {trend.label.lower()}", labels, [series], about=trend.label)


@public_page
def page(request: HttpRequest) -> HttpResponse:
    """The counts as plots, each with a table behind it, and what they do not say."""
    counted = trends()
    shown = [(trend, plot_of(trend)) for trend in counted.trends]
    told = {
        "stories": counted.stories,
        "shown": shown,
        "least": K,
        "what_is_counted": WHAT_IS_COUNTED,
        "no_rates": NO_RATES,
        "section": "trends",
    }
    return render(request, "lessons/trends.html", told)
