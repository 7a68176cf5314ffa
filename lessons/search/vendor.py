"""Which index goes with the database that the site runs on."""

from functools import cache

from django.db import connection

from lessons.search.index import Index
from lessons.search.postgresql import PostgreSQLIndex
from lessons.search.sqlite import SQLiteIndex


@cache
def index() -> Index:
    """Return the index of the default database."""
    return PostgreSQLIndex() if connection.vendor == "postgresql" else SQLiteIndex()
