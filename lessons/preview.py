"""A story that is not published yet, as far as the page that readers will see asks of one.

Nothing is written: a row that is rolled back would leave its text in the pages of the database.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from lessons.models import CombinationCount, Story, Term, alike, by_facet, shared_by_enough
from lessons.vocabulary import Facet


@dataclass(frozen=True)
class LessonToBe:
    """A lesson to be, in place of `Lesson`."""

    text: str
    terms: frozenset[Term]

    def facts(self) -> list[tuple[Facet, list[Term]]]:
        public = [term for term in _ordered(self.terms) if term.is_public]
        return by_facet(public, of_lesson=True)


@dataclass(frozen=True)
class LessonsToBe:
    """In place of a story's `lessons`."""

    all: list[LessonToBe]


@dataclass
class StoryToBe:
    """A story to be, in place of `Story`. published: the day that its page will name."""

    title: str
    summary: str
    narrative: str
    published: datetime.date
    terms: frozenset[Term] = frozenset()
    lessons: LessonsToBe = field(default_factory=lambda: LessonsToBe([]))

    def facts(self) -> list[tuple[Facet, list[Term]]]:
        public = [term for term in _ordered(self.terms) if term.is_public]
        return by_facet([*public, *self.shared_terms], of_lesson=False)

    @cached_property
    def identifying(self) -> list[Term]:
        """The terms that could single somebody out together."""
        public = Term.objects.identifying().filter(pk__in=[term.pk for term in self.terms])
        return list(public)

    @cached_property
    def shared_terms(self) -> list[Term]:
        """Those of them that readers will see, once the story is published and counts itself."""
        terms = self.identifying
        if not terms:
            return []
        stories = CombinationCount.objects.carrying(terms)
        return shared_by_enough(terms, lambda combination: stories[combination] + 1)

    @property
    def withheld_terms(self) -> list[Term]:
        """Those that too few stories share."""
        return [term for term in self.identifying if term not in self.shared_terms]

    def related(self, limit: int = 3) -> list[Story]:
        return alike(self.terms, limit)


def _ordered(terms: Iterable[Term]) -> list[Term]:
    return sorted(terms, key=lambda term: (term.facet, term.position, term.slug))
