"""`manage.py digest`: mail to moderators that counts what waits. A line for cron, once a day."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from reports import digest


class Command(BaseCommand):
    help = (
        "Mail each active moderator who has an address how many reports wait: new, for a second "
        "pair of eyes, answered by the officer, overdue. Nobody gets a mail when nothing waits, "
        "nor two on one day. Ends with status 1 if a mail could not be sent."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not digest.is_configured():
            raise CommandError(
                "Nothing was sent: there is no mail server. Set EMAIL_URL and DEFAULT_FROM_EMAIL; "
                "README.md tells how."
            )
        try:
            sent = digest.send(timezone.now().date())
        except digest.Unsent as trouble:
            raise CommandError(str(trouble)) from None
        self.stdout.write(f"Sent: {sent}.")
