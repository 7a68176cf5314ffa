"""`manage.py purge`: delete the private text of reports whose retention has passed."""

from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from reports import retention


class Command(BaseCommand):
    help = (
        "Delete the private text of reports that were published, declined or withdrawn longer ago "
        "than RETENTION_DAYS, and stories that were taken down that long ago. "
        "Only counts them unless --yes is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="delete, and not only count")

    def handle(self, *args: Any, yes: bool, **options: Any) -> None:
        today = timezone.now().date()
        due, stories = retention.due(today), retention.stories_due(today)
        if yes:
            for report in due:
                retention.purge(report)
            for report in stories:
                retention.purge_story(report)
        counts = Counter(report.get_state_display().lower() for report in due)
        if stories:
            counts["stories taken down" if len(stories) > 1 else "story taken down"] = len(stories)
        told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
        deed = "Purged" if yes else "Would purge, with --yes"
        self.stdout.write(
            f"{deed}: {told or 'nothing'}. Retention is {settings.RETENTION_DAYS} days."
        )
