"""The public side of the site."""

from django.apps import AppConfig
from django.core import checks
from django.db.models.signals import post_migrate, pre_migrate


class LessonsConfig(AppConfig):
    name = "lessons"
    verbose_name = "Published"

    def ready(self) -> None:
        from lessons import resembling, structures  # they need the models

        pre_migrate.connect(structures.before_migrations, sender=self)
        post_migrate.connect(structures.after_migrations, sender=self)
        post_migrate.connect(resembling.install_after_migrate, sender=self)
        checks.register(checks.Tags.database)(structures.check_structures)
        checks.register(checks.Tags.database)(resembling.check_triggers)
