"""Signing in: both factors or nothing, a limited number of tries, and an end to every session."""

import re
import time
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from nearmiss.accounts import changes
from tests.accounts.enrolling import (
    CODES,
    DESK,
    LOGIN,
    PASSWORD,
    codes_on,
    enrol,
    invited,
    log_in,
    opens_the_desk,
)
from tests.factories import make_moderator, make_report
from tests.nearmiss.test_ratelimit import use_redis
from tests.reports.desk import filled, page_of, text_of
from tests.signing_in import code, sign_in, with_app

pytestmark = pytest.mark.django_db

SECOND = "/desk/login/second/"


def moderator() -> User:
    user = with_app(make_moderator())
    user.set_password(PASSWORD)
    user.save()
    return user


def test_password_and_code_open_the_desk() -> None:
    user, client = moderator(), Client()
    assert client.get(DESK)["Location"] == "/desk/login/?next=/desk/"
    assert log_in(client, user.username)["Location"] == SECOND
    assert not opens_the_desk(client)
    assert client.post(SECOND, {"code": code()})["Location"] == DESK
    assert opens_the_desk(client)


def test_a_password_alone_opens_nothing() -> None:
    user, client = moderator(), Client()
    client.force_login(user)  # as a hole in the first step would
    response: Any = client.get(DESK)
    assert response["Location"] == "/desk/login/?next=/desk/"
    # The log-in page ends such a session, instead of sending it round in circles.
    assert client.get(response["Location"]).status_code == 200
    assert "_auth_user_id" not in client.session


def test_the_second_step_has_no_page_without_the_first() -> None:
    moderator()
    for method in ("get", "post"):
        assert getattr(Client(), method)(SECOND, {"code": code()})["Location"] == LOGIN


def test_a_second_factor_of_somebody_else_does_not_count() -> None:
    """The records of a session name their owner: another user in it has none."""
    alex, robin = moderator(), make_moderator("robin")
    client = sign_in(Client(), alex)
    records = dict(client.session.items())
    client.force_login(robin)
    session = client.session
    session.update({key: value for key, value in records.items() if key.startswith("account_")})
    session.save()
    assert not opens_the_desk(client)


def test_wrong_names_and_passwords_get_the_same_answer() -> None:
    user = moderator()
    answers = {
        re.sub(r'name="csrf[^>]+', "", text_of(log_in(Client(), name, password))).replace(name, "")
        for name, password in ((user.username, "wrong"), ("nobody", PASSWORD))
    }
    assert len(answers) == 1
    assert "do not belong together" in answers.pop()


def test_names_may_be_typed_in_any_case() -> None:
    user = moderator()
    assert log_in(Client(), user.username.upper())["Location"] == SECOND


def test_a_deactivated_account_is_told_so_after_its_password_alone() -> None:
    user = moderator()
    changes.deactivate(account=user, actor=None)
    response = log_in(Client(), user.username)
    assert response.status_code == 403
    assert "This account is deactivated" in text_of(response)
    assert "do not belong together" in text_of(log_in(Client(), user.username, "wrong"))


def test_deactivation_ends_a_session_at_once() -> None:
    user = moderator()
    client = sign_in(Client(), user)
    assert opens_the_desk(client)
    changes.deactivate(account=user, actor=None)
    assert not opens_the_desk(client)


def test_a_code_works_once() -> None:
    user, first, second = moderator(), Client(), Client()
    with time_machine.travel("2026-02-02 12:00Z", tick=False):
        for client in (first, second):
            log_in(client, user.username)
        assert first.post(SECOND, {"code": code()}).status_code == 302
        response = second.post(SECOND, {"code": code()})
        assert response.status_code == 200
        assert "That did not match" in text_of(response)
        assert second.post(SECOND, {"code": code(steps=1)}).status_code == 302


def test_a_recovery_code_works_once() -> None:
    _, link = invited("robin")
    client, _ = enrol(link)
    kept = codes_on(text_of(client.get(CODES)))
    assert len(kept) == 10
    for number, status in ((3, 302), (3, 200), (0, 302)):
        other = Client()
        log_in(other, "robin")
        assert other.post(SECOND, {"code": kept[number]}).status_code == status
    assert "8 of 10 left" in text_of(client.get("/desk/account/"))


def test_who_signs_in_goes_where_they_wanted_and_never_elsewhere() -> None:
    user = moderator()
    for wanted, reached in (
        ("/desk/lessons/term/", "/desk/lessons/term/"),
        ("https://evil.example/", DESK),
        ("//evil.example/", DESK),
    ):
        client = Client()
        with time_machine.travel(time.time() + 60 * len(wanted)):
            client.post(LOGIN, {"login": user.username, "password": PASSWORD, "next": wanted})
            assert client.post(SECOND, {"code": code()})["Location"] == reached


@pytest.mark.parametrize("credential", ["", "{", "[]", "1", "null", '{"id": "x"}'])
def test_what_is_no_passkey_opens_nothing(credential: str) -> None:
    user, client = moderator(), Client()
    log_in(client, user.username)
    client.get(SECOND)
    assert client.post(SECOND, {"credential": credential}).status_code == 200
    assert not opens_the_desk(client)


# Limits


def test_tries_are_limited_for_each_client() -> None:
    user = moderator()
    statuses = [
        log_in(Client(), f"name-{number}", "wrong", REMOTE_ADDR="198.51.100.7").status_code
        for number in range(21)
    ]
    # allauth counts by the minute as well, and says so on the page.
    assert statuses == [200] * 20 + [429]
    assert log_in(Client(), user.username, REMOTE_ADDR="198.51.100.7").status_code == 429
    assert log_in(Client(), user.username, REMOTE_ADDR="198.51.100.8").status_code == 302


def test_tries_are_limited_for_each_account_from_wherever_they_come() -> None:
    user = moderator()
    for number in range(5):
        page = text_of(log_in(Client(), user.username, "wrong", REMOTE_ADDR=f"198.51.100.{number}"))
        assert "do not belong together" in page
    response = log_in(Client(), user.username, REMOTE_ADDR="198.51.100.99")
    assert response.status_code == 200
    assert "too many wrong tries" in text_of(response)


def test_codes_are_limited_for_each_account_from_wherever_they_come() -> None:
    user = moderator()
    for number in range(6):
        client = Client(REMOTE_ADDR=f"198.51.100.{number}")
        log_in(client, user.username)
        response = client.post(SECOND, {"code": "000000" if number < 5 else code()})
        assert response.status_code == 200
        assert ("too many wrong tries" in text_of(response)) == (number == 5)


def test_with_the_cache_away_nobody_gets_in(settings: Settings) -> None:
    user = moderator()
    use_redis(settings, "redis://127.0.0.1:1/0")  # nothing listens there
    assert log_in(Client(), user.username).status_code == 429


# The end of a session


def test_logging_out_takes_a_post_and_ends_the_session() -> None:
    client = sign_in(Client(), moderator())
    assert client.get("/desk/logout/").status_code == 405
    assert opens_the_desk(client)
    response = client.post("/desk/logout/", follow=True)
    assert "You are signed out." in text_of(response)
    assert not opens_the_desk(client)


def test_who_is_idle_is_signed_out_and_told_why(settings: Settings) -> None:
    settings.IDLE_MINUTES = 10
    client = sign_in(Client(), moderator())
    with time_machine.travel("2026-02-02 12:00Z", tick=False) as clock:
        assert opens_the_desk(client)
        for _ in range(4):  # every page prolongs
            clock.shift(9 * 60)
            assert opens_the_desk(client)
        clock.shift(10 * 60 + 1)
        response = client.get(DESK, follow=True)
        assert "nothing had happened for 10 minutes" in text_of(response)
        assert "_auth_user_id" not in client.session


def test_a_session_lasts_for_one_shift_however_busy() -> None:
    client = sign_in(Client(), moderator())
    with time_machine.travel("2026-02-02 00:00Z", tick=False) as clock:
        for _ in range(36):
            assert opens_the_desk(client)
            clock.shift(20 * 60)
        clock.shift(1)
        assert "one shift" in text_of(client.get(DESK, follow=True))


def test_public_pages_neither_read_nor_prolong_a_session(settings: Settings) -> None:
    client = sign_in(Client(), moderator())
    with time_machine.travel("2026-02-02 12:00Z", tick=False) as clock:
        assert opens_the_desk(client)
        clock.shift(20 * 60)
        for address in ("/", "/stories/", "/share/", "/receipt/", "/promise/"):
            response = client.get(address)
            assert response.cookies.output() == ""
            assert "Cookie" not in response.get("Vary", "")
        clock.shift(20 * 60)
        assert not opens_the_desk(client)


def test_public_pages_set_no_cookie() -> None:
    client = Client()
    for address in ("/", "/stories/", "/share/", "/receipt/", "/promise/", "/nowhere/"):
        client.get(address)
    assert client.cookies.output() == ""


def test_what_was_typed_in_an_idle_session_comes_back() -> None:
    report, client = make_report(), sign_in(Client(), moderator())
    with time_machine.travel("2026-02-02 12:00Z", tick=False) as clock:
        assert opens_the_desk(client)
        clock.shift(31 * 60)
        response = client.post(page_of(report), filled(report, "save", title="A kept title"))
    assert response.status_code == 403
    assert "A kept title" in text_of(response)


# What is not there


@pytest.mark.parametrize(
    "page",
    ["signup", "password/reset", "email", "confirm-email", "login/code", "login/passkey", "social"],
)
def test_what_allauth_offers_besides_is_not_there(page: str) -> None:
    for base in ("/", "/accounts/", "/desk/account/"):
        assert Client().get(f"{base}{page}/").status_code in (302, 404)
    client = sign_in(Client(), moderator())
    for base in ("/", "/accounts/", "/desk/account/"):
        assert client.get(f"{base}{page}/").status_code == 404


def test_pages_of_accounts_are_never_cached() -> None:
    _, link = invited()
    client = sign_in(Client(), moderator())
    for page in (link, LOGIN, "/desk/account/"):
        response = (Client() if page != "/desk/account/" else client).get(page)
        assert "no-store" in response["Cache-Control"]
