"""Which published stories resemble a text: two officers who tell of one event, or of its like.

The database keeps the words of every story: on PostgreSQL a table of `tsvector` with a GIN index,
on SQLite an FTS5 index, both fed by triggers on the table of stories and created after every
migrate. They stand outside of Django's models: Django remakes a SQLite table to alter a column,
and loses the triggers with it.

Two texts resemble each other by the telling words that they share. A word is telling if few
stories have it, and the more so the fewer (K. Spärck Jones, "A statistical interpretation of term
specificity and its application in retrieval", Journal of Documentation 28 (1972), 11-21).
"""

# ruff: noqa: S608 - names of tables, constants of this file, are all that statements are made of

import json
import re
from collections import Counter
from collections.abc import Sequence
from math import log
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from lessons.models import Story
from lessons.search.sqlite import erasing, forgetting

TABLE = "lessons_story"
WORDS = "lessons_story_words"
TRIGGERS = frozenset({f"{WORDS}_{deed}" for deed in ("insert", "update", "delete")})

SHARE = 0.1  # of the stories that may have a word before it tells nothing
FEW = 3  # stories that may always have it, where there are not many yet
SHORTEST = 3  # characters of a word that can tell something
TELLING = 100  # words of a text that are looked for, the most telling ones
SAMPLE = 200  # latest stories, by which PostgreSQL estimates how many have a word
ENOUGH = 6_000  # characters of a text that are read: more has no more words that tell
LEAST = 0.12  # share of the weight of a text's words that a story must have to resemble it

# A word that is taken out of a story goes at once: it may have named somebody.
FORGET = "".join(f"{statement};" for statement in forgetting(WORDS))

_TEXT = "{0}title || ' ' || {0}summary || ' ' || {0}narrative"

CREATE: dict[str, list[str]] = {
    "sqlite": [
        f"""CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS} USING fts5(
            title, summary, narrative, content='{TABLE}', content_rowid='id',
            tokenize="unicode61 remove_diacritics 0", detail=none)""",
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS}_count USING fts5vocab({WORDS}, row)",
        f"CREATE VIRTUAL TABLE IF NOT EXISTS {WORDS}_where USING fts5vocab({WORDS}, instance)",
        f"""CREATE TRIGGER IF NOT EXISTS {WORDS}_insert AFTER INSERT ON {TABLE} BEGIN
            INSERT INTO {WORDS} (rowid, title, summary, narrative)
            VALUES (new.id, new.title, new.summary, new.narrative); END""",
        f"""CREATE TRIGGER IF NOT EXISTS {WORDS}_delete AFTER DELETE ON {TABLE} BEGIN
            INSERT INTO {WORDS} ({WORDS}, rowid, title, summary, narrative)
            VALUES ('delete', old.id, old.title, old.summary, old.narrative);
            {FORGET} END""",
        f"""CREATE TRIGGER IF NOT EXISTS {WORDS}_update
            AFTER UPDATE OF title, summary, narrative ON {TABLE} BEGIN
            INSERT INTO {WORDS} ({WORDS}, rowid, title, summary, narrative)
            VALUES ('delete', old.id, old.title, old.summary, old.narrative);
            INSERT INTO {WORDS} (rowid, title, summary, narrative)
            VALUES (new.id, new.title, new.summary, new.narrative);
            {FORGET} END""",
        f"INSERT INTO {WORDS} ({WORDS}) VALUES ('rebuild')",
        *erasing(WORDS),
    ],
    "postgresql": [
        # Not a generated column: PostgreSQL would then refuse to alter those that it is made of.
        f"""CREATE TABLE IF NOT EXISTS {WORDS}
            (story_id bigint PRIMARY KEY, words tsvector NOT NULL)""",
        # No pending list: few stories are written, and each word looked up would read it whole.
        f"""CREATE INDEX IF NOT EXISTS {WORDS}_gin ON {WORDS} USING gin (words)
            WITH (fastupdate = off)""",
        f"""CREATE OR REPLACE FUNCTION keep_words_of_a_story() RETURNS trigger
            LANGUAGE plpgsql AS $$ BEGIN
            IF TG_OP = 'TRUNCATE' THEN
                DELETE FROM {WORDS};
            ELSIF TG_OP = 'DELETE' THEN
                DELETE FROM {WORDS} WHERE story_id = old.id;
            ELSE
                INSERT INTO {WORDS} VALUES (new.id, to_tsvector('english', {_TEXT.format("new.")}))
                ON CONFLICT (story_id) DO UPDATE SET words = excluded.words;
            END IF;
            RETURN NULL; END $$""",
        *[
            f"""CREATE OR REPLACE TRIGGER {WORDS}_{deed} AFTER {deed} ON {TABLE}
                FOR EACH ROW EXECUTE FUNCTION keep_words_of_a_story()"""
            for deed in ("insert", "update", "delete")
        ],
        f"""CREATE OR REPLACE TRIGGER {WORDS}_truncate AFTER TRUNCATE ON {TABLE}
            FOR EACH STATEMENT EXECUTE FUNCTION keep_words_of_a_story()""",
        f"DELETE FROM {WORDS} WHERE story_id NOT IN (SELECT id FROM {TABLE})",
        f"""INSERT INTO {WORDS} SELECT id, to_tsvector('english', {_TEXT.format("")}) FROM {TABLE}
            ON CONFLICT (story_id) DO UPDATE SET words = excluded.words""",
    ],
}

PRESENT = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND tgenabled <> 'D'",
}


def resembling(text: str, *, limit: int, without: Story | None = None) -> list[tuple[Story, float]]:
    """Return published stories that resemble a text, the most alike first.

    With each comes its share of the text's telling words, by weight: 1 for the text itself.
    without: a story to leave out. Takes four queries, whatever there is.
    """
    telling, whole = _telling(connection, text[:ENOUGH])
    shared: Counter[int] = Counter()
    for word, story in _stories_with(connection, list(telling)):
        shared[story] += telling[word]  # type: ignore[assignment]
    if without:
        shared.pop(without.pk, None)
    enough = [story for story, weight in shared.items() if weight >= LEAST * whole]
    best = sorted(enough, key=lambda story: (-shared[story], story))[: limit * 10]
    published = Story.objects.published().in_bulk(best)
    return [(published[story], shared[story] / whole) for story in best if story in published][
        :limit
    ]


def _telling(connection: BaseDatabaseWrapper, text: str) -> tuple[dict[str, float], float]:
    """Return the telling words of a text that stories have, with the weight of each.

    The second is the weight of all telling words, those included that no story has.
    """
    count = _count_on_postgresql if connection.vendor == "postgresql" else _count_on_sqlite
    stories, total = count(connection, text)
    most = max(FEW, SHARE * total)
    weights = {
        word: log(1 + total / (1 + having))
        for word, having in stories.items()
        if having <= most and len(word) >= SHORTEST and not word.isdecimal()
    }
    best = sorted(weights, key=lambda word: (not stories[word], -weights[word], word))[:TELLING]
    return (
        {word: weights[word] for word in best if stories[word]},
        sum(weights[word] for word in best),
    )


def _count_on_postgresql(connection: BaseDatabaseWrapper, text: str) -> tuple[dict[str, int], int]:
    """Return each word of a text with how many of the latest stories have it, and their number."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH told AS (
                    SELECT unnest(tsvector_to_array(to_tsvector('english', %s::text))) AS word),
                latest AS (
                    SELECT words FROM {WORDS} ORDER BY story_id DESC LIMIT {SAMPLE}),
                seen AS (
                    SELECT word, count(*) AS stories
                    FROM latest CROSS JOIN LATERAL unnest(tsvector_to_array(words)) AS word
                    JOIN told USING (word) GROUP BY word)
                SELECT word, coalesce(stories, 0), (SELECT count(*) FROM latest)
                FROM told LEFT JOIN seen USING (word)""",
            [text],
        )
        rows = cursor.fetchall()
    return {word: stories for word, stories, _ in rows}, rows[0][2] if rows else 0


def _count_on_sqlite(connection: BaseDatabaseWrapper, text: str) -> tuple[dict[str, int], int]:
    words = sorted(set(re.findall(r"[^\W_]+", text.lower())))
    stories = dict.fromkeys(words, 0)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE}")
        total = cursor.fetchone()[0]
        cursor.execute(
            f"""SELECT term, doc FROM json_each(%s), {WORDS}_count WHERE term = value""",
            [json.dumps(words)],
        )
        stories |= dict(cursor.fetchall())
    return stories, total


def _stories_with(connection: BaseDatabaseWrapper, words: list[str]) -> list[tuple[str, int]]:
    """Return (word, key of a story) for every story that has one of the words."""
    statement = {
        "postgresql": f"""SELECT word, story_id FROM unnest(%s::text[]) AS word
            JOIN {WORDS} ON words @@ plainto_tsquery('simple', word)""",
        "sqlite": f"""SELECT DISTINCT term, doc FROM json_each(%s), {WORDS}_where
            WHERE term = value""",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(
            statement, [words if connection.vendor == "postgresql" else json.dumps(words)]
        )
        return list(cursor.fetchall())


def install(connection: BaseDatabaseWrapper) -> None:
    """Create what is missing, and read every story anew if anything was."""
    if missing(connection):
        with connection.cursor() as cursor:
            for statement in CREATE[connection.vendor]:
                cursor.execute(statement)


def missing(connection: BaseDatabaseWrapper) -> set[str]:
    """Return the names of the triggers that the table of stories lacks; none without a table."""
    if TABLE not in connection.introspection.table_names():
        return set()
    with connection.cursor() as cursor:
        cursor.execute(PRESENT[connection.vendor], [TABLE])
        return set(TRIGGERS) - {str(name) for (name,) in cursor.fetchall()}


def install_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive post_migrate."""
    install(connections[using])


def check_triggers(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Report stories whose words are no longer kept: a check, run with `check --database`."""
    return [
        Error(
            f"Moderators would miss stories that resemble another: the table of stories in "
            f"database {alias!r} lacks the triggers {', '.join(sorted(lacking))}.",
            hint="Run: manage.py migrate --skip-checks",
            id="lessons.E002",
        )
        for alias in databases or []
        if (lacking := missing(connections[alias]))
    ]
