"""Search over published stories and lessons: one function, `find()`, on either database.

What may be slow is capped: of all that match, the latest HITS are ranked, counted and sorted into
facets, and the database gives up after a second.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, models

from lessons.models import Lesson, Story
from lessons.search.query import COMMON, Part, Query, parse, synonyms
from lessons.search.spelling import nearest
from lessons.search.vendor import index

HITS = 1_000  # the latest that match; more are not ranked
COMPLETIONS = 8  # words that an unfinished last word may become, the most frequent
TIME_LIMIT = 1_000  # milliseconds for one statement

Rows = models.QuerySet[Story] | models.QuerySet[Lesson]


@dataclass(frozen=True)
class Hit:
    """A story or lesson found. day: of publication, as 20261231. score: the higher the better."""

    pk: int
    day: int
    score: int


@dataclass(frozen=True)
class Found:
    """What was found for a query.

    query: the one that was run in the end. asked: the one that was typed. If they differ, nothing
    was found for `asked`, and words in it were taken for others, or any of them was enough.
    more: whether there are more hits than were looked at.
    """

    asked: Query
    query: Query
    hits: list[Hit]
    more: bool = False

    @property
    def corrected(self) -> bool:
        return self.query.typed() != self.asked.typed()


def find(rows: Rows, text: str) -> Found:
    """Return what is found among published stories or lessons for what was typed.

    If nothing is, words that no story holds are taken for words like them; if that finds nothing
    either, any of the words is enough.
    """
    asked = parse(text)
    if not asked:
        return Found(asked, asked, [])
    query = _completed(asked, text)
    hits, more = _run(rows, query)
    if not hits:
        query = corrected = _corrected(query)
        if corrected != asked:
            hits, more = _run(rows, corrected)
        if not hits and len(corrected.parts) > 1:
            query = replace(corrected, loose=True)
            hits, more = _run(rows, query)
    return Found(asked, query, hits, more) if hits else Found(asked, asked, [])


def count(rows: Rows, query: Query) -> int:
    """Return how many rows match, up to HITS + 1."""
    return _matching(rows, query)[: HITS + 1].count()


def hits_of(rows: Rows) -> tuple[list[Hit], bool]:
    """Return the latest rows as hits that are all as good, and whether there are more."""
    return _hits([(pk, day, 0.0) for pk, day in rows.values_list("pk", _day(rows))[: HITS + 1]])


def _matching(rows: Rows, query: Query) -> Rows:
    return index().matching(rows, query) if query else rows


def _day(rows: Rows) -> str:
    return "published" if rows.model is Story else "story__published"


def _run(rows: Rows, query: Query) -> tuple[list[Hit], bool]:
    if not query:
        return [], False
    return _hits(index().latest(rows, query, _day(rows), HITS + 1))


def _hits(rows: Iterable[Any]) -> tuple[list[Hit], bool]:
    """Return hits, the best first, and of the equally good the latest."""
    hits = [
        Hit(pk, day.year * 10_000 + day.month * 100 + day.day, max(0, round(score * 1_000_000)))
        for pk, day, score in rows
    ]
    found = sorted(hits[:HITS], key=lambda hit: (hit.score, hit.pk), reverse=True)
    return found, len(hits) > HITS


def _completed(query: Query, text: str) -> Query:
    """Let a last word that no story holds stand for the words that begin with it."""
    part = query.parts[-1]
    if not text[-1:].isalnum() or query.cut or part.ways != (((part.typed,),),):
        return query
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM lessons_word WHERE word >= %s AND word < %s "
            "ORDER BY CASE WHEN word = %s THEN 0 ELSE 1 END, stories DESC LIMIT %s",
            [part.typed, part.typed + "\uffff", part.typed, COMPLETIONS],
        )
        words = [word for (word,) in cursor.fetchall()]
    if not words or words[0] == part.typed:
        return query
    ways = (*part.ways, *(((word,),) for word in words))
    return replace(query, parts=(*query.parts[:-1], Part(part.typed, ways)))


def _corrected(query: Query) -> Query:
    """Return the query with words that no story holds taken for the nearest that one does."""
    return replace(query, parts=tuple(_corrected_part(part) for part in query.parts))


def _corrected_part(part: Part) -> Part:
    if _matching(Story.objects.published(), Query((part,))).exists():
        return part
    words = [_corrected_word(word) for word in part.words]
    if words == list(part.words):
        return part
    again = parse(" ".join(words) if len(words) == len(part.ways[0]) else f'"{" ".join(words)}"')
    return again.parts[0] if len(again.parts) == 1 else Part(" ".join(words), ((tuple(words),),))


def _corrected_word(word: str) -> str:
    if word in COMMON or len(word) < 3:
        return word
    itself = Part(word, (((word,),),))
    if _matching(Story.objects.published(), Query((itself,))).exists():
        return word
    # A word of the trade that no story holds may still stand for one that some do.
    of_the_trade = [(phrase[0], 0) for phrase in synonyms() if len(phrase) == 1]
    return nearest(word, index().words_like(word) + of_the_trade) or word
