"""What holds for all that machines fetch: the same for everyone, known again, open to all."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_safe

MINUTE = 60  # seconds that an answer may be kept, as for pages
DAY = 24 * 60 * 60

View = Callable[..., HttpResponseBase]


def site_address(request: HttpRequest) -> str:
    """Return scheme and host of the site, as the client asked for them: "https://host"."""
    return f"{request.scheme}://{request.get_host()}"


def tag_uri(path: str) -> str:
    """Return the identity of something published, which stays when its address changes (RFC 4151).

    path: what it is, such as "stories/struck-twice".
    """
    return f"tag:{settings.TAG_AUTHORITY}:{path}"


def open_to_all(view: View) -> View:
    """Let scripts of every other site read the answer, and ask for it on condition.

    What is public tells nothing of who reads it, and no cookie goes along: "*" excludes that.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=204)
            response["Allow"] = "GET, HEAD, OPTIONS"
            response["Access-Control-Allow-Methods"] = "GET, HEAD"
            response["Access-Control-Allow-Headers"] = "If-None-Match, If-Modified-Since"
            response["Access-Control-Max-Age"] = str(DAY)
        else:
            response = view(request, *args, **kwargs)
            response["Access-Control-Expose-Headers"] = "ETag, Content-Disposition"
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return inner


def without_last_modified(view: View) -> View:
    """Drop the Last-Modified header that Django makes of days.

    Two stories of one day have the same, and one that is taken down makes it older: who asks by
    it alone would be told that nothing changed. The ETag tells.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        del response["Last-Modified"]
        return response

    return inner


def kept_a_minute(view: View) -> View:
    """Let an answer of 200 be kept for a minute by whoever stands in between."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if response.status_code in (200, 304):
            response["Cache-Control"] = f"public, max-age={MINUTE}"
        return response

    return inner


def public_page(view: View) -> View:
    """Make a view one of a page that is the same for everyone and may be kept for a minute."""
    decorated: View = require_safe(
        cache_control(public=True, max_age=MINUTE)(conditional_page(view))
    )
    return decorated


def for_machines(view: View) -> View:
    """Make a view of something public one that a feed reader, a script or a crawler may ask."""
    decorated: View = require_safe(conditional_page(kept_a_minute(without_last_modified(view))))
    return open_to_all(decorated)
