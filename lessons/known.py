"""The terms in the memory of a process: there are some four hundred, and a page names thirty.

They are read anew, with their counts, when anything that pages show has changed: see kept.py.
"""

from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db import connection

from lessons.kept import present_version
from lessons.models import Story, Term, places


@dataclass(frozen=True)
class Known:
    """Every term by key, in order, and the keys of those that may be shown, and where."""

    terms: dict[int, Any]
    order: dict[int, int]
    public: frozenset[int]
    identifying: frozenset[int]
    public_of_lessons: frozenset[int]

    def in_order(self, keys: AbstractSet[int]) -> list[Term]:
        return [self.terms[key] for key in sorted(keys, key=self.order.__getitem__)]


def known_terms() -> dict[int, Any]:
    """Return every term by key, in order, with the counts of `with_counts()`."""
    return _known_at(present_version()).terms


@lru_cache(maxsize=1)
def _known_at(version: str) -> Known:
    terms = {term.pk: term for term in Term.objects.with_counts()}
    public = frozenset(key for key, term in terms.items() if term.is_public)
    return Known(
        terms,
        {key: number for number, key in enumerate(terms)},
        public,
        frozenset(key for key, term in terms.items() if term.is_identifying),
        frozenset(key for key in public if terms[key].facet_info.of_lesson),
    )


def forget() -> None:
    """Have the terms read anew: for a process that goes back to an earlier version, as tests do."""
    _known_at.cache_clear()


def public_terms(facets: Collection[str]) -> list[Any]:
    """Return the public terms of some facets, by label, with their counts."""
    terms = [term for term in known_terms().values() if term.facet in facets and term.is_public]
    return sorted(terms, key=lambda term: (term.label, term.slug))


def give_terms(stories: Sequence[Story]) -> None:
    """Give stories, and their lessons that were fetched along, their terms, in one query.

    They are those of `Story.public_terms`, `Story.identifying_terms` and `Lesson.public_terms`.
    """
    if not stories:
        return
    keys = [story.pk for story in stories]
    some = places(keys)
    of_stories: dict[int, set[int]] = {}
    of_lessons: dict[int, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT story_id, NULL, term_id FROM lessons_story_terms WHERE story_id IN ({some})
            UNION ALL SELECT NULL, link.lesson_id, link.term_id FROM lessons_lesson lesson
            JOIN lessons_lesson_terms link ON link.lesson_id = lesson.id
            WHERE lesson.story_id IN ({some})""",  # noqa: S608 - places for keys
            [*keys, *keys],
        )
        for story_key, lesson_key, term_key in cursor.fetchall():
            carried, key = (
                (of_lessons, lesson_key) if story_key is None else (of_stories, story_key)
            )
            carried.setdefault(key, set()).add(term_key)
    known, none = _known_at(present_version()), frozenset[int]()
    for story in stories:
        own = of_stories.get(story.pk, none)
        story.public_terms = known.in_order(own & known.public)
        story.identifying_terms = known.in_order(own & known.identifying)
        for lesson in story.lessons.all():
            taught = of_lessons.get(lesson.pk, none)
            lesson.public_terms = known.in_order(taught & known.public_of_lessons)
