"""The pages of the site itself: how the promise is kept, and what to show when something breaks."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def promise(request: HttpRequest) -> HttpResponse:
    """What happens to a story, and what the site knows of its author."""
    return render(request, "nearmiss/promise.html")


def server_error(request: HttpRequest) -> HttpResponse:
    """Tell a database that is away (503, try again) from a fault of ours (500)."""
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return render(request, "503.html", status=503)
    return render(request, "500.html", status=500)
