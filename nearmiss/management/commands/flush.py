"""Django's flush, made to work with logs that refuse to be deleted.

On PostgreSQL flush truncates, which no row trigger sees; on SQLite it deletes row by row.
"""

from typing import Any

from django.core.management.commands import flush
from django.db import connections

from nearmiss import append_only


class Command(flush.Command):
    def handle(self, **options: Any) -> None:
        connection = connections[options["database"]]
        append_only.uninstall(connection)
        try:
            super().handle(**options)
        finally:
            append_only.install(connection)
