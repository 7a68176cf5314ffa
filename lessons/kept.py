"""Pages and counts kept in the memory of a process for as long as nothing they show has changed.

A page is made of published stories, lessons and terms and is the same for everyone. The database
gives these a version, and changes it in the transaction that changes any of them (tallies.py): what
is taken down is gone from here as well, at once and in every process. One look at the version is
left of a dozen queries.

Only pages without a query are kept: what somebody looked for is nobody's business, not even the
memory's.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import TypeVar, cast
from uuid import uuid4

from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils.cache import set_response_etag

from lessons.models import today

KEPT_FOR = 300  # seconds; after that a page that nobody asks for makes room

View = Callable[..., HttpResponse]
T = TypeVar("T")


# The version that a page under way is made for.
_under_way: ContextVar[str | None] = ContextVar("version", default=None)


def present_version() -> str:
    """Return what names the present state of all that is published, and the day by which it is.

    Before the tables are filled there is none, and each look gives another.
    """
    if version := _under_way.get():
        return version
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM lessons_version")
        found = cursor.fetchone()
    return f"{found[0] if found else uuid4()} {today()}"


@contextmanager
def one_version() -> Iterator[str]:
    """Look at the version once for all that is made in the block, and give it."""
    version = present_version()
    before = _under_way.set(version)
    try:
        yield version
    finally:
        _under_way.reset(before)


def key_of(version: str, name: str) -> str:
    return hashlib.sha256(f"{version} {name}".encode()).hexdigest()


def keep(name: str, make: Callable[[], T]) -> T:
    """Return what was made for the present version, from memory or else anew."""
    key = key_of(present_version(), name)
    return cast(T, caches["pages"].get_or_set(key, make, KEPT_FOR))


def kept(view: View) -> View:
    """Answer from memory if the page was made for the present version, or else make and keep it."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.META.get("QUERY_STRING") or request.method not in ("GET", "HEAD"):
            return view(request, *args, **kwargs)
        with one_version() as version:
            key = key_of(version, request.build_absolute_uri(request.path))
            if found := caches["pages"].get(key):
                content, headers = found
                return HttpResponse(content, headers=headers)
            response = view(request, *args, **kwargs)
            if response.status_code == 200:
                set_response_etag(response)
                headers = {name: response[name] for name in ("Content-Type", "ETag")}
                caches["pages"].set(key, (response.content, headers), KEPT_FOR)
        return response

    return wrapper
