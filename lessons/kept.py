"""Pages and counts kept in the memory of a process for as long as nothing they show has changed.

A page is made of published stories, lessons and terms and is the same for everyone. The database
gives these a version, and changes it in the transaction that changes any of them (tallies.py): what
is taken down is gone from here as well, at once and in every process. One look at the version is
left of a dozen queries.

Only pages without a query are kept: what somebody looked for is nobody's business, not even the
memory's.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import TypeVar, cast

from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse

from lessons.models import today

KEPT_FOR = 300  # seconds; after that a page that nobody asks for makes room

View = Callable[..., HttpResponse]
T = TypeVar("T")


def present_key(name: str) -> str | None:
    """Return the key of something made for the present version and day, None if there is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM lessons_version")
        version = cursor.fetchone()
    if version is None:
        return None
    return hashlib.sha256(f"{version[0]} {today()} {name}".encode()).hexdigest()


def keep(name: str, make: Callable[[], T]) -> T:
    """Return what was made for the present version, from memory or else anew."""
    key = present_key(name)
    if key is None:
        return make()
    return cast(T, caches["pages"].get_or_set(key, make, KEPT_FOR))


def kept(view: View) -> View:
    """Answer from memory if the page was made for the present version, or else make and keep it."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.META.get("QUERY_STRING") or request.method not in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        key = present_key(request.build_absolute_uri(request.path))
        content = caches["pages"].get(key) if key else None
        if content is not None:
            return HttpResponse(content)
        response = view(request, *args, **kwargs)
        if hasattr(response, "render"):
            response = response.render()
        if key and response.status_code == 200:
            caches["pages"].set(key, response.content, KEPT_FOR)
        return response

    return wrapper
