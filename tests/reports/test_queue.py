"""The queue: what waits, for whom, in which order."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports import review
from reports.models import State
from reports.queue import weeks_since
from tests.factories import (
    make_moderator,
    make_report,
    term,
)
from tests.reports.desk import QUEUE, page_of, signed_in, text_of

pytestmark = pytest.mark.django_db


def titles(response: Any) -> list[str]:
    return [report.title for report in response.context["cl"].result_list]


def test_the_queue_shows_what_waits_worst_first_and_then_oldest() -> None:
    death, minor = term("worst_potential", "death"), term("worst_potential", "minor-injury")
    make_report(title="old minor", terms=[minor], week="2025-W01")
    make_report(title="new death", terms=[death], week="2026-W07")
    make_report(title="old death", terms=[death], week="2026-W06")
    make_report(title="unsaid", week="2024-W01")
    make_report(State.DECLINED, title="declined", terms=[death], week="2024-W01")
    client = signed_in(make_moderator())
    assert titles(client.get(QUEUE)) == ["old death", "new death", "old minor", "unsaid"]
    assert titles(client.get(QUEUE, {"state": "declined"})) == ["declined"]
    assert len(titles(client.get(QUEUE, {"state": "all"}))) == 5
    assert len(titles(client.get(QUEUE, {"state": "nonsense"}))) == 4


@time_machine.travel("2026-02-11T12:00:00Z", tick=False)
def test_the_queue_says_at_a_glance_what_waits_for_whom() -> None:
    alex, robin = make_moderator("alex"), make_moderator("robin")
    stop, death = term("activity", "vehicle-stop"), term("worst_potential", "death")
    make_report(week="2026-W07", story="<b>A truck</b> " + "passed " * 40, terms=[stop, death])
    taken = make_report(week="2026-W06")
    review.claim(report=taken, version=0, moderator=robin)
    make_report(State.AWAITING_SECOND, week="2026-W05", passed_by=alex, title="Mine")
    make_report(State.AWAITING_SECOND, week="2025-W52", passed_by=robin, title="Theirs")
    text = text_of(signed_in(alex).get(QUEUE))
    cells = [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip()
        for cell in re.findall(r"<t[dh] class=\"(?:field|.*nowrap)[^>]*>(.*?)</t[dh]>", text, re.S)
    ]
    excerpt = "&lt;b&gt;A truck&lt;/b&gt; " + " ".join(["passed"] * 12) + "…"
    assert cells[:5] == [
        excerpt,
        "Received nobody has it yet",
        "This week",
        term("worst_potential", "death").label,
        "Traffic stop",
    ]
    assert cells[5:8] == ["Theirs", "Awaiting a second robin passed it on", "7 weeks overdue"]
    assert cells[10:13] == ["Mine", "Awaiting another you passed it on", "2 weeks"]
    assert cells[16:18] == ["In review robin has it", "1 week"]


@pytest.mark.parametrize(
    ("week", "today", "weeks"),
    [
        ("2026-W07", "2026-02-15", 0),
        ("2026-W07", "2026-02-16", 1),
        ("2026-W53", "2027-01-04", 1),
        ("2024-W01", "2026-02-15", 110),
    ],
)
def test_weeks_are_counted_from_monday_to_monday(week: str, today: str, weeks: int) -> None:
    assert weeks_since(week, datetime.date.fromisoformat(today)) == weeks


def test_an_empty_queue_says_so() -> None:
    client = signed_in(make_moderator())
    assert "Every report that came in has been decided." in text_of(client.get(QUEUE))
    assert "Look at" in text_of(client.get(QUEUE, {"state": "declined"}))


@pytest.mark.parametrize("address", [QUEUE, "/desk/reports/decision/", "review"])
def test_pages_take_as_many_queries_for_three_rows_as_for_one(address: str) -> None:
    moderator = make_moderator()
    night, theme = term("light", "night-unlit"), term("lesson_theme", "keep-scanning")
    report = make_report(State.IN_REVIEW, terms=[night], lessons=[])

    def grow(count: int) -> None:
        for _ in range(count):
            lesson = report.lesson_drafts.create(text="A lesson.")
            lesson.terms.add(theme)
            other = make_report(terms=[night, term("activity", "vehicle-stop")])
            review.claim(report=other, version=0, moderator=moderator)

    def count() -> int:
        client = signed_in(moderator)
        client.get(page_of(report) if address == "review" else address)
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(report) if address == "review" else address)
        return len(queries)

    grow(1)
    one = count()
    grow(2)
    assert count() == one
    assert one < 25
