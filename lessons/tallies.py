"""What the database counts beforehand: who carries which term, and how many share which facts.

Triggers keep the tables Carried, TermCount and CombinationCount in the transaction that changes a
story, a lesson or their terms, whichever way it is changed: what is taken down is out of every
count at once, and a page reads a number where it would count 100,000 rows. The statements are the
same on both databases; only the way to hang them on a change differs.
"""

import secrets

# ruff: noqa: S608 - what these statements are made of are names and numbers of this module
from collections.abc import Iterator

from lessons.models import FACTS_COUNTED
from lessons.vocabulary import PUBLIC_FACETS, UNSAID


def _quoted(values: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))


# Subsets of up to FACTS_COUNTED facts, as the bits of a number, in the table lessons_mask.
_MASKS = f"""
INSERT INTO lessons_mask
WITH RECURSIVE every(mask) AS
(SELECT 1 UNION ALL SELECT mask + 1 FROM every WHERE mask < {2**FACTS_COUNTED - 1})
SELECT mask FROM every"""

_FACTS = f"""
SELECT carried.story_id, carried.term_id, CAST(row_number() OVER (
  PARTITION BY carried.story_id ORDER BY carried.term_id) - 1 AS integer) AS bit,
CAST(count(*) OVER (PARTITION BY carried.story_id) AS integer) AS facts
FROM lessons_carried carried JOIN lessons_term term ON term.id = carried.term_id
WHERE carried.own AND term.facet NOT IN ({_quoted(PUBLIC_FACETS)})
AND term.slug NOT IN ({_quoted(UNSAID)}) AND carried.story_id IN ({{stories}})"""

_KEY = " || ".join(
    f"max(CASE fact.bit WHEN {bit} THEN fact.term_id || '.' ELSE '' END)"
    for bit in range(FACTS_COUNTED)
)

_COUNT_TERMS = """
INSERT INTO lessons_termcount (term_id, stories, lessons)
SELECT term_id, {sign} count(*), {sign} sum(lessons) FROM lessons_carried
WHERE story_id IN ({stories}) GROUP BY term_id ORDER BY term_id
ON CONFLICT (term_id) DO UPDATE SET stories = lessons_termcount.stories + excluded.stories,
lessons = lessons_termcount.lessons + excluded.lessons"""

_COUNT_COMBINATIONS = f"""
INSERT INTO lessons_combinationcount (key, stories)
SELECT key, {{sign}} count(*) FROM (
  SELECT fact.story_id, mask.mask, {_KEY} AS key
  FROM ({_FACTS}) fact CROSS JOIN lessons_mask mask
  WHERE fact.facts <= {FACTS_COUNTED} AND mask.mask < (1 << fact.facts)
  AND ((mask.mask >> fact.bit) & 1) = 1
  GROUP BY fact.story_id, mask.mask) combination
WHERE true GROUP BY key ORDER BY key
ON CONFLICT (key) DO UPDATE SET stories = lessons_combinationcount.stories + excluded.stories"""

_CARRY = """
INSERT INTO lessons_carried (story_id, term_id, published, own, lessons)
SELECT story.id, way.term_id, story.published, max(way.own) = 1, sum(way.lessons) FROM (
  SELECT story_id, term_id, 1 AS own, 0 AS lessons FROM lessons_story_terms
  WHERE story_id IN ({stories})
  UNION ALL
  SELECT lesson.story_id, link.term_id, 0, 1 FROM lessons_lesson lesson
  JOIN lessons_lesson_terms link ON link.lesson_id = lesson.id
  WHERE lesson.story_id IN ({stories})) way
JOIN lessons_story story ON story.id = way.story_id AND story.published IS NOT NULL
GROUP BY story.id, way.term_id, story.published"""

_FORGET_NONE = "DELETE FROM lessons_combinationcount WHERE stories <= 0 AND key <> ''"

TABLES = ("lessons_carried", "lessons_termcount", "lessons_combinationcount")

# Whatever a page shows stands in these tables. The number of the version changes with any of them,
# so that a page made for one version is good for as long as that lasts: see kept.py.
SHOWN = (
    "lessons_story", "lessons_lesson", "lessons_term", "lessons_correction", "lessons_story_terms",
    "lessons_lesson_terms", "lessons_use", "lessons_pick",
)  # fmt: skip
NEXT_VERSION = "UPDATE lessons_version SET number = number + 1"
# A first number that no version had before, in case the table is made anew.
_FIRST_VERSION = "INSERT INTO lessons_version VALUES ({number})"

COUNT_ALL_STORIES = """
INSERT INTO lessons_combinationcount (key, stories)
SELECT '', count(*) FROM lessons_story WHERE published IS NOT NULL"""

COUNT_STORY = """
INSERT INTO lessons_combinationcount (key, stories) VALUES ('', {delta})
ON CONFLICT (key) DO UPDATE SET stories = lessons_combinationcount.stories + excluded.stories"""


def is_identifying(term: str) -> str:
    """Return the condition that a term is one that combinations are counted of."""
    return (
        f"{term} IN (SELECT id FROM lessons_term WHERE facet NOT IN ({_quoted(PUBLIC_FACETS)}) "
        f"AND slug NOT IN ({_quoted(UNSAID)}))"
    )


def combinations_of(story: str, sign: str) -> Iterator[str]:
    """Yield the statements that count the combinations of a story in, or out with the sign "-"."""
    yield _COUNT_COMBINATIONS.format(sign=sign, stories=story)
    if sign:
        yield _FORGET_NONE


def carry(story: str) -> str:
    """Return the statement that notes which terms a story carries, if it is published."""
    return _CARRY.format(stories=story)


def tally(stories: str) -> Iterator[str]:
    """Yield the statements that count some stories anew. stories: SQL that selects their keys."""
    yield _COUNT_TERMS.format(sign="-", stories=stories)
    yield _COUNT_COMBINATIONS.format(sign="-", stories=stories)
    yield f"DELETE FROM lessons_carried WHERE story_id IN ({stories})"
    yield from count(stories)
    yield _FORGET_NONE


def count(stories: str) -> Iterator[str]:
    """Yield the statements that count some stories that are in no count yet."""
    yield _CARRY.format(stories=stories)
    yield _COUNT_TERMS.format(sign="", stories=stories)
    yield _COUNT_COMBINATIONS.format(sign="", stories=stories)


def rebuild() -> Iterator[str]:
    """Yield the statements that count everything from the start."""
    yield "DELETE FROM lessons_version"
    yield _FIRST_VERSION.format(number=secrets.randbelow(2**52))
    yield "DELETE FROM lessons_mask"
    yield _MASKS
    for table in TABLES:
        yield f"DELETE FROM {table}"
    yield from count("SELECT id FROM lessons_story WHERE published IS NOT NULL")
    yield COUNT_ALL_STORIES
