"""The site itself, and Django's admin as the moderators' desk."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class NearMissConfig(AppConfig):
    name = "nearmiss"


class DeskConfig(AdminConfig):
    default_site = "nearmiss.admin.Desk"
