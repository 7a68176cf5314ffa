"""What stands beside the editor: who has the report, what was changed, what is like it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from lessons.models import Story, Term
from lessons.preview import LessonsToBe, LessonToBe, StoryToBe
from lessons.resembling import resembling
from lessons.vocabulary import FACETS, Facet
from reports import checks, claims, review, wording
from reports.drafts import Draft
from reports.models import Decision, Report, State
from reports.suspects import Suspect

LIKE_IT = 3  # published stories shown beside a report
BESIDE_IT = 10  # characters by which the place of a doubt is known again
ONE_EVENT = 0.4  # likeness from which on two stories may tell of one event

BACKEND = "django.contrib.auth.backends.ModelBackend"  # the one that knows permissions


@dataclass(frozen=True)
class Claim:
    """Who has a report, for the moderator who looks.

    holder: whose claim holds. lapsed: whose claim holds no more. others: whom a lead may give the
    report to; None to everybody else.
    """

    holder: User | None
    lapsed: User | None
    mine: bool
    can_claim: bool
    others: list[User] | None

    @property
    def somebody_elses(self) -> bool:
        return self.holder is not None and not self.mine


@dataclass(frozen=True)
class Marked:
    """A stretch of what came in, with the suspect that stands there."""

    text: str
    suspect: Suspect | None = None
    number: int = 0


@dataclass(frozen=True)
class FactChange:
    """A facet with the terms that came in and stayed, were taken out, or were put in."""

    facet: Facet
    kept: list[Term]
    removed: list[Term]
    added: list[Term]


@dataclass(frozen=True)
class Like:
    """A published story that resembles the report, and how much in words."""

    story: Story
    share: float

    @property
    def one_event(self) -> bool:
        return self.share >= ONE_EVENT


def claim_of(report: Report, moderator: User) -> Claim:
    """Return who has a report, and what the moderator may do about it."""
    open_ = report.state in review.WAITING
    holder = claims.holder_of(report) if open_ else None
    passed_by_me = report.passed_by_id == moderator.pk
    others = None
    if open_ and moderator.has_perm(review.LEAD):
        able = User.objects.with_perm(review.PERMISSION, backend=BACKEND).order_by("username")
        taken = {holder.pk if holder else None}
        if report.state == State.AWAITING_SECOND:
            taken.add(report.passed_by_id)
        others = [user for user in able if user.pk not in taken]
    return Claim(
        holder=holder,
        lapsed=None if holder else report.claimed_by,
        mine=holder == moderator,
        can_claim=open_
        and holder is None
        and not (report.state == State.AWAITING_SECOND and passed_by_me),
        others=others,
    )


def beside(
    report: Report, draft: Draft, suspects: list[Suspect], decisions: Iterable[Decision]
) -> dict[str, Any]:
    """Return what the review page shows of a report besides its editor."""
    state = State(report.state)
    going_out = bool(draft.narrative) and bool(report.story)
    sent_back = [d for d in decisions if d.action == Decision.Action.SENT_BACK]
    to_be = story_to_be(draft) if state in review.CLAIMABLE else None
    return {
        "came_in": list(marked(report.story, suspects)),
        "advice_in": list(marked(report.advice, suspects)),
        "narrative": wording.compare(report.story, draft.narrative) if going_out else None,
        "facts": list(fact_changes(report, draft)),
        "claim_days": settings.CLAIM_DAYS,
        "like_it": like(report, draft) if state in review.WAITING else [],
        "withheld": to_be.withheld_terms if to_be else [],
        "note_by": sent_back[-1].moderator if sent_back else None,
        "checks": checks.checks(second=state == State.AWAITING_SECOND),
    }


def story_to_be(draft: Draft) -> StoryToBe:
    """Return the story that a draft becomes, if it is published today."""
    return StoryToBe(
        title=draft.title,
        summary=draft.summary,
        narrative=draft.narrative,
        published=timezone.now().date(),
        terms=draft.terms,
        lessons=LessonsToBe([LessonToBe(lesson.text, lesson.terms) for lesson in draft.lessons]),
    )


def like(report: Report, draft: Draft) -> list[Like]:
    """Return the published stories that resemble a report: as it goes out, or as it came in."""
    text = "\n".join([draft.title, draft.summary, draft.narrative or report.story])
    return [Like(story, share) for story, share in resembling(text, limit=LIKE_IT)]


def marked(text: str, suspects: list[Suspect]) -> Iterator[Marked]:
    """Yield a text in stretches, those apart where the word of a suspect stands.

    Each suspect is known by its place on the page, counted from one.
    """
    known = {suspect.key.word: (suspect, n) for n, suspect in enumerate(suspects, start=1)}
    if not known:
        yield Marked(text)
        return
    longest_first = sorted(known, key=len, reverse=True)
    words = "|".join(r"\s+".join(map(re.escape, word.split())) for word in longest_first)
    end = 0
    for found in re.finditer(rf"(?<!\w)(?:{words})(?!\w)", text, re.I):
        if found.start() > end:
            yield Marked(text[end : found.start()])
        suspect, number = known.get(" ".join(found[0].split()).casefold(), (None, 0))
        if suspect and (suspect.tier != "doubt" or _stands_there(suspect, text, found)):
            yield Marked(found[0], suspect, number)
        else:
            yield Marked(found[0])
        end = found.end()
    if end < len(text):
        yield Marked(text[end:])


def _stands_there(suspect: Suspect, text: str, found: re.Match[str]) -> bool:
    """Return whether one of the suspect's places has the same words on a side of it.

    A doubt may hang on an ordinary word: it is one where it stands, and not wherever it does.
    """
    before, after = text[: found.start()], text[found.end() :]
    return any(
        (place.before and before.endswith(place.before[-BESIDE_IT:]))
        or (place.after and after.startswith(place.after[:BESIDE_IT]))
        for place in suspect.occurrences
    )


def fact_changes(report: Report, draft: Draft) -> Iterator[FactChange]:
    """Yield the facts by facet, in the order of the vocabulary, with what was changed of them."""
    go_out = {term.path for term in draft.terms}
    # Of a report whose texts are deleted nobody knows what came in: nothing counts as changed.
    came_in = set(report.facts_in) if report.story else go_out
    gone = came_in - go_out
    removed = [term for term in (Term.objects.of_stories() if gone else ()) if term.path in gone]
    for facet in FACETS.values():
        now = sorted(
            (term for term in draft.terms if term.facet == facet.slug),
            key=lambda term: (term.position, term.slug),
        )
        change = FactChange(
            facet,
            kept=[term for term in now if term.path in came_in],
            removed=[term for term in removed if term.facet == facet.slug],
            added=[term for term in now if term.path not in came_in],
        )
        if change.kept or change.removed or change.added:
            yield change
