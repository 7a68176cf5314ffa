"""The moderators' desk: the queue of reports, and the way to each."""

import datetime
from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import (
    BooleanField,
    Case,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

import reports.admin_logs  # noqa: F401 - Django looks for registrations in admin.py alone
from lessons.models import Term
from reports import corrections, desk, review
from reports.models import Decision, Report, ReportTerm, State
from reports.weeks import monday_of, week_of

EXCERPT_WORDS = 14
UNKNOWN_SEVERITY = 99  # after every term of worst_potential


def weeks_since(week: str, today: datetime.date) -> int:
    """Return how many ISO weeks lie between a week, as 2026-W07, and that of today."""
    return (monday_of(week_of(today)) - monday_of(week)).days // 7


def two_lines(state: str, who: str) -> str:
    return format_html('{} <span class="who">{}</span>', state, who)


class StateFilter(admin.SimpleListFilter):
    """Filter by state; what still waits for a decision is the default."""

    title = "state"
    parameter_name = "state"
    template = "admin/reports/report/states.html"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*State.choices, ("all", "All")]

    def choices(self, changelist: ChangeList) -> Any:
        for value, label in [(None, "What waits"), *self.lookup_choices]:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string(
                    {self.parameter_name: value} if value else {},
                    [] if value else [self.parameter_name],
                ),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Report]) -> QuerySet[Report]:
        if self.value() == "all":
            return queryset
        if self.value() in State.values:
            return queryset.filter(state=self.value())
        return queryset.filter(state__in=review.WAITING)


class ReviewersOnly(admin.ModelAdmin):
    """Pages for those who may review reports; nothing is added or deleted here."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(review.PERMISSION) and super().has_view_permission(
            request, obj
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(review.PERMISSION) and super().has_change_permission(
            request, obj
        )

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(review.PERMISSION)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})


@admin.register(Report)
class ReportAdmin(ReviewersOnly):
    """The queue, and the review page of each report. Every change goes through reports.review."""

    list_display = ("what", "waits_for", "waiting", "worst_potential", "activity")
    list_display_links = ("what",)
    list_filter = (StateFilter,)
    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What could have killed comes first, and then what has waited longest."""
        return ("severity", "week", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        severity = ReportTerm.objects.filter(
            report=OuterRef("pk"), term__facet="worst_potential"
        ).order_by("term__position")
        claims = Decision.objects.filter(
            report=OuterRef("pk"), action=Decision.Action.CLAIMED
        ).order_by("-at")
        return (
            Report.objects.annotate(
                severity=Coalesce(
                    Subquery(severity.values("term__position")[:1]),
                    Value(UNKNOWN_SEVERITY),
                    output_field=SmallIntegerField(),
                ),
                claimed_by=Subquery(claims.values("moderator__username")[:1]),
                passed_by_me=Case(
                    When(Q(passed_by=request.user.pk), then=True),
                    default=False,
                    output_field=BooleanField(),
                ),
            )
            .select_related("passed_by", "approved_by", "published_as")
            .prefetch_related(
                Prefetch(
                    "terms",
                    Term.objects.filter(facet__in=["worst_potential", "activity"]),
                    to_attr="queue_terms",
                )
            )
        )

    # Columns

    @admin.display(description="Report")
    def what(self, report: Report) -> str:
        return report.title or Truncator(report.narrative or report.story).words(EXCERPT_WORDS)

    @admin.display(description="State")
    def waits_for(self, report: Any) -> str:
        state = report.get_state_display()
        if report.state == State.RECEIVED:
            return two_lines(state, "nobody has it yet")
        if report.state == State.IN_REVIEW:
            return two_lines(state, f"{report.claimed_by or 'nobody'} took it up")
        if report.state == State.AWAITING_SECOND:
            if report.passed_by_me:
                return two_lines("Awaiting another", "you passed it on")
            return two_lines("Awaiting a second", f"{report.passed_by} passed it on")
        return str(state)

    @admin.display(description="Waiting")
    def waiting(self, report: Report) -> str:
        if report.state not in review.WAITING:
            return report.week
        weeks = weeks_since(report.week, timezone.now().date())
        if weeks < 1:
            return "This week"
        return "1 week" if weeks == 1 else f"{weeks} weeks"

    @admin.display(description="Worst potential")
    def worst_potential(self, report: Any) -> str:
        return self._labels(report, "worst_potential")

    @admin.display(description="Activity")
    def activity(self, report: Any) -> str:
        return self._labels(report, "activity")

    @staticmethod
    def _labels(report: Any, facet: str) -> str:
        return ", ".join(t.label for t in report.queue_terms if t.facet == facet) or "–"

    # Pages

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:object_id>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(view),
                name=f"reports_report_{name}",
            )
            for name, view in [
                ("decline", self.decline_view),
                ("take_down", self.take_down_view),
                ("correct", self.correct_view),
            ]
        ]
        # Before Django's own address of the same page, which would answer with the log-in form.
        change = path("<path:object_id>/change/", self.change_view_of_anyone)
        return [*pages, change, *super().get_urls()]

    def change_view_of_anyone(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Give back what was typed to somebody whose session ended while typing."""
        if request.method == "POST" and not self.admin_site.has_permission(request):
            return desk.signed_out_page(request)
        return self.admin_site.admin_view(self.change_view)(request, object_id)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        return self._show(desk.review_page, request, object_id)

    def decline_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._show(desk.decline_page, request, object_id)

    def take_down_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._show(corrections.take_down_page, request, object_id)

    def correct_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._show(corrections.correct_page, request, object_id)

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The log is on the review page: the admin's own history knows nothing of reports."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse(desk.REVIEW, args=[object_id]) + "#log")

    def _show(
        self,
        page: Callable[[HttpRequest, Report, dict[str, Any]], HttpResponse],
        request: HttpRequest,
        object_id: str,
    ) -> HttpResponse:
        if not self.has_change_permission(request):
            raise PermissionDenied
        report = self.get_object(request, object_id)
        if report is None:
            raise Http404("There is no such report.")
        return page(request, report, self.admin_site.each_context(request))

    # Decision is the log of reports. The admin's own log would hold their titles.

    def log_addition(  # type: ignore[override]
        self, request: HttpRequest, obj: Any, message: Any
    ) -> None:
        return None

    def log_change(  # type: ignore[override]
        self, request: HttpRequest, obj: Any, message: Any
    ) -> None:
        return None

    def log_deletions(  # type: ignore[override]
        self, request: HttpRequest, queryset: QuerySet
    ) -> None:
        return None
