"""The private side of the site."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate

from reports import append_only


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Review"

    def ready(self) -> None:
        post_migrate.connect(append_only.install_after_migrate, sender=self)
        register(append_only.check_triggers, Tags.database)
