"""Changes at the same moment, where the database runs statements side by side."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection

from lessons.models import Story
from nearmiss.accounts import changes
from reports import checks, review
from reports.drafts import Draft, DraftedLesson
from reports.models import Decision, Report, State
from reports.review import Refused
from tests.factories import make_moderator, make_report

pytestmark = pytest.mark.django_db


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run calls in threads that start together; return what each returned or raised."""
    results: list[Any] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(index: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[index] = call()
        except (Refused, changes.Refused) as refusal:
            results[index] = refusal.status
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def side_by_side(transactional_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory runs one transaction at a time and fails the others.")


@pytest.mark.usefixtures("side_by_side")
@pytest.mark.django_db(transaction=True)
def test_two_approvals_at_once_publish_one_story() -> None:
    report = make_report(State.AWAITING_SECOND)
    people: list[User] = [make_moderator(name) for name in ("alex", "robin", "sam")]
    results = at_once(
        *(
            lambda person=person: (
                review.publish(
                    report=report, version=0, moderator=person, checked=checks.slugs(second=True)
                ).state
            )
            for person in people
        )
    )
    assert sorted(map(str, results)) == ["409", "409", "published"]
    assert Story.objects.count() == 1
    assert Decision.objects.filter(action="approved").count() == 1


@pytest.mark.usefixtures("side_by_side")
@pytest.mark.django_db(transaction=True)
def test_two_savings_at_once_keep_one() -> None:
    report = make_report(State.IN_REVIEW)
    people = [make_moderator(name) for name in ("alex", "robin")]
    results = at_once(
        *(
            lambda person=person: (
                review.save_draft(
                    report=report,
                    version=0,
                    moderator=person,
                    draft=Draft(person.username, "", "", frozenset(), (DraftedLesson("L."),)),
                ).title
            )
            for person in people
        )
    )
    report.refresh_from_db()
    assert sorted(map(str, results)) == sorted(["409", report.title])
    assert (report.version, report.lesson_drafts.count()) == (1, 1)
    assert report.decisions.get().moderator == User.objects.get(username=report.title)


@pytest.mark.usefixtures("side_by_side")
@pytest.mark.django_db(transaction=True)
def test_one_receipt_sent_many_times_at_once_makes_one_report() -> None:
    results = at_once(
        *[
            lambda: review.receive(story="One.", advice="", terms=[], receipt_hash="a" * 64).pk
            for _ in range(4)
        ]
    )
    assert set(results) == {Report.objects.get().pk}


@pytest.mark.usefixtures("side_by_side")
@pytest.mark.django_db(transaction=True)
def test_one_answer_sent_many_times_at_once_is_kept_once() -> None:
    report = make_report(State.IN_REVIEW)
    review.ask(report=report, version=0, moderator=make_moderator(), text="How far?")
    question = report.messages.get().pk
    results = at_once(
        *[
            lambda: review.answer(report=report, question=question, text="Near.").version
            for _ in range(4)
        ]
    )
    assert (results, report.messages.count()) == ([2, 2, 2, 2], 2)


@pytest.mark.usefixtures("side_by_side")
@pytest.mark.django_db(transaction=True)
def test_two_questions_at_once_ask_one() -> None:
    report = make_report(State.IN_REVIEW)
    people = [make_moderator(name) for name in ("alex", "robin")]
    results = at_once(
        *(
            lambda person=person: (
                review.ask(report=report, version=0, moderator=person, text="How far?").letter
            )
            for person in people
        )
    )
    assert sorted(map(str, results)) == ["409", "asked"]
    assert report.messages.count() == 1
