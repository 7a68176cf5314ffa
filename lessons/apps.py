"""The public side of the site."""

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate


class LessonsConfig(AppConfig):
    name = "lessons"
    verbose_name = "Published"

    def ready(self) -> None:
        from lessons import resembling  # it needs the models

        post_migrate.connect(resembling.install_after_migrate, sender=self)
        register(resembling.check_triggers, Tags.database)
