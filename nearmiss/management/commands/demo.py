"""`manage.py demo`: the whole site on this machine, with stories to read and reports to review."""

import os
import secrets
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from nearmiss import samples
from reports.models import Report

MODERATORS = ("moderator-one", "moderator-two")


class Command(BaseCommand):
    help = (
        "Prepare the laptop profile (tables, sample stories, two moderators) and serve it on "
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
        passwords = [self.moderator(name) for name in MODERATORS]
        self.stdout.write("")
        self.stdout.write(self.style.SUCCESS(f"Readers:    http://127.0.0.1:{port}/"))
        self.stdout.write(self.style.SUCCESS(f"Officers:   http://127.0.0.1:{port}/share/"))
        self.stdout.write(self.style.SUCCESS(f"Moderators: http://127.0.0.1:{port}/desk/"))
        for name, password in zip(MODERATORS, passwords, strict=True):
            self.stdout.write(f"  {name}  {password}")
        self.stdout.write("")
        if not prepare:
            self.serve(port)

    def moderator(self, name: str) -> str:
        """Create a moderator unless there is one; return the new password, or where to get one."""
        if User.objects.filter(username=name).exists():
            return f"(as printed before; a new one: manage.py changepassword {name})"
        password = secrets.token_urlsafe(12)
        user = User.objects.create_user(name, password=password, is_staff=True)
        user.groups.add(Group.objects.get(name="Moderators"))
        return password

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
