"""`manage.py purge`: delete the private text of reports whose retention has passed."""

from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from reports import retention
from reports.models import Purge


class Command(BaseCommand):
    help = (
        "Delete the private text of reports that were published, declined or withdrawn longer ago "
        "than RETENTION_DAYS, and stories that were taken down that long ago. "
        "Only counts them unless --yes is given. Then it lists the open reports on which nobody "
        "has acted for a year; these are never deleted."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="delete, and not only count")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        today = timezone.now().date()
        if yes:
            rows = [vars(row) for row in retention.run(today)]
        else:
            rows = retention.tally(retention.due(today), retention.stories_due(today))
        told = ", ".join(self.told(rows))
        deed = "Purged" if yes else "Would purge, with --yes"
        self.stdout.write(
            f"{deed}: {told or 'nothing'}. Retention is {settings.RETENTION_DAYS} days."
        )
        for state, weeks in retention.left_lying(today).items():
            came_in = ", ".join(f"{week}: {count}" for week, count in weeks.items())
            self.stdout.write(
                f"Nobody has acted on these for a year, and they are kept: {sum(weeks.values())} "
                f"{state.label.lower()} ({came_in})."
            )

    def told(self, rows: list[dict[str, Any]]) -> Iterator[str]:
        """Yield how many texts of each kind the rows count."""
        for kind in Purge.COUNTS:
            count = sum(row.get(kind, 0) for row in rows)
            name = kind
            if kind == "taken_down":
                name = "story taken down" if count == 1 else "stories taken down"
            if count:
                yield f"{count} {name}"
