"""Two moderators at one report: claims, the check list, sending back, what the second one sees."""

import re
from typing import Any

import pytest

from lessons.models import Story
from reports import checks, retention, review, suspects
from reports.beside import marked
from reports.models import Report, State
from tests.factories import (
    make_lead,
    make_moderator,
    make_report,
    make_story,
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

MOVES = ("claim", "release", "reassign", "publish", "send_back")
SAVING = ("save", "preview", "pass_on", "dismiss:PERSON:ramirez", "remove:PERSON:ramirez")


def log(report: Report) -> list[tuple[str, str]]:
    return list(report.decisions.values_list("action", "moderator__username"))


# Claims


def test_who_has_a_report_works_on_it_and_others_read_it() -> None:
    report = make_report()
    alex, robin = signed_in(make_moderator("alex")), signed_in(make_moderator("robin"))
    alex.post(page_of(report), {"do": "claim", "version": 0})
    assert alex.get(page_of(report)).context["editor"] is not None
    response = robin.get(page_of(report))
    assert response.context["editor"] is None
    text = text_of(response)
    assert "<strong>alex has this report.</strong>" in text
    assert re.findall(r'name="do" value', text) == []
    refused = robin.post(page_of(report), filled(report, "save", version=1, title="Mine"))
    assert refused.status_code == 409
    assert "alex has this report now" in refused.context["trouble"].message
    assert 'value="Mine"' in text_of(refused)
    assert alex.post(page_of(report), {"do": "release", "version": 1})["Location"] == QUEUE
    assert robin.get(page_of(report)).context["editor"] is not None


@pytest.mark.parametrize("deed", ["release", "claim", "reassign"])
def test_in_the_editor_the_buttons_of_a_claim_keep_what_is_typed(deed: str) -> None:
    lead, robin = make_lead("lead"), make_moderator("robin")
    report = make_report(State.IN_REVIEW)
    review.claim(report=report, version=0, moderator=lead)
    if deed == "claim":
        review.release(report=report, version=1, moderator=lead)
    report.refresh_from_db()
    data = filled(report, deed, title="Typed meanwhile", to=robin.pk)
    assert signed_in(lead).post(page_of(report), data).status_code == 302
    report.refresh_from_db()
    assert report.title == "Typed meanwhile"
    assert report.claimed_by == {"release": None, "claim": lead, "reassign": robin}[deed]


def test_only_a_lead_sees_whom_a_report_could_be_given_to() -> None:
    lead, robin = make_lead("lead"), make_moderator("robin")
    make_user("officer")
    report = make_report(State.AWAITING_SECOND, passed_by=robin)
    assert 'name="to"' not in text_of(signed_in(robin).get(page_of(report)))
    text = text_of(signed_in(lead).get(page_of(report)))
    assert re.findall(r'<option value="\d+">(\w+)</option>', text) == ["lead"]
    for to in ("", "x", "0", "9" * 60, str(robin.pk)):
        response = signed_in(lead).post(page_of(report), {"do": "reassign", "version": 0, "to": to})
        assert response.status_code == 409
        assert state_of(report) == ("awaiting_second", 0)
    signed_in(lead).post(page_of(report), {"do": "reassign", "version": 0, "to": lead.pk})
    report.refresh_from_db()
    assert report.claimed_by == lead


@pytest.mark.parametrize("do", [*MOVES, *SAVING])
def test_a_request_by_hand_without_the_permission_changes_nothing(do: str) -> None:
    moderator = make_moderator()
    staff = make_user("staff", is_staff=True)
    for state in (State.RECEIVED, State.IN_REVIEW, State.AWAITING_SECOND):
        passer: dict[str, Any] = {}
        if state == State.AWAITING_SECOND:
            passer["passed_by"] = moderator
        report = make_report(state, story=NAMED, **passer)
        data = filled(report, do, to=staff.pk, note="x", title="By hand")
        assert signed_in(staff).post(page_of(report), data).status_code == 403
        assert state_of(report) == (state, 0)
        assert log(report) == []


# The check list


@pytest.mark.parametrize("second", [False, True])
def test_what_was_ticked_stays_ticked_when_a_line_is_left(second: bool) -> None:
    state = State.AWAITING_SECOND if second else State.IN_REVIEW
    report = make_report(state)
    client = signed_in(make_moderator())
    text = text_of(client.get(page_of(report)))
    lines = re.findall(r'name="checked" value="(\w+)"', text)
    assert lines == [check.slug for check in checks.checks(second=second)]
    assert "checked>" not in text.split('class="checks"')[1]
    data = publishing() if second else filled(report, "pass_on")
    response = client.post(page_of(report), data | {"checked": lines[1:]})
    assert response.status_code == 409
    assert "1 line is of the check list not ticked" in response.context["trouble"].message
    ticked = re.findall(r'name="checked" value="(\w+)" checked', text_of(response))
    assert ticked == lines[1:]
    assert state_of(report)[0] == state


def test_facts_that_too_few_share_stand_at_the_check_list() -> None:
    west, patrol = term("region", "west"), term("role", "patrol")
    for number in range(4):
        make_story(f"Story {number}", terms=[patrol])
    report = make_report(State.IN_REVIEW, terms=[west, patrol])
    response = signed_in(make_moderator()).get(page_of(report))
    assert response.context["withheld"] == [west]
    assert f"region “{west.label}”" in text_of(response)


# Many suspects at once

CROWD = "Sgt. Ramirez called Officer Delacroix and Deputy Okafor. A truck passed close."


@pytest.mark.parametrize("deed", ["remove_ticked", "dismiss_ticked"])
def test_several_suspects_are_settled_at_once_and_each_is_logged(deed: str) -> None:
    report = make_report(State.IN_REVIEW, story=CROWD)
    client = signed_in(make_moderator("alex"))
    values = [suspect.value for suspect in client.get(page_of(report)).context["suspects"]]
    assert len(values) == 3
    data = filled(report, deed, title="Typed meanwhile", suspect=values[:2])
    assert client.post(page_of(report), data)["Location"] == page_of(report) + "#suspects"
    left = client.get(page_of(report)).context["suspects"]
    assert [suspect.value for suspect in left] == values[2:]
    action = "removed" if deed == "remove_ticked" else "dismissed"
    assert log(report) == [("edited", "alex"), (action, "alex"), (action, "alex")]
    report.refresh_from_db()
    assert report.title == "Typed meanwhile"
    assert ("Ramirez" in report.narrative) == (deed == "dismiss_ticked")


@pytest.mark.parametrize("deed", ["remove_ticked", "dismiss_ticked"])
@pytest.mark.parametrize("ticked", [[], ["PERSON:nobody"], ["PERSON:ramirez", "PLACE:nowhere"]])
def test_ticks_that_settle_nothing_say_so_and_settle_nothing(deed: str, ticked: list[str]) -> None:
    report = make_report(State.IN_REVIEW, story=CROWD)
    response = signed_in(make_moderator()).post(
        page_of(report), filled(report, deed, suspect=ticked)
    )
    assert response.status_code == 409
    assert len(response.context["suspects"]) == 3
    assert report.dismissals.count() == 0
    assert log(report) == []


def test_suspects_are_marked_in_what_came_in_with_their_kind() -> None:
    report = make_report(State.IN_REVIEW, story=CROWD, advice="Ask Ramirez.")
    text = text_of(signed_in(make_moderator()).get(page_of(report)))
    marks = re.findall(
        r'<a class="suspected \w+" href="#suspect-(\d)"><mark>(\w+)</mark> '
        r'<span class="kind">(\w+)\??</span>',
        text,
    )
    assert marks == [
        ("1", "Ramirez", "person"),
        ("2", "Delacroix", "person"),
        ("3", "Okafor", "person"),
        ("1", "Ramirez", "person"),
    ]
    assert [f'id="suspect-{n}"' in text for n in (1, 2, 3)] == [True] * 3


def test_a_doubt_is_marked_where_it_stands_and_not_wherever_its_word_does() -> None:
    text = "We left the DAY room. It was a DAY like any other."
    doubt = suspects.Suspect(suspects.Key("TIME", "day"), "DAY", "doubt", "", "[date]")
    doubt.occurrences.append(suspects.Occurrence("Narrative", "It was a ", "DAY", " like any"))
    pieces = list(marked(text, [doubt]))
    assert [piece.text for piece in pieces if piece.suspect] == ["DAY"]
    assert "".join(piece.text for piece in pieces) == text
    assert next(n for n, piece in enumerate(pieces) if piece.suspect) == 3


# What the second one sees


def test_the_second_moderator_sees_every_change_of_the_first() -> None:
    night, day, rain = (
        term("light", "night-unlit"),
        term("light", "daylight"),
        term("weather", "rain"),
    )
    report = review.receive(
        story="I stood beside the car. A truck passed.",
        advice="",
        terms=[night, rain],
        receipt_hash="a" * 64,
    )
    alex, robin = signed_in(make_moderator("alex")), signed_in(make_moderator("robin"))
    alex.post(page_of(report), {"do": "claim", "version": 0})
    report.refresh_from_db()
    data = filled(
        report,
        "pass_on",
        title="A truck",
        summary="It came close.",
        narrative="I stood behind the car. A truck passed.",
        light=day.pk,
        **{"lessons-0-text": "Stand where the car shields you."},
    )
    assert alex.post(page_of(report), data).status_code == 302
    text = text_of(robin.get(page_of(report)))
    assert "I stood <del>beside</del> the car. A truck passed." in text
    assert "I stood <ins>behind</ins> the car. A truck passed." in text
    assert f"<del>{night.label}</del>" in text
    assert f"<ins>{day.label}</ins>" in text
    assert f"<ins>{rain.label}</ins>" not in text
    assert "1 word taken out, 1 put in." in text


def test_sending_back_needs_a_note_and_gives_it_to_the_first() -> None:
    alex, robin = make_moderator("alex"), make_moderator("robin")
    report = make_report(State.AWAITING_SECOND, passed_by=alex)
    client = signed_in(robin)
    assert client.post(page_of(report), {"do": "send_back", "version": 0}).status_code == 409
    long = "Too long. " * 300
    response = client.post(page_of(report), {"do": "send_back", "version": 0, "note": long})
    assert response.status_code == 409
    assert long in text_of(response)
    note = "Say less of the road. <b>Sgt. Ramirez</b> is named."
    client.post(page_of(report), {"do": "send_back", "version": 0, "note": note})
    text = text_of(signed_in(alex).get(page_of(report)))
    assert "robin sent it back" in text
    assert "Say less of the road. &lt;b&gt;Sgt. [person A]&lt;/b&gt; is named." in text
    assert report.title in text_of(signed_in(alex).get(QUEUE, {"for": "mine"}))


def test_a_note_comes_back_when_the_report_has_moved_on() -> None:
    report = make_report(State.AWAITING_SECOND)
    alex, robin = signed_in(make_moderator("alex")), signed_in(make_moderator("robin"))
    assert alex.post(page_of(report), publishing()).status_code == 302
    data = {"do": "send_back", "version": 0, "note": "Not yet, please."}
    response = robin.post(page_of(report), data)
    assert response.status_code == 409
    assert response.context["trouble"].unsaved == [("Note", "Not yet, please.")]
    assert "Not yet, please." in text_of(response)


# The preview, and what is like it


# The notice that it is a preview, and what can be done with a published story alone.
APART = (
    r'<p class="notice preview".*?</p>|<ul class="brief">.*?</ul>'
    r'|<section class="side used".*?</section>'
)


def main_of(response: Any) -> str:
    text = re.sub(APART, "", text_of(response), flags=re.S)
    return re.sub(r"\s+", " ", text[text.index("<main") : text.index("</main>")])


def test_the_preview_is_the_page_that_readers_get() -> None:
    patrol, west = term("role", "patrol"), term("region", "west")
    activity = term("activity", "vehicle-stop")
    for number in range(4):
        make_story(f"Story {number}", terms=[patrol, activity])
    report = make_report(
        State.AWAITING_SECOND,
        terms=[west, activity, patrol, term("light", "daylight"), term("weather", "rain")],
        lessons=["Stand where the car shields you.", "Look left & right."],
        title="A truck & an [agency]",
    )
    report.lesson_drafts.all()[0].terms.add(term("lesson_theme", "keep-scanning"))
    client = signed_in(make_moderator())
    preview = client.get(page_of(report, "preview"))
    assert "Nobody but moderators sees it." in text_of(preview)
    assert Story.objects.count() == 4
    assert client.post(page_of(report), publishing()).status_code == 302
    story = Story.objects.get(title=report.title)
    public = client.get(story.get_absolute_url())
    assert main_of(preview) == main_of(public)
    assert patrol.label in main_of(public)
    assert west.label not in main_of(public)


def test_saving_and_previewing_keeps_what_is_typed() -> None:
    report = make_report(State.IN_REVIEW)
    client = signed_in(make_moderator())
    response = client.post(page_of(report), filled(report, "preview", title="Typed <b>"))
    assert response["Location"] == page_of(report, "preview")
    assert "Typed &lt;b&gt;" in text_of(client.get(response["Location"]))


@pytest.mark.parametrize("state", set(State) - {State.IN_REVIEW, State.AWAITING_SECOND})
def test_there_is_no_preview_where_nothing_goes_out(state: State) -> None:
    report = make_report(state)
    response = signed_in(make_moderator()).get(page_of(report, "preview"))
    assert response["Location"] == page_of(report)


def test_published_stories_like_it_stand_beside_a_report() -> None:
    mirror = (
        "A pickup with an extended towing mirror drifted over the fog line and took the "
        "flashlight out of my hand while I wrote the citation on the trunk."
    )
    for number, text in enumerate(("The dog lay in a parked cruiser.", "We rolled a red light.")):
        make_story(f"Other {number}", summary="", narrative=text)
    make_story("Struck by a mirror", summary="", narrative=mirror)
    make_story("Not public", summary="", narrative=mirror, published=None)
    report = make_report(story=mirror.replace("I wrote", "writing"))
    client = signed_in(make_moderator())
    text = text_of(client.get(page_of(report)))
    assert re.findall(r'<li><a href="/stories/[^"]+">([^<]+)</a>', text) == ["Struck by a mirror"]
    assert "it may be the same event" in text
    other = make_report(State.IN_REVIEW, story="Nothing of that kind.", title="Quiet")
    assert "None resembles it." in text_of(client.get(page_of(other)))


@pytest.mark.parametrize("state", [State.PUBLISHED, State.DECLINED, State.WITHDRAWN])
def test_a_purged_report_s_page_says_so(state: State) -> None:
    report = make_report(state)
    retention.purge(report)
    client = signed_in(make_moderator())
    response = client.get(page_of(report))
    assert response.status_code == 200
    assert "The texts of this report are deleted." in text_of(response)
    for do in ("save", "claim", "publish", "send_back", "pass_on"):
        refused = client.post(page_of(report), filled(report, do, title="Typed", note="Typed"))
        assert refused.status_code == 409
    assert state_of(report) == (state, report.version)
