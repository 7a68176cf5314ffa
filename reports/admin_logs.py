"""The logs of the private side in the desk: decisions on reports, and purges."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html

from nearmiss.log_admin import LogAdmin
from reports import desk, review
from reports.models import Decision, Purge

OFFICER = "officer"


class WhoFilter(admin.SimpleListFilter):
    """Filter by who acted: one of those who ever did, or the officers."""

    title = "who acted"
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        acted = Decision.objects.exclude(moderator=None).values("moderator")
        people = User.objects.filter(pk__in=acted).order_by("username")
        return [*((str(user.pk), user.username) for user in people), (OFFICER, "The officer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        who = self.value()
        if who is None:
            return queryset
        if who == OFFICER:
            return queryset.filter(moderator=None)
        return queryset.filter(moderator=int(who)) if who.isdecimal() else queryset.none()


@admin.register(Decision)
class DecisionAdmin(LogAdmin):
    """Who of the moderators did what, when. It holds no word of a story."""

    log_title = "Decisions"
    view_permission = review.PERMISSION
    export_permission = review.LEAD
    columns = {"at": "when (UTC)", "who": "who", "action": "did", "report": "report"}

    list_display = ("when", "who", "action", "which")
    list_filter = ("action", WhoFilter)
    list_select_related = ("moderator", "report")
    # What the officers did has no time: it comes last, on any database.
    ordering = (F("at").desc(nulls_last=True), "pk")

    def row(self, entry: Decision) -> dict[str, Any]:
        return {
            "at": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}" if entry.at else None,
            "who": self.who(entry),
            "action": entry.action,
            "report": str(entry.report_id),
        }

    @admin.display(description="When (UTC)", empty_value="No time is kept")
    def when(self, decision: Decision) -> str | None:
        return f"{decision.at:%Y-%m-%d %H:%M}" if decision.at else None

    @admin.display(description="Report")
    def which(self, decision: Decision) -> str:
        page = reverse(desk.REVIEW, args=[decision.report_id])
        return format_html('<a href="{}">{}</a>', page, decision.report)

    @admin.display(description="Who")
    def who(self, decision: Decision) -> str:
        return str(decision.moderator or "The officer")


@admin.register(Purge)
class PurgeAdmin(LogAdmin):
    """How many texts were deleted on which day."""

    log_title = "Purges"
    view_permission = review.PERMISSION
    export_permission = review.LEAD
    columns = {
        "day": "day",
        "quarter": "closed in",
        "published": "published",
        "declined": "declined",
        "withdrawn": "withdrawn",
        "taken_down": "stories taken down",
    }

    list_display = ("when", "closed_in", "published", "declined", "withdrawn", "stories")
    ordering = ("-day", "-quarter", "pk")

    def row(self, entry: Purge) -> dict[str, Any]:
        return {column: getattr(entry, column) for column in self.columns} | {"day": str(entry.day)}

    @admin.display(description="Day")
    def when(self, purge: Purge) -> str:
        return f"{purge.day:%Y-%m-%d}"

    @admin.display(description="Closed in")
    def closed_in(self, purge: Purge) -> str:
        return purge.quarter

    @admin.display(description="Stories taken down")
    def stories(self, purge: Purge) -> int:
        return purge.taken_down
