from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from lessons.vocabulary import load_vocabulary


def load(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    load_vocabulary(apps.get_model("lessons", "Term"))


class Migration(migrations.Migration):
    dependencies = [("lessons", "0001_initial")]

    # Terms stay when the migration is undone: stories hang on them.
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
