"""The life of a report: what each change does, and that a refused one does nothing at all."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from lessons.models import Correction, Lesson, Story
from reports import checks, review, suspects
from reports.drafts import Draft, DraftedLesson, differences
from reports.models import (
    Decision,
    Dismissal,
    LessonDraft,
    Message,
    Proposal,
    Report,
    ReportTerm,
    State,
)
from reports.review import Refused
from tests.factories import STORY, make_moderator, make_report, make_story, term

pytestmark = pytest.mark.django_db

NAMED = "Sgt. Ramirez wrote the citation. A truck passed close."
RAMIREZ = suspects.Key("PERSON", "ramirez")
FIRST, SECOND = checks.slugs(second=False), checks.slugs(second=True)


def everything() -> dict[str, list[Any]]:
    """Return all that a change of a report may touch."""
    models: tuple[Any, ...] = (
        *(Report, ReportTerm, LessonDraft, Decision, Dismissal, Message, Proposal),
        *(Story, Lesson, Correction),
    )
    return {model.__name__: sorted(map(repr, model.objects.values())) for model in models}


def log(report: Report) -> list[tuple[str, str | None]]:
    return list(report.decisions.values_list("action", "moderator__username"))


def refused(change: Callable[..., Any], **arguments: Any) -> Refused:
    """Return the refusal of a change, having made sure that nothing happened."""
    before = everything()
    with pytest.raises(Refused) as caught:
        change(**arguments)
    assert everything() == before
    return caught.value


# What each change does


@time_machine.travel("2026-01-01T00:30:00Z", tick=False)
def test_receiving_keeps_the_story_its_terms_and_the_iso_week_alone() -> None:
    night = term("light", "night-unlit")
    report = review.receive(
        story="One.\r\nTwo.\rThree.", advice="Look.", terms=[night], receipt_hash="a" * 64
    )
    stored = Report.objects.values().get()
    assert stored == {
        "id": report.pk,
        "state": "received",
        "week": "2026-W01",
        "closed_week": "",
        "taken_down_week": "",
        "reason": "",
        "letter": "",
        "receipt_hash": "a" * 64,
        "version": 0,
        "story": "One.\nTwo.\nThree.",
        "advice": "Look.",
        "facts_in": ["light/night-unlit"],
        "title": "",
        "summary": "",
        "narrative": "",
        "note": "",
        "claimed_by_id": None,
        "passed_by_id": None,
        "approved_by_id": None,
        "published_as_id": None,
    }
    assert list(report.terms.all()) == [night]
    assert log(report) == []


@time_machine.travel("2027-01-02T12:00:00Z", tick=False)
def test_the_iso_week_of_new_year_may_belong_to_the_year_before() -> None:
    report = review.receive(story="One.", advice="", terms=[], receipt_hash="a" * 64)
    assert report.week == "2026-W53"


def test_receiving_twice_with_one_receipt_gives_the_same_report() -> None:
    first = review.receive(story="One.", advice="", terms=[], receipt_hash="a" * 64)
    before = everything()
    again = review.receive(story="Other.", advice="", terms=[], receipt_hash="a" * 64)
    assert again == first
    assert everything() == before


def test_receiving_that_loses_a_race_returns_the_winner(monkeypatch: pytest.MonkeyPatch) -> None:
    winner: list[Report] = []

    def week_while_the_other_is_faster(day: Any) -> str:
        if not winner:
            winner.append(make_report(receipt_hash="a" * 64))
        return "2026-W07"

    monkeypatch.setattr(review, "week_of", week_while_the_other_is_faster)
    loser = review.receive(story="One.", advice="", terms=[], receipt_hash="a" * 64)
    assert [loser] == winner
    assert Report.objects.count() == 1


def test_claiming_starts_the_narrative_from_the_story_and_keeps_the_terms() -> None:
    night = term("light", "night-unlit")
    report = make_report(terms=[night])
    report = review.claim(report=report, version=0, moderator=make_moderator())
    assert report.narrative == report.story == STORY
    assert list(report.terms.all()) == [night]


def test_saving_replaces_texts_terms_and_lessons_in_order() -> None:
    report = make_report(State.IN_REVIEW, terms=[term("light", "night-unlit")])
    theme = term("lesson_theme", "keep-scanning")
    draft = Draft(
        "Title",
        "Summary.",
        "Narrative.",
        frozenset([term("light", "daylight")]),
        (DraftedLesson("B.", frozenset([theme])), DraftedLesson("A.")),
    )
    report = review.save_draft(report=report, version=0, moderator=make_moderator(), draft=draft)
    assert Draft.of(report) == draft
    assert [lesson.position for lesson in report.lesson_drafts.all()] == [0, 1]
    assert (report.story, report.state) == (STORY, State.IN_REVIEW)


def test_saving_what_is_there_already_changes_and_logs_nothing() -> None:
    report = make_report(State.IN_REVIEW, terms=[term("light", "night-unlit")])
    before = everything()
    same = Draft.of(report)
    saved = review.save_draft(report=report, version=0, moderator=make_moderator(), draft=same)
    assert saved.version == 0
    assert everything() == before


def test_a_change_that_a_database_did_not_hold_back_is_refused_and_undone() -> None:
    report = make_report(State.IN_REVIEW)
    stale = Report.objects.get(pk=report.pk)
    review.decline(report=report, version=0, moderator=make_moderator(), reason="too-little")

    def late() -> None:
        with transaction.atomic():
            stale.lesson_drafts.all().delete()
            review._change(stale, "edited", None, title="Late")

    assert refused(late).status == 409


def test_removing_a_suspect_replaces_it_in_every_text_and_leaves_the_others() -> None:
    report = make_report(
        State.IN_REVIEW,
        story="Sgt. Ramirez wrote it. Officer Delacroix watched RAMIREZ.",
        title="Ramirez and the truck",
        summary="What Ramirez saw.",
        lessons=["Do as Ramirez does.", "Stand where the car shields you."],
    )
    report = review.remove_suspect(
        report=report, version=0, moderator=make_moderator(), key=RAMIREZ
    )
    texts = Draft.of(report).texts()
    label = suspects.find({"a": texts["Narrative"]})
    assert [suspect.key.word for suspect in label] == ["delacroix"]
    assert [name for name, text in texts.items() if "ramirez" in text.casefold()] == []
    assert texts["Title"] == "[person A] and the truck"
    assert texts["Lesson 1"] == "Do as [person A] does."
    assert texts["Lesson 2"] == "Stand where the car shields you."
    assert report.story == "Sgt. Ramirez wrote it. Officer Delacroix watched RAMIREZ."


def test_a_removal_that_makes_the_title_too_long_is_refused() -> None:
    title = "The truck hit Ramirez. " * 5
    report = make_report(State.IN_REVIEW, story=NAMED, title=title.strip())
    refusal = refused(
        review.remove_suspect, report=report, version=0, moderator=make_moderator(), key=RAMIREZ
    )
    assert refusal.status == 409
    assert "title" in refusal.message


def test_a_dismissed_word_is_suspected_no_more_however_it_is_written() -> None:
    report = make_report(State.IN_REVIEW, story="Sgt. Ramirez fell. Sgt. RAMIREZ got up.")
    assert {suspect.key for suspect in suspects.open_suspects(report)} == {RAMIREZ}
    report = review.dismiss(report=report, version=0, moderator=make_moderator(), key=RAMIREZ)
    assert suspects.open_suspects(report) == []
    assert list(report.dismissals.values_list("kind", "word")) == [("PERSON", "ramirez")]


@pytest.mark.parametrize("change", [review.dismiss, review.remove_suspect])
@pytest.mark.parametrize("key", [("PERSON", "truck"), ("PLACE", "ramirez"), ("NOTHING", "x" * 999)])
def test_only_what_is_suspected_can_be_settled(
    change: Callable[..., Report], key: tuple[str, str]
) -> None:
    report = make_report(State.IN_REVIEW, story=NAMED)
    refusal = refused(
        change, report=report, version=0, moderator=make_moderator(), key=suspects.Key(*key)
    )
    assert refusal.status == 409


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"title": " "}, "it lacks title."),
        ({"summary": "", "narrative": "\n"}, "it lacks summary and narrative."),
        (
            {"title": "", "summary": "", "narrative": "", "lessons": ()},
            "it lacks title, summary, narrative and at least one lesson.",
        ),
        ({"story": NAMED}, "1 suspected identifier in it"),
        ({"lessons": ["Sgt. Ramirez fell. Officer Delacroix got up."]}, "2 suspected identifiers"),
    ],
)
@pytest.mark.parametrize("change", [review.pass_on, review.publish])
def test_an_unfinished_draft_goes_nowhere_and_what_it_lacks_is_named(
    change: Callable[..., Report], fields: dict[str, Any], named: str
) -> None:
    state = State.IN_REVIEW if change is review.pass_on else State.AWAITING_SECOND
    report = make_report(state, **fields)
    checked = FIRST if change is review.pass_on else SECOND
    refusal = refused(change, report=report, version=0, moderator=make_moderator(), checked=checked)
    assert refusal.status == 409
    assert named in refusal.message


@pytest.mark.parametrize("settle", [review.dismiss, review.remove_suspect])
def test_a_report_goes_on_once_its_suspects_are_settled(settle: Callable[..., Report]) -> None:
    report = make_report(State.IN_REVIEW, story=NAMED)
    alex, robin = make_moderator("alex"), make_moderator("robin")
    report = settle(report=report, version=0, moderator=alex, key=RAMIREZ)
    report = review.pass_on(report=report, version=1, moderator=alex, checked=FIRST)
    report = review.publish(report=report, version=2, moderator=robin, checked=SECOND)
    assert report.state == State.PUBLISHED
    assert (report.passed_by, report.approved_by) == (alex, robin)


@time_machine.travel("2026-02-10T23:30:00Z", tick=False)
def test_publishing_makes_a_story_with_its_lessons_and_terms() -> None:
    night, theme = term("light", "night-unlit"), term("lesson_theme", "keep-scanning")
    size = term("agency_size", "under-25")
    report = make_report(
        State.AWAITING_SECOND,
        terms=[night, size, theme],  # a theme is no fact of a story, and stays behind
        lessons=["First.", "Second."],
        title="Struck by a truck’s mirror",
    )
    for lesson in report.lesson_drafts.all():
        lesson.terms.add(theme)
    report = review.publish(report=report, version=0, moderator=make_moderator(), checked=SECOND)
    story = Story.objects.get()
    assert report.published_as == story
    assert (story.slug, story.title) == ("struck-by-a-trucks-mirror", "Struck by a truck’s mirror")
    assert (story.summary, story.narrative) == (report.summary, report.narrative)
    assert str(story.published) == "2026-02-10"
    assert set(story.terms.all()) == {night, size}
    assert [(x.position, x.text, list(x.terms.all())) for x in story.lessons.all()] == [
        (0, "First.", [theme]),
        (1, "Second.", [theme]),
    ]


@pytest.mark.parametrize(
    ("title", "slug"),
    [("A truck", "a-truck-3"), ("事故", "near-miss"), ("x" * 120, "x" * 120)],
)
def test_the_address_of_a_story_is_its_title_and_free(title: str, slug: str) -> None:
    make_story(slug="a-truck")
    make_story(slug="a-truck-2")
    report = make_report(State.AWAITING_SECOND, title=title)
    report = review.publish(report=report, version=0, moderator=make_moderator(), checked=SECOND)
    assert report.published_as
    assert report.published_as.slug == slug


def test_sending_back_gives_the_report_to_who_passed_it_on_with_the_note() -> None:
    passer = make_moderator("passer")
    report = make_report(State.AWAITING_SECOND, passed_by=passer)
    report = review.send_back(
        report=report, version=0, moderator=make_moderator(), note="Say less of the road."
    )
    assert (report.passed_by, report.claimed_by) == (None, passer)
    assert report.note == "Say less of the road."


def test_taking_back_ones_own_report_needs_no_note_and_another_s_does() -> None:
    passer = make_moderator("passer")
    report = make_report(State.AWAITING_SECOND, passed_by=passer)
    for note in ("", " \r\n "):
        refusal = refused(
            review.send_back, report=report, version=0, moderator=make_moderator(), note=note
        )
        assert "there is no note" in refusal.message
        User.objects.get(username="alex").delete()
    report = review.send_back(report=report, version=0, moderator=passer)
    assert (report.state, report.note) == ("in_review", "")


def test_a_note_that_is_too_long_is_refused() -> None:
    report = make_report(State.AWAITING_SECOND)
    refusal = refused(
        review.send_back, report=report, version=0, moderator=make_moderator(), note="x" * 2_001
    )
    assert "2,001 characters" in refusal.message


def test_the_engine_reads_a_note_and_leaves_what_was_dismissed() -> None:
    report = make_report(State.AWAITING_SECOND)
    report.dismissals.create(kind="PERSON", word="delacroix")
    report = review.send_back(
        report=report,
        version=0,
        moderator=make_moderator(),
        note="Sgt. Ramirez is named.\r\nOfficer Delacroix is a brand.",
    )
    assert report.note == "Sgt. [person A] is named.\nOfficer Delacroix is a brand."


def test_a_second_approval_is_refused_and_says_who_was_first() -> None:
    report = make_report(State.AWAITING_SECOND)
    alex, robin = make_moderator("alex"), make_moderator("robin")
    review.publish(report=report, version=0, moderator=alex, checked=SECOND)
    refusal = refused(review.publish, report=report, version=0, moderator=robin, checked=SECOND)
    assert refusal.status == 409
    assert "alex approved and published it." in refusal.message
    again = refused(review.publish, report=report, version=0, moderator=alex, checked=SECOND)
    assert "you approved and published it" in again.message


def test_the_database_itself_lets_nobody_publish_alone() -> None:
    alex = make_moderator()
    report = make_report(State.AWAITING_SECOND, passed_by=alex)
    for fields in (
        {"approved_by": alex},
        {"approved_by": None},
        {"passed_by": None, "approved_by": alex},
        {"passed_by": None, "approved_by": None},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(state=State.PUBLISHED, **fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(state="lost")


def test_drafts_differ_only_where_they_differ() -> None:
    night = term("light", "night-unlit")
    mine = Draft("A", "B", "C", frozenset([night]), (DraftedLesson("D"),))
    theirs = Draft("A", "B2", "C", frozenset(), (DraftedLesson("D2", frozenset([night])),))
    assert list(differences(mine, mine)) == []
    assert [(d.name, d.theirs) for d in differences(mine, theirs)] == [
        ("Summary", "B2"),
        ("Facts", ""),
        ("Lessons", "1. D2 (Light: Night, unlit)"),
    ]
