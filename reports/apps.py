"""The private side of the site."""

from django.apps import AppConfig

from nearmiss import append_only

DECISIONS = append_only.Log("reports_decision", "decision", "The log of decisions")
PURGES = append_only.Log("reports_purge", "purge", "The log of purges")


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Review"

    def ready(self) -> None:
        append_only.protect(self, DECISIONS)
        append_only.protect(self, PURGES)
