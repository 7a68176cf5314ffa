"""Requests to the desk cannot be forged, and public pages answer no cookie with another."""

import html

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


def test_a_forged_log_in_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    response = client.post("/desk/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert "did not recognise this form" in response.content.decode()


def test_a_forged_request_of_a_moderator_is_refused(admin_user: User) -> None:
    client = Client(enforce_csrf_checks=True)
    sign_in(client, admin_user)
    for address in (
        "/desk/",
        "/desk/logout/",
        "/desk/accounts/account/add/",
        "/desk/lessons/term/add/",
    ):
        assert client.post(address, {"name": "forged"}).status_code == 403


def test_what_was_typed_comes_back_and_no_password(client: Client) -> None:
    client = Client(enforce_csrf_checks=True)
    narrative = "We went to a noise call, and <b>he</b> had a knife."
    response = client.post(
        "/desk/login/", {"narrative": narrative, "password": "a password of twenty characters"}
    )
    page = html.unescape(response.content.decode())
    assert response.status_code == 403
    assert narrative in page
    assert "<b>he" not in response.content.decode()
    assert "a password of" not in page


def test_a_broken_cookie_gets_no_new_one(client: Client) -> None:
    client.cookies["csrftoken"] = "broken"
    for address in ("/", "/stories/", "/share/", "/receipt/", "/promise/"):
        assert client.get(address).cookies.output() == ""
