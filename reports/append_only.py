"""The log of decisions is append-only: the database itself refuses to change or delete a row.

The triggers are created after every migrate rather than in a migration, because Django remakes a
SQLite table to alter a column and the triggers of the old table are lost with it.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

TABLE = "reports_decision"
TRIGGERS = frozenset({"decision_no_update", "decision_no_delete"})
REFUSAL = "The log of decisions is append-only."

CREATE: dict[str, list[str]] = {
    "sqlite": [
        f"""CREATE TRIGGER IF NOT EXISTS decision_no_{deed} BEFORE {deed} ON {TABLE}
            BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"""
        for deed in ("update", "delete")
    ],
    "postgresql": [
        # An integrity error, as SQLite's ABORT is one: the same exception on both databases.
        f"""CREATE OR REPLACE FUNCTION refuse_to_change_a_decision() RETURNS trigger
            LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
            END $$""",
        *[
            f"""CREATE OR REPLACE TRIGGER decision_no_{deed} BEFORE {deed} ON {TABLE}
                FOR EACH ROW EXECUTE FUNCTION refuse_to_change_a_decision()"""
            for deed in ("update", "delete")
        ],
    ],
}

DROP: dict[str, list[str]] = {
    "sqlite": [f"DROP TRIGGER IF EXISTS {trigger}" for trigger in sorted(TRIGGERS)],
    "postgresql": [f"DROP TRIGGER IF EXISTS {trigger} ON {TABLE}" for trigger in sorted(TRIGGERS)],
}

PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled <> 'D'",
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Create the triggers, if the table is there."""
    if has_table(connection):
        _run(connection, CREATE)


def uninstall(connection: BaseDatabaseWrapper) -> None:
    """Drop the triggers, to empty the whole database; see the flush command."""
    if has_table(connection):
        _run(connection, DROP)


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of the triggers that the table lacks; none if there is no table yet."""
    if not has_table(connection):
        return set()
    with connection.cursor() as cursor:
        cursor.execute(PRESENT[connection.vendor], [TABLE])
        return set(TRIGGERS) - {str(name) for (name,) in cursor.fetchall()}


def has_table(connection: BaseDatabaseWrapper) -> bool:
    return TABLE in connection.introspection.table_names()


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive post_migrate."""
    install(connections[using])


def check_triggers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report a log that could be rewritten: a system check, run with `check --database`."""
    return [
        Error(
            f"The log of decisions in database {alias!r} can be rewritten: it lacks the triggers "
            f"{', '.join(sorted(lacking))}.",
            hint="Run: manage.py migrate --skip-checks",
            id="reports.E001",
        )
        for alias in databases or []
        if (lacking := missing(connections[alias]))
    ]


def _run(connection: BaseDatabaseWrapper, statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
