"""The moderators' desk: Django's admin, open to those alone who signed in with a second factor."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse

from nearmiss.accounts.factors import used_second_factor
from reports import queue, review


class Desk(AdminSite):
    site_header = "Near Miss desk"
    site_title = "Near Miss desk"
    index_title = "Desk"
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and used_second_factor(request)

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Tell those who review what waits for them, before the tables that there are."""
        context = extra_context or {}
        if request.user.has_perm(review.PERMISSION):
            counted = queue.counts(request.user)  # type: ignore[arg-type]
            waiting = [(tab, counted[tab.slug]) for tab in queue.TABS]
            context = {"title": "What waits", "waiting": waiting, **context}
        return super().index(request, context)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Never ask for a password alone: the log-in page is one of nearmiss.accounts."""
        return redirect("account_login")

    def password_change(  # type: ignore[override]  # the stub knows of one answer only
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("account_change_password")
