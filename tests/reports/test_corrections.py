"""After publication: taking down, publishing again, correcting; and that nobody does it alone."""

from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from lessons.models import Correction, Story
from reports import checks, review
from reports.drafts import Draft, DraftedLesson
from reports.models import UNPUBLISH_REASONS, Proposal, Report, State
from reports.review import Suspected
from reports.suspects import Key
from tests.factories import (
    make_lead,
    make_lesson,
    make_moderator,
    make_report,
    make_story,
    make_user,
    term,
)
from tests.reports.desk import page_of, signed_in, state_of, text_of
from tests.reports.test_review import log, refused

pytestmark = pytest.mark.django_db

NOTE = "The summary said something else."


def story_of(report: Report) -> Story:
    story = Report.objects.select_related("published_as").get(pk=report.pk).published_as
    assert story
    return story


def corrected(report: Report, **changes: Any) -> Draft:
    return replace(Draft.of_story(story_of(report)), **({"summary": "Corrected."} | changes))


def proposed(report: Report, lead: Any, **changes: Any) -> Report:
    return review.propose_correction(
        report=report,
        version=report.version,
        moderator=lead,
        draft=corrected(report, **changes),
        note=NOTE,
    )


# Taking down


@pytest.mark.parametrize("reason", UNPUBLISH_REASONS)
def test_a_story_that_is_taken_down_is_on_no_public_page(client: Client, reason: str) -> None:
    theme = term("lesson_theme", "keep-scanning")
    story = make_story(terms=[term("light", "daylight")])
    make_lesson(story, terms=[theme])
    pages = ("/", "/stories/", story.get_absolute_url(), theme.get_absolute_url())
    report = make_report(State.PUBLISHED, published_as=story)
    assert [story.title in text_of(client.get(page)) for page in pages] == [True] * 4
    with time_machine.travel("2026-03-04 09:00Z", tick=False):
        down = review.unpublish(report=report, version=0, moderator=make_lead(), reason=reason)
    assert (down.state, down.reason, down.taken_down_week) == ("unpublished", reason, "2026-W10")
    assert [story.title in text_of(client.get(page)) for page in pages] == [False] * 4
    assert client.get(story.get_absolute_url()).status_code == 404
    assert log(report) == [("unpublished", "lee")]


@pytest.mark.parametrize("reason", ["", "too-little", "made-up"])
def test_taking_down_takes_a_reason_of_the_list(reason: str) -> None:
    report = make_report(State.PUBLISHED)
    refused(review.unpublish, report=report, version=0, moderator=make_lead(), reason=reason)


def test_a_story_published_again_stands_where_it_stood_and_on_its_day() -> None:
    lead, alex, robin = make_lead(), make_moderator("alex"), make_moderator("robin")
    with time_machine.travel("2026-03-04 09:00Z", tick=False):
        report = make_report(State.IN_REVIEW)
        first, second = checks.slugs(second=False), checks.slugs(second=True)
        report = review.pass_on(report=report, version=0, moderator=alex, checked=first)
        report = review.publish(report=report, version=1, moderator=robin, checked=second)
    before = Story.objects.values().get()
    closed = report.closed_week
    with time_machine.travel("2026-05-04 09:00Z", tick=False):
        report = review.unpublish(report=report, version=2, moderator=lead, reason="wrong")
        assert report.closed_week == closed  # being taken down keeps no private text for longer
        report = review.republish(report=report, version=3, moderator=lead)
    assert Story.objects.values().get() == before
    assert (report.state, report.reason, report.taken_down_week) == ("published", "", "")


# Correcting


@time_machine.travel("2026-03-04 09:00Z")
def test_a_correction_takes_two_and_stands_with_its_note(client: Client) -> None:
    lead, robin = make_lead(), make_moderator("robin")
    night, theme = term("light", "night-unlit"), term("lesson_theme", "keep-scanning")
    report = make_report(State.PUBLISHED)
    story = story_of(report)
    lessons = (DraftedLesson("Corrected lesson.", frozenset([theme])),)
    report = proposed(report, lead, lessons=lessons, terms=frozenset([night]))
    assert (Story.objects.get().summary, Correction.objects.count()) == (story.summary, 0)
    refusal = refused(
        review.confirm_correction, report=report, version=report.version, moderator=lead
    )
    assert (refusal.status, "nobody publishes alone" in refusal.message) == (403, True)
    report = review.confirm_correction(report=report, version=report.version, moderator=robin)
    assert (report.passed_by, report.approved_by) == (lead, robin)
    after = Story.objects.get()
    assert (after.slug, after.published, after.summary) == (
        story.slug,
        story.published,
        "Corrected.",
    )
    assert list(after.terms.all()) == [night]
    assert [(x.text, list(x.terms.all())) for x in after.lessons.all()] == [
        ("Corrected lesson.", [theme])
    ]
    assert list(Correction.objects.values_list("story", "note")) == [(story.pk, NOTE)]
    assert Proposal.objects.count() == 0
    page = text_of(client.get(after.get_absolute_url()))
    assert NOTE in page
    assert 'Corrected <time datetime="2026-03-04">4 March 2026</time>.' in page
    assert log(report) == [("proposed", "lee"), ("corrected", "robin")]


def test_a_dropped_correction_leaves_the_story_and_nothing_else() -> None:
    report, lead = make_report(State.PUBLISHED), make_lead()
    before = Draft.of_story(story_of(report))
    report = proposed(report, lead)
    assert list(Report.objects.with_proposals()) == [report]
    review.drop_correction(report=report, version=1, moderator=lead)
    assert (Draft.of_story(story_of(report)), Proposal.objects.count()) == (before, 0)
    assert list(Report.objects.with_proposals()) == []


@pytest.mark.parametrize(
    ("changes", "note", "named"),
    [
        ({"title": " "}, NOTE, "it lacks title."),
        ({"lessons": ()}, NOTE, "it lacks at least one lesson."),
        ({}, " ", "it lacks a note to readers."),
        ({"summary": "An officer stood in the lane, and a truck came close."}, NOTE, "nothing in"),
    ],
)
def test_an_unfinished_correction_is_refused(
    changes: dict[str, Any], note: str, named: str
) -> None:
    report = make_report(State.PUBLISHED)
    refusal = refused(
        review.propose_correction,
        report=report,
        version=0,
        moderator=make_lead(),
        draft=corrected(report, **changes),
        note=note,
    )
    assert named in refusal.message


def test_one_correction_waits_at_a_time() -> None:
    report, lead = make_report(State.PUBLISHED), make_lead()
    report = proposed(report, lead)
    call = {"report": report, "version": 1, "moderator": lead, "note": NOTE}
    draft = corrected(report, title="Other")
    assert "waits already" in refused(review.propose_correction, **call, draft=draft).message


@pytest.mark.parametrize("where", ["summary", "note"])
def test_a_new_name_in_a_correction_is_refused_until_it_is_dismissed(where: str) -> None:
    report, lead = make_report(State.PUBLISHED), make_lead()
    named = "Sgt. Ramirez wrote the citation."
    call: dict[str, Any] = {
        "report": report,
        "version": 0,
        "moderator": lead,
        "draft": corrected(report, **({"summary": named} if where == "summary" else {})),
        "note": named if where == "note" else NOTE,
    }
    refusal = refused(review.propose_correction, **call)
    assert isinstance(refusal, Suspected)
    report = review.propose_correction(**call, dismissed={Key("PERSON", "ramirez")})
    assert Proposal.objects.get().dismissed == [["PERSON", "ramirez"]]
    assert log(report) == [("dismissed", "lee"), ("proposed", "lee")]
    robin = make_moderator("robin")
    review.confirm_correction(report=report, version=report.version, moderator=robin)
    assert report.dismissals.count() == 0  # of a purged report they would stay for good


def test_what_stands_in_the_story_was_settled_when_it_was_published() -> None:
    story = make_story(narrative="Sgt. Ramirez wrote the citation.", lessons=["Look."])
    report = make_report(State.PUBLISHED, published_as=story)
    assert proposed(report, make_lead()).version == 1
    # The lead may take it out as well.
    narrative = "A sergeant wrote the citation."
    report = review.drop_correction(report=report, version=1, moderator=make_moderator("x"))
    report = proposed(report, make_lead("second"), narrative=narrative)
    review.confirm_correction(report=report, version=3, moderator=make_moderator("y"))
    assert Story.objects.get().narrative == narrative


def test_confirming_reads_the_correction_once_more() -> None:
    report = proposed(make_report(State.PUBLISHED), make_lead())
    proposal = Proposal.objects.get()
    proposal.draft["summary"] = "Sgt. Ramirez wrote it."  # changed by somebody with the database
    proposal.save()
    refusal = refused(
        review.confirm_correction, report=report, version=1, moderator=make_moderator("robin")
    )
    assert isinstance(refusal, Suspected)


# The desk's pages


def filled(report: Report, do: str, **changes: Any) -> dict[str, Any]:
    """Return what the page of a correction posts."""
    from tests.reports.desk import filled as filled_editor

    draft = Draft.of_story(story_of(report))
    data = filled_editor(report, do)
    data |= {"title": draft.title, "summary": draft.summary, "narrative": draft.narrative}
    data |= {f"lessons-{n}-text": lesson.text for n, lesson in enumerate(draft.lessons)}
    return data | {"note": NOTE, "version": report.version} | changes


def test_a_correction_at_the_desk() -> None:
    report = make_report(State.PUBLISHED)
    lead, robin = signed_in(make_lead()), signed_in(make_moderator("robin"))
    page = page_of(report, "correct")
    anew = "An officer stood in the lane, and a bus came close."
    assert lead.get(page).status_code == 200
    assert robin.get(page).status_code == 403
    by_hand = robin.post(page, filled(report, "propose", summary="By hand."))
    assert (by_hand.status_code, Proposal.objects.count()) == (403, 0)

    suspected = lead.post(page, filled(report, "propose", summary="Sgt. Ramirez wrote it."))
    assert suspected.status_code == 409
    assert 'name="letter-dismiss" value="PERSON:ramirez"' in text_of(suspected)
    assert "Sgt. Ramirez wrote it." in text_of(suspected)
    for wrong in ({"note": ""}, {"title": "x" * 121}, {"do": "guess"}):
        answer = lead.post(page, filled(report, "propose", summary="Typed.") | wrong)
        assert (answer.status_code, "Typed." in text_of(answer)) == (400, True)
    assert state_of(report) == ("published", 0)

    assert lead.post(page, filled(report, "propose", summary=anew)).status_code == 302
    report.refresh_from_db()
    assert "A correction of this story waits" in text_of(robin.get(page_of(report)))
    text = text_of(robin.get(page))
    assert (NOTE in text, 'value="confirm"' in text) == (True, True)
    assert "and a <del>truck</del> came close." in text  # what differs is marked
    assert "and a <ins>bus</ins> came close." in text
    assert 'value="confirm"' not in text_of(lead.get(page))
    alone = lead.post(page, {"do": "confirm", "version": report.version})
    assert (alone.status_code, "nobody publishes alone" in text_of(alone)) == (403, True)
    again = lead.post(page, filled(report, "propose", summary="Typed again."))
    assert (again.status_code, "Typed again." in text_of(again)) == (409, True)
    assert robin.post(page, {"do": "confirm", "version": 0}).status_code == 409
    assert robin.post(page, {"do": "confirm", "version": report.version}).status_code == 302
    assert Story.objects.get().summary == anew
    twice = robin.post(page, {"do": "confirm", "version": report.version})
    assert twice.status_code in (403, 409)


def test_taking_down_at_the_desk() -> None:
    report = make_report(State.PUBLISHED)
    lead, robin = signed_in(make_lead()), signed_in(make_moderator("robin"))
    page = page_of(report, "take_down")
    assert "Take it down" in text_of(lead.get(page_of(report)))
    assert "Take it down" not in text_of(robin.get(page_of(report)))
    for client, data, status in (
        (robin, {"do": "take_down", "reason": "wrong", "version": 0}, 403),
        (lead, {"do": "take_down", "reason": "", "version": 0}, 400),
        (lead, {"do": "take_down", "reason": "too-little", "version": 0}, 400),
        (lead, {"do": "take_down", "reason": "wrong", "version": 7}, 409),
        (lead, {"do": "republish", "version": 0}, 409),
    ):
        assert client.post(page, data).status_code == status
        assert state_of(report) == ("published", 0)
    assert lead.post(page, {"do": "take_down", "reason": "wrong", "version": 0}).status_code == 302
    assert "turned out to be wrong" in text_of(lead.get(page))
    assert lead.post(page, {"do": "republish", "version": 1}).status_code == 302
    assert state_of(report) == ("published", 2)


@pytest.mark.parametrize("state", [State.RECEIVED, State.IN_REVIEW, State.DECLINED])
@pytest.mark.parametrize("name", ["take_down", "correct"])
def test_what_has_no_story_has_nothing_to_take_down_or_correct(name: str, state: State) -> None:
    report = make_report(state)
    client = signed_in(make_lead())
    assert "no story" in text_of(client.get(page_of(report, name)))
    for do in ("take_down", "republish", "propose", "confirm", "drop"):
        data = {"do": do, "version": 0, "reason": "wrong", "title": "X"}
        assert client.post(page_of(report, name), data).status_code in (400, 409)
    assert state_of(report) == (state, 0)


# Ways round


@pytest.mark.parametrize("do", ["save", "pass_on", "ask", "ask_to_read", "unask", "decline"])
def test_a_published_report_edited_by_address_is_refused(do: str) -> None:
    report = make_report(State.PUBLISHED)
    client = signed_in(make_lead())
    response = client.post(page_of(report), filled(report, do, title="By hand"))
    assert response.status_code == 409
    assert "approver" in text_of(response)
    assert "By hand" in text_of(response)  # what was typed comes back
    assert state_of(report) == ("published", 0)
    assert Story.objects.get().title == "A truck takes a flashlight"


def test_a_withdrawn_report_is_not_approved() -> None:
    report = make_report(State.AWAITING_SECOND)
    review.withdraw(report=report)
    response = signed_in(make_moderator()).post(page_of(report), {"do": "publish", "version": 0})
    assert (response.status_code, "the officer withdrew it" in text_of(response)) == (409, True)
    assert Story.objects.count() == 0


def test_the_admin_of_stories_is_no_way_round() -> None:
    """Whoever has every permission on the public rows can still only read them there."""
    story = make_story(lessons=["One."])
    story.corrections.create(date="2026-03-04", note=NOTE)
    lead = make_lead()
    kinds = ContentType.objects.filter(
        app_label="lessons", model__in=["story", "lesson", "correction"]
    )
    lead.user_permissions.add(*Permission.objects.filter(content_type__in=kinds))
    before = Draft.of_story(story)
    superuser = make_user("root", is_staff=True, is_superuser=True)
    for client in (signed_in(lead), signed_in(superuser)):
        pages = "/desk/lessons/story/"
        shown = text_of(client.get(f"{pages}{story.pk}/change/"))
        assert NOTE in shown
        assert 'name="_save"' not in shown
        data = {
            "title": "By hand",
            "summary": "By hand",
            "narrative": "By hand",
            "published": "",
            "slug": story.slug,
            "lessons-TOTAL_FORMS": 1,
            "lessons-INITIAL_FORMS": 1,
            "lessons-0-id": story.lessons.get().pk,
            "lessons-0-text": "By hand",
            "action": "delete_selected",
            "_selected_action": story.pk,
        }
        for address in (f"{story.pk}/change/", f"{story.pk}/delete/", "add/"):
            assert client.post(pages + address, data).status_code == 403
        client.post(pages, data)  # the action of a list, which has none
    assert Draft.of_story(Story.objects.get()) == before
