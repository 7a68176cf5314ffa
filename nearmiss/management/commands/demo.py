"""`manage.py demo`: the whole site on this machine, with stories to read and reports to review."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from nearmiss import samples
from nearmiss.accounts import changes, factors
from nearmiss.accounts.management.commands.invite_administrator import invitation_path
from nearmiss.accounts.roles import ADMINISTRATORS, LEADS, MODERATORS, Role
from reports.models import Report

PEOPLE = {
    "moderator-one": (MODERATORS, LEADS),
    "moderator-two": (MODERATORS,),
    "administrator": (ADMINISTRATORS,),
}


class Command(BaseCommand):
    help = (
        "Prepare the laptop profile (tables, sample stories, invitations) and serve it on "
        "127.0.0.1. Run again, it keeps what is there."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--prepare", action="store_true", help="prepare everything, but do not serve"
        )

    def handle(self, *args: Any, port: int, prepare: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo belongs to the laptop profile. Unset PROFILE.")
        self.stdout.write("Preparing tables and vocabulary …")
        call_command("migrate", verbosity=0)
        call_command("collectstatic", verbosity=0, interactive=False)
        self.stdout.write(f"Sample stories added: {samples.publish_stories()}.")
        if not Report.objects.exists():
            self.stdout.write(f"Sample reports received: {samples.receive_reports()}.")
        # localhost, since browsers make passkeys for no other address without https.
        site = f"http://localhost:{port}"
        self.stdout.write("")
        self.stdout.write(self.style.SUCCESS(f"Readers:    {site}/"))
        self.stdout.write(self.style.SUCCESS(f"Officers:   {site}/share/"))
        self.stdout.write(self.style.SUCCESS(f"Moderators: {site}/desk/"))
        self.stdout.write("")
        self.stdout.write(
            "The desk opens with a second factor. Open an invitation, choose a password, and set "
            "up a passkey\n(finger, face or code of this computer) or an authenticator app. Each "
            "works once; take another\nbrowser or a private window for the second moderator."
        )
        for name, roles in PEOPLE.items():
            labels = " and ".join(role.label.lower() for role in roles)
            self.stdout.write(f"  {name} ({labels})\n    {self.way_in(name, roles, site)}")
        self.stdout.write("")
        if not prepare:
            self.serve(port)

    def way_in(self, name: str, roles: tuple[Role, ...], site: str) -> str:
        """Return a fresh invitation link, or what somebody does who has used one before."""
        account = User.objects.filter(username=name).first()
        if account is None:
            names = [role.name for role in roles]
            account, token = changes.invite(username=name, roles=names, actor=None)
        elif factors.real_factors(account).exists():
            return f"is set up: log in at {site}/desk/"
        elif not account.is_active:
            return "is deactivated: the administrator can reactivate it"
        else:
            token = changes.invite_again(account=account, actor=None)
        return site + invitation_path(token)

    def serve(self, port: int) -> None:
        """Become the server. One process, since the laptop profile's cache is in its memory."""
        self.stdout.write("Stop with Ctrl-C.")
        self.stdout.flush()
        granian = Path(sys.executable).with_name("granian")
        os.execv(  # noqa: S606 - no shell is involved
            granian,
            [
                str(granian),
                *("--interface", "wsgi"),
                *("--host", "127.0.0.1", "--port", str(port)),
                *("--workers", "1", "--blocking-threads", "4"),
                *("--log-level", "warning"),
                "nearmiss.wsgi:application",
            ],
        )
