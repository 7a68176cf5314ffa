"""The moderators' desk: Django's admin, with limited log-in attempts."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nearmiss.ratelimit import is_limited

LOGIN_RATE = "20/h"  # attempts of one client; a tired moderator needs five


class Desk(AdminSite):
    site_header = "Near Miss desk"
    site_title = "Near Miss desk"
    index_title = "What waits"
    site_url = "/"

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST" and is_limited(
            request, group="login", rate=LOGIN_RATE, when_cache_is_down=True
        ):
            return render(request, "429.html", status=429)
        return super().login(request, extra_context)
