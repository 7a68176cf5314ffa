"""The index on PostgreSQL: a stored tsvector beside each story and lesson, kept by triggers.

Needs the extension pg_trgm, which the owner of the database may create.
"""

# ruff: noqa: S608 - what these statements are made of are names and numbers of this module

import datetime
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, models, transaction

from lessons import tallies
from lessons.search.index import END, START, Passage, RowsT, without_tags
from lessons.search.query import Part, Query

WORDS_LIKE = 50  # that the index of trigrams hands over, the most alike first
STRETCH = 4_000  # of the latest keys, in which a search looks first
LOCK = 0x4E4D  # of tallies: those who publish at the same time count one after the other

# Of a text, what makes one token of several words for PostgreSQL becomes a blank: it would take
# "door/window" for the path of a file. Not by a regular expression, which takes ten times as long.
_PLAIN = """
CREATE OR REPLACE FUNCTION lessons_plain(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN replace(replace(replace(replace(replace($1, '/', ' '), '-', ' '), '_', ' '), '.', ' '),
  '@', ' ')"""

_LESSONS_OF = f"""
CREATE OR REPLACE FUNCTION lessons_of(story bigint) RETURNS text LANGUAGE sql STABLE
RETURN (SELECT coalesce(string_agg({without_tags("text")}, ' ' ORDER BY position, id), '')
  FROM lessons_lesson WHERE story_id = $1)"""

_FILL_STORY = """
CREATE OR REPLACE FUNCTION lessons_fill_story() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  taught text;
BEGIN
  IF NEW.published IS NULL THEN
    NEW.search := NULL;
    NEW.words := NULL;
    RETURN NEW;
  END IF;
  taught := lessons_plain(lessons_of(NEW.id));
  NEW.search := setweight(to_tsvector('english', lessons_plain(NEW.title)), 'A')
    || setweight(to_tsvector('english', taught), 'B')
    || setweight(to_tsvector('english', lessons_plain(NEW.summary)), 'C')
    || setweight(to_tsvector('english', lessons_plain(NEW.narrative)), 'D');
  NEW.words := ARRAY(SELECT word FROM unnest(tsvector_to_array(to_tsvector('simple',
    lessons_plain(NEW.title || ' ' || NEW.summary || ' ' || NEW.narrative) || ' ' || taught)))
    AS word WHERE word ~ '^[a-z]' AND length(word) BETWEEN 3 AND 40);
  RETURN NEW;
END $body$"""

_STORY_CHANGED = f"""
CREATE OR REPLACE FUNCTION lessons_story_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  old_words text[] := '{{}}';
  new_words text[] := '{{}}';
  old_day date;
  new_day date;
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  IF TG_OP <> 'INSERT' THEN
    old_words := OLD.words; old_day := OLD.published;
  END IF;
  IF TG_OP <> 'DELETE' THEN
    new_words := NEW.words; new_day := NEW.published;
  END IF;
  INSERT INTO lessons_word AS known (word, stories)
  SELECT word, sum(change) FROM (
    SELECT unnest(new_words) AS word, 1 AS change
    UNION ALL SELECT unnest(old_words), -1) changed
  GROUP BY word HAVING sum(change) <> 0 ORDER BY word
  ON CONFLICT (word) DO UPDATE SET stories = known.stories + excluded.stories;
  DELETE FROM lessons_word WHERE stories <= 0 AND word = ANY (old_words);
  IF old_day IS DISTINCT FROM new_day THEN
    {tallies.COUNT_STORY.format(delta="(new_day IS NOT NULL)::int - (old_day IS NOT NULL)::int")};
    IF TG_OP = 'UPDATE' THEN
      PERFORM lessons_tally(ARRAY[NEW.id]);
    END IF;
  END IF;
  RETURN NULL;
END $body$"""

_TALLY = f"""
CREATE OR REPLACE FUNCTION lessons_tally(changed bigint[]) RETURNS void LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  {";".join(tallies.tally("SELECT unnest(changed)"))};
END $body$"""

_TERMS_CHANGED = """
CREATE OR REPLACE FUNCTION lessons_story_terms_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM lessons_tally(ARRAY(SELECT DISTINCT story_id FROM changed));
  RETURN NULL;
END $body$"""

_LESSON_TERMS_CHANGED = """
CREATE OR REPLACE FUNCTION lessons_lesson_terms_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM lessons_tally(ARRAY(SELECT DISTINCT story_id FROM changed
    JOIN lessons_lesson lesson ON lesson.id = changed.lesson_id));
  RETURN NULL;
END $body$"""

# A lesson is part of its story's document, which the story's own trigger makes.
_LESSON_CHANGED = """
CREATE OR REPLACE FUNCTION lessons_lesson_changed() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  UPDATE lessons_story SET title = title
  WHERE published IS NOT NULL AND id IN (SELECT story_id FROM changed);
  RETURN NULL;
END $body$"""

_EMPTIED = """
CREATE OR REPLACE FUNCTION lessons_emptied() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM lessons_word;
  RETURN NULL;
END $body$"""

# The lock comes first here, too: whoever waited for it while holding the row would stop everybody.
_NEXT_VERSION = f"""
CREATE OR REPLACE FUNCTION lessons_next_version() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  PERFORM pg_advisory_xact_lock({LOCK});
  {tallies.NEXT_VERSION};
  RETURN NULL;
END $body$"""

TABLES = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE TABLE IF NOT EXISTS lessons_mask (mask integer PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS lessons_version (number bigint NOT NULL)",
    _PLAIN,
    "ALTER TABLE lessons_story ADD COLUMN IF NOT EXISTS search tsvector",
    "ALTER TABLE lessons_story ADD COLUMN IF NOT EXISTS words text[]",
    f"""ALTER TABLE lessons_lesson ADD COLUMN IF NOT EXISTS search tsvector
GENERATED ALWAYS AS (to_tsvector('english', lessons_plain({without_tags("text")}))) STORED""",
    """CREATE TABLE IF NOT EXISTS lessons_word
(word text COLLATE "C" PRIMARY KEY, stories integer NOT NULL)""",
)

# No pending list: it would make some searches slow for the sake of faster writing.
INDEXES = {
    "lessons_story_search": "lessons_story USING gin (search) WITH (fastupdate = off)",
    "lessons_lesson_search": "lessons_lesson USING gin (search) WITH (fastupdate = off)",
    "lessons_word_like": "lessons_word USING gin (word gin_trgm_ops)",
}

FUNCTIONS = (
    _LESSONS_OF,
    _FILL_STORY,
    _TALLY,
    _STORY_CHANGED,
    _TERMS_CHANGED,
    _LESSON_TERMS_CHANGED,
    _LESSON_CHANGED,
    _EMPTIED,
    _NEXT_VERSION,
)

_TEXTS = "title, summary, narrative, published"
TRIGGERS = {
    ("lessons_fill", "lessons_story"): f"""BEFORE INSERT OR UPDATE OF {_TEXTS} ON lessons_story
FOR EACH ROW EXECUTE FUNCTION lessons_fill_story()""",
    ("lessons_changed", "lessons_story"): f"""AFTER INSERT OR DELETE OR UPDATE OF {_TEXTS}
ON lessons_story FOR EACH ROW EXECUTE FUNCTION lessons_story_changed()""",
    ("lessons_emptied", "lessons_story"): """AFTER TRUNCATE ON lessons_story
FOR EACH STATEMENT EXECUTE FUNCTION lessons_emptied()""",
    ("lessons_inserted", "lessons_lesson"): """AFTER INSERT ON lessons_lesson
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION lessons_lesson_changed()""",
    ("lessons_updated", "lessons_lesson"): """AFTER UPDATE ON lessons_lesson
REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION lessons_lesson_changed()""",
    ("lessons_deleted", "lessons_lesson"): """AFTER DELETE ON lessons_lesson
REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION lessons_lesson_changed()""",
} | {
    (f"lessons_{name}", table): f"""AFTER {event} ON {table} REFERENCING {row} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION {table}_changed()"""
    for table in ("lessons_story_terms", "lessons_lesson_terms")
    for name, event, row in (("inserted", "INSERT", "NEW"), ("deleted", "DELETE", "OLD"))
} | {
    ("lessons_version", table): f"""AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION lessons_next_version()"""
    for table in tallies.SHOWN
}  # fmt: skip

MARKS = f"StartSel={START},StopSel={END}"

# For the statements of a search: reading every document, sharing that with other processes, and
# compiling the statement would each take longer than the search. What it looks up by an index lies
# in memory, where one page is as near as the next.
PLAIN_PLANS = ", ".join(
    f"set_config('{name}', '{value}', true)"
    for name, value in (
        ("enable_seqscan", "off"),
        ("max_parallel_workers_per_gather", "0"),
        ("jit", "off"),
        ("random_page_cost", "1.1"),
    )
)


class PostgreSQLIndex:
    """See Index."""

    def matching(self, rows: RowsT, query: Query) -> RowsT:
        table = rows.model._meta.db_table  # lessons_story or lessons_lesson
        asked = "to_tsquery('english'::regconfig, %s::text)"
        # extra(), since the column is none of Django's model.
        return rows.extra(  # type: ignore[return-value]  # noqa: S610 - names from above
            where=[f"{table}.search @@ {asked}"],
            params=[expression(query)],
        )

    def latest(
        self, rows: models.QuerySet[Any], query: Query, day: str, limit: int
    ) -> list[tuple[int, datetime.date, float]]:
        # PostgreSQL takes a look into a document for cheap. Left to itself it looks into one after
        # the other, the latest first, until it has enough; told to use the index alone, it fetches
        # all that were ever published. So the index is asked for a stretch of the latest, and then
        # for as many more as promise enough, by what the first stretch had.
        table = rows.model._meta.db_table
        matching = self.matching(rows, query).extra(  # noqa: S610 - a name of Django's
            select={"by_key": f"{table}.id + 0"},  # which is in no index to walk along
            order_by=["-by_key"],
        )
        found: list[tuple[int, datetime.date]] = []
        end = (rows.model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0) + 1
        stretch = STRETCH
        while end > 0 and len(found) < limit:
            part = matching.filter(pk__lt=end, pk__gte=end - stretch).values_list("pk", day)
            more = list(part[: limit - len(found)])
            found += more
            end -= stretch
            # By a quarter more than enough, since too little costs a look more.
            stretch = stretch * (limit - len(found)) * 5 // (len(more) * 4) if more else end
        scores = self._scores(table, [pk for pk, _ in found], query)
        return [(pk, published, scores[pk]) for pk, published in found]

    def _scores(self, table: str, keys: Collection[int], query: Query) -> dict[int, float]:
        with connection.cursor() as cursor:
            # D, C, B, A; divided by the logarithm of the length, so that long ones win nothing.
            cursor.execute(
                f"""SELECT id, ts_rank('{{0.1, 0.3, 0.6, 1}}', search, asked, 1)
                FROM {table}, to_tsquery('english'::regconfig, %s::text) asked
                WHERE id = ANY (%s::bigint[])""",
                [expression(query), list(keys)],
            )
            return dict(cursor.fetchall())

    def story_passages(self, stories: Collection[int], query: Query) -> dict[int, Passage]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT id, ts_headline('english', title, asked, 'HighlightAll=true,{MARKS}'),
                ts_headline('english',
                  lessons_of(id) || ' … ' || summary || ' … ' || narrative, asked,
                  'MaxWords=40,MinWords=20,MaxFragments=1,{MARKS}')
                FROM lessons_story, to_tsquery('english'::regconfig, %s::text) asked
                WHERE id = ANY (%s::bigint[])""",
                [expression(query), list(stories)],
            )
            return {key: Passage(title, text) for key, title, text in cursor.fetchall()}

    def lesson_texts(self, lessons: Collection[int], query: Query) -> dict[int, str]:
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT id, ts_headline('english', text, asked, 'HighlightAll=true,{MARKS}')
                FROM lessons_lesson, to_tsquery('english'::regconfig, %s::text) asked
                WHERE id = ANY (%s::bigint[])""",
                [expression(query), list(lessons)],
            )
            return dict(cursor.fetchall())

    def words_like(self, word: str) -> list[tuple[str, int]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word, stories FROM lessons_word WHERE word %% %s::text "
                "ORDER BY similarity(word, %s::text) DESC, stories DESC LIMIT %s",
                [word, word, WORDS_LIKE],
            )
            return [(word, stories) for word, stories in cursor.fetchall()]

    @contextmanager
    def time_limit(self, milliseconds: int) -> Iterator[None]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true), " + PLAIN_PLANS,
                    [str(milliseconds)],
                )
            yield

    def install(self) -> Iterator[str]:
        # A table cannot be altered while foreign keys of rows in it wait to be looked at.
        yield "SET CONSTRAINTS ALL IMMEDIATE"
        yield from TABLES
        yield from FUNCTIONS
        for name, definition in INDEXES.items():
            yield f"CREATE INDEX IF NOT EXISTS {name} ON {definition}"
        for (name, _), definition in TRIGGERS.items():
            yield f"CREATE OR REPLACE TRIGGER {name} {definition}"

    def fill(self) -> Iterator[str]:
        # The story's trigger fills its columns; the others would count what is counted below.
        # Indexes are made once, from all there is.
        for name in INDEXES:
            yield f"DROP INDEX IF EXISTS {name}"
        yield "ALTER TABLE lessons_story DISABLE TRIGGER lessons_changed"
        yield "UPDATE lessons_story SET title = title WHERE published IS NOT NULL"
        yield "ALTER TABLE lessons_story ENABLE TRIGGER lessons_changed"
        yield "DELETE FROM lessons_word"
        yield """INSERT INTO lessons_word
SELECT word, count(*) FROM lessons_story, unnest(words) AS word GROUP BY word"""
        yield from tallies.rebuild()
        for name, definition in INDEXES.items():
            yield f"CREATE INDEX {name} ON {definition}"
        for table in ("lessons_story", "lessons_lesson", "lessons_word", *tallies.TABLES):
            yield f"ANALYZE {table}"

    def remove(self) -> Iterator[str]:
        for name, table in TRIGGERS:
            yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
        yield "DROP TABLE IF EXISTS lessons_mask"
        yield "DROP TABLE IF EXISTS lessons_version"
        yield "DROP TABLE IF EXISTS lessons_word"
        for table in ("lessons_story", "lessons_lesson"):
            yield f"ALTER TABLE {table} DROP COLUMN IF EXISTS search"
        yield "ALTER TABLE lessons_story DROP COLUMN IF EXISTS words"

    def missing(self) -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgname, tgrelid::regclass::text FROM pg_trigger "
                "WHERE tgname LIKE 'lessons_%'"
            )
            triggers = set(cursor.fetchall())
            cursor.execute("SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()")
            indexes = {name for (name,) in cursor.fetchall()}
        return [
            f"{name} on {table}" for name, table in TRIGGERS if (name, table) not in triggers
        ] + [name for name in INDEXES if name not in indexes]


def expression(query: Query) -> str:
    """Return a query in the language of to_tsquery, every word quoted."""
    return (" | " if query.loose else " & ").join(_part(part) for part in query.parts)


def _part(part: Part) -> str:
    ways = [
        " & ".join("(" + " <-> ".join(f"'{word}'" for word in phrase) + ")" for phrase in way)
        for way in part.ways
        if way
    ]
    return "(" + " | ".join(f"({way})" for way in ways) + ")"
