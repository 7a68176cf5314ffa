"""Enrolment by invitation: one use, an end, and no way past the second factor."""

import datetime
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from nearmiss.accounts import changes, factors
from nearmiss.accounts.models import Action, Change, Invitation
from tests.accounts.enrolling import (
    APP,
    CODES,
    DESK,
    ENROL,
    PASSKEY,
    PASSWORD,
    PASSWORDS,
    codes_on,
    enrol,
    invited,
    log_in,
    opens_the_desk,
    secret_of,
)
from tests.reports.desk import text_of
from tests.signing_in import code

pytestmark = pytest.mark.django_db


def test_an_invitation_opens_the_desk_once_and_shows_the_codes_once() -> None:
    account, link = invited("robin", "Moderators", "Leads")
    page = text_of(Client().get(link))
    assert "Welcome, robin" in page
    assert "as moderator and lead." in page
    client, _ = enrol(link)
    shown = text_of(client.get(CODES))
    assert len(set(codes_on(shown))) == 10
    assert 'aria-current="step">Recovery codes' in shown
    again = text_of(client.get(CODES))
    assert codes_on(again) == []
    assert "not shown again" in again
    assert opens_the_desk(client)
    assert [c.action for c in Change.objects.filter(account=account)] == ["enrolled", "invited"]
    assert Invitation.objects.count() == 0
    for method in ("get", "post"):
        response: Any = getattr(Client(), method)(link, PASSWORDS)
        assert response.status_code == 410
        assert "This invitation is not open" in text_of(response)
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_looking_at_an_invitation_uses_nothing_up() -> None:
    account, link = invited()
    for _ in range(3):
        assert Client().get(link).status_code == 200
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert Change.objects.count() == 1


def test_the_token_is_stored_as_a_hash_alone() -> None:
    _, link = invited()
    token = link.rstrip("/").rpartition("/")[2]
    stored = Invitation.objects.values().get()
    assert len(token) >= 43
    assert len(stored["token_hash"]) == 64
    assert token not in str(stored)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_expired_invitation_says_when_it_ended(method: str, settings: Settings) -> None:
    settings.INVITATION_DAYS = 3
    with time_machine.travel("2026-02-02 12:00Z", tick=False):
        account, link = invited()
    with time_machine.travel("2026-02-05 11:59Z", tick=False):
        assert Client().get(link).status_code == 200
    with time_machine.travel("2026-02-05 12:01Z", tick=False):
        response = getattr(Client(), method)(link, PASSWORDS)
    assert response.status_code == 410
    assert "This invitation has expired" in text_of(response)
    assert "5 February 2026" in text_of(response)
    account.refresh_from_db()
    assert not account.has_usable_password()


@pytest.mark.parametrize("token", ["x", "A" * 43, "%00", "é", "0" * 5000])
def test_a_forged_invitation_opens_nothing(token: str) -> None:
    invited()
    for method in ("get", "post"):
        response = getattr(Client(), method)(f"/desk/invitation/{token}/", PASSWORDS)
        assert response.status_code == 410


def test_a_newer_invitation_replaces_the_older_one() -> None:
    account, old = invited()
    new = f"/desk/invitation/{changes.invite_again(account=account, actor=None)}/"
    assert Client().get(old).status_code == 410
    assert Client().get(new).status_code == 200


@pytest.mark.parametrize(
    ("passwords", "message"),
    [
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password1234", "password2": "password1234"}, "too common"),
        ({"password1": "robin-robin-robin", "password2": "x"}, "too similar to the username"),
        ({"password1": PASSWORD, "password2": PASSWORD + "s"}, "The two passwords differ"),
        ({}, "This field is required"),
    ],
)
def test_a_weak_password_is_refused_with_a_reason(passwords: dict[str, str], message: str) -> None:
    account, link = invited("robin-robin")
    response = Client().post(link, passwords)
    assert response.status_code == 200
    assert message in text_of(response)
    account.refresh_from_db()
    assert not account.has_usable_password()


def test_between_the_steps_nothing_but_the_steps_is_open() -> None:
    _, link = invited("robin", "Moderators", "Leads", "Administrators")
    client = Client()
    assert client.post(link, PASSWORDS)["Location"] == ENROL
    assert client.get(ENROL).status_code == 200
    for page in (
        DESK,
        "/desk/reports/report/",
        "/desk/accounts/account/",
        "/desk/account/",
        "/desk/account/password/new/",
        "/desk/account/codes/new/",
        "/desk/account/app/remove/",
        CODES,
    ):
        for method in ("get", "post"):
            response = getattr(client, method)(page)
            assert response.status_code == 302, page
            assert response["Location"].startswith("/desk/login/?next="), page
    assert client.get("/desk/login/")["Location"] == ENROL
    # And the password alone, in another browser, opens nothing at all.
    other = Client()
    response = log_in(other, "robin")
    assert response.status_code == 403
    assert "no second factor yet" in text_of(response)
    assert other.get(ENROL).status_code == 302
    assert "_auth_user_id" not in other.session


def test_who_leaves_half_way_can_open_the_link_again() -> None:
    account, link = invited()
    Client().post(
        link, {"password1": "another long password", "password2": "another long password"}
    )
    client, _ = enrol(link)
    assert opens_the_desk(client)
    account.refresh_from_db()
    assert account.check_password(PASSWORD)


def test_two_browsers_with_one_link_enrol_one_factor() -> None:
    account, link = invited()
    first, second = Client(), Client()
    first.post(link, PASSWORDS)
    enrol(link, second)
    assert first.get(APP).status_code == 302  # the second password ended its session
    assert factors.real_factors(account).count() == 1
    assert Change.objects.filter(action=Action.ENROLLED).count() == 1


@pytest.mark.parametrize("fate", ["expired", "replaced", "deactivated"])
def test_what_closes_between_the_steps_is_closed_at_the_second(fate: str) -> None:
    account, link = invited()
    client = Client()
    client.post(link, PASSWORDS)
    secret = secret_of(client)
    if fate == "expired":
        Invitation.objects.update(expires=timezone.now() - datetime.timedelta(seconds=1))
    elif fate == "replaced":
        changes.invite_again(account=account, actor=None)
    else:
        changes.deactivate(account=account, actor=None)
    response = client.post(APP, {"code": code(secret)})
    assert response.status_code == (302 if fate == "deactivated" else 410)
    assert not factors.real_factors(account).exists()
    assert not opens_the_desk(client)
    assert Change.objects.filter(action=Action.ENROLLED).count() == 0


def test_a_wrong_code_enrols_nothing_and_keeps_the_secret() -> None:
    account, link = invited()
    client = Client()
    client.post(link, PASSWORDS)
    secret = secret_of(client)
    for wrong in ("000000", "", "x" * 21, code(secret, steps=9)):
        response = client.post(APP, {"code": wrong})
        assert response.status_code == 200
        assert not factors.real_factors(account).exists()
    assert secret_of(client) == secret
    assert client.post(APP, {"code": code(secret)})["Location"] == CODES


@pytest.mark.parametrize("credential", ["", "{", "[]", "1", "null", '{"id": "x"}'])
def test_what_is_no_passkey_enrols_nothing(credential: str) -> None:
    account, link = invited()
    client = Client()
    client.post(link, PASSWORDS)
    client.get(PASSKEY)
    response = client.post(PASSKEY, {"name": "Phone", "credential": credential})
    assert response.status_code == 200
    assert 'role="alert"' in text_of(response)
    assert "No passkey yet" in text_of(response)
    assert 'value="Phone"' in text_of(response)
    assert not factors.real_factors(account).exists()


def test_an_invitation_opened_by_somebody_signed_in_belongs_to_the_invited() -> None:
    _, theirs = invited("alex")
    client, _ = enrol(theirs)
    robin, link = invited("robin")
    enrol(link, client)
    assert User.objects.get(pk=client.session["_auth_user_id"]) == robin
    assert opens_the_desk(client)
