"""Append-only logs: the database itself refuses to change or delete their rows.

An app names its log in `ready()`; the triggers are created after every migrate rather than in a
migration, because Django remakes a SQLite table to alter a column and the triggers of the old
table are lost with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

DEEDS = ("update", "delete")

PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled <> 'D'",
}


@dataclass(frozen=True)
class Log:
    """A table that only grows. row: what a row is called, as a name in SQL. title: in sentences."""

    table: str
    row: str
    title: str

    @property
    def triggers(self) -> frozenset[str]:
        return frozenset(f"{self.row}_no_{deed}" for deed in DEEDS)

    def creation(self, vendor: str) -> list[str]:
        """Return the statements that create the triggers, where they are not there yet."""
        refusal = f"{self.title} is append-only."
        if vendor == "sqlite":
            return [
                f"""CREATE TRIGGER IF NOT EXISTS {self.row}_no_{deed} BEFORE {deed} ON {self.table}
                    BEGIN SELECT RAISE(ABORT, '{refusal}'); END"""
                for deed in DEEDS
            ]
        function = f"refuse_to_change_a_{self.row}"
        return [
            # An integrity error, as SQLite's ABORT is one: the same exception on both databases.
            f"""CREATE OR REPLACE FUNCTION {function}() RETURNS trigger
                LANGUAGE plpgsql AS $$ BEGIN
                RAISE EXCEPTION '{refusal}' USING ERRCODE = 'integrity_constraint_violation';
                END $$""",
            *[
                f"""CREATE OR REPLACE TRIGGER {self.row}_no_{deed} BEFORE {deed} ON {self.table}
                    FOR EACH ROW EXECUTE FUNCTION {function}()"""
                for deed in DEEDS
            ],
        ]

    def removal(self, vendor: str) -> list[str]:
        """Return the statements that drop the triggers."""
        table = f" ON {self.table}" if vendor == "postgresql" else ""
        return [f"DROP TRIGGER IF EXISTS {trigger}{table}" for trigger in sorted(self.triggers)]


LOGS: list[Log] = []


def protect(app: AppConfig, log: Log) -> None:
    """Make a table of an app a log, from the next migrate on. Called in `ready()`."""
    if log not in LOGS:
        LOGS.append(log)
    post_migrate.connect(install_after_migrate, sender=app)


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers of every log whose table is there."""
    for log in _present(connection):
        _run(connection, log.creation(connection.vendor))


def uninstall(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, to empty the whole database; see the flush command."""
    for log in _present(connection):
        _run(connection, log.removal(connection.vendor))


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of the triggers that the tables of logs lack."""
    lacking: set[str] = set()
    for log in _present(connection):
        with connection.cursor() as cursor:
            cursor.execute(PRESENT[connection.vendor], [log.table])
            lacking |= log.triggers - {str(name) for (name,) in cursor.fetchall()}
    return lacking


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive post_migrate."""
    install(connections[using])


def check_triggers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report a log that could be rewritten: a system check, run with `check --database`."""
    return [
        Error(
            f"A log in database {alias!r} can be rewritten: it lacks the triggers "
            f"{', '.join(sorted(lacking))}.",
            hint="Run: manage.py migrate --skip-checks",
            id="reports.E001",
        )
        for alias in databases or []
        if (lacking := missing(connections[alias]))
    ]


def _present(connection: BaseDatabaseWrapper) -> list[Log]:
    tables = connection.introspection.table_names()
    return [log for log in LOGS if log.table in tables]


def _run(connection: BaseDatabaseWrapper, statements: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
