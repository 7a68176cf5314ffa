"""Privacy at the door: what a request tells of its sender is forgotten before anything reads it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from nearmiss.ratelimit import client_address

Handler = Callable[[HttpRequest], HttpResponse]

# The only request headers that anything behind the door has a use for. All others, and the
# sender's address, are dropped: what is not there can be in no log, error report or cache key.
KEPT_HEADERS = frozenset(
    {
        "HTTP_ACCEPT",
        "HTTP_ACCEPT_ENCODING",
        "HTTP_COOKIE",
        "HTTP_HOST",
        "HTTP_IF_MODIFIED_SINCE",
        "HTTP_IF_NONE_MATCH",
        "HTTP_ORIGIN",
        "HTTP_RANGE",
        "HTTP_X_CSRFTOKEN",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_REQUESTED_WITH",
    }
)


def forget_the_client(get_response: Handler) -> Handler:
    """Drop the sender's address, and every header that is not needed, from the request.

    The address lives on as the answer of `request.client_address()`, for nearmiss.ratelimit alone.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        address = client_address(request.META)
        request.client_address = lambda: address  # type: ignore[attr-defined]
        for name in list(request.META):
            unneeded_header = name.startswith("HTTP_") and name not in KEPT_HEADERS
            if unneeded_header or name.startswith("REMOTE_"):
                del request.META[name]
        return get_response(request)

    return middleware


def refuse_large_bodies(get_response: Handler) -> Handler:
    """Answer 413 to a body that no story fills, before a byte of it is read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0  # as Django reads it: an empty body
        if length > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            return render(request, "413.html", status=413)
        return get_response(request)

    return middleware
