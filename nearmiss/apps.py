"""The site itself, and Django's admin as the moderators' desk."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.core.checks import Tags, register

from nearmiss import append_only


class NearMissConfig(AppConfig):
    name = "nearmiss"

    def ready(self) -> None:
        register(append_only.check_triggers, Tags.database)


class DeskConfig(AdminConfig):
    default_site = "nearmiss.admin.Desk"
