"""No table, session or cache entry of accounts keeps an address or a browser."""

import pickle
from typing import Any

import pytest
import redis
from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from pytest_django import Settings

from tests.accounts.enrolling import CODES, PASSWORD, enrol, invited, log_in, secret_of
from tests.factories import make_administrator
from tests.nearmiss.test_ratelimit import use_redis
from tests.reports.desk import signed_in
from tests.services import REDIS_URL
from tests.signing_in import code

pytestmark = pytest.mark.django_db

ADDRESS, FORWARDED, AGENT = "198.51.100.77", "203.0.113.88", "Quillfeather/7.3"
SENDER = {
    "REMOTE_ADDR": ADDRESS,
    "HTTP_X_FORWARDED_FOR": FORWARDED,
    "HTTP_USER_AGENT": AGENT,
    "HTTP_REFERER": "https://marmalade.example/",
    "HTTP_ACCEPT_LANGUAGE": "periwinkle",
}
PLANTED = (ADDRESS, FORWARDED, "quillfeather", "marmalade", "periwinkle")
SECOND = "/desk/login/second/"


def live_through_everything() -> None:
    """Do all that can be done about an account, each time with the planted headers."""
    boss = signed_in(make_administrator("boss"))
    boss.defaults.update(SENDER)
    boss.post("/desk/accounts/account/add/", {"username": "kim", "roles": ["Moderators"]})
    _, link = invited("robin")
    client, secret = enrol(link, Client(**SENDER))  # type: ignore[arg-type]
    client.get(CODES)
    client.get("/desk/account/passkey/")
    client.post("/desk/account/passkey/", {"name": "x", "credential": "{}"})
    client.post("/desk/account/codes/new/")
    client.post("/desk/account/password/", {"password": "wrong"})
    client.post("/desk/account/password/", {"password": PASSWORD})
    client.post("/desk/logout/")
    other = Client(**SENDER)  # type: ignore[arg-type]
    log_in(other, "robin", "wrong")
    log_in(other, "nobody")
    log_in(other, "robin")
    other.post(SECOND, {"code": "000000"})
    other.post(SECOND, {"code": code(secret, steps=1)})
    half_way = Client(**SENDER)  # type: ignore[arg-type]
    log_in(half_way, "robin")
    _, late = invited("lou")
    half_way.post(late, {"password1": PASSWORD, "password2": PASSWORD})
    secret_of(half_way)
    robin = User.objects.get(username="robin")
    boss.post(f"/desk/accounts/account/{robin.pk}/change/", {"do": "reset"})


def every_row() -> str:
    """Return all that the database holds, with sessions read."""
    rows: list[Any] = [session.get_decoded() for session in Session.objects.all()]
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if not model._meta.proxy:
                cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
                rows += cursor.fetchall()
    return repr(rows).casefold()


def test_no_table_and_no_session_holds_a_trace() -> None:
    live_through_everything()
    stored = every_row()
    assert "robin" in stored
    assert "account_authentication_methods" in stored
    assert [trace for trace in PLANTED if trace in stored] == []


def test_nothing_is_kept_of_an_e_mail_address() -> None:
    live_through_everything()
    with connection.cursor() as cursor:
        for table in ("account_emailaddress", "account_emailconfirmation"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone() == (0,)
    assert set(User.objects.values_list("email", flat=True)) == {""}


def test_no_cache_key_in_memory_holds_a_trace() -> None:
    live_through_everything()
    held = repr(
        {
            key: pickle.loads(value)
            for key, value in cache._cache.items()  # type: ignore[attr-defined]
        }
    ).casefold()
    assert "allauth:rl" in held
    assert "ratelimit-salt" in held
    assert [trace for trace in PLANTED if trace in held] == []


@pytest.mark.redis
def test_no_cache_key_in_redis_holds_a_trace(settings: Settings) -> None:
    use_redis(settings, REDIS_URL)
    cache.clear()
    live_through_everything()
    server = redis.Redis.from_url(REDIS_URL)
    keys = list(server.scan_iter())
    held = repr(keys) + repr([server.get(key) for key in keys])
    cache.clear()
    assert "allauth:rl" in held
    assert [trace for trace in PLANTED if trace in held.casefold()] == []


def test_no_log_line_tells_who_signs_in(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        live_through_everything()
    said = caplog.text.casefold()
    assert [trace for trace in (*PLANTED, "robin", "kim") if trace in said] == []
