"""Questions and answers between moderators and the officer, in the life of a report."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from reports import checks, retention, review
from reports.drafts import Draft
from reports.models import DECLINE_REASONS, Decision, Letter, Message, Report, State
from reports.review import Suspected
from reports.suspects import Key, open_suspects
from tests.factories import make_moderator, make_report
from tests.reports.test_review import log, refused

pytestmark = pytest.mark.django_db

Kind = Message.Kind
NAMED = "Did Sgt. Ramirez see the truck?"
RAMIREZ = Key("PERSON", "ramirez")
FIRST, SECOND = checks.slugs(second=False), checks.slugs(second=True)


def asked(text: str = "How far away was the truck?", **fields: Any) -> tuple[Report, UUID]:
    """Return a report in review with an open question, and the question's key."""
    report = make_report(State.IN_REVIEW, **fields)
    report = review.ask(report=report, version=0, moderator=make_moderator("asker"), text=text)
    return report, report.messages.get().pk


def to_be_read(**fields: Any) -> tuple[Report, UUID, str]:
    """Return a report whose officer is asked to read the text, the request's key, the digest."""
    report = make_report(State.IN_REVIEW, **fields)
    report = review.ask_to_read(report=report, version=0, moderator=make_moderator("asker"))
    return report, report.messages.get().pk, Draft.of(report).digest()


def asker() -> User:
    """Return who asked, and has the report since."""
    return User.objects.get(username="asker")


def letters(report: Report) -> list[tuple[int, str, str, str | None]]:
    return list(report.messages.values_list("position", "kind", "text", "moderator__username"))


# Asking: who may, and when, stands in test_every_action


def test_a_question_to_a_purged_report_is_refused() -> None:
    report = make_report(State.WITHDRAWN)
    retention.purge(report)
    refusal = refused(
        review.ask, report=report, version=0, moderator=make_moderator(), text="How far?"
    )
    assert (refusal.status, "withdrew it" in refusal.message) == (409, True)


def test_who_passes_on_too_early_learns_that_a_question_is_open() -> None:
    report, _ = asked()
    for change, arguments in (
        (review.ask, {"text": "How far?"}),
        (review.ask_to_read, {}),
        (review.pass_on, {"checked": FIRST}),
    ):
        refusal = refused(change, report=report, version=1, moderator=asker(), **arguments)
        assert "a question to the officer is open" in refusal.message
        assert "take the question back" in refusal.message


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_question_is_none(text: str) -> None:
    report = make_report(State.IN_REVIEW)
    refused(review.ask, report=report, version=0, moderator=make_moderator(), text=text)


def test_a_name_in_a_question_is_refused_and_shown_and_can_be_dismissed_by_hand() -> None:
    report, alex = make_report(State.IN_REVIEW), make_moderator()
    call = {"report": report, "version": 0, "moderator": alex, "text": NAMED}
    refusal = refused(review.ask, **call)
    assert isinstance(refusal, Suspected)
    assert [suspect.key for suspect in refusal.found] == [RAMIREZ]
    assert "Ramirez" not in refusal.message
    assert isinstance(refused(review.ask, **call, dismissed={Key("PLACE", "ramirez")}), Suspected)
    report = review.ask(**call, dismissed={RAMIREZ, Key("PERSON", "never there")})  # type: ignore[arg-type]
    assert log(report) == [("dismissed", "alex"), ("asked", "alex")]
    assert list(report.dismissals.values_list("kind", "word")) == [("PERSON", "ramirez")]


def test_a_text_with_a_suspect_or_a_gap_is_not_shown_to_the_officer() -> None:
    moderator = make_moderator()
    for report in (
        make_report(State.IN_REVIEW, story="Sgt. Ramirez fell."),
        make_report(State.IN_REVIEW, title=""),
    ):
        refused(review.ask_to_read, report=report, version=0, moderator=moderator)


def test_a_question_that_is_taken_back_is_gone() -> None:
    report, question = asked()
    report = review.unask(report=report, version=1, moderator=asker())
    assert (letters(report), report.letter) == ([], Letter.NONE)
    assert log(report) == [("asked", "asker"), ("unasked", "asker")]
    refused(review.unask, report=report, version=2, moderator=asker())
    refusal = refused(review.answer, report=report, question=question, text="Near.")
    assert "took it back" in refusal.message
    review.pass_on(report=report, version=2, moderator=asker(), checked=FIRST)


# The officer's replies


@time_machine.travel("2026-03-04 09:00Z", tick=False)
def test_an_answer_is_kept_with_the_week_and_with_nothing_of_its_author() -> None:
    report, question = asked()
    report = review.answer(report=report, question=question, text="An arm's length.")
    assert letters(report) == [
        (1, "question", "How far away was the truck?", "asker"),
        (2, "answer", "An arm's length.", None),
    ]
    assert set(report.messages.values_list("week", flat=True)) == {"2026-W10"}
    decision = report.decisions.get(action="answered")
    assert (decision.moderator, decision.at) == (None, None)
    assert (report.letter, list(Report.objects.answered())) == ("answered", [report])
    fields = {field.name for field in Message._meta.concrete_fields}
    assert fields == {"id", "report", "position", "kind", "text", "week", "shown", "moderator"}
    assert all(key.version == 4 for key in report.messages.values_list("pk", flat=True))


def test_an_answer_sent_twice_is_kept_once_and_another_is_refused() -> None:
    report, question = asked()
    first = review.answer(report=report, question=question, text="Near.")
    again = review.answer(report=report, question=question, text="Near.")
    assert (again.version, report.messages.count()) == (first.version, 2)
    refusal = refused(review.answer, report=report, question=question, text="Far.")
    assert "has an answer already" in refusal.message


def test_an_answer_belongs_to_its_question() -> None:
    report, question = asked()
    refused(review.answer, report=report, question=uuid4(), text="Near.")
    refused(review.agree, report=report, question=question, shown="", text="Near.")
    other = make_report(State.IN_REVIEW)
    refused(review.answer, report=other, question=question, text="Near.")
    review.answer(report=report, question=question, text="Near.")
    reply = report.messages.get(kind=Kind.ANSWER)
    refused(review.answer, report=report, question=reply.pk, text="Near.")


def test_questions_and_answers_go_on_in_order() -> None:
    report, question = asked("One?")
    for number, text in enumerate(("Two?", "Three?")):
        report = review.answer(report=report, question=question, text=f"Yes {number}.")
        report = review.ask(report=report, version=report.version, moderator=asker(), text=text)
        question = report.messages.last().pk  # type: ignore[union-attr]
    assert [text for _, _, text, _ in letters(report)] == [
        "One?",
        "Yes 0.",
        "Two?",
        "Yes 1.",
        "Three?",
    ]


@pytest.mark.parametrize("end", ["decline", "withdraw"])
def test_a_question_of_a_closed_report_cannot_be_answered(end: str) -> None:
    report, question = asked()
    if end == "withdraw":
        report = review.withdraw(report=report)
    else:
        report = review.decline(report=report, version=1, moderator=asker(), reason="too-little")
    assert report.letter == Letter.NONE
    assert refused(review.answer, report=report, question=question, text="Near.").status == 409


@pytest.mark.parametrize(
    ("say", "kind", "logged"),
    [
        (review.agree, "agreement", "agreed"),
        (review.object_to, "objection", "objected"),
    ],
)
def test_the_officer_says_whether_the_text_gives_anyone_away(
    say: Callable[..., Report], kind: str, logged: str
) -> None:
    report, question, shown = to_be_read()
    refused(review.answer, report=report, question=question, text="Yes.")
    report = say(report=report, question=question, shown=shown, text="It was on the news.")
    assert letters(report)[1:] == [(2, kind, "It was on the news.", None)]
    assert set(log(report)) == {("shown", "asker"), (logged, None)}
    say(report=report, question=question, shown=shown, text="It was on the news.")
    assert report.messages.count() == 2


def test_a_verdict_is_on_the_text_that_was_read() -> None:
    report, question, shown = to_be_read()
    Report.objects.filter(pk=report.pk).update(summary="Changed meanwhile.")
    refusal = refused(review.agree, report=report, question=question, shown=shown)
    assert "changed the text since you read it" in refusal.message


def test_a_text_to_which_its_officer_objects_goes_nowhere_as_it_stands() -> None:
    report, question, shown = to_be_read()
    report = review.object_to(report=report, question=question, shown=shown)
    alex, robin = asker(), make_moderator("robin")
    refusal = refused(review.pass_on, report=report, version=2, moderator=alex, checked=FIRST)
    assert "gives the officer away" in refusal.message
    # Nor does it by another way: put back after a change, it is that very text again.
    draft = Draft.of(report)
    changed = Draft(draft.title, "Other.", draft.narrative, draft.terms, draft.lessons)
    report = review.save_draft(report=report, version=2, moderator=alex, draft=changed)
    report = review.save_draft(report=report, version=3, moderator=alex, draft=draft)
    refused(review.pass_on, report=report, version=4, moderator=alex, checked=FIRST)
    report = review.save_draft(report=report, version=4, moderator=alex, draft=changed)
    report = review.pass_on(report=report, version=5, moderator=alex, checked=FIRST)
    Report.objects.filter(pk=report.pk).update(summary=draft.summary)
    refused(review.publish, report=report, version=6, moderator=robin, checked=SECOND)
    Report.objects.filter(pk=report.pk).update(summary="Other.")
    assert (
        review.publish(report=report, version=6, moderator=robin, checked=SECOND).state
        == State.PUBLISHED
    )


def test_who_comes_too_late_learns_that_the_officer_answered() -> None:
    report, question = asked()
    review.answer(report=report, question=question, text="Near.")
    refusal = refused(review.ask_to_read, report=report, version=1, moderator=make_moderator("x"))
    assert "asker asked the officer a question, and the officer has answered." in refusal.message


def test_answered_reports_leave_the_list_when_they_are_passed_on() -> None:
    report, question = asked()
    report = review.answer(report=report, question=question, text="Near.")
    robin = make_moderator("robin")
    report = review.pass_on(report=report, version=2, moderator=asker(), checked=FIRST)
    assert list(Report.objects.answered()) == []
    review.send_back(report=report, version=3, moderator=robin, note="Say less.")
    assert list(Report.objects.answered()) == []


# Declining


@pytest.mark.parametrize("reason", ["", "pointed", "made-up", "other"])
def test_declining_takes_a_reason_of_the_list_and_another_one_words(reason: str) -> None:
    report = make_report()
    refusal = refused(
        review.decline, report=report, version=0, moderator=make_moderator(), reason=reason
    )
    assert "its officer reads the reason" in refusal.message


@pytest.mark.parametrize("reason", DECLINE_REASONS)
def test_a_decline_keeps_its_reason_and_its_words(reason: str) -> None:
    report = review.decline(
        report=make_report(),
        version=0,
        moderator=make_moderator(),
        reason=reason,
        words=" Tell us more next time. ",
    )
    assert (report.state, report.reason) == (State.DECLINED, reason)
    assert letters(report) == [(1, "words", "Tell us more next time.", "alex")]


def test_a_name_in_the_words_of_a_decline_is_refused() -> None:
    call = {
        "report": make_report(),
        "version": 0,
        "moderator": make_moderator(),
        "reason": "other",
        "words": "Ask Sgt. Ramirez.",
    }
    assert isinstance(refused(review.decline, **call), Suspected)
    report = review.decline(**call, dismissed=[RAMIREZ])  # type: ignore[arg-type]
    assert log(report) == [("dismissed", "alex"), ("declined", "alex")]


# What the database itself refuses


def test_the_database_keeps_names_from_officers_and_questions_in_review() -> None:
    report, alex = make_report(State.IN_REVIEW), make_moderator()
    for kind in Kind.values:
        of_officer = kind in Message.OF_THE_OFFICER
        with pytest.raises(IntegrityError), transaction.atomic():
            Message.objects.create(
                report=report,
                position=1,
                kind=kind,
                week="2026-W10",
                moderator=alex if of_officer else None,
            )
    for fields in ({"state": "declined", "letter": "asked"}, {"reason": "wrong"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(**fields)


def test_a_question_that_cannot_be_logged_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    report = make_report(State.IN_REVIEW)

    def broken(**fields: Any) -> None:
        raise IntegrityError("The log is full.")

    monkeypatch.setattr(Decision.objects, "create", broken)
    with pytest.raises(IntegrityError):
        review.ask(report=report, version=0, moderator=make_moderator(), text=NAMED[:4] + " far?")
    report.refresh_from_db()
    assert (letters(report), report.letter, open_suspects(report)) == ([], "", [])
