"""The life of a report: every change of its state, each with its row in the log.

Each function takes keywords only, checks, changes and logs in one transaction, and returns the
report as it is afterwards. `version` is the version that the moderator was looking at. What is
not allowed raises Refused, and then nothing has changed.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from lessons.models import Correction, Story, Term
from reports import checks, claims, publishing, suspects
from reports.drafts import Draft
from reports.identity import strip
from reports.models import (
    CLOSED,
    DECLINE_REASONS,
    UNPUBLISH_REASONS,
    Decision,
    LessonDraft,
    Letter,
    Message,
    Proposal,
    Reason,
    Report,
    State,
)
from reports.weeks import week_of

PERMISSION = "reports.review_report"
LEAD = "reports.lead_reports"

# The states in which something is still to be decided.
WAITING = (State.RECEIVED, State.IN_REVIEW, State.AWAITING_SECOND)
# Those in which somebody may have a report to work on.
CLAIMABLE = (State.IN_REVIEW, State.AWAITING_SECOND)

NOTE_LENGTH = Report._meta.get_field("note").max_length or 0  # characters, as typed

Action = Decision.Action

# What the log calls each kind of reply.
REPLIES = {
    Message.Kind.ANSWER: Action.ANSWERED,
    Message.Kind.AGREEMENT: Action.AGREED,
    Message.Kind.OBJECTION: Action.OBJECTED,
}


class Refused(Exception):
    """A change that is not allowed.

    message: what happened, what it means, what to do next; it never quotes a story.
    status: 403 when this person may not, 409 when the report has moved on or is not ready.
    """

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class Suspected(Refused):
    """Words that moderators wrote hold suspects: `found`, to be taken out or dismissed by hand."""

    def __init__(self, found: list[suspects.Suspect], deed: str) -> None:
        words = "1 word" if len(found) == 1 else f"{len(found)} words"
        super().__init__(
            f"It was not {deed}: {words} in it could tell who somebody is. "
            "Take them out, or tick those that identify nobody, and try again.",
            status=409,
        )
        self.found = found


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
            facts_in=sorted(term.path for term in terms),
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
    _require_no_open_question(report, "passed on")
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
        published_as=publishing.publish(Draft.of(report), timezone.now().date()),
    )


@transaction.atomic
def decline(
    *,
    report: Report,
    version: int,
    moderator: User,
    reason: str,
    words: str = "",
    dismissed: Collection[suspects.Key] = (),
) -> Report:
    """Decide that a report will not be published, and tell its officer why.

    reason: one of DECLINE_REASONS. words: to the officer, where the reason does not say it all.
    dismissed: suspects in these words that identify nobody.
    """
    report = _hold(report, version, moderator, "declined", *WAITING)
    words = words.strip()
    if reason not in DECLINE_REASONS or (reason == Reason.OTHER and not words):
        raise Refused(
            "It was not declined: its officer reads the reason, and none was given. "
            "Choose one; for another reason, say it in your words.",
            status=409,
        )
    settled: list[str] = []
    if words:
        settled = _settle(report, {"Words": words}, dismissed, "declined")
        _write(report, Message.Kind.WORDS, moderator, text=words)
    return _change(
        report, [*settled, Action.DECLINED], moderator, state=State.DECLINED, reason=reason
    )


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


# Letters: between the moderators and the officer


@transaction.atomic
def ask(
    *,
    report: Report,
    version: int,
    moderator: User,
    text: str,
    dismissed: Collection[suspects.Key] = (),
) -> Report:
    """Ask the officer a question, to be read with the receipt. One stands open at a time.

    dismissed: suspects in the question that identify nobody.
    """
    report = _hold(report, version, moderator, "asked about", State.IN_REVIEW)
    _require_no_open_question(report, "asked")
    text = text.strip()
    if not text:
        raise Refused(
            "Nothing was asked: the question is empty. Write it, or tick one.", status=409
        )
    settled = _settle(report, {"Question": text}, dismissed, "asked")
    _write(report, Message.Kind.QUESTION, moderator, text=text)
    return _change(
        report, [*settled, Action.ASKED], moderator, claimed_by=moderator, letter=Letter.ASKED
    )


@transaction.atomic
def ask_to_read(*, report: Report, version: int, moderator: User) -> Report:
    """Ask the officer to read what would be published, and say whether it gives the officer away.

    The officer reads the text as it stands by then.
    """
    report = _hold(report, version, moderator, "shown to its officer", State.IN_REVIEW)
    _require_no_open_question(report, "shown to the officer")
    _require_ready(report, "shown to the officer")
    _write(report, Message.Kind.READING, moderator)
    return _change(report, Action.SHOWN, moderator, claimed_by=moderator, letter=Letter.ASKED)


@transaction.atomic
def unask(*, report: Report, version: int, moderator: User) -> Report:
    """Take the open question back: officers may never return, and their stories go on."""
    report = _hold(report, version, moderator, "changed", State.IN_REVIEW)
    if report.letter != Letter.ASKED:
        raise Refused(
            "No question is open, so there is none to take back. It may have been answered.",
            status=409,
        )
    report.messages.filter(position=report.messages.count()).delete()
    return _change(report, Action.UNASKED, moderator, claimed_by=moderator, letter=Letter.NONE)


def answer(*, report: Report, question: UUID, text: str) -> Report:
    """Answer the open question, as the officer. text: stripped, as its author was shown it.

    The same answer sent twice is kept once.
    """
    return _reply(report, question, Message.Kind.ANSWER, text)


def agree(*, report: Report, question: UUID, shown: str, text: str = "") -> Report:
    """Say as the officer that the text gives nobody away. shown: digest of the draft read."""
    return _reply(report, question, Message.Kind.AGREEMENT, text, shown)


def object_to(*, report: Report, question: UUID, shown: str, text: str = "") -> Report:
    """Say as the officer that the text gives the officer away; as it stands, it goes nowhere."""
    return _reply(report, question, Message.Kind.OBJECTION, text, shown)


@transaction.atomic
def _reply(
    report: Report, question: UUID, kind: Message.Kind, text: str, shown: str = ""
) -> Report:
    report = Report.objects.select_for_update().get(pk=report.pk)
    asked = report.messages.filter(pk=question, kind__in=Message.QUESTIONS).first()
    place = asked.position + 1 if asked else 0
    if known := report.messages.filter(position=place, kind__in=Message.OF_THE_OFFICER).first():
        if (known.kind, known.text, known.shown) == (kind, text, shown):
            return report
        raise Refused(
            "This question has an answer already, and it can be answered once. "
            "Nothing more was stored.",
            status=409,
        )
    if asked is None or report.letter != Letter.ASKED:
        raise Refused(
            "This question is not open any more: the moderators took it back, or are done. "
            "Nothing was stored.",
            status=409,
        )
    if (asked.kind == Message.Kind.READING) != (kind in Message.VERDICTS):
        raise Refused("That is no answer to this question. Nothing was stored.", status=409)
    if kind in Message.VERDICTS and shown != Draft.of(report).digest():
        raise Refused(
            "The moderators have changed the text since you read it, so nothing was stored. "
            "Read it as it is now.",
            status=409,
        )
    _write(report, kind, None, text=text, shown=shown)
    return _change(report, REPLIES[kind], None, letter=Letter.ANSWERED)


# After publication


@transaction.atomic
def unpublish(*, report: Report, version: int, moderator: User, reason: str) -> Report:
    """Take a published story off every public page, as a lead. reason: of UNPUBLISH_REASONS."""
    report = _hold(report, version, moderator, "taken down", State.PUBLISHED, lead=True)
    if reason not in UNPUBLISH_REASONS:
        raise Refused(
            "It was not taken down: its officer reads the reason, and none was given. "
            "Choose one and try again.",
            status=409,
        )
    Story.objects.filter(pk=_story_of(report, "taken down").pk).update(published=None)
    return _change(
        report,
        Action.UNPUBLISHED,
        moderator,
        state=State.UNPUBLISHED,
        reason=reason,
        taken_down_week=week_of(timezone.now().date()),
    )


@transaction.atomic
def republish(*, report: Report, version: int, moderator: User) -> Report:
    """Put a story that was taken down back where it stood, as a lead.

    Two moderators stand behind its text: those who published it, or corrected it since.
    """
    report = _hold(report, version, moderator, "published again", State.UNPUBLISHED, lead=True)
    story = _story_of(report, "published again")
    first = report.decisions.filter(action=Action.APPROVED).first()
    day = first.at.date() if first and first.at else timezone.now().date()
    Story.objects.filter(pk=story.pk).update(published=day)
    return _change(
        report,
        Action.REPUBLISHED,
        moderator,
        state=State.PUBLISHED,
        reason="",
        taken_down_week="",
    )


@transaction.atomic
def propose_correction(
    *,
    report: Report,
    version: int,
    moderator: User,
    draft: Draft,
    note: str,
    dismissed: Collection[suspects.Key] = (),
) -> Report:
    """Propose, as a lead, what a story should say instead. Readers see it once another confirms.

    note: what readers are told of the change. dismissed: suspects that identify nobody. What
    stands in the published story already was dismissed when it was published.
    """
    report = _hold(
        report, version, moderator, "corrected", State.PUBLISHED, State.UNPUBLISHED, lead=True
    )
    story = _story_of(report, "corrected")
    if Proposal.objects.filter(report=report).exists():
        raise Refused(
            "A correction of this story waits already. Nothing was proposed. "
            "Have it confirmed or dropped first.",
            status=409,
        )
    published, note = Draft.of_story(story), note.strip()
    missing = [*draft.missing(), *([] if note else ["a note to readers"])]
    if missing:
        raise Refused(
            f"It was not proposed: it lacks {_listed(missing)}. Add what is missing.", status=409
        )
    if draft == published:
        raise Refused("It was not proposed: nothing in it differs from the story.", status=409)
    found = _suspects_of_correction(draft, note, published)
    left = [suspect for suspect in found if suspect.key not in dismissed]
    if left:
        raise Suspected(left, "proposed")
    Proposal.objects.create(
        report=report,
        draft=draft.to_json(),
        note=note,
        dismissed=[list(suspect.key) for suspect in found],
        proposed_by=moderator,
    )
    return _change(report, [*[Action.DISMISSED] * len(found), Action.PROPOSED], moderator)


@transaction.atomic
def confirm_correction(*, report: Report, version: int, moderator: User) -> Report:
    """Put a proposed correction in place, as another moderator than the one who proposed it."""
    report, proposal = _hold_proposal(report, version, moderator, "confirmed")
    if proposal.proposed_by_id == moderator.pk:
        raise Refused(
            "You proposed this correction yourself, and nobody publishes alone. "
            "The story is unchanged. Another moderator has to confirm it.",
            status=403,
        )
    story = _story_of(report, "corrected")
    draft = Draft.from_json(proposal.draft)
    settled = {tuple(key) for key in proposal.dismissed}
    found = _suspects_of_correction(draft, proposal.note, Draft.of_story(story))
    if left := [suspect for suspect in found if suspect.key not in settled]:
        raise Suspected(left, "confirmed")
    publishing.rewrite(story, draft)
    Correction.objects.create(story=story, date=timezone.now().date(), note=proposal.note)
    proposal.delete()
    return _change(
        report,
        Action.CORRECTED,
        moderator,
        passed_by=proposal.proposed_by,
        approved_by=moderator,
    )


@transaction.atomic
def drop_correction(*, report: Report, version: int, moderator: User) -> Report:
    """Do away with a proposed correction; the story stays as it is."""
    report, proposal = _hold_proposal(report, version, moderator, "dropped")
    proposal.delete()
    return _change(report, Action.DROPPED, moderator)


# What these have in common


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _hold(
    report: Report,
    version: int,
    moderator: User,
    deed: str,
    *states: State,
    lead: bool = False,
    whoever_has_it: bool = False,
) -> Report:
    """Return the report as it is now, held until the transaction ends, if the deed is allowed.

    lead: whether only a lead may. whoever_has_it: whether the claim of another moderator makes no
    difference.
    """
    if not moderator.has_perm(PERMISSION):
        raise Refused(
            "Your account may not review reports, so nothing was changed. "
            "Ask an administrator to add you to the moderators.",
            status=403,
        )
    if lead and not moderator.has_perm(LEAD):
        raise Refused(
            f"Only a lead decides that a story is {deed}, so nothing was changed. "
            "Tell a lead what you found.",
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
    if report.state == State.WITHDRAWN:
        return "the officer withdrew it."
    last = report.decisions.exclude(moderator=None).select_related("moderator").last()
    if last is None:
        return "nobody has taken it up yet."
    deed = last.get_action_display()
    # The log does not tell when the officer answered: it may be news, and it is told as such.
    answered = ", and the officer has answered" if report.letter == Letter.ANSWERED else ""
    if last.moderator_id == reader.pk:
        return f"you {deed}{answered or ', maybe in another window'}."
    return f"{last.moderator} {deed}{answered}."


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
    state = fields.get("state", report.state)
    if state in CLOSED:
        fields["claimed_by"] = None
        if not report.closed_week:  # taken down later, it is not kept for longer
            fields["closed_week"] = week_of(timezone.now().date())
    if state != State.IN_REVIEW:
        fields["letter"] = Letter.NONE
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


def _settle(
    report: Report,
    texts: Mapping[str, str],
    dismissed: Collection[suspects.Key],
    deed: str,
) -> list[str]:
    """Dismiss the suspects of a letter that are ticked, and return what to log of it.

    Raises Suspected if others are left.
    """
    known = {suspects.Key(*key) for key in report.dismissals.values_list("kind", "word")}
    found = suspects.find(texts, known)
    if left := [suspect for suspect in found if suspect.key not in dismissed]:
        raise Suspected(left, deed)
    for suspect in found:
        report.dismissals.create(kind=suspect.key.kind, word=suspect.key.word)
    return [Action.DISMISSED] * len(found)


def _write(
    report: Report, kind: Message.Kind, moderator: User | None, text: str = "", shown: str = ""
) -> None:
    Message.objects.create(
        report=report,
        position=report.messages.count() + 1,  # nobody else adds one: the report is held
        kind=kind,
        text=text,
        shown=shown,
        week=week_of(timezone.now().date()),
        moderator=moderator,
    )


def _require_no_open_question(report: Report, deed: str) -> None:
    if report.letter == Letter.ASKED:
        raise Refused(
            f"It was not {deed}: a question to the officer is open. "
            "Wait for the answer, or take the question back.",
            status=409,
        )


def _require_no_objection(report: Report, draft: Draft, deed: str) -> None:
    verdict = report.messages.filter(kind__in=Message.VERDICTS).last()
    if verdict and verdict.kind == Message.Kind.OBJECTION and verdict.shown == draft.digest():
        raise Refused(
            f"It was not {deed}: its officer read this very text and said that it gives the "
            "officer away. Change it, and ask the officer to read it again.",
            status=409,
        )


def _story_of(report: Report, deed: str) -> Story:
    if report.published_as is None:
        raise Refused(
            f"The story was not {deed}: its text is deleted, so there is none any more.",
            status=409,
        )
    return report.published_as


def _hold_proposal(
    report: Report, version: int, moderator: User, deed: str
) -> tuple[Report, Proposal]:
    report = _hold(report, version, moderator, deed, State.PUBLISHED, State.UNPUBLISHED)
    proposal = Proposal.objects.select_related("proposed_by").filter(report=report).first()
    if proposal is None:
        raise Refused(
            f"No correction of this story waits, so none was {deed}: "
            f"{_last_deed(report, moderator)}",
            status=409,
        )
    return report, proposal


def _suspects_of_correction(draft: Draft, note: str, published: Draft) -> list[suspects.Suspect]:
    """Return what is suspected in a correction and does not stand in the story already."""
    standing = {suspect.key for suspect in suspects.find(published.texts())}
    return suspects.find({**draft.texts(), "Note": note}, standing)


def _require_ready(report: Report, deed: str) -> None:
    draft = Draft.of(report)
    missing = draft.missing()
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
    _require_no_objection(report, draft, deed)


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
