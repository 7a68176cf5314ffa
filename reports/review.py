"""The life of a report: every change of its state, each with its row in the log.

Each function takes keywords only, checks, changes and logs in one transaction, and returns the
report as it is afterwards. `version` is the version that the moderator was looking at. What is
not allowed raises Refused, and then nothing has changed.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from lessons.models import Lesson, Story, Term
from reports import suspects
from reports.drafts import Draft
from reports.models import CLOSED, Decision, LessonDraft, Report, State
from reports.weeks import week_of

PERMISSION = "reports.review_report"

# The states in which something is still to be decided.
WAITING = (State.RECEIVED, State.IN_REVIEW, State.AWAITING_SECOND)

SLUG_LENGTH = 120  # characters of a title in an address; leaves room for a number

Action = Decision.Action


class Refused(Exception):
    """A change that is not allowed.

    message: what happened, what it means, what to do next; it never quotes a story.
    status: 403 when this person may not, 409 when the report has moved on or is not ready.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


def receive(*, story: str, advice: str, terms: Iterable[Term], receipt_hash: str) -> Report:
    """Keep a stripped story, and return its report.

    The same receipt always gives the same report: a form sent twice makes one report, also
    when both arrive at once.
    """
    with transaction.atomic():
        known = Report.objects.filter(receipt_hash=receipt_hash).first()
        if known:
            return known
        report = Report(
            story=_lf(story),
            advice=_lf(advice),
            receipt_hash=receipt_hash,
            week=week_of(timezone.now().date()),
        )
        try:
            with transaction.atomic():
                report.save(force_insert=True)
        except IntegrityError:  # the other request was faster
            return Report.objects.get(receipt_hash=receipt_hash)
        report.terms.set(terms)
        return report


@transaction.atomic
def claim(*, report: Report, version: int, moderator: User) -> Report:
    """Take up a received report; the narrative starts as the story that came in."""
    report = _hold(report, version, moderator, "taken up", State.RECEIVED)
    return _change(report, Action.CLAIMED, moderator, state=State.IN_REVIEW, narrative=report.story)


@transaction.atomic
def save_draft(*, report: Report, version: int, moderator: User, draft: Draft) -> Report:
    """Keep what a moderator wrote. A draft that is what it was changes and logs nothing."""
    report = _hold(report, version, moderator, "saved", State.IN_REVIEW)
    if draft == Draft.of(report):
        return report
    report.terms.set(draft.terms)
    report.lesson_drafts.all().delete()
    for position, lesson in enumerate(draft.lessons):
        LessonDraft.objects.create(report=report, position=position, text=lesson.text).terms.set(
            lesson.terms
        )
    return _change(
        report,
        Action.EDITED,
        moderator,
        title=draft.title,
        summary=draft.summary,
        narrative=draft.narrative,
    )


@transaction.atomic
def dismiss(*, report: Report, version: int, moderator: User, key: suspects.Key) -> Report:
    """Clear a suspect: a moderator looked at the word and found that it identifies nobody."""
    report = _hold(report, version, moderator, "changed", State.IN_REVIEW)
    suspect = _suspect(report, key)
    report.dismissals.create(kind=suspect.key.kind, word=suspect.key.word)
    return _change(report, Action.DISMISSED, moderator)


@transaction.atomic
def remove_suspect(*, report: Report, version: int, moderator: User, key: suspects.Key) -> Report:
    """Replace a suspect's word in every text that will go out."""
    report = _hold(report, version, moderator, "changed", State.IN_REVIEW)
    texts = suspects.remove(Draft.of(report).texts(), _suspect(report, key))
    title, summary, narrative, *lessons = texts.values()
    if len(title) > (Report._meta.get_field("title").max_length or 0):
        raise Refused(
            "The title would become too long with the replacement, so nothing was removed. "
            "Shorten the title or take the word out of it by hand.",
            status=409,
        )
    for lesson, text in zip(report.lesson_drafts.all(), lessons, strict=True):
        LessonDraft.objects.filter(pk=lesson.pk).update(text=text)
    return _change(
        report, Action.REMOVED, moderator, title=title, summary=summary, narrative=narrative
    )


@transaction.atomic
def pass_on(*, report: Report, version: int, moderator: User) -> Report:
    """Hand a finished draft to a second moderator."""
    report = _hold(report, version, moderator, "passed on", State.IN_REVIEW)
    _require_ready(report, "passed on")
    return _change(
        report, Action.PASSED, moderator, state=State.AWAITING_SECOND, passed_by=moderator
    )


@transaction.atomic
def send_back(*, report: Report, version: int, moderator: User) -> Report:
    """Open the draft again for editing, instead of publishing it."""
    report = _hold(report, version, moderator, "sent back", State.AWAITING_SECOND)
    return _change(report, Action.SENT_BACK, moderator, state=State.IN_REVIEW, passed_by=None)


@transaction.atomic
def publish(*, report: Report, version: int, moderator: User) -> Report:
    """Approve as the second moderator, and publish the story with its lessons."""
    report = _hold(report, version, moderator, "published", State.AWAITING_SECOND)
    if report.passed_by_id == moderator.pk:
        raise Refused(
            "You passed this report on yourself, and nobody publishes alone. "
            "It was not published. Another moderator has to read and publish it.",
            status=403,
        )
    _require_ready(report, "published")
    return _change(
        report,
        Action.APPROVED,
        moderator,
        state=State.PUBLISHED,
        approved_by=moderator,
        published_as=_publish_story(report),
    )


@transaction.atomic
def decline(*, report: Report, version: int, moderator: User) -> Report:
    """Decide that a report will not be published."""
    report = _hold(report, version, moderator, "declined", *WAITING)
    return _change(report, Action.DECLINED, moderator, state=State.DECLINED)


@transaction.atomic
def withdraw(*, report: Report) -> Report:
    """Take a report back, as its officer. It works until the report is published or declined."""
    report = Report.objects.select_for_update().get(pk=report.pk)
    if report.state not in WAITING:
        raise Refused(
            f"This report is {report.get_state_display().lower()}, so it can no longer be "
            "withdrawn. Nothing was changed.",
            status=409,
        )
    return _change(report, Action.WITHDRAWN, None, state=State.WITHDRAWN)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _hold(report: Report, version: int, moderator: User, deed: str, *states: State) -> Report:
    """Return the report as it is now, held until the transaction ends, if the deed is allowed."""
    if not moderator.has_perm(PERMISSION):
        raise Refused(
            "Your account may not review reports, so nothing was changed. "
            "Ask an administrator to add you to the moderators.",
            status=403,
        )
    current = Report.objects.select_for_update().get(pk=report.pk)
    if current.state not in states:
        raise Refused(
            f"This report cannot be {deed} now: {_last_deed(current, moderator)} "
            f"Its state is “{current.get_state_display().lower()}”. Nothing was changed.",
            status=409,
        )
    if current.version != version:
        raise Refused(
            f"This report has changed since you opened it: {_last_deed(current, moderator)} "
            f"It was not {deed}. Look at what changed, then decide again.",
            status=409,
        )
    return current


def _last_deed(report: Report, reader: User) -> str:
    """Say who did what last, to the one who comes too late."""
    last = report.decisions.select_related("moderator").last()
    if last is None:
        return "nobody has taken it up yet."
    if last.moderator_id == reader.pk:
        return f"you {last.get_action_display()}, maybe in another window."
    return f"{last.moderator or 'the officer'} {last.get_action_display()}."


def _change(report: Report, action: str, moderator: User | None, **fields: Any) -> Report:
    """Write the fields, count the version up and log the decision, or refuse and write nothing."""
    if fields.get("state") in CLOSED:
        fields["closed_week"] = week_of(timezone.now().date())
    changed = Report.objects.filter(
        pk=report.pk, state=report.state, version=report.version
    ).update(version=F("version") + 1, **fields)
    if not changed:  # only where the database does not hold the row for us
        raise Refused(
            "This report was changed by somebody else at the same moment. "
            "Nothing of yours was saved. Load it again.",
            status=409,
        )
    Decision.objects.create(
        report=report,
        action=action,
        moderator=moderator,
        at=timezone.now() if moderator else None,
    )
    return Report.objects.get(pk=report.pk)


def _suspect(report: Report, key: suspects.Key) -> suspects.Suspect:
    for suspect in suspects.open_suspects(report):
        if suspect.key == key:
            return suspect
    raise Refused(
        "That word is not suspected in this report any more, so nothing was changed. "
        "Go on with the next one.",
        status=409,
    )


def _require_ready(report: Report, deed: str) -> None:
    missing = Draft.of(report).missing()
    if missing:
        raise Refused(
            f"It was not {deed}: it lacks {_listed(missing)}. Add what is missing and try again.",
            status=409,
        )
    still_open = len(suspects.open_suspects(report))
    if still_open:
        words = f"{still_open} suspected identifier{'' if still_open == 1 else 's'}"
        raise Refused(
            f"It was not {deed}: {words} in it could tell who somebody is. "
            "Remove or dismiss each of them while the report is in review.",
            status=409,
        )


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _publish_story(report: Report) -> Story:
    draft = Draft.of(report)
    story = _story_with_free_slug(draft)
    story.terms.set(draft.terms)
    for position, drafted in enumerate(draft.lessons):
        lesson = Lesson.objects.create(story=story, position=position, text=drafted.text)
        lesson.terms.set(drafted.terms)
    return story


def _story_with_free_slug(draft: Draft) -> Story:
    base = slugify(draft.title)[:SLUG_LENGTH].strip("-") or "near-miss"
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        try:
            with transaction.atomic():
                return Story.objects.create(
                    slug=slug,
                    title=draft.title,
                    summary=draft.summary,
                    narrative=draft.narrative,
                    published=timezone.now().date(),
                )
        except IntegrityError:
            if not Story.objects.filter(slug=slug).exists():
                raise  # something else than a slug that is taken
            number += 1
