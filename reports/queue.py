"""The queue: what waits for whom, worst potential outcome first, and how it is narrowed down."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Count,
    Prefetch,
    Q,
    QuerySet,
    SmallIntegerField,
    Value,
    When,
)
from django.db.models.functions import Collate, Lower, StrIndex
from django.db.models.lookups import GreaterThan
from django.http import HttpRequest
from django.utils import timezone

from lessons.models import Term
from lessons.vocabulary import FACETS
from reports import claims, review
from reports.models import Report, ReportTerm, State
from reports.weeks import week_of, weeks_between

UNKNOWN_SEVERITY = 99  # after every term of worst_potential

SEARCHED = ("story", "title", "advice")
SEARCH_WORDS = 8  # of a search that are looked for
FOUND = 200  # reports that a search finds at most; nobody reads further

Choices = list[dict[str, Any]]


@dataclass(frozen=True)
class Tab:
    """One list of the queue. waits: what belongs to it, for a moderator. empty: said of none.

    `waits` may name what `for_desk` annotates. The counts of all tabs take one query.
    """

    slug: str
    label: str
    waits: Callable[[User], Q]
    empty: str


def _free(moderator: User) -> Q:
    return Q(state=State.RECEIVED) | Q(state=State.IN_REVIEW, held=False)


def _mine(moderator: User) -> Q:
    return Q(claimed_by=moderator, state__in=review.CLAIMABLE)


def _second(moderator: User) -> Q:
    return Q(state=State.AWAITING_SECOND) & ~Q(passed_by=moderator) & ~_somebody_elses(moderator)


def _answered(moderator: User) -> Q:
    return Q(pk__in=Report.objects.answered()) & ~_somebody_elses(moderator)


def _corrections(moderator: User) -> Q:
    return Q(pk__in=Report.objects.with_proposals().exclude(proposal__proposed_by=moderator))


def _somebody_elses(moderator: User) -> Q:
    return Q(held=True) & ~Q(claimed_by=moderator)


def _overdue(moderator: User) -> Q:
    return Q(state__in=review.WAITING, week__lt=overdue_before(timezone.now().date()))


# A further list of the desk is a further line.
TABS = (
    Tab(
        "",
        "All that waits",
        lambda moderator: Q(state__in=review.WAITING),
        "Every report that came in has been decided.",
    ),
    Tab("new", "Nobody has", _free, "Nothing is new, and nothing was left lying."),
    Tab("mine", "Mine", _mine, "You have taken nothing up. Look at what nobody has."),
    Tab(
        "answered",
        "Answered by the officer",
        _answered,
        "No officer has answered, in a report that you could go on with.",
    ),
    Tab(
        "second",
        "For a second look",
        _second,
        "Nothing waits for a second pair of eyes that could be yours.",
    ),
    Tab(
        "corrections",
        "Corrections",
        _corrections,
        "No correction of a published story waits for your confirmation.",
    ),
    Tab("overdue", "Overdue", _overdue, "Nothing waits longer than it should."),
)


def weeks_since(week: str, today: datetime.date) -> int:
    """Return how many ISO weeks lie between a week, as 2026-W07, and that of today."""
    return weeks_between(week, week_of(today))


def overdue_before(today: datetime.date) -> str:
    """Return the ISO week before which an open report must have come in to be overdue."""
    return week_of(today - datetime.timedelta(weeks=settings.OVERDUE_WEEKS))


def for_desk(moderator: Any) -> QuerySet[Report]:
    """Return all reports with what the queue tells and orders by.

    severity: position of the worst potential outcome. held: whether a claim holds. claimed_by_me,
    passed_by_me: of the moderator who looks. corrected: whether a correction waits.
    """
    return (
        Report.objects.annotate(
            severity=_severity(),
            held=claims.held(),
            claimed_by_me=_is(moderator, "claimed_by"),
            passed_by_me=_is(moderator, "passed_by"),
            corrected=_whether(pk__in=Report.objects.with_proposals()),
        )
        .select_related("claimed_by", "passed_by")
        .prefetch_related(
            Prefetch(
                "terms",
                Term.objects.filter(facet__in=["worst_potential", "activity"]),
                to_attr="queue_terms",
            )
        )
    )


def holding(reports: QuerySet[Report], words: str) -> list[UUID]:
    """Return the keys of those reports that hold every word, in their title or as they came in.

    No index is kept of private texts: what is purged would stay in its leaves. So every text is
    read, and once. Upper and lower case are alike for plain letters alone: by the rules of a
    language it takes PostgreSQL three times as long. Of more than FOUND the first ones are found.
    """
    # The longest word is the rarest, most often: the others are looked for in fewer texts.
    for word in sorted(words.split()[:SEARCH_WORDS], key=len, reverse=True):
        holds = Q()
        for field in SEARCHED:
            if connection.vendor == "postgresql":
                place = StrIndex(Lower(Collate(field, "C")), Value(word.lower()))
                holds |= Q(GreaterThan(place, 0))
            else:
                holds |= Q(**{f"{field}__icontains": word})
        reports = reports.filter(holds)
    return list(reports.values_list("pk", flat=True)[:FOUND])


class KeysFirst(Paginator):
    """Sorts keys alone, and reads the rows of one page: what came in is too long to be sorted."""

    object_list: QuerySet[Report]

    def page(self, number: int | str) -> Page:
        page = super().page(number)
        keys = list(page.object_list.values_list("pk", flat=True))  # type: ignore[attr-defined]
        page.object_list = self.object_list.filter(pk__in=keys)
        return page


def _severity() -> Case:
    """Return the expression that tells how bad it could have become: 0 is the worst."""
    worst = Term.objects.filter(facet="worst_potential").order_by("position")
    return Case(
        *[
            When(pk__in=ReportTerm.objects.filter(term=term).values("report"), then=place)
            for place, term in enumerate(worst)
        ],
        default=UNKNOWN_SEVERITY,
        output_field=SmallIntegerField(),
    )


def _is(moderator: Any, field: str) -> Case:
    return _whether(**{field: moderator.pk})


def _whether(**condition: Any) -> Case:
    return Case(
        When(**condition, then=Value(True)),
        default=Value(False),
        output_field=BooleanField(),
    )


def tab_of(request: HttpRequest) -> Tab | None:
    """Return the tab that a request asks for; none where it asks for a state instead."""
    if request.GET.get(StateFilter.parameter_name) in StateFilter.VALUES:
        return None
    return next((tab for tab in TABS if tab.slug == request.GET.get("for", "")), TABS[0])


def counts(moderator: User) -> dict[str, int]:
    """Return how many reports are on each tab, in one query."""
    waiting = Report.objects.filter(
        Q(state__in=review.WAITING) | Q(pk__in=Report.objects.with_proposals())
    ).annotate(held=claims.held())
    counted: dict[str, int] = waiting.aggregate(
        **{
            f"tab_{number}": Count(Case(When(tab.waits(moderator), then=Value(1))))
            for number, tab in enumerate(TABS)
        }
    )
    return {tab.slug: counted[f"tab_{number}"] for number, tab in enumerate(TABS)}


class TabFilter(admin.SimpleListFilter):
    """The tabs above the queue. They stand aside where a state is asked for."""

    title = "what waits for whom"
    parameter_name = "for"
    template = "admin/reports/report/tabs.html"

    def __init__(self, request: HttpRequest, *args: Any) -> None:
        super().__init__(request, *args)
        self.tab = tab_of(request)
        self.counts = counts(request.user)  # type: ignore[arg-type]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(tab.slug, tab.label) for tab in TABS]

    def choices(self, changelist: ChangeList) -> Any:
        for tab in TABS:
            yield {
                "selected": tab == self.tab,
                "query_string": changelist.get_query_string(
                    {"for": tab.slug} if tab.slug else {},
                    ["state"] if tab.slug else ["state", "for"],
                ),
                "display": tab.label,
                "count": self.counts[tab.slug],
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        return queryset.filter(self.tab.waits(request.user)) if self.tab else queryset  # type: ignore[arg-type]


class SelectFilter(admin.SimpleListFilter):
    """A filter that stands in the form above the queue as a select. everything: its first line."""

    template = "admin/reports/report/select.html"
    everything = ""

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the options by group: (name of the group, [(value, label)])."""
        return [("", [(str(value), str(label)) for value, label in self.lookup_choices])]

    def choices(self, changelist: ChangeList) -> Any:
        yield {"value": "", "display": self.everything, "group": ""}
        for name, options in self.groups():
            for value, label in options:
                yield {
                    "value": value,
                    "display": label,
                    "group": name,
                    "selected": value == self.value(),
                }


class StateFilter(SelectFilter):
    """Filter by state. What still waits for a decision is the default, by tab."""

    title = "state"
    parameter_name = "state"
    everything = "Whatever waits"
    VALUES = (*State.values, "all")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*State.choices, ("all", "Any state")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        return queryset.filter(state=self.value()) if self.value() in State.values else queryset


class FactFilter(SelectFilter):
    """Filter by one fact, named as facet/slug. An unknown one filters nothing."""

    title = "fact"
    parameter_name = "fact"
    everything = "Any fact"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        self.terms = list(Term.objects.of_stories())
        return [(term.path, term.label) for term in self.terms]

    def groups(self) -> list[tuple[str, list[tuple[str, str]]]]:
        return [
            (
                facet.label,
                [(term.path, term.label) for term in self.terms if term.facet == facet.slug],
            )
            for facet in FACETS.values()
            if not facet.of_lesson
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        chosen = [term for term in self.terms if term.path == self.value()]
        if not chosen:
            return queryset
        return queryset.filter(pk__in=ReportTerm.objects.filter(term=chosen[0]).values("report"))
