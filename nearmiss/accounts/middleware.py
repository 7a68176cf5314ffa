"""Nobody stays signed in who has gone: the desk ends sessions that are idle, or a shift old."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

BEGAN, SEEN = "began", "seen"  # in the session: seconds since 1970
STEP = 60  # seconds; a session is written at most so often to say that its owner is still there


def sign_out_when_idle(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """End a session IDLE_MINUTES after its last request, and SESSION_COOKIE_AGE after its first.

    Pages outside of the desk neither read nor prolong a session.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
        if has_session and request.path.startswith(reverse("admin:index")):
            _look_at_the_clock(request)
        return get_response(request)

    return middleware


def _look_at_the_clock(request: HttpRequest) -> None:
    session = request.session
    if SESSION_KEY not in session:
        return
    now = int(time.time())
    began, seen = session.setdefault(BEGAN, now), session.setdefault(SEEN, now)
    if now - seen > settings.IDLE_MINUTES * 60:
        logout(request)
        messages.info(
            request,
            f"You were signed out: nothing had happened for {settings.IDLE_MINUTES} minutes.",
        )
    elif now - began > settings.SESSION_COOKIE_AGE:
        logout(request)
        messages.info(request, "You were signed out: a session lasts for one shift.")
    elif now - seen >= STEP:
        session[SEEN] = now
