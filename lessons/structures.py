"""Tables and triggers behind search and counts: made after migrating, looked for by a check.

They stand beside Django's models, which know nothing of them. Django alters a table of SQLite by
making it anew, which would lose its triggers, and trip over views that read it. So they go before
migrations of this app run, and come back filled when these are done.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connection, transaction
from django.db.migrations import Migration

from lessons.search.vendor import index

HINT = "Run `manage.py migrate`: it makes and fills what is missing."


def ensure(*, fill: bool = False) -> bool:
    """Make what is missing, and fill it if anything was; return whether it was filled."""
    fill = fill or bool(index().missing())
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in [*index().install()] if fill else ():
            cursor.execute(statement)
        for statement in index().fill() if fill else ():
            cursor.execute(statement)
    return fill


def remove() -> None:
    """Remove everything, triggers first."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in [*index().remove()]:
            cursor.execute(statement)


def before_migrations(
    sender: AppConfig, plan: Sequence[tuple[Migration, bool]] = (), **kwargs: Any
) -> None:
    """Make way for migrations of this app, if there are any to run."""
    there = "lessons_story" in connection.introspection.table_names()
    if there and any(migration.app_label == sender.label for migration, _ in plan):
        remove()


def after_migrations(sender: AppConfig, **kwargs: Any) -> None:
    """Make what is missing, once the tables are there that it hangs on."""
    if "lessons_carried" in connection.introspection.table_names():
        ensure()


def check_structures(
    *,
    app_configs: Sequence[AppConfig] | None = None,
    databases: Sequence[str] | None = None,
    **kwargs: Any,
) -> list[CheckMessage]:
    """Say so where a trigger or an index is missing: search would be wrong in silence."""
    if not databases or "lessons_carried" not in connection.introspection.table_names():
        return []
    return [
        Error(f"The search structure {name} is missing.", hint=HINT, id="lessons.E001")
        for name in index().missing()
    ]
