"""Bad input at the desk: nothing is written, and what was typed comes back."""

from typing import Any

import pytest
from django.test import Client

from lessons.models import Story
from reports import checks, review
from reports.drafts import Draft, DraftedLesson
from reports.models import Decision, State
from tests.factories import (
    make_moderator,
    make_report,
    make_user,
    term,
)
from tests.reports.desk import (
    NAMED,
    QUEUE,
    filled,
    page_of,
    publishing,
    signed_in,
    state_of,
    text_of,
)

pytestmark = pytest.mark.django_db


LONG = "a" * 121
CONTROL = "A truck\x00 or\x1b two"


@pytest.mark.parametrize(
    ("changes", "comes_back"),
    [
        ({"title": LONG}, LONG),
        ({"summary": "b" * 601}, "b" * 601),
        ({"narrative": "c" * 30_001}, "c" * 30_001),
        ({"title": CONTROL}, "or\x1b two"),
        ({"lessons-0-text": "d" * 2_001}, "d" * 2_001),
        ({"lessons-0-text": "  \r\n "}, "Typed title"),
        ({"lessons-1-text": "e\x07f"}, "e\x07f"),
        ({"lessons-0-text": "", "lessons-0-lesson_theme": ["1"]}, "Typed title"),
        ({"lessons-0-ORDER": "first"}, "first"),
        ({"lessons-0-lesson_theme": ["0"]}, "Typed title"),
        ({"light": "x"}, "Typed title"),
        ({"weather": ["1", "999999"]}, "Typed title"),
        ({"lessons-TOTAL_FORMS": "x"}, "Typed title"),
        ({"lessons-TOTAL_FORMS": "100000"}, "Typed title"),
    ],
)
@pytest.mark.parametrize("do", ["save", "pass_on", "remove:PERSON:ramirez", "decline"])
def test_a_draft_that_cannot_be_kept_comes_back_with_what_is_wrong(
    do: str, changes: dict[str, Any], comes_back: str
) -> None:
    report = make_report(State.IN_REVIEW, story=NAMED)
    data = filled(report, do, **({"title": "Typed title"} | changes))
    response = signed_in(make_moderator()).post(page_of(report), data)
    assert response.status_code == 400
    assert comes_back in text_of(response)
    assert response.context["errors"] != []
    assert state_of(report) == ("in_review", 0)
    assert Decision.objects.count() == 0


def test_a_refused_form_still_notices_what_somebody_else_saved() -> None:
    report = make_report(State.IN_REVIEW)
    stale = filled(report, "save", title=LONG)
    client, robin = signed_in(make_moderator("alex")), make_moderator("robin")
    other = Draft("Theirs", "", "", frozenset(), (DraftedLesson("L."),))
    review.save_draft(report=report, version=0, moderator=robin, draft=other)
    response = client.post(page_of(report), stale)
    assert (response.status_code, response.context["version"]) == (400, 0)
    response = client.post(page_of(report), stale | {"title": "Mine", "version": 0})
    assert response.status_code == 409


def test_two_moderators_saving_the_same_report() -> None:
    report = make_report(State.IN_REVIEW, lessons=["One."])
    alex, robin = signed_in(make_moderator("alex")), signed_in(make_moderator("robin"))
    mine = filled(report, "save", title="Mine", summary="My summary")
    mine["lessons-0-text"] = "My lesson"
    theirs = filled(report, "save", title="Theirs", light=term("light", "daylight").pk)
    theirs["lessons-0-text"] = "Their lesson"

    assert robin.post(page_of(report), theirs).status_code == 302
    response = alex.post(page_of(report), mine)

    assert response.status_code == 409
    trouble = response.context["trouble"]
    assert "robin edited it." in trouble.message
    assert [(d.name, d.theirs) for d in trouble.theirs] == [
        ("Title", "Theirs"),
        ("Summary", report.summary),
        ("Facts", str(term("light", "daylight"))),
        ("Lessons", "1. Their lesson"),
    ]
    text = text_of(response)
    assert [word for word in ("Mine", "My summary", "My lesson") if word not in text] == []
    assert state_of(report) == ("in_review", 1)

    # Who saved first has the report from then on. Once it is released, the form that came back
    # saves, after a look.
    assert "robin has this report now" in trouble.message
    assert 'name="version" value="1"' in text
    assert alex.post(page_of(report), mine | {"version": 1}).status_code == 409
    assert robin.post(page_of(report), {"do": "release", "version": 1}).status_code == 302
    assert alex.post(page_of(report), mine | {"version": 2}).status_code == 302
    report.refresh_from_db()
    assert (report.title, report.version) == ("Mine", 3)


@pytest.mark.parametrize("moved", ["pass_on", "decline", "withdraw"])
@pytest.mark.parametrize("valid", [True, False])
def test_what_was_typed_comes_back_when_the_report_has_moved_on(moved: str, valid: bool) -> None:
    report = make_report(State.IN_REVIEW)
    title = "Mine alone" if valid else "Mine alone" + LONG
    mine = filled(report, "save", title=title, **{"lessons-1-text": "My lesson <b>"})
    robin = make_moderator("robin")
    if moved == "withdraw":
        review.withdraw(report=report)
    elif moved == "decline":
        review.decline(report=report, version=0, moderator=robin, reason="too-little")
    else:
        checked = {"checked": checks.slugs(second=False)} if moved == "pass_on" else {}
        getattr(review, moved)(report=report, version=0, moderator=robin, **checked)
    before = state_of(report)
    response = signed_in(make_moderator("alex")).post(page_of(report), mine)
    assert response.status_code == 409
    assert ("Title", title) in response.context["trouble"].unsaved
    assert ("Lesson 2", "My lesson <b>") in response.context["trouble"].unsaved
    text = text_of(response)
    assert title in text
    assert "My lesson &lt;b&gt;" in text
    assert state_of(report) == before


def test_passing_on_too_early_saves_what_was_typed_and_says_what_is_missing() -> None:
    report = make_report(State.IN_REVIEW, story=NAMED)
    client = signed_in(make_moderator())
    response = client.post(page_of(report), filled(report, "pass_on", title="Typed"))
    assert response.status_code == 409
    assert response.context["trouble"].saved
    assert "1 suspected identifier" in response.context["trouble"].message
    assert response.context["version"] == 1
    response = client.post(page_of(report), filled(report, "pass_on", version=1, summary=" "))
    assert "it lacks summary" in response.context["trouble"].message
    report.refresh_from_db()
    assert (report.title, report.state) == ("A truck takes a flashlight", "in_review")


def test_approving_twice_and_approving_alone_each_get_a_clear_answer() -> None:
    alex, robin = make_moderator("alex"), make_moderator("robin")
    report = make_report(State.AWAITING_SECOND, passed_by=alex)
    alone = signed_in(alex).post(page_of(report), publishing())
    assert alone.status_code == 403
    assert "nobody publishes alone" in text_of(alone)
    assert page_of(report) in text_of(alone)
    client = signed_in(robin)
    assert client.post(page_of(report), publishing()).status_code == 302
    twice = client.post(page_of(report), publishing())
    assert twice.status_code == 409
    assert "you approved and published it" in text_of(twice)
    assert Story.objects.count() == 1


def test_a_session_that_ended_while_typing_loses_no_word() -> None:
    report = make_report(State.IN_REVIEW)
    data = filled(report, "save", title="Typed <b>", **{"lessons-1-text": "A new lesson"})
    for client in (Client(), signed_in(make_user("officer"))):
        response = client.post(page_of(report), data)
        assert response.status_code == 403
        assert [name for name, _ in response.context["unsaved"]] == [
            "Title",
            "Summary",
            "Narrative",
            "Lesson 1",
            "Lesson 2",
        ]
        assert "Typed &lt;b&gt;" in text_of(response)
        assert client.get(page_of(report)).status_code == 302
    assert state_of(report) == ("in_review", 0)


@pytest.mark.parametrize("do", ["", "delete", "publish:now", "save_draft", "claim\x00"])
def test_an_unknown_button_does_nothing(do: str) -> None:
    report = make_report(State.IN_REVIEW)
    response = signed_in(make_moderator()).post(page_of(report), filled(report, do, title="X"))
    assert response.status_code in (400, 409)
    assert state_of(report) == ("in_review", 0)


@pytest.mark.parametrize("version", ["", "x", "-1", "1.0", "9" * 60, "9" * 5_000, "٣"])
def test_a_version_that_was_made_up_is_a_conflict(version: str) -> None:
    report = make_report(State.IN_REVIEW)
    data = filled(report, "save", title="X", version=version)
    assert signed_in(make_moderator()).post(page_of(report), data).status_code == 409
    assert state_of(report) == ("in_review", 0)


def test_declining_asks_first() -> None:
    report = make_report(State.IN_REVIEW)
    client = signed_in(make_moderator())
    response = client.post(page_of(report), filled(report, "decline", title="Typed"))
    assert response["Location"] == page_of(report, "decline")
    assert client.get(response["Location"]).status_code == 200
    assert state_of(report) == ("in_review", 1)
    reason = {"reason": "too-little"}
    stale = client.post(page_of(report, "decline"), reason | {"version": 0})
    assert stale.status_code == 409
    assert client.post(page_of(report, "decline"), reason | {"version": 1})["Location"] == QUEUE
    assert state_of(report) == ("declined", 2)
    again = client.post(page_of(report, "decline"), reason | {"version": 2})
    assert again.status_code == 409
    assert "There is nothing to decline." in text_of(client.get(page_of(report, "decline")))
