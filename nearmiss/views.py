"""The pages of the site itself: how the promise is kept, and what to show when something breaks."""

import sys

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reports.retention import KEEP_LIST

TEXT = 20  # characters; what is shorter is a choice or a number, and quickly made again


def promise(request: HttpRequest) -> HttpResponse:
    """What happens to a story, and what the site knows of its author."""
    told = {"retention_days": settings.RETENTION_DAYS, "keep_list": KEEP_LIST}
    return render(request, "nearmiss/promise.html", told)


def desk_did_not_recognise(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Refuse a request of the desk whose token is wrong, and give back the texts it held."""
    typed = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if len(value) >= TEXT and "password" not in name and name != "csrfmiddlewaretoken"
    ]
    return render(request, "403_csrf.html", {"typed": typed}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell a database that is away (503, try again) from a fault of ours (500)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return render(request, "503.html", status=503)
    return render(request, "500.html", status=500)
