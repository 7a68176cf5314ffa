"""The officer's side of a letter: read with the receipt, checked before it is sent, sent once."""

import html
import io
import logging
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nearmiss.logs import PrivateFormatter
from reports import receipts, retention, review
from reports.drafts import Draft
from reports.models import Message, Report, State
from tests.factories import make_lead, make_moderator, make_report, term

pytestmark = pytest.mark.django_db

RECEIPT = "7Q2M-X0VR-1N8D-ZK4T"
HASH = receipts.digest(RECEIPT)
NAME = "Delacroix"
WORDS = "Sgt. Delacroix had told me. The car stood across the lane."
STRIPPED = WORDS.replace(NAME, "[person A]")


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def hidden(response: Any) -> dict[str, str]:
    """Return what the form of a page carries along."""
    pairs = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"', text(response))
    return dict(pairs)


def at_receipt(client: Client, **data: Any) -> Any:
    return client.post("/receipt/", {"receipt": RECEIPT, **data})


def asked(**fields: Any) -> Report:
    report = make_report(State.IN_REVIEW, receipt_hash=HASH, **fields)
    moderator = make_moderator("zanzibar-moderator")
    moderator.first_name, moderator.last_name = "Quillfeather", "Marmalade"
    moderator.email = "periwinkle@example.org"
    moderator.save()
    return review.ask(report=report, version=0, moderator=moderator, text="How far was the truck?")


def to_be_read(**fields: Any) -> Report:
    report = make_report(State.IN_REVIEW, receipt_hash=HASH, **fields)
    return review.ask_to_read(report=report, version=0, moderator=make_moderator("asker"))


def check(client: Client, step: str = "answer", words: str = WORDS, **data: Any) -> Any:
    """Write a reply on the page of the receipt and go on to its check."""
    carried = hidden(at_receipt(client))
    return at_receipt(client, **(carried | {"step": step, "words": words} | data))


def send(client: Client, checked: Any, words: str = WORDS, **data: Any) -> Any:
    return at_receipt(client, **(hidden(checked) | {"step": "send", "words": words} | data))


def kept() -> list[tuple[str, str]]:
    replies = Message.objects.filter(moderator=None)
    return list(replies.values_list("kind", "text"))


def headline(response: Any) -> str:
    found = re.search("<h1>(.*?)</h1>", text(response))
    assert found
    return found[1]


# Reading


def test_the_officer_reads_the_question_and_nothing_of_who_asked(client: Client) -> None:
    asked()
    page = at_receipt(client)
    assert (page.status_code, headline(page)) == (200, "There is one question for you")
    assert "How far was the truck?" in text(page)
    told = text(page).casefold()
    for word in ("zanzibar", "quillfeather", "marmalade", "periwinkle"):
        assert word not in told
    assert page.cookies.output() == ""
    assert "no-store" in page.headers["Cache-Control"]


def test_the_officer_reads_the_text_as_it_would_stand(client: Client) -> None:
    report = to_be_read(story="We stood & waited > there.", terms=[term("light", "daylight")])
    page = at_receipt(client)
    for words in (report.title, report.summary, "Stand where the car shields you.", "Daylight"):
        assert words in text(page)
    assert "We stood &amp; waited &gt; there." in page.content.decode()
    assert hidden(page)["shown"] == Draft.of(report).digest()
    assert "asker" not in text(page)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.PUBLISHED, "Your story is published"),
        (State.DECLINED, "It tells too little for others to learn from it."),
        (State.UNPUBLISHED, "After it was published, something in it turned out to be wrong."),
        (State.WITHDRAWN, "Your story is withdrawn"),
    ],
)
def test_how_it_ended_is_told_also_after_the_text_is_gone(
    client: Client, state: State, said: str
) -> None:
    report = make_report(state, receipt_hash=HASH, closed_week="2026-W10")
    report.messages.create(
        position=1, kind="words", week="2026-W10", text="Marigold.", moderator=make_moderator()
    )
    before = at_receipt(client)
    assert said in text(before)
    assert "is deleted soon after 6 June 2026" in text(before)
    link = "Read it as published" in text(before)
    assert link == (state == State.PUBLISHED)
    retention.purge(report)
    after = at_receipt(client)
    assert said in text(after)
    assert "Its private text is deleted" in text(after)
    assert "Marigold." not in text(after)
    assert ("Read it as published" in text(after)) == link


def test_the_officer_reads_why_and_the_words_with_it(client: Client) -> None:
    report = make_report(receipt_hash=HASH)
    alex = make_moderator("zanzibar")
    review.decline(
        report=report, version=0, moderator=alex, reason="other", words="Ask again & again."
    )
    page = at_receipt(client)
    assert headline(page) == "Your story will not be published"
    assert "Another reason." in text(page)
    assert "Ask again &amp; again." in page.content.decode()
    assert "zanzibar" not in text(page)
    assert "Withdraw this story" not in text(page)


def test_a_story_taken_down_has_no_link(client: Client) -> None:
    report = make_report(State.PUBLISHED, receipt_hash=HASH)
    assert "Read it as published" in text(at_receipt(client))
    review.unpublish(report=report, version=0, moderator=make_lead(), reason="pointed")
    page = at_receipt(client)
    assert headline(page) == "Your story was taken down"
    assert "turned out to point to somebody" in text(page)
    assert "Read it as published" not in text(page)


# Answering


def test_what_is_sent_is_what_was_shown(client: Client) -> None:
    report = asked()
    checked = check(client)
    assert headline(checked) == "Check your answer"
    assert "<b>Delacroix</b> – person." in text(checked)
    assert "1 thing removed" in text(checked)
    assert kept() == []
    with time_machine.travel("2026-03-04 09:00Z", tick=False):
        sent = send(client, checked)
    assert (sent.status_code, headline(sent)) == (200, "Your answer is stored")
    assert kept() == [("answer", STRIPPED)]
    assert STRIPPED in text(sent)
    assert report.messages.get(kind="answer").week == "2026-W10"
    assert headline(at_receipt(client)) == "Your story is being read"


def test_a_word_can_be_kept_and_others_removed(client: Client) -> None:
    asked()
    checked = check(client)
    again = at_receipt(
        client,
        **hidden(checked),
        step="again",
        words=WORDS,
        keep=NAME,
        further="lane, told",
    )
    assert 'name="keep" value="Delacroix" checked' in text(again)
    assert 'name="remove" value="lane" checked' in text(again)
    send(client, again, keep=NAME, remove=["lane", "told"])
    ((_, stored),) = kept()
    assert NAME in stored
    assert [word for word in ("lane", "told") if word in stored] == []


def test_a_change_on_the_way_is_shown_before_it_is_stored(client: Client) -> None:
    asked()
    answer = send(client, check(client), further="lane")
    assert "Your changes are made." in text(answer)
    assert kept() == []


@pytest.mark.parametrize("changed", ["words", "question", "verdict"])
def test_a_token_is_for_one_answer_to_one_question(client: Client, changed: str) -> None:
    report = asked()
    checked = check(client)
    other = {
        "words": "Something else that was never shown.",
        "question": "6ba7b810-9dad-41d1-80b4-00c04fd430c8",
        "verdict": "agreement",
    }[changed]
    response = send(client, checked, **{changed: other})
    assert "Your changes are made." in text(response)
    assert (kept(), report.messages.count()) == ([], 1)


@pytest.mark.parametrize("token", ["", "forged", "a:b:c", "\u00fc"])
def test_a_forged_token_stores_nothing_and_gives_the_answer_back(
    client: Client, token: str
) -> None:
    asked()
    response = send(client, check(client), token=token)
    assert response.status_code == 403
    assert "The car stood across the lane." in text(response)
    assert kept() == []
    assert send(client, response).status_code == 200
    assert kept() == [("answer", STRIPPED)]


def test_a_token_lasts_a_day(client: Client) -> None:
    with time_machine.travel("2026-03-01 08:00Z", tick=False) as clock:
        asked()
        checked = check(client)
        clock.shift(24 * 60 * 60 + 1)
        assert send(client, checked).status_code == 403
    assert kept() == []


def test_sending_twice_stores_one_answer(client: Client) -> None:
    asked()
    checked = check(client)
    first, second = send(client, checked), send(client, checked)
    assert [headline(first), headline(second)] == ["Your answer is stored"] * 2
    assert kept() == [("answer", STRIPPED)]


def test_a_second_answer_is_refused_and_given_back(client: Client) -> None:
    asked()
    stale = check(client, words="Another answer to it.")
    send(client, check(client))
    response = send(client, stale, words="Another answer to it.")
    assert response.status_code == 409
    assert "has an answer already" in text(response)
    assert "Another answer to it." in text(response)
    assert kept() == [("answer", STRIPPED)]


@pytest.mark.parametrize("gone", ["unask", "decline", "withdraw"])
def test_an_answer_to_a_question_that_is_gone_is_given_back(client: Client, gone: str) -> None:
    report = asked()
    checked = check(client)
    asker = User.objects.get()
    if gone == "unask":
        review.unask(report=report, version=1, moderator=asker)
    elif gone == "decline":
        review.decline(report=report, version=1, moderator=asker, reason="too-little")
    else:
        review.withdraw(report=report)
    response = send(client, checked)
    assert response.status_code == 409
    assert "is not open any more" in text(response)
    assert WORDS in text(response)
    assert kept() == []
    assert WORDS in text(at_receipt(client, **(hidden(checked) | {"step": "edit", "words": WORDS})))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", "Write an answer"),
        (" \n ", "Write an answer"),
        ("x" * 5_001, "Your answer has 5,001 characters, and 5,000 can be kept."),
        ("near \x00\x07 it", "Your answer holds 2 characters that cannot be stored"),
    ],
)
@pytest.mark.parametrize("step", ["answer", "send"])
def test_an_answer_that_cannot_be_taken_comes_back(
    client: Client, step: str, words: str, said: str
) -> None:
    asked()
    carried = {"verdict": "answer", "token": "x"} if step == "send" else {}
    response = check(client, step, words, **carried)
    assert response.status_code == 400
    assert said in text(response)
    assert words.strip().replace("\x00\x07", "\ufffd\ufffd") in text(response)
    assert '<a href="#id_words">Your answer</a>' in text(response)
    assert kept() == []


@pytest.mark.parametrize(
    "forged", [{"question": "x"}, {"question": ""}, {"step": "again", "verdict": "words"}]
)
def test_what_is_no_answer_is_refused_and_given_back(
    client: Client, forged: dict[str, str]
) -> None:
    asked()
    response = check(client, **forged)
    assert response.status_code == 400
    assert "That was no answer." in text(response)
    assert WORDS in text(response)
    assert kept() == []


def test_a_question_of_another_report_cannot_be_answered(client: Client) -> None:
    other = make_report(State.IN_REVIEW)
    other = review.ask(report=other, version=0, moderator=make_moderator("x"), text="How far?")
    question = str(other.messages.get().pk)
    asked()
    checked = check(client, question=question)
    assert send(client, checked).status_code == 409
    assert kept() == []


def test_editing_brings_back_all_that_was_typed(client: Client) -> None:
    asked()
    page = at_receipt(client, **(hidden(check(client)) | {"step": "edit", "words": WORDS}))
    assert (page.status_code, headline(page)) == (200, "There is one question for you")
    assert WORDS in text(page)


# Verdicts


@pytest.mark.parametrize(
    ("step", "says"),
    [("agreement", "It does not give me away."), ("objection", "It gives me away.")],
)
@pytest.mark.parametrize("words", ["", WORDS])
def test_a_verdict_is_asked_once_more_and_kept(
    client: Client, step: str, says: str, words: str
) -> None:
    to_be_read()
    checked = check(client, step, words)
    assert f"<strong>{says}</strong>" in text(checked)
    assert kept() == []
    sent = send(client, checked, words)
    assert headline(sent) == "Your answer is stored"
    assert kept() == [(step, STRIPPED if words else "")]
    assert says in text(at_receipt(client))


def test_a_verdict_on_a_text_that_has_changed_is_refused_and_the_new_text_shown(
    client: Client,
) -> None:
    report = to_be_read()
    checked = check(client, "agreement")
    Report.objects.filter(pk=report.pk).update(summary="Another summary by now.")
    response = send(client, checked)
    assert response.status_code == 409
    assert "changed the text since you read it" in text(response)
    assert "Another summary by now." in text(response)
    assert WORDS in text(response)
    assert kept() == []
    assert send(client, check(client, "agreement")).status_code == 200
    assert kept() == [("agreement", STRIPPED)]


@pytest.mark.parametrize(("ask", "step"), [(asked, "agreement"), (to_be_read, "answer")])
def test_a_reply_of_another_kind_is_refused(client: Client, ask: Any, step: str) -> None:
    ask()
    response = send(client, check(client, step))
    assert response.status_code == 409
    assert "That is no answer to this question." in text(response)
    assert kept() == []


# When something fails


def test_too_many_requests_give_the_answer_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked()
    checked = check(client)
    monkeypatch.setattr("reports.views.RECEIPT_RATE", "1/h")
    responses = [send(client, checked) for _ in range(2)]
    assert responses[-1].status_code == 429
    assert WORDS in text(responses[-1])
    assert RECEIPT in text(responses[-1])


def test_a_database_that_fails_gives_the_answer_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked()
    checked = check(client)

    def broken(**fields: Any) -> None:
        raise DatabaseError("disk full")

    with monkeypatch.context() as away:
        away.setattr(Message.objects, "create", broken)
        response = send(client, checked)
    assert response.status_code == 503
    assert WORDS in text(response)
    assert RECEIPT in text(response)
    assert kept() == []
    assert send(client, checked).status_code == 200
    assert kept() == [("answer", STRIPPED)]


def test_a_wrong_receipt_gives_the_answer_back(client: Client) -> None:
    asked()
    checked = check(client)
    for receipt, status in (("7Q2M", 400), ("0000-0000-0000-0000", 404)):
        response = send(client, checked, receipt=receipt)
        assert (response.status_code, WORDS in text(response)) == (status, True)
    assert kept() == []


# What is kept, and what it costs


def test_the_answer_as_typed_and_the_receipt_are_written_nowhere(client: Client) -> None:
    """Plant words in everything that a request holds, and look for them in everything kept."""
    output = io.StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(PrivateFormatter())
    logging.getLogger().addHandler(handler)
    planted: dict[str, Any] = {
        "REMOTE_ADDR": "198.51.100.77",
        "HTTP_USER_AGENT": "PlantedBrowser",
        "HTTP_REFERER": "https://planted-referrer.example/",
        "HTTP_COOKIE": "planted=cookie-value",
    }
    asked()
    carried = hidden(at_receipt(client)) | {"words": WORDS, "receipt": RECEIPT}
    checked = client.post("/receipt/", carried | {"step": "answer"}, **planted)
    carried |= hidden(checked)
    sent = client.post("/receipt/", carried | {"step": "send"}, **planted)
    logging.getLogger().removeHandler(handler)
    with connection.cursor() as cursor:
        rows = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [repr(row) for row in cursor.fetchall()]
    everything = "\n".join(rows) + output.getvalue() + repr(vars(cache))
    assert STRIPPED in everything
    for word in (NAME, RECEIPT, "198.51.100", "PlantedBrowser", "planted", carried["token"]):
        assert word not in everything
    assert (checked.cookies.output(), sent.cookies.output()) == ("", "")
    assert RECEIPT not in " ".join(re.findall(r'(?:href|action)="([^"]*)"', text(sent)))


@pytest.mark.parametrize("kind", ["question", "reading"])
def test_the_page_takes_as_many_queries_for_many_letters_as_for_one(
    client: Client, kind: str
) -> None:
    report = asked() if kind == "question" else to_be_read(terms=[term("light", "daylight")])

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert at_receipt(client).status_code == 200
        return len(queries)

    one = count()
    for position in range(2, 32):
        report.messages.create(position=position, kind="answer", week="2026-W10", text="Near.")
        report.lesson_drafts.create(position=position, text="A lesson.")
    assert count() == one
    assert one <= (4 if kind == "question" else 8)
