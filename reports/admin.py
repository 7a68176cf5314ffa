"""The moderators' desk: the queue of reports, and the way to each."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

import reports.admin_logs  # noqa: F401 - Django looks for registrations in admin.py alone
from reports import corrections, desk, review
from reports.models import Report, State
from reports.queue import (
    FOUND,
    SEARCHED,
    FactFilter,
    KeysFirst,
    StateFilter,
    TabFilter,
    for_desk,
    holding,
    overdue_before,
    tab_of,
    weeks_since,
)

EXCERPT_WORDS = 14


def two_lines(state: str, who: str) -> str:
    return format_html('{} <span class="who">{}</span>', state, who)


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
    list_filter = (TabFilter, StateFilter, FactFilter)
    search_fields = SEARCHED
    list_per_page = 50
    paginator = KeysFirst
    most_found = FOUND
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    sortable_by = ()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What could have killed comes first, and then what has waited longest."""
        return ("severity", "week", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Report]:
        return for_desk(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Report], search_term: str
    ) -> tuple[QuerySet[Report], bool]:
        if not search_term.strip():
            return queryset, False
        found = for_desk(request.user).filter(pk__in=holding(queryset, search_term))
        return found.order_by(*self.get_ordering(request)), False

    # Columns

    @admin.display(description="Report")
    def what(self, report: Report) -> str:
        return report.title or Truncator(report.narrative or report.story).words(EXCERPT_WORDS)

    @admin.display(description="State")
    def waits_for(self, report: Any) -> str:
        state = report.get_state_display()
        if report.state == State.RECEIVED:
            return two_lines(state, "nobody has it yet")
        has_it = self._who_has_it(report)
        if report.state == State.IN_REVIEW:
            letter = report.get_letter_display().lower() if report.letter else ""
            return two_lines(state, ", ".join(filter(None, [letter, has_it or "nobody has it"])))
        if report.state == State.AWAITING_SECOND:
            if report.passed_by_me:
                return two_lines("Awaiting another", has_it or "you passed it on")
            return two_lines("Awaiting a second", has_it or f"{report.passed_by} passed it on")
        return two_lines(state, "a correction waits") if report.corrected else str(state)

    @staticmethod
    def _who_has_it(report: Any) -> str:
        if report.claimed_by_id is None:
            return ""
        if report.held:
            return "you have it" if report.claimed_by_me else f"{report.claimed_by} has it"
        return f"{'your' if report.claimed_by_me else f'{report.claimed_by}’s'} claim has lapsed"

    @admin.display(description="Waiting")
    def waiting(self, report: Report) -> str:
        if report.state not in review.WAITING:
            return report.week
        today = timezone.now().date()
        weeks = weeks_since(report.week, today)
        if weeks < 1:
            return "This week"
        told = "1 week" if weeks == 1 else f"{weeks} weeks"
        return two_lines(told, "overdue") if report.week < overdue_before(today) else told

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

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        tab = tab_of(request)
        return super().changelist_view(
            request, {"empty": tab.empty if tab else "", **(extra_context or {})}
        )

    def get_urls(self) -> list[URLPattern]:
        pages = [
            path(
                f"<path:object_id>/{name.replace('_', '-')}/",
                self.admin_site.admin_view(view),
                name=f"reports_report_{name}",
            )
            for name, view in [
                ("decline", self.decline_view),
                ("preview", self.preview_view),
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

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return self._show(desk.preview_page, request, object_id)

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
        report = desk.find(object_id)
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
