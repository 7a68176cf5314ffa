"""The review page: what it shows, and what its buttons do."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from lessons.models import Story
from reports.models import Report, State
from tests.factories import (
    make_moderator,
    make_report,
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


def test_a_whole_life_at_the_desk() -> None:
    report = make_report(terms=[term("light", "night-unlit")])
    alex, robin = signed_in(make_moderator("alex")), signed_in(make_moderator("robin"))
    assert alex.post(page_of(report), {"do": "claim", "version": 0}).status_code == 302
    report.refresh_from_db()
    theme = term("lesson_theme", "keep-scanning")
    rain, clear = term("weather", "rain"), term("weather", "clear")
    data = filled(
        report,
        "pass_on",
        **{
            "title": "A truck",
            "summary": "It came close.",
            "light": term("light", "daylight").pk,
            "weather": [rain.pk, clear.pk],
            "lessons-TOTAL_FORMS": 3,
            "lessons-0-text": "Second.",
            "lessons-0-ORDER": 2,
            "lessons-0-lesson_theme": [theme.pk],
            "lessons-1-text": "First\r\nlesson.",
            "lessons-1-ORDER": 1,
        },
    )
    response = alex.post(page_of(report), data)
    assert (response.status_code, response["Location"]) == (302, QUEUE)
    assert robin.post(page_of(report), publishing(version=3)).status_code == 302
    story = Story.objects.get()
    assert [lesson.text for lesson in story.lessons.all()] == ["First\nlesson.", "Second."]
    assert [list(lesson.terms.all()) for lesson in story.lessons.all()] == [[], [theme]]
    assert set(story.terms.all()) == {term("light", "daylight"), rain, clear}
    assert story.get_absolute_url() in text_of(robin.get(page_of(report)))
    assert list(report.decisions.values_list("action", "moderator__username")) == [
        ("claimed", "alex"),
        ("edited", "alex"),
        ("checked", "alex"),
        ("passed", "alex"),
        ("checked", "robin"),
        ("approved", "robin"),
    ]
    assert LogEntry.objects.count() == 0


def test_what_the_page_shows_is_what_it_posts_back() -> None:
    theme = term("lesson_theme", "keep-scanning")
    report = make_report(
        State.IN_REVIEW,
        terms=[term("light", "night-unlit"), term("weather", "rain"), term("weather", "clear")],
        lessons=["One.", "Two."],
        narrative="  Kept as it is.\n\nTo the last space. ",
    )
    for lesson in report.lesson_drafts.all():
        lesson.terms.add(theme)
    client = signed_in(make_moderator())
    editor = client.get(page_of(report)).context["editor"]
    posted: dict[str, Any] = {"do": "save", "version": report.version}
    for form in (editor.form, editor.lessons.management_form, *editor.lessons):
        for field in form:
            value = field.value()
            if value is not None and value is not False and value != "":
                posted[field.html_name] = value
    response = client.post(page_of(report), posted)
    assert response.status_code == 302, response.context["errors"]
    assert state_of(report) == ("in_review", 0)  # nothing had changed, so nothing was written


def test_texts_are_shown_as_they_are_and_never_as_markup() -> None:
    story = "<script>alert(1)</script> a <b and then c>d & \u202e more"
    report = make_report(
        State.IN_REVIEW, story=story, title="<i>T", summary="</textarea><b>", lessons=["<u>L"]
    )
    client = signed_in(make_moderator())
    for state in (State.IN_REVIEW, State.AWAITING_SECOND, State.DECLINED):
        Report.objects.filter(pk=report.pk).update(state=state)
        text = text_of(client.get(page_of(report)))
        for raw in ("<script>alert", "<b and", "<i>T", "</textarea><b>", "<u>L"):
            assert raw not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt; a &lt;b and then c&gt;d &amp; " in text


@pytest.mark.parametrize("state", State)
def test_buttons_are_there_where_they_work(state: State) -> None:
    passer, other = make_moderator("passer"), make_moderator("other")
    report = make_report(state, passed_by=passer)
    expected = {
        State.RECEIVED: ["claim"],
        State.IN_REVIEW: [
            "save",
            "claim",
            "ask",
            "ask_to_read",
            "save",
            "preview",
            "pass_on",
            "decline",
        ],
        State.AWAITING_SECOND: ["claim", "publish", "send_back"],
    }.get(state, [])

    def buttons(user: User) -> list[str]:
        text = text_of(signed_in(user).get(page_of(report)))
        return re.findall(r'name="do" value="([a-z_]+)"', text)

    assert buttons(other) == expected
    assert buttons(passer) == [
        button for button in expected if state != State.AWAITING_SECOND or button == "send_back"
    ]


def test_enter_in_a_field_saves_and_settles_no_suspect() -> None:
    """A browser takes Enter for the first button of a form, also one that stands outside it."""
    report = make_report(State.IN_REVIEW, story=NAMED)
    text = text_of(signed_in(make_moderator()).get(page_of(report)))
    buttons = re.findall(r'<button[^>]*name="do" value="([^"]+)"', text)
    assert buttons[0] == "save"
    assert "remove:PERSON:ramirez" in buttons


@pytest.mark.parametrize("settle", ["remove", "dismiss"])
def test_settling_a_suspect_keeps_what_was_typed(settle: str) -> None:
    report = make_report(State.IN_REVIEW, story=NAMED)
    client = signed_in(make_moderator())
    text = text_of(client.get(page_of(report)))
    assert f'value="{settle}:PERSON:ramirez"' in text
    assert "<mark>Ramirez</mark>" in text
    data = filled(report, f"{settle}:PERSON:ramirez", title="Typed meanwhile")
    assert client.post(page_of(report), data).status_code == 302
    report.refresh_from_db()
    assert report.title == "Typed meanwhile"
    kept = {"remove": "Sgt. [person A] wrote the citation. A truck passed close.", "dismiss": NAMED}
    assert report.narrative == kept[settle]
    response = client.get(page_of(report))
    assert response.context["suspects"] == []


def test_an_emptied_or_ticked_lesson_goes_and_a_blank_one_is_none() -> None:
    report = make_report(State.IN_REVIEW, lessons=["One.", "Two.", "Three."])
    data = filled(
        report, "save", **{"lessons-0-text": "", "lessons-1-DELETE": "on", "lessons-3-ORDER": "9"}
    )
    assert signed_in(make_moderator()).post(page_of(report), data).status_code == 302
    assert [lesson.text for lesson in report.lesson_drafts.all()] == ["Three."]
