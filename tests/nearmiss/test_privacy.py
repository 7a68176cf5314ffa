"""Nothing behind the door learns who is asking; logs hold no message of an exception."""

import logging
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from nearmiss.logs import PrivateFormatter
from nearmiss.middleware import forget_the_client

PLANTED: dict[str, Any] = {
    "REMOTE_ADDR": "198.51.100.7",
    "REMOTE_HOST": "car12.pd.example",
    "HTTP_X_FORWARDED_FOR": "198.51.100.7",
    "HTTP_FORWARDED": "for=198.51.100.7",
    "HTTP_X_REAL_IP": "198.51.100.7",
    "HTTP_USER_AGENT": "InCarBrowser/4.2",
    "HTTP_REFERER": "https://intranet.pd.example/",
    "HTTP_ACCEPT_LANGUAGE": "en-US",
    "HTTP_SEC_CH_UA": "InCarBrowser",
}


def test_the_request_forgets_its_sender() -> None:
    seen: dict[str, Any] = {}

    def view(request: HttpRequest) -> HttpResponse:
        seen.update(request.META)
        seen["headers"] = dict(request.headers)
        return HttpResponse()

    request = RequestFactory(**PLANTED).get("/")
    assert request.META["HTTP_USER_AGENT"] == "InCarBrowser/4.2"
    forget_the_client(view)(request)
    told = repr(seen)
    assert [value for value in PLANTED.values() if value in told] == []
    assert request.client_address() == "198.51.100.7"  # type: ignore[attr-defined]


def test_a_log_line_withholds_what_an_exception_quotes() -> None:
    planted = "".join(["Dela", "croix"])  # a traceback shows the source, and this is source
    try:
        try:
            raise ValueError(f"{planted} wrote this")
        except ValueError as error:
            raise RuntimeError(f"row contains ({planted})") from error
    except RuntimeError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord(
        "django.request", logging.ERROR, __file__, 1, "Failed: %s", ("/share/",), info
    )
    assert planted in logging.Formatter().format(record)
    line = PrivateFormatter().format(record)
    assert line.startswith("ERROR django.request: Failed: /share/\n")
    assert "builtins.RuntimeError, message withheld:" in line
    assert "builtins.ValueError, message withheld:" in line
    assert "test_privacy.py" in line
    assert planted not in line


def test_a_body_that_no_story_fills_is_refused(client: Client) -> None:
    response = client.post(
        "/share/", b"story=" + b"x" * 10_000_000, content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 413
    assert "nothing was stored" in response.content.decode()


@pytest.mark.django_db
def test_the_content_policy_stands_on_every_page(client: Client) -> None:
    for address in ("/", "/share/", "/receipt/", "/promise/", "/desk/login/", "/nowhere/"):
        policy = client.get(address).headers["Content-Security-Policy"]
        assert sorted(policy.split("; ")) == [
            "base-uri 'none'",
            "connect-src 'self'",
            "default-src 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "img-src 'self'",
            "script-src 'self'",
            "style-src 'self'",
        ]


@pytest.mark.django_db
def test_public_pages_set_no_cookie_and_load_nothing_from_elsewhere(client: Client) -> None:
    for address in ("/", "/stories/", "/share/", "/receipt/", "/promise/", "/nowhere/"):
        response = client.get(address)
        assert response.cookies.output() == ""
        assert 'src="http' not in response.content.decode()
    assert client.cookies.output() == ""
