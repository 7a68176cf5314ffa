"""Keep what came in uncompressed on PostgreSQL: the desk's search reads all of it, every time.

No index is kept of private texts. Unpacking them took a third of a search over 10,000 reports.
"""

from collections.abc import Callable

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def store(how: str) -> Callable[[StateApps, BaseDatabaseSchemaEditor], None]:
    def alter(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor == "postgresql":
            editor.execute(f"ALTER TABLE reports_report ALTER COLUMN story SET STORAGE {how}")

    return alter


class Migration(migrations.Migration):
    dependencies = [("reports", "0005_purges_and_digests")]

    operations = [migrations.RunPython(store("EXTERNAL"), store("EXTENDED"))]
