"""What goes out of a report: the draft that moderators edit, what it lacks, how two differ."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from django.utils.text import slugify

from lessons.models import Story, Term
from reports.models import Report

SLUG_LENGTH = 120  # characters of a title in an address; leaves room for a number


@dataclass(frozen=True)
class DraftedLesson:
    """One lesson as drafted. terms: of lesson facets only."""

    text: str
    terms: frozenset[Term] = frozenset()


@dataclass(frozen=True)
class Draft:
    """Everything of a report that moderators write. terms: of story facets only."""

    title: str
    summary: str
    narrative: str
    terms: frozenset[Term] = frozenset()
    lessons: tuple[DraftedLesson, ...] = ()

    @classmethod
    def of(cls, report: Report) -> Self:
        """Return the draft as it stands in the database."""
        return cls(
            title=report.title,
            summary=report.summary,
            narrative=report.narrative,
            terms=frozenset(Term.objects.of_stories().filter(report=report)),
            lessons=tuple(
                DraftedLesson(lesson.text, frozenset(lesson.terms.all()))
                for lesson in report.lesson_drafts.prefetch_related("terms")
            ),
        )

    @classmethod
    def of_story(cls, story: Story) -> Self:
        """Return the draft that a published story would come from as it stands."""
        return cls(
            title=story.title,
            summary=story.summary,
            narrative=story.narrative,
            terms=frozenset(Term.objects.filter(story=story)),
            lessons=tuple(
                DraftedLesson(lesson.text, frozenset(lesson.terms.all()))
                for lesson in story.lessons.prefetch_related("terms")
            ),
        )

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> Self:
        """Return the draft that to_json() wrote; a term that is gone since is left out."""
        keys = {*stored["terms"], *(key for lesson in stored["lessons"] for key in lesson["terms"])}
        terms = Term.objects.in_bulk(keys)

        def found(keys: list[int]) -> frozenset[Term]:
            return frozenset(terms[key] for key in keys if key in terms)

        return cls(
            title=stored["title"],
            summary=stored["summary"],
            narrative=stored["narrative"],
            terms=found(stored["terms"]),
            lessons=tuple(
                DraftedLesson(lesson["text"], found(lesson["terms"]))
                for lesson in stored["lessons"]
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """Return the draft as plain values, the same for the same draft."""
        return {
            "title": self.title,
            "summary": self.summary,
            "narrative": self.narrative,
            "terms": sorted(term.pk for term in self.terms),
            "lessons": [
                {"text": lesson.text, "terms": sorted(term.pk for term in lesson.terms)}
                for lesson in self.lessons
            ],
        }

    def digest(self) -> str:
        """Return the SHA-256 of all that the draft says, as 64 hexadecimal digits."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).hexdigest()

    @property
    def slug(self) -> str:
        """The address that a story of this title gets, unless another has it."""
        return slugify(self.title)[:SLUG_LENGTH].strip("-") or "near-miss"

    def texts(self) -> dict[str, str]:
        """Return every outgoing text under the name that the desk calls it by."""
        texts = {"Title": self.title, "Summary": self.summary, "Narrative": self.narrative}
        for number, lesson in enumerate(self.lessons, start=1):
            texts[f"Lesson {number}"] = lesson.text
        return texts

    def missing(self) -> list[str]:
        """Return what the draft lacks before it can be passed on, in words."""
        missing = [
            name
            for name in ("title", "summary", "narrative")
            if not str(getattr(self, name)).strip()
        ]
        if not any(lesson.text.strip() for lesson in self.lessons):
            missing.append("at least one lesson")
        return missing


@dataclass(frozen=True)
class Difference:
    """A field in which two drafts differ, with the text of the other one."""

    name: str
    theirs: str


def differences(mine: Draft, theirs: Draft) -> Iterator[Difference]:
    """Yield each field in which `theirs` is not what `mine` is, as a reader would see it."""
    for name in ("title", "summary", "narrative"):
        if getattr(mine, name) != getattr(theirs, name):
            yield Difference(name.capitalize(), getattr(theirs, name))
    if mine.terms != theirs.terms:
        yield Difference("Facts", _labels(theirs.terms))
    if mine.lessons != theirs.lessons:
        yield Difference("Lessons", "\n\n".join(_lines(theirs.lessons)))


def _labels(terms: frozenset[Term]) -> str:
    ordered = sorted(terms, key=lambda term: (term.facet, term.position, term.slug))
    return "; ".join(str(term) for term in ordered)


def _lines(lessons: tuple[DraftedLesson, ...]) -> Iterator[str]:
    for number, lesson in enumerate(lessons, start=1):
        terms = f" ({_labels(lesson.terms)})" if lesson.terms else ""
        yield f"{number}. {lesson.text}{terms}"
