"""The private side of the site."""

from django.apps import AppConfig

from nearmiss import append_only

DECISIONS = append_only.Log("reports_decision", "decision", "The log of decisions")


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Review"

    def ready(self) -> None:
        append_only.protect(self, DECISIONS)
