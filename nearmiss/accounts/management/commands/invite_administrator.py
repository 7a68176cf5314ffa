"""`manage.py invite_administrator`: the first way into the desk, and the way back in."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse

from nearmiss.accounts import changes


class Command(BaseCommand):
    help = (
        "Print a one-use invitation link for an administrator's account. The account is made if "
        "there is none of this name; if there is one, its password, passkeys, app and recovery "
        "codes are taken from it, and it is reactivated. Written to the log of accounts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="name of the account; a pseudonym will do")
        parser.add_argument(
            "--site", default="", help="address of the site, as https://near-miss.example"
        )

    def handle(self, *args: Any, name: str, site: str, **options: Any) -> None:
        try:
            UnicodeUsernameValidator()(name)
        except ValidationError as error:
            raise CommandError(f"{name!r} cannot be a name. {error.messages[0]}") from error
        if len(name) > 150:
            raise CommandError("The name is longer than 150 characters. Choose a shorter one.")
        account, token, new = changes.recover(username=name)
        if new:
            self.stdout.write(f"Made the account {account.username}, an administrator.")
        else:
            self.stdout.write(
                f"{account.username} is an administrator and active. The former password and "
                "second factors of the account do not work any more."
            )
        self.stdout.write(f"Open this link within {settings.INVITATION_DAYS} days. It works once:")
        self.stdout.write((site or own_address()).rstrip("/") + invitation_path(token))


def own_address() -> str:
    """Return the address of the site as far as the settings know it."""
    if settings.PRODUCTION:
        return f"https://{settings.ALLOWED_HOSTS[0].lstrip('.')}"
    return "http://localhost:8000"


def invitation_path(token: str) -> str:
    return reverse("accounts_invitation", args=[token])
