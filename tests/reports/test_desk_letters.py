"""Letters at the desk: asking, reading what came back, declining with a reason."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reports import letters, review
from reports.drafts import Draft
from reports.models import DECLINE_REASONS, Report, State
from tests.factories import make_moderator, make_report
from tests.reports.desk import QUEUE, filled, page_of, signed_in, state_of, text_of

pytestmark = pytest.mark.django_db

NAMED = "Did Sgt. Ramirez see the truck?"


def ask(report: Report, client: Client, do: str = "ask", **typed: Any) -> Any:
    data = filled(report, do, **{key.replace("_", "-", 1): value for key, value in typed.items()})
    return client.post(page_of(report), data)


def questions(report: Report) -> list[tuple[str, str]]:
    return list(report.messages.values_list("kind", "text"))


def test_asking_keeps_the_draft_and_the_question() -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    response = ask(report, client, ask_question="How far?\r\nHow fast?", title="Typed meanwhile")
    assert (response.status_code, response["Location"]) == (302, page_of(report) + "#letters")
    report.refresh_from_db()
    assert (report.title, report.letter) == ("Typed meanwhile", "asked")
    assert questions(report) == [("question", "How far?\nHow fast?")]
    page = text_of(client.get(page_of(report)))
    assert "One question is open." in page
    assert 'value="ask"' not in page
    assert ask(report, client, "unask", title="And more").status_code == 302
    report.refresh_from_db()
    assert (report.title, report.letter, questions(report)) == ("And more", "", [])


def test_ready_made_questions_are_ticked_and_sent_as_they_stand() -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    assert [text in text_of(client.get(page_of(report))) for text in letters.READY] == [True] * 6
    ask(report, client, ask_ready=["0", "2"], ask_question="And the light?")
    expected = "\n".join([letters.READY[0], letters.READY[2], "And the light?"])
    assert questions(report) == [("question", expected)]


def test_no_ready_made_question_is_suspected() -> None:
    report = make_report(State.IN_REVIEW)
    text = "\n".join(letters.READY)
    review.ask(report=report, version=0, moderator=make_moderator(), text=text)


def test_a_name_in_a_question_comes_back_with_a_box_to_dismiss_it() -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    response = ask(report, client, ask_question=NAMED)
    page = text_of(response)
    assert (response.status_code, NAMED in page) == (409, True)
    assert '<input type="checkbox" name="letter-dismiss" value="PERSON:ramirez"' in page
    assert questions(report) == []
    report.refresh_from_db()
    response = ask(report, client, ask_question=NAMED, letter_dismiss="PERSON:ramirez")
    assert response.status_code == 302
    assert questions(report) == [("question", NAMED)]


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"ask_question": ""}, 409, "the question is empty"),
        ({"ask_question": "x" * 2_001}, 400, "at most 2000 characters"),
        ({"ask_question": "near \x07"}, 400, "control characters"),
        ({"ask_ready": "99", "ask_question": "And?"}, 400, "none of the ready-made"),
        ({"ask_question": "And?", "title": "x" * 121}, 400, "at most 120"),
    ],
)
def test_a_question_that_cannot_be_asked_comes_back(
    typed: dict[str, Any], status: int, said: str
) -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    response = ask(report, client, **typed)
    assert (response.status_code, said in text_of(response)) == (status, True)
    assert typed["ask_question"] in text_of(response)
    assert (questions(report), Report.objects.get().letter) == ([], "")


@pytest.mark.parametrize(
    "do",
    [
        "save",
        "remove:PERSON:ramirez",
        *("pass_on", "decline", "preview", "release", "reassign"),  # which lead to another page
    ],
)
def test_a_question_that_was_not_asked_stays_on_the_page(do: str) -> None:
    report = make_report(State.IN_REVIEW, story="Sgt. Ramirez wrote it.")
    response = ask(report, signed_in(make_moderator()), do, ask_question="How far?", title="Kept")
    stays = do.startswith(("save", "remove"))
    assert response.status_code == (200 if stays else 409)
    assert "How far?</textarea>" in text_of(response)
    report.refresh_from_db()
    assert (report.title, report.state, questions(report)) == ("Kept", "in_review", [])


def test_a_question_comes_back_when_the_report_has_moved_on() -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    stale = filled(report, "ask", **{"ask-question": "How far?"})
    review.withdraw(report=report)
    response = client.post(page_of(report), stale)
    assert response.status_code == 409
    assert ("Question to the officer", "How far?") in response.context["trouble"].unsaved
    signed_out = Client().post(page_of(report), stale)
    assert (signed_out.status_code, "How far?" in text_of(signed_out)) == (403, True)


def test_whoever_asks_has_the_report_and_nobody_else_asks() -> None:
    report = make_report(State.IN_REVIEW)
    alex, robin = make_moderator("alex"), make_moderator("robin")
    ask(report, signed_in(alex), ask_question="How far?")
    report.refresh_from_db()
    assert report.claimed_by == alex
    page = text_of(signed_in(robin).get(page_of(report)))
    assert ("How far?" in page, 'value="unask"' in page, 'value="ask"' in page) == (
        True,
        False,
        False,
    )
    response = ask(report, signed_in(robin), "unask")
    assert (response.status_code, "alex has this report now" in text_of(response)) == (409, True)
    assert questions(report) == [("question", "How far?")]


def test_two_who_ask_at_once_ask_one_question() -> None:
    report = make_report(State.IN_REVIEW)
    alex, robin = signed_in(make_moderator("alex")), signed_in(make_moderator("robin"))
    stale = filled(report, "ask", **{"ask-question": "How fast?"})
    ask(report, alex, ask_question="How far?")
    response = robin.post(page_of(report), stale)
    assert response.status_code == 409
    assert "alex asked the officer a question" in text_of(response)
    assert questions(report) == [("question", "How far?")]


def test_an_answer_is_shown_with_what_the_engine_says_of_it() -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    report = review.ask(report=report, version=0, moderator=make_moderator("asker"), text="Who?")
    question = report.messages.get().pk
    review.answer(report=report, question=question, text="Sgt. Ramirez & I wore a zilbert.")
    page = text_of(client.get(page_of(report)))
    assert "asker" in page
    assert "Sgt. <mark>Ramirez</mark> &amp; I" in page
    assert re.search(r"<mark>Ramirez</mark> Person, certain\.", page)
    assert re.search(r"<mark>zilbert</mark> \w+, only a doubt\.", page)
    assert list(Report.objects.answered()) == [report]


def test_a_verdict_is_shown_and_whether_it_is_of_this_text() -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    assert ask(report, client, "ask_to_read").status_code == 302
    report.refresh_from_db()
    question, shown = report.messages.get().pk, Draft.of(report).digest()
    review.object_to(report=report, question=question, shown=shown, text="The truck was red.")
    page = text_of(client.get(page_of(report)))
    assert "it gives me away" in page
    assert "The truck was red." in page
    assert "the text has changed since" not in page
    report.refresh_from_db()
    refused = ask(report, client, "pass_on")
    assert (refused.status_code, "gives the officer away" in text_of(refused)) == (409, True)
    ask(report, client, "save", summary="Changed.")
    assert "the text has changed since" in text_of(client.get(page_of(report)))


def test_the_letters_take_as_many_queries_for_thirty_as_for_one() -> None:
    report, alex = make_report(State.IN_REVIEW), make_moderator()
    client = signed_in(alex)

    def count(letters: int) -> int:
        for position in range(report.messages.count() + 1, letters + 1):
            report.messages.create(
                position=position, kind="question", week="2026-W10", moderator=alex
            )
        client.get(page_of(report))
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(report))
        return len(queries)

    assert count(1) == count(30) < 25


# Declining


def test_declining_with_a_reason_and_words() -> None:
    report, client = make_report(), signed_in(make_moderator())
    page = page_of(report, "decline")
    shown = text_of(client.get(page))
    assert [str(reason.label) in shown for reason in DECLINE_REASONS] == [True] * 7
    assert "turned out" not in shown  # a reason of stories that were published
    for data, status, said in (
        ({"reason": ""}, 400, "Choose a reason"),
        ({"reason": "pointed"}, 400, "not one of the available choices"),
        ({"reason": "other", "words": ""}, 400, "Say the reason in your words"),
        ({"reason": "other", "words": "y" * 1_001}, 400, "at most 1000"),
        ({"reason": "other", "words": NAMED}, 409, 'value="PERSON:ramirez"'),
    ):
        response = client.post(page, data | {"version": 0})
        assert (response.status_code, said in text_of(response)) == (status, True)
        assert data.get("words", "") in text_of(response)
        assert state_of(report) == ("received", 0)
    response = client.post(
        page,
        {"reason": "other", "words": NAMED, "version": 0, "letter-dismiss": "PERSON:ramirez"},
    )
    assert (response.status_code, response["Location"]) == (302, QUEUE)
    report.refresh_from_db()
    assert (report.state, report.reason) == ("declined", "other")
    assert questions(report) == [("words", NAMED)]
    assert "Another reason." in text_of(client.get(page_of(report)))


def test_words_come_back_when_the_report_is_closed_already() -> None:
    report, client = make_report(), signed_in(make_moderator())
    review.withdraw(report=report)
    data = {"reason": "other", "words": "So sorry.", "version": 0}
    response = client.post(page_of(report, "decline"), data)
    assert response.status_code == 409
    assert ("Your words", "So sorry.") in response.context["trouble"].unsaved


@pytest.mark.parametrize("value", ["", "x", "PERSON", ":", "PERSON:a:b", "\x00:y"])
def test_a_made_up_tick_dismisses_nothing(value: str) -> None:
    report, client = make_report(State.IN_REVIEW), signed_in(make_moderator())
    assert ask(report, client, ask_question=NAMED, letter_dismiss=value).status_code == 409
    assert report.dismissals.count() == 0
