"""What we have django-allauth do otherwise: know no address, send no mail, keep secrets secret."""

import base64
import contextlib
from typing import Any
from xml.etree import ElementTree

import qrcode
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from qrcode.image.svg import SvgPathImage

from nearmiss.accounts import factors
from nearmiss.ratelimit import client_key

SECRETS = {"secret", "seed"}  # what of an authenticator's data is encrypted


def keys() -> list[Fernet]:
    """Return the keys of secrets, from SECRET_KEY and, to read with, from its fallbacks."""
    return [
        Fernet(
            base64.urlsafe_b64encode(
                salted_hmac(
                    "nearmiss.accounts.secrets", "", secret=key, algorithm="sha256"
                ).digest()
            )
        )
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]


def encrypt_with_the_newest_key(authenticator: Authenticator, **kwargs: Any) -> None:
    """Receive the use of a factor, and encrypt the secrets of its owner anew.

    So SECRET_KEY can be replaced: once everyone has signed in, its fallback may go.
    """
    if not settings.SECRET_KEY_FALLBACKS:
        return
    for factor in Authenticator.objects.filter(user=authenticator.user_id):
        for name in SECRETS & factor.data.keys():
            with contextlib.suppress(InvalidToken):  # of a key that is gone: nobody can read it
                token = factor.data[name].encode()
                factor.data[name] = MultiFernet(keys()).rotate(token).decode()
        factor.save(update_fields=["data"])


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": (
            "This name and password do not belong together. Type both again. "
            "If you have forgotten yours, an administrator can send you a new invitation."
        ),
        "incorrect_password": "That is not your password. Type it again.",
        "too_many_login_attempts": (
            "There were too many wrong tries for this account. Wait five minutes and try again."
        ),
    }

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return what rate limits count by: an HMAC that cannot be told again, never an address."""
        return client_key("account", request)

    def get_http_user_agent(self, request: HttpRequest) -> str:
        return ""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: accounts have no e-mail address."""

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Say nothing: the pages of nearmiss.accounts say it in their own words."""

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        return [{"id": "reauthenticate", "url": reverse("account_reauthenticate")}]

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Refuse an account that is not active, or that has no second factor yet."""
        if user.is_active and user.is_staff and factors.real_factors(user).exists():
            return None
        clear_login(request)
        return render(request, "accounts/refused.html", {"account": user}, status=403)


class FactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": (
            "This is your only second factor, so it was not removed. Add another one first."
        ),
        "incorrect_code": "That did not match. Try again with a new code, or with your passkey.",
        "unreadable": (
            "The site cannot read this second factor any more, because its SECRET_KEY was "
            "replaced. Use a passkey, or ask an administrator for a new invitation."
        ),
    }

    def encrypt(self, text: str) -> str:
        return keys()[0].encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret, or raise ValidationError if no key of ours opens it."""
        try:
            return MultiFernet(keys()).decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise self.validation_error("unreadable") from error

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return factors.real_factors(authenticator.user).exclude(pk=authenticator.pk).exists()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return "Passkey" if number == 1 else f"Passkey {number}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return super().get_public_key_credential_rp_entity() | {"name": settings.MFA_TOTP_ISSUER}

    def build_totp_svg(self, url: str) -> str:
        """Return an <svg> that stands in the page itself: no data: address, no policy exception."""
        image = qrcode.make(url, image_factory=SvgPathImage, border=2).get_image()
        for size in ("width", "height"):
            image.attrib.pop(size, None)
        ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
        return ElementTree.tostring(image, encoding="unicode")
