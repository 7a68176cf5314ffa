"""What is typed on the way into the desk, and on the administrators' pages."""

import contextlib
import unicodedata
from collections.abc import Iterator
from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import ReauthenticateForm
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY, generate_totp_secret
from allauth.mfa.webauthn.forms import AddWebAuthnForm, AuthenticateWebAuthnForm
from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import (
    password_validators_help_text_html,
    validate_password,
)
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from nearmiss.accounts.roles import ROLES

CODE = {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


class WithoutColons:
    """Labels are labels, not the beginning of a sentence."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": ""} | kwargs)


class LoginForm(WithoutColons, AllauthLoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label="Name",
            max_length=150,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}
            ),
        )
        self.fields["password"] = forms.CharField(
            label="Password",
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        )
        self.order_fields(["login", "password"])


class ConfirmPasswordForm(WithoutColons, ReauthenticateForm):
    password = forms.CharField(
        label="Password",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class CodeForm(WithoutColons, AuthenticateForm):
    code = forms.CharField(
        label="Code",
        help_text="Six digits from your authenticator app, or one of your recovery codes.",
        max_length=20,
        widget=forms.TextInput(attrs=CODE),
    )


@contextlib.contextmanager
def only_well_formed() -> Iterator[None]:
    """Refuse a passkey's answer that was put together by hand.

    fido2 takes answers apart as if a browser had made them, and trips over others in many ways.
    """
    try:
        yield
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        raise get_adapter().validation_error("incorrect_code") from error


class PasskeyForm(AuthenticateWebAuthnForm):
    def clean_credential(self) -> Authenticator:
        with only_well_formed():
            return super().clean_credential()


class ChoosePasswordForm(WithoutColons, forms.Form):
    password1 = forms.CharField(
        label="Password",
        help_text=password_validators_help_text_html,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password2 = forms.CharField(
        label="The same password again",
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, account: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.account = account

    def clean_password1(self) -> str:
        password: str = self.cleaned_data["password1"]
        validate_password(password, self.account)
        return password

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        passwords = typed.get("password1"), typed.get("password2")
        if all(passwords) and passwords[0] != passwords[1]:
            self.add_error("password2", "The two passwords differ. Type the same one twice.")
        return typed


class AddPasskeyForm(WithoutColons, AddWebAuthnForm):
    name = forms.CharField(
        label="A name for it",
        help_text="So that you can tell it from others, as “Phone” or “Key on my ring”.",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    credential = forms.JSONField(
        widget=forms.HiddenInput,
        error_messages={
            "required": "The browser made no passkey. Press “Make a passkey” to try again.",
            "invalid": "The browser sent something that is no passkey. Try again.",
        },
    )

    def clean(self) -> dict[str, Any]:
        with only_well_formed():
            return super().clean()


class AddAppForm(ActivateTOTPForm):
    """allauth's form, but the secret waits in the session encrypted, as it is stored later."""

    code = forms.CharField(
        label="Code from the app",
        help_text="Six digits. They change every 30 seconds.",
        max_length=20,
        widget=forms.TextInput(attrs=CODE | {"inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, user: User, request: HttpRequest, **kwargs: Any) -> None:
        forms.Form.__init__(self, *args, **{"label_suffix": ""} | kwargs)
        self.user, adapter = user, get_adapter()
        kept = request.session.get(SECRET_SESSION_KEY)
        if not kept:
            kept = request.session[SECRET_SESSION_KEY] = adapter.encrypt(generate_totp_secret())
        self.secret = adapter.decrypt(kept)


def role_field(required: str) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Roles",
        choices=[(role.name, role.label) for role in ROLES.values()],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": required},
    )


class InviteForm(WithoutColons, forms.Form):
    username = forms.CharField(
        label="Name",
        help_text="What others read in the queue and in the logs. A pseudonym will do.",
        max_length=150,
        validators=[UnicodeUsernameValidator()],
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off"}),
    )
    roles = role_field("Choose one role, or more than one.")

    def clean_username(self) -> str:
        username = unicodedata.normalize("NFKC", self.cleaned_data["username"])
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError("There is an account of this name already. Choose another one.")
        return username


class RolesForm(WithoutColons, forms.Form):
    roles = role_field("An account needs a role. To end its access, deactivate it.")
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
