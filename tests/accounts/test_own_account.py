"""What people do about their own factors, and what stays secret of them."""

import json
import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import decrypt
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from nearmiss.accounts import changes, factors
from nearmiss.accounts.models import Change
from tests.accounts.enrolling import (
    APP,
    CODES,
    PASSKEY,
    PASSWORD,
    address,
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

ACCOUNT, CONFIRM, SECOND = "/desk/account/", "/desk/account/password/", "/desk/login/second/"
NEW_CODES, NEW_PASSWORD = "/desk/account/codes/new/", "/desk/account/password/new/"
REMOVE_APP = "/desk/account/app/remove/"


def remove_passkey(factor: Authenticator) -> str:
    return f"/desk/account/passkey/{factor.pk}/remove/"


def add_passkey(account: User, name: str = "Phone") -> Authenticator:
    """Make the row of a passkey; its key cannot be used."""
    return Authenticator.objects.create(
        user=account, type=Authenticator.Type.WEBAUTHN, data={"name": name, "credential": {}}
    )


@pytest.fixture
def robin() -> User:
    return invited("robin")[0]


@pytest.fixture
def client(robin: User) -> Client:
    """Robin, enrolled with an app and signed in."""
    return enrol(address(changes.invite_again(account=robin, actor=None)))[0]


def actions(account: User) -> list[str]:
    return list(
        Change.objects.filter(account=account).order_by("at").values_list("action", flat=True)
    )


def test_the_only_second_factor_stays(client: Client, robin: User) -> None:
    assert "The only one: it stays" in text_of(client.get(ACCOUNT))
    response = client.post(REMOVE_APP, follow=True)
    assert "This is your only second factor, so it stays." in text_of(response)
    assert factors.real_factors(robin).count() == 1
    assert Authenticator.objects.filter(user=robin, type="recovery_codes").count() == 1
    assert "factor_removed" not in actions(robin)


def test_one_of_two_factors_can_be_removed_and_the_other_then_stays(
    client: Client, robin: User
) -> None:
    passkey = add_passkey(robin)
    assert text_of(client.get(ACCOUNT)).count("Remove <span") == 2
    assert "Remove the authenticator app?" in text_of(client.get(REMOVE_APP))
    assert client.post(REMOVE_APP).status_code == 302
    assert list(factors.real_factors(robin)) == [passkey]
    client.post(remove_passkey(passkey))
    assert list(factors.real_factors(robin)) == [passkey]
    assert actions(robin)[-1] == "factor_removed"
    assert actions(robin).count("factor_removed") == 1


def test_a_passkey_can_be_removed(client: Client, robin: User) -> None:
    passkey = add_passkey(robin, "Key on my ring")
    assert "the passkey “Key on my ring”?" in text_of(client.get(remove_passkey(passkey)))
    assert Authenticator.objects.filter(pk=passkey.pk).exists()
    client.post(remove_passkey(passkey))
    assert not Authenticator.objects.filter(pk=passkey.pk).exists()


def test_nobody_touches_a_factor_of_somebody_else(client: Client, robin: User) -> None:
    alex, _ = invited("alex")
    add_passkey(robin)
    theirs = add_passkey(alex)
    for method in ("get", "post"):
        assert getattr(client, method)(remove_passkey(theirs)).status_code == 404
    assert Authenticator.objects.filter(pk=theirs.pk).exists()


def test_adding_a_factor_is_logged_and_makes_no_new_codes(client: Client, robin: User) -> None:
    before = Authenticator.objects.get(user=robin, type="recovery_codes").data["seed"]
    add_passkey(robin)
    client.post(REMOVE_APP)
    secret = secret_of(client)
    assert client.post(APP, {"code": code(secret)})["Location"] == ACCOUNT
    assert actions(robin)[-2:] == ["factor_removed", "factor_added"]
    assert Authenticator.objects.get(user=robin, type="recovery_codes").data["seed"] == before


def test_new_codes_replace_the_old_ones(client: Client, robin: User) -> None:
    old = codes_on(text_of(client.get(CODES)))
    assert client.get(NEW_CODES).status_code == 200
    assert codes_on(text_of(client.get(CODES))) == []
    assert client.post(NEW_CODES)["Location"] == CODES
    new = codes_on(text_of(client.get(CODES)))
    assert len(new) == 10
    assert set(new).isdisjoint(old)
    assert actions(robin)[-1] == "codes"
    other = Client()
    log_in(other, "robin")
    assert other.post(SECOND, {"code": old[0]}).status_code == 200
    assert other.post(SECOND, {"code": new[0]}).status_code == 302


def test_a_new_password_ends_the_other_sessions(client: Client, robin: User) -> None:
    here, there = client, Client()
    log_in(there, "robin")
    app = Authenticator.objects.get(user=robin, type="totp").wrap()
    secret = factors_secret(app)
    assert there.post(SECOND, {"code": code(secret)}).status_code == 302
    assert opens_the_desk(there)
    new = dict.fromkeys(("password1", "password2"), "another long password")
    assert "too short" in text_of(here.post(NEW_PASSWORD, dict.fromkeys(new, "short")))
    assert here.post(NEW_PASSWORD, new)["Location"] == ACCOUNT
    assert opens_the_desk(here)
    assert not opens_the_desk(there)
    robin.refresh_from_db()
    assert robin.check_password("another long password")


def factors_secret(app: Any) -> str:
    return str(decrypt(app.instance.data["secret"]))


@pytest.mark.parametrize("at", [APP, PASSKEY, CODES, NEW_CODES, NEW_PASSWORD, REMOVE_APP])
@pytest.mark.parametrize("method", ["get", "post"])
def test_the_password_is_asked_for_before_factors_are_changed(
    client: Client, robin: User, at: str, method: str
) -> None:
    client.get(CODES)
    before = list(Authenticator.objects.values("type", "data"))
    asked = f"{CONFIRM}?next={at.replace('/', '%2F')}"
    with time_machine.travel(time.time() + 16 * 60, tick=False):
        assert getattr(client, method)(at, {"code": "000000"})["Location"] == asked
        assert list(Authenticator.objects.values("type", "data")) == before
        response = client.post(asked, {"password": "wrong", "next": at})
        assert "That is not your password." in text_of(response)
        response = client.post(asked, {"password": PASSWORD, "next": at})
        assert response["Location"] == at
        assert client.get(at).status_code in (200, 302)
    # Nothing of the request that was put off waits in the session: only its address came along.
    assert "account_reauthentication_state" not in client.session


def test_every_page_of_an_account_refuses_a_forged_request(client: Client, robin: User) -> None:
    passkey = add_passkey(robin)
    forged = Client(enforce_csrf_checks=True)
    forged.cookies = client.cookies
    for page in (
        APP,
        PASSKEY,
        NEW_CODES,
        NEW_PASSWORD,
        REMOVE_APP,
        CONFIRM,
        remove_passkey(passkey),
    ):
        assert forged.post(page, {"password": PASSWORD}).status_code == 403, page
    for page in ("/desk/login/", SECOND, "/desk/logout/", "/desk/invitation/x/"):
        assert Client(enforce_csrf_checks=True).post(page).status_code == 403, page
    assert factors.real_factors(robin).count() == 2


# Secrets


def test_secrets_are_stored_encrypted_also_while_enrolling() -> None:
    _, link = invited("kim")
    client, secret = enrol(link)
    client.get(CODES)
    kept = json.dumps(list(Authenticator.objects.values("data")))
    assert secret not in kept
    assert kept.count("gAAAA") == 2  # how a Fernet token begins: the secret, and the seed of codes
    _, other_link = invited("lou")
    half_way = Client()
    half_way.post(other_link, {"password1": PASSWORD, "password2": PASSWORD})
    waiting = secret_of(half_way)
    sessions = json.dumps([session.get_decoded() for session in Session.objects.all()])
    assert waiting not in sessions


def test_a_replaced_key_reads_old_secrets_while_it_is_a_fallback(settings: Settings) -> None:
    _, link = invited("kim")
    _, secret = enrol(link)
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 6, [old]
    client = Client()
    log_in(client, "kim")
    assert client.post(SECOND, {"code": code(secret)}).status_code == 302
    # That has encrypted them anew: the old key may go.
    settings.SECRET_KEY_FALLBACKS = []
    client = Client()
    log_in(client, "kim")
    with time_machine.travel("2036-01-01 12:00Z", tick=False):
        log_in(client, "kim")
        assert client.post(SECOND, {"code": code(secret)}).status_code == 302


def test_a_secret_that_no_key_opens_is_told_and_not_an_error(settings: Settings) -> None:
    _, link = invited("kim")
    _, secret = enrol(link)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new key " * 6, []
    client = Client()
    log_in(client, "kim")
    response = client.post(SECOND, {"code": code(secret)})
    assert response.status_code == 200
    assert "cannot read this second factor any more" in text_of(response)
    assert not opens_the_desk(client)
