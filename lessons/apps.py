"""The public side of the site."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class LessonsConfig(AppConfig):
    name = "lessons"
    verbose_name = "Published"

    def ready(self) -> None:
        from lessons import structures

        pre_migrate.connect(structures.before_migrations, sender=self)
        post_migrate.connect(structures.after_migrations, sender=self)
        checks.register(checks.Tags.database)(structures.check_structures)
