"""What a full text index does for the search, whichever database keeps it.

An index holds published stories and their lessons, and the words in them. Triggers keep it: what
is published is found, and what is taken down is gone, in the transaction that does it. Its tables,
columns and triggers stand beside Django's models, since each database has its own kind.
"""

import datetime
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from django.db import models

from lessons.search.query import Query

START, END = "\ue000", "\ue001"  # around what was found, in a text; of no script, for private use

# Those of lessons/markup.py; they are no words.
TAGS = ("p", "ul", "ol", "li", "em", "strong")

RowsT = TypeVar("RowsT", bound="models.QuerySet[Any]")


def without_tags(text: str) -> str:
    """Return the SQL of a text without its tags, from the SQL of the text."""
    for tag in TAGS:
        for form in (f"<{tag}>", f"</{tag}>"):
            text = f"replace({text}, '{form}', ' ')"
    return text


@dataclass(frozen=True)
class Passage:
    """A title, and the passage of a text that shows best what was found, between START and END."""

    title: str
    text: str


class Index(Protocol):
    """One database's index. `rows` is a query set of stories or of lessons."""

    def matching(self, rows: RowsT, query: Query) -> RowsT:
        """Return those in which the query is found."""

    def latest(
        self, rows: models.QuerySet[Any], query: Query, day: str, limit: int
    ) -> list[tuple[int, datetime.date, float]]:
        """Return key, day and score of the latest that match, as many as `limit`, the latest first.

        The latest by key, which is nearly by date. day: the field that has it. Of scores, more is
        better.
        """

    def story_passages(self, stories: Collection[int], query: Query) -> dict[int, Passage]:
        """Return what was found where, by key of the story."""

    def lesson_texts(self, lessons: Collection[int], query: Query) -> dict[int, str]:
        """Return whole texts of lessons, by key, with what was found between START and END."""

    def words_like(self, word: str) -> list[tuple[str, int]]:
        """Return words that look like one, and in how many stories each stands."""

    def time_limit(self, milliseconds: int) -> AbstractContextManager[None]:
        """End a query of the block that takes longer, with an OperationalError."""

    def install(self) -> Iterator[str]:
        """Yield the statements that make what is missing, without filling it."""

    def fill(self) -> Iterator[str]:
        """Yield the statements that fill it anew from stories and lessons."""

    def remove(self) -> Iterator[str]:
        """Yield the statements that remove everything, so that tables can be altered."""

    def missing(self) -> list[str]:
        """Return the names of what should be there and is not."""
