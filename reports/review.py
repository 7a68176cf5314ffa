"""The life of a report: every change of its state, each with its row in the log.

Each function takes keywords only, checks, changes and logs in one transaction, and returns the
report as it is afterwards. `version` is the version that the moderator was looking at. What is
not allowed raises Refused, and then nothing has changed.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lessons.models import Lesson, Story, Term
from reports import checks, claims, suspects
from reports.drafts import Draft
from reports.identity import strip
from reports.models import CLOSED, Decision, LessonDraft, Report, State
from reports.weeks import week_of

PERMISSION = "reports.review_report"
LEAD = "reports.lead_reports"

# The states in which something is still to be decided.
WAITING = (State.RECEIVED, State.IN_REVIEW, State.AWAITING_SECOND)
# Those in which somebody may have a report to work on.
CLAIMABLE = (State.IN_REVIEW, State.AWAITING_SECOND)

NOTE_LENGTH = Report._meta.get_field("note").max_length or 0  # characters, as typed

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
    terms = list(terms)
    with transaction.atomic():
        known = Report.objects.filter(receipt_hash=receipt_hash).first()
        if known:
            return known
        report = Report(
            story=_lf(story),
            advice=_lf(advice),
            facts_in=sorted(f"{term.facet}/{term.slug}" for term in terms),
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
    """Take up a report that nobody has, or whose claim has lapsed.

    A received one comes into review; its narrative starts as the story that came in.
    """
    report = _hold(report, version, moderator, "taken up", *WAITING)
    if claims.holder_of(report):
        raise Refused("You have this report already. Go on with it.", status=409)
    if report.state == State.AWAITING_SECOND and report.passed_by_id == moderator.pk:
        raise Refused(
            "You passed this report on yourself, so another moderator has to read it. "
            "You can take it back into review.",
            status=403,
        )
    return _change(
        report, Action.CLAIMED, moderator, claimed_by=moderator, **_taken_into_review(report)
    )


@transaction.atomic
def release(*, report: Report, version: int, moderator: User) -> Report:
    """Give up a claim: the report is anybody's again, as it stands."""
    report = _hold(report, version, moderator, "released", *CLAIMABLE)
    if report.claimed_by_id != moderator.pk:
        raise Refused("You do not have this report, so nothing was changed.", status=409)
    return _change(report, Action.RELEASED, moderator, claimed_by=None)


@transaction.atomic
def reassign(*, report: Report, version: int, moderator: User, to: User) -> Report:
    """Give a report to a moderator, whoever has it now. Only a lead may."""
    report = _hold(report, version, moderator, "reassigned", *WAITING, whoever_has_it=True)
    if not moderator.has_perm(LEAD):
        raise Refused(
            "Only a lead gives a report to somebody else, so nothing was changed. "
            "Ask a lead, or whoever has the report to release it.",
            status=403,
        )
    if not to.has_perm(PERMISSION):
        raise Refused(
            f"{to} may not review reports, so nothing was changed. Choose a moderator.", status=409
        )
    if report.state == State.AWAITING_SECOND and report.passed_by_id == to.pk:
        raise Refused(
            f"{to} passed this report on, and nobody publishes alone. Choose another moderator.",
            status=409,
        )
    if claims.holder_of(report) == to:
        raise Refused(f"{to} has this report already. Nothing was changed.", status=409)
    return _change(
        report, Action.REASSIGNED, moderator, claimed_by=to, **_taken_into_review(report)
    )


@transaction.atomic
def save_draft(*, report: Report, version: int, moderator: User, draft: Draft) -> Report:
    """Keep what a moderator wrote. A draft that is what it was changes and logs nothing.

    Here as in every edit, whoever edits a report that nobody has, has it from then on.
    """
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
        claimed_by=moderator,
        title=draft.title,
        summary=draft.summary,
        narrative=draft.narrative,
    )


def dismiss(*, report: Report, version: int, moderator: User, key: suspects.Key) -> Report:
    """Clear a suspect: a moderator looked at the word and found that it identifies nobody."""
    return dismiss_all(report=report, version=version, moderator=moderator, keys=[key])


@transaction.atomic
def dismiss_all(
    *, report: Report, version: int, moderator: User, keys: Collection[suspects.Key]
) -> Report:
    """Clear several suspects; each is a row of the log."""
    report = _hold(report, version, moderator, "changed", State.IN_REVIEW)
    settled = _suspects(report, keys)
    for suspect in settled:
        report.dismissals.create(kind=suspect.key.kind, word=suspect.key.word)
    actions = [Action.DISMISSED] * len(settled)
    return _change(report, actions, moderator, claimed_by=moderator)


def remove_suspect(*, report: Report, version: int, moderator: User, key: suspects.Key) -> Report:
    """Replace a suspect's word in every text that will go out."""
    return remove_suspects(report=report, version=version, moderator=moderator, keys=[key])


@transaction.atomic
def remove_suspects(
    *, report: Report, version: int, moderator: User, keys: Collection[suspects.Key]
) -> Report:
    """Replace the words of several suspects; each is a row of the log."""
    report = _hold(report, version, moderator, "changed", State.IN_REVIEW)
    settled = _suspects(report, keys)
    texts = suspects.remove(Draft.of(report).texts(), *settled)
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
        report,
        [Action.REMOVED] * len(settled),
        moderator,
        claimed_by=moderator,
        title=title,
        summary=summary,
        narrative=narrative,
    )


@transaction.atomic
def pass_on(*, report: Report, version: int, moderator: User, checked: Collection[str]) -> Report:
    """Hand a finished draft to a second moderator. checked: what was ticked, as checks.slugs."""
    report = _hold(report, version, moderator, "passed on", State.IN_REVIEW)
    _require_ready(report, "passed on")
    _require_checks(checked, "passed on", second=False)
    return _change(
        report,
        [Action.CHECKED, Action.PASSED],
        moderator,
        state=State.AWAITING_SECOND,
        passed_by=moderator,
        claimed_by=None,
    )


@transaction.atomic
def send_back(*, report: Report, version: int, moderator: User, note: str = "") -> Report:
    """Open the draft again for editing, instead of publishing it.

    It goes back to whoever passed it on. note: what should change, for them to read; the engine
    reads it as it reads a story, but for the words that were dismissed. Only the moderator who
    passed the report on, and takes it back, needs none.
    """
    report = _hold(report, version, moderator, "sent back", State.AWAITING_SECOND)
    if not note.strip() and report.passed_by_id != moderator.pk:
        raise Refused(
            "It was not sent back: there is no note. Say in a sentence what should change.",
            status=409,
        )
    if len(note) > NOTE_LENGTH:
        raise Refused(
            f"It was not sent back: the note has {len(note):,} characters, and {NOTE_LENGTH:,} is "
            "the most. Shorten it.",
            status=409,
        )
    kept = report.dismissals.values_list("word", flat=True)
    return _change(
        report,
        Action.SENT_BACK,
        moderator,
        state=State.IN_REVIEW,
        passed_by=None,
        claimed_by=report.passed_by,
        note=strip(_lf(note).strip(), keep=kept).text,
    )


@transaction.atomic
def publish(*, report: Report, version: int, moderator: User, checked: Collection[str]) -> Report:
    """Approve as the second moderator, and publish the story with its lessons.

    checked: what was ticked, as checks.slugs.
    """
    report = _hold(report, version, moderator, "published", State.AWAITING_SECOND)
    if report.passed_by_id == moderator.pk:
        raise Refused(
            "You passed this report on yourself, and nobody publishes alone. "
            "It was not published. Another moderator has to read and publish it.",
            status=403,
        )
    _require_ready(report, "published")
    _require_checks(checked, "published", second=True)
    return _change(
        report,
        [Action.CHECKED, Action.APPROVED],
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


def _hold(
    report: Report,
    version: int,
    moderator: User,
    deed: str,
    *states: State,
    whoever_has_it: bool = False,
) -> Report:
    """Return the report as it is now, held until the transaction ends, if the deed is allowed.

    whoever_has_it: whether the claim of another moderator makes no difference.
    """
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
    holder = None if whoever_has_it else claims.holder_of(current)
    if holder and holder != moderator:
        raise Refused(
            f"{holder} has this report now, so it was not {deed}: "
            f"{_last_deed(current, moderator)} Ask {holder} to release it, or a lead to give it "
            "to you.",
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


def _taken_into_review(report: Report) -> dict[str, Any]:
    """Return the fields by which a received report comes into review; none for one that is."""
    if report.state != State.RECEIVED:
        return {}
    return {"state": State.IN_REVIEW, "narrative": report.story}


def _change(
    report: Report, action: str | Collection[str], moderator: User | None, **fields: Any
) -> Report:
    """Write the fields, count the version up and log the decision, or refuse and write nothing.

    action: what goes into the log, or several of that, each a row of its own.
    """
    if fields.get("state") in CLOSED:
        fields |= {"closed_week": week_of(timezone.now().date()), "claimed_by": None}
    changed = Report.objects.filter(
        pk=report.pk, state=report.state, version=report.version
    ).update(version=F("version") + 1, **fields)
    if not changed:  # only where the database does not hold the row for us
        raise Refused(
            "This report was changed by somebody else at the same moment. "
            "Nothing of yours was saved. Load it again.",
            status=409,
        )
    for one in [action] if isinstance(action, str) else action:
        Decision.objects.create(
            report=report,
            action=one,
            moderator=moderator,
            at=timezone.now() if moderator else None,
        )
    return Report.objects.get(pk=report.pk)


def _suspects(report: Report, keys: Collection[suspects.Key]) -> list[suspects.Suspect]:
    """Return the open suspects of the keys, of which there must be at least one, and no other."""
    found = {suspect.key: suspect for suspect in suspects.open_suspects(report)}
    settled = [found[key] for key in dict.fromkeys(keys) if key in found]
    if not keys:
        raise Refused("No word is ticked, so nothing was changed. Tick those you mean.", status=409)
    if len(settled) < len(set(keys)):
        raise Refused(
            "That word is not suspected in this report any more, so nothing was changed. "
            "Go on with the next one."
            if len(keys) == 1
            else "Some of these words are not suspected in this report any more, so nothing was "
            "changed. Tick those that are left.",
            status=409,
        )
    return settled


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


def _require_checks(checked: Collection[str], deed: str, *, second: bool) -> None:
    left = len(checks.slugs(second=second) - set(checked))
    if left:
        lines = "1 line is" if left == 1 else f"{left} lines are"
        raise Refused(
            f"It was not {deed}: {lines} of the check list not ticked. "
            "Go through the list, and tick what is so.",
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
    base = draft.slug
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
