"""The index on SQLite: FTS5 tables over views of what is published, kept by triggers.

The FTS5 tables are of external content: they hold no text of their own, and are told the text that
goes before it goes, and the text that comes after it came.
"""

import datetime
import sqlite3
import time

# ruff: noqa: S608 - what these statements are made of are names and numbers of this module
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models

from lessons import tallies
from lessons.models import Story
from lessons.search.index import END, START, Passage, RowsT, without_tags
from lessons.search.query import Part, Query

WORDS_IN_A_PASSAGE = 40
STEPS = 20_000  # of SQLite's machine between two looks at the clock
LONGEST = 3  # letters by which a word that was meant may be longer or shorter

VIEWS = {
    "lessons_lesson_text": f"""
CREATE VIEW lessons_lesson_text AS
SELECT lesson.id, lesson.story_id, {without_tags("lesson.text")} AS text
FROM lessons_lesson lesson JOIN lessons_story story ON story.id = lesson.story_id
WHERE story.published IS NOT NULL""",
    "lessons_story_text": f"""
CREATE VIEW lessons_story_text AS
SELECT story.id, story.title, coalesce((
  SELECT group_concat({without_tags("lesson.text")}, ' ') FROM lessons_lesson lesson
  WHERE lesson.story_id = story.id), '') AS lessons, story.summary, story.narrative
FROM lessons_story story WHERE story.published IS NOT NULL""",
}

# The last two tell the words of one text apart: a trigger writes the text, reads the words, and
# empties the table again. FTS5 has no other way to say which words it sees.
TABLES = {
    "lessons_mask": "CREATE TABLE lessons_mask (mask integer PRIMARY KEY)",
    "lessons_story_search": """
CREATE VIRTUAL TABLE lessons_story_search USING fts5(title, lessons, summary, narrative,
content='lessons_story_text', content_rowid='id',
tokenize='porter unicode61 remove_diacritics 2')""",
    "lessons_lesson_search": """
CREATE VIRTUAL TABLE lessons_lesson_search USING fts5(text,
content='lessons_lesson_text', content_rowid='id',
tokenize='porter unicode61 remove_diacritics 2')""",
    "lessons_version": "CREATE TABLE lessons_version (number integer NOT NULL)",
    "lessons_word": """
CREATE TABLE lessons_word (word text PRIMARY KEY, stories integer NOT NULL) WITHOUT ROWID""",
    "lessons_one_text": """
CREATE VIRTUAL TABLE lessons_one_text USING fts5(text,
content='', detail='none', tokenize='unicode61 remove_diacritics 2')""",
    "lessons_one_text_words": """
CREATE VIRTUAL TABLE lessons_one_text_words USING fts5vocab(lessons_one_text, 'row')""",
}

_ALL_TEXT = "title || ' ' || lessons || ' ' || summary || ' ' || narrative"
_A_WORD = "length(term) BETWEEN 3 AND 40 AND term GLOB '[a-z]*'"


def _words(story: str, sign: str) -> Iterator[str]:
    """Yield the statements that count the words of a story in, or out."""
    yield f"""INSERT INTO lessons_one_text(rowid, text)
SELECT 1, {_ALL_TEXT} FROM lessons_story_text WHERE id = {story}"""
    yield f"""INSERT INTO lessons_word SELECT term, {sign}1 FROM lessons_one_text_words
WHERE {_A_WORD} ON CONFLICT (word) DO UPDATE SET stories = stories + excluded.stories"""
    if sign:
        yield """DELETE FROM lessons_word WHERE stories <= 0
AND word IN (SELECT term FROM lessons_one_text_words)"""
    yield "INSERT INTO lessons_one_text(lessons_one_text) VALUES ('delete-all')"


def _take_out(story: str) -> Iterator[str]:
    yield f"""INSERT INTO lessons_story_search
(lessons_story_search, rowid, title, lessons, summary, narrative)
SELECT 'delete', id, title, lessons, summary, narrative FROM lessons_story_text
WHERE id = {story}"""
    yield from _words(story, "-")


def _put_in(story: str) -> Iterator[str]:
    yield f"""INSERT INTO lessons_story_search (rowid, title, lessons, summary, narrative)
SELECT id, title, lessons, summary, narrative FROM lessons_story_text WHERE id = {story}"""
    yield from _words(story, "")


def _take_out_lessons(where: str) -> Iterator[str]:
    yield f"""INSERT INTO lessons_lesson_search (lessons_lesson_search, rowid, text)
SELECT 'delete', id, text FROM lessons_lesson_text WHERE {where}"""


def _put_in_lessons(where: str) -> Iterator[str]:
    yield f"""INSERT INTO lessons_lesson_search (rowid, text)
SELECT id, text FROM lessons_lesson_text WHERE {where}"""


# FTS5 only notes that a text has gone, and keeps its words until it happens to merge what it wrote.
# What is taken down or corrected has to go at once. SQLite sees to that from 3.42 on, in some 20 ms
# among 100,000 stories. Before, everything has to be merged: more than two seconds there, for each
# row that changes. A file that the newer SQLite wrote to is none for the older.
ERASES = sqlite3.sqlite_version_info >= (3, 42)


def erasing(*tables: str) -> list[str]:
    """Return the statements that have FTS5 tables erase what goes, where this SQLite can."""
    erase = "INSERT INTO {0}({0}, rank) VALUES ('secure-delete', 1)"
    return [erase.format(table) for table in tables] if ERASES else []


def forgetting(*tables: str) -> list[str]:
    """Return the statements of a trigger that rid FTS5 tables of what went, if they need any."""
    merge = "INSERT INTO {0}({0}) VALUES ('optimize')"
    return [] if ERASES else [merge.format(table) for table in tables]


_INDEXES = ("lessons_story_search", "lessons_lesson_search")
_FORGET = forgetting(*_INDEXES)

_STORY_OF = "SELECT story_id FROM lessons_lesson WHERE id = {row}.lesson_id"

# Triggers of SQLite run for each row, so that here is counted up and down row by row.
_COUNT_CARRIED = """INSERT INTO lessons_termcount (term_id, stories, lessons)
VALUES ({row}.term_id, {stories}, {lessons}) ON CONFLICT (term_id) DO UPDATE
SET stories = stories + excluded.stories, lessons = lessons + excluded.lessons"""

_LINKED = """INSERT INTO lessons_carried (story_id, term_id, published, own, lessons)
SELECT id, NEW.term_id, published, {own}, {lessons} FROM lessons_story
WHERE id = ({story}) AND published IS NOT NULL
ON CONFLICT (story_id, term_id) DO UPDATE SET own = max(own, excluded.own),
lessons = lessons + excluded.lessons"""

_UNLINKED = """UPDATE lessons_carried SET {change}
WHERE story_id = ({story}) AND term_id = OLD.term_id"""
_CARRIED_NO_MORE = """DELETE FROM lessons_carried
WHERE story_id = ({story}) AND term_id = OLD.term_id AND NOT own AND lessons <= 0"""


def _triggers() -> Iterator[tuple[str, str, list[str]]]:
    """Yield name, event and statements of each trigger."""
    texts = "UPDATE OF title, summary, narrative, published ON lessons_story"
    yield (
        "lessons_story_comes",
        "AFTER INSERT ON lessons_story",
        [
            *_put_in("NEW.id"),
            tallies.COUNT_STORY.format(delta="NEW.published IS NOT NULL"),
        ],
    )
    yield (
        "lessons_story_changes",
        f"BEFORE {texts}",
        [*_take_out("OLD.id"), *_take_out_lessons("story_id = OLD.id")],
    )
    yield (
        "lessons_story_changed",
        f"AFTER {texts}",
        [*_put_in("NEW.id"), *_put_in_lessons("story_id = NEW.id"), *_FORGET],
    )
    yield (
        "lessons_story_published",
        "AFTER UPDATE OF published ON lessons_story",
        [
            *tallies.combinations_of("NEW.id", "-"),
            "DELETE FROM lessons_carried WHERE story_id = NEW.id",
            tallies.carry("NEW.id"),
            *tallies.combinations_of("NEW.id", ""),
            tallies.COUNT_STORY.format(
                delta="(NEW.published IS NOT NULL) - (OLD.published IS NOT NULL)"
            ),
        ],
    )
    yield (
        "lessons_carried_insert",
        "AFTER INSERT ON lessons_carried",
        [_COUNT_CARRIED.format(row="NEW", stories="1", lessons="NEW.lessons")],
    )
    yield (
        "lessons_carried_update",
        "AFTER UPDATE OF lessons ON lessons_carried",
        [_COUNT_CARRIED.format(row="NEW", stories="0", lessons="NEW.lessons - OLD.lessons")],
    )
    yield (
        "lessons_carried_delete",
        "AFTER DELETE ON lessons_carried",
        [_COUNT_CARRIED.format(row="OLD", stories="-1", lessons="- OLD.lessons")],
    )
    yield "lessons_story_goes", "BEFORE DELETE ON lessons_story", [*_take_out("OLD.id")]
    yield (
        "lessons_story_gone",
        "AFTER DELETE ON lessons_story",
        [tallies.COUNT_STORY.format(delta="- (OLD.published IS NOT NULL)"), *_FORGET],
    )
    for event, before, after in (
        ("INSERT", None, "NEW"),
        ("UPDATE OF text", "OLD", "NEW"),
        ("DELETE", "OLD", None),
    ):
        name, row = event.split()[0].lower(), before or after
        yield (
            f"lessons_lesson_before_{name}",
            f"BEFORE {event} ON lessons_lesson",
            [
                *_take_out(f"{row}.story_id"),
                *(_take_out_lessons(f"id = {before}.id") if before else ()),
            ],
        )
        yield (
            f"lessons_lesson_after_{name}",
            f"AFTER {event} ON lessons_lesson",
            [
                *_put_in(f"{row}.story_id"),
                *(_put_in_lessons(f"id = {after}.id") if after else ()),
                *(_FORGET if before else ()),
            ],
        )
    for event, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        # Only a fact that could single out changes a combination.
        story = f"SELECT {row}.story_id WHERE {tallies.is_identifying(f'{row}.term_id')}"
        yield (
            f"lessons_story_terms_before_{event.lower()}",
            f"BEFORE {event} ON lessons_story_terms",
            [*tallies.combinations_of(story, "-")],
        )
        yield (
            f"lessons_story_terms_after_{event.lower()}",
            f"AFTER {event} ON lessons_story_terms",
            [
                *_link(event, f"SELECT {row}.story_id", own="1", lessons="0"),
                *tallies.combinations_of(story, ""),
            ],
        )
        yield (
            f"lessons_lesson_terms_{event.lower()}",
            f"AFTER {event} ON lessons_lesson_terms",
            _link(event, _STORY_OF.format(row=row), own="0", lessons="1"),
        )
    for table in tallies.SHOWN:
        for event in ("INSERT", "UPDATE", "DELETE"):
            yield (
                f"{table}_version_{event.lower()}",
                f"AFTER {event} ON {table}",
                [tallies.NEXT_VERSION],
            )


def _link(event: str, story: str, *, own: str, lessons: str) -> list[str]:
    """Return the statements after a term was linked to, or unlinked from, a story or a lesson."""
    if event == "INSERT":
        return [_LINKED.format(story=story, own=own, lessons=lessons)]
    change = "own = 0" if own == "1" else "lessons = lessons - 1"
    return [
        _UNLINKED.format(story=story, change=change),
        _CARRIED_NO_MORE.format(story=story),
    ]


TRIGGERS = {
    name: f"CREATE TRIGGER {name} {event} FOR EACH ROW BEGIN {'; '.join(statements)}; END"
    for name, event, statements in _triggers()
}


class SQLiteIndex:
    """See Index."""

    def matching(self, rows: RowsT, query: Query) -> RowsT:
        base = rows.model._meta.db_table  # lessons_story or lessons_lesson
        table = f"{base}_search"
        # extra(), since the ORM has no word for a virtual table: a join, and MATCH.
        return rows.extra(  # type: ignore[return-value]  # noqa: S610 - names from above
            tables=[table],
            where=[f"{table} MATCH %s", f"{table}.rowid = {base}.id"],
            params=[expression(query)],
        )

    def latest(
        self, rows: models.QuerySet[Any], query: Query, day: str, limit: int
    ) -> list[tuple[int, datetime.date, float]]:
        table = f"{rows.model._meta.db_table}_search"
        weights = "10, 6, 4, 1" if rows.model is Story else "1"
        found = self.matching(rows, query).extra(  # noqa: S610 - names from above
            select={"score": f"-bm25({table}, {weights})"},
            # By the key that FTS5 has, in which order it finds rows by itself, and stops in time.
            order_by=[f"-{table}.rowid"],
        )
        return list(found.values_list("pk", day, "score")[:limit])

    def story_passages(self, stories: Collection[int], query: Query) -> dict[int, Passage]:
        table = "lessons_story_search"
        columns = [f"highlight({table}, 0, %s, %s)"] + [
            f"snippet({table}, {column}, %s, %s, '…', {WORDS_IN_A_PASSAGE})" for column in (1, 2, 3)
        ]
        found = _by_key(table, columns, stories, query)
        passages = {}
        for key, (title, *texts) in found.items():
            # The lessons first, then the summary, then the narrative: the first with a find.
            best = next((text for text in texts if START in text), texts[1])
            passages[key] = Passage(title, best)
        return passages

    def lesson_texts(self, lessons: Collection[int], query: Query) -> dict[int, str]:
        table = "lessons_lesson_search"
        found = _by_key(table, [f"highlight({table}, 0, %s, %s)"], lessons, query)
        return {key: text for key, (text,) in found.items()}

    def words_like(self, word: str) -> list[tuple[str, int]]:
        # The first letter is seldom wrong, but may have changed places with the second.
        ranges = " OR ".join("word >= %s AND word < %s" for _ in word[:2])
        bounds = [bound for letter in word[:2] for bound in (letter, chr(ord(letter) + 1))]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT word, stories FROM lessons_word WHERE ({ranges}) "
                "AND length(word) BETWEEN %s AND %s",
                [*bounds, len(word) - LONGEST, len(word) + LONGEST],
            )
            return [(word, stories) for word, stories in cursor.fetchall()]

    @contextmanager
    def time_limit(self, milliseconds: int) -> Iterator[None]:
        connection.ensure_connection()
        database: Any = connection.connection
        end = time.monotonic() + milliseconds / 1000
        database.set_progress_handler(lambda: time.monotonic() > end, STEPS)
        try:
            yield
        finally:
            database.set_progress_handler(None, 0)

    def install(self) -> Iterator[str]:
        there = _names()
        for name, statement in (VIEWS | TABLES | TRIGGERS).items():
            if name not in there:
                yield statement
        yield from erasing(*_INDEXES)

    def fill(self) -> Iterator[str]:
        # The triggers of the table of who carries what would count a second time.
        counting = {name: made for name, made in TRIGGERS.items() if "carried" in name}
        for name in counting:
            yield f"DROP TRIGGER {name}"
        yield from tallies.rebuild()
        yield from counting.values()
        yield "INSERT INTO lessons_story_search(lessons_story_search) VALUES ('rebuild')"
        yield "INSERT INTO lessons_lesson_search(lessons_lesson_search) VALUES ('rebuild')"
        yield "DELETE FROM lessons_word"
        yield f"""INSERT INTO lessons_one_text(rowid, text)
SELECT id, {_ALL_TEXT} FROM lessons_story_text"""
        yield f"""INSERT INTO lessons_word
SELECT term, doc FROM lessons_one_text_words WHERE {_A_WORD}"""
        yield "INSERT INTO lessons_one_text(lessons_one_text) VALUES ('delete-all')"
        # So that the planner knows which terms are rare.
        yield "ANALYZE"

    def remove(self) -> Iterator[str]:
        there = _names()
        for kind, names in (("TRIGGER", TRIGGERS), ("TABLE", TABLES), ("VIEW", VIEWS)):
            for name in reversed(names):
                if name in there:
                    yield f"DROP {kind} {name}"

    def missing(self) -> list[str]:
        return [name for name in VIEWS | TABLES | TRIGGERS if name not in _names()]


def expression(query: Query) -> str:
    """Return a query in the language of FTS5, every word quoted."""
    return (" OR " if query.loose else " AND ").join(_part(part) for part in query.parts)


def _part(part: Part) -> str:
    ways = [" AND ".join(f'"{" ".join(phrase)}"' for phrase in way) for way in part.ways if way]
    return "(" + " OR ".join(f"({way})" for way in ways) + ")"


def _names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE name LIKE 'lessons_%'")
        return {name for (name,) in cursor.fetchall()}


def _by_key(
    table: str, columns: list[str], keys: Collection[int], query: Query
) -> dict[int, tuple[str, ...]]:
    """Return columns of rows of an FTS5 table, by key; START and END go into each column."""
    marks = [START, END] * len(columns)
    with connection.cursor() as cursor:
        found = {}
        for key in keys:
            cursor.execute(
                f"SELECT {', '.join(columns)} FROM {table} WHERE {table} MATCH %s AND rowid = %s",
                [*marks, expression(query), key],
            )
            if row := cursor.fetchone():
                found[key] = row
    return found
