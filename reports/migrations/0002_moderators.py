"""Make the group "Moderators"."""

from django.apps import apps as current_apps
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from reports.moderators import form_group


def form(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Django makes permissions after the last migration, which is too late for a first one.
    for app_label in ("reports", "lessons"):
        create_permissions(
            current_apps.get_app_config(app_label),
            verbosity=0,
            using=schema_editor.connection.alias,
        )
    form_group(apps.get_model("auth", "Group"), apps.get_model("auth", "Permission"))


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("lessons", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    # The group stays when the migration is undone: people are in it.
    operations = [migrations.RunPython(form, migrations.RunPython.noop)]
