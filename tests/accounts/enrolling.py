"""What the tests of accounts share: inviting somebody, and going the way that they go."""

import re
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from nearmiss.accounts import changes
from tests.signing_in import code

PASSWORD = "a lamp behind the fence"
PASSWORDS = {"password1": PASSWORD, "password2": PASSWORD}
DESK, LOGIN, ENROL = "/desk/", "/desk/login/", "/desk/enrol/"
APP, PASSKEY, CODES = "/desk/account/app/", "/desk/account/passkey/", "/desk/account/codes/"


def invited(name: str = "robin", *roles: str) -> tuple[User, str]:
    """Return a new account, and the address of its invitation."""
    account, token = changes.invite(username=name, roles=roles or ["Moderators"], actor=None)
    return account, address(token)


def address(token: str) -> str:
    return reverse("accounts_invitation", args=[token])


def secret_of(client: Client) -> str:
    """Return the secret that the app page offers to this client."""
    client.get(APP)
    return str(get_adapter().decrypt(client.session[SECRET_SESSION_KEY]))


def enrol(link: str, client: Client | None = None) -> tuple[Client, str]:
    """Go through an invitation with an app; return the client, signed in, and the app's secret."""
    client = client or Client()
    assert client.post(link, PASSWORDS).status_code == 302
    secret = secret_of(client)
    assert client.post(APP, {"code": code(secret)}).status_code == 302
    return client, secret


def log_in(client: Client, name: str, password: str = PASSWORD, **more: Any) -> Any:
    """Take the first step, and return the response."""
    return client.post(LOGIN, {"login": name, "password": password}, **more)


def opens_the_desk(client: Client) -> bool:
    return bool(client.get(DESK).status_code == 200)


def codes_on(page: str) -> list[str]:
    return re.findall(r"<li>(\d{8})</li>", page)
