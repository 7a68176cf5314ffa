"""The queue: what waits, for whom, in which order."""

import datetime
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.admin import site
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports import queue, retention, review
from reports.admin import ReportAdmin
from reports.models import Proposal, Report, State
from reports.queue import TABS, weeks_since
from tests.factories import (
    make_administrator,
    make_moderator,
    make_report,
    make_story,
    term,
)
from tests.reports.desk import QUEUE, page_of, signed_in, text_of

pytestmark = pytest.mark.django_db

report_admin = ReportAdmin(Report, site)


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


def test_the_first_page_of_the_desk_counts_what_waits_for_whom() -> None:
    alex, robin = make_moderator("alex"), make_moderator("robin")
    make_report()
    make_report(State.AWAITING_SECOND, passed_by=robin)
    make_report(State.AWAITING_SECOND, passed_by=alex)
    make_report(State.DECLINED)
    text = text_of(signed_in(alex).get("/desk/"))
    told = re.findall(r'<a href="([^"]*)"[^>]*><b>(\d+)</b> ([^<]*)</a>', text)
    assert [(label, int(count)) for _, count, label in told[:5]] == [
        ("All that waits", 3),
        ("Nobody has", 1),
        ("Mine", 0),
        ("Answered by the officer", 0),
        ("For a second look", 1),
    ]
    assert [address for address, *_ in told[:2]] == [QUEUE, f"{QUEUE}?for=new"]


def test_who_may_not_read_reports_is_told_no_counts() -> None:
    make_report()
    text = text_of(signed_in(make_administrator()).get("/desk/"))
    assert "waits" not in text
    assert QUEUE not in text


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


@pytest.mark.parametrize(
    "address",
    [QUEUE, f"{QUEUE}?for=second&q=truck", "/desk/reports/decision/", "change", "preview"],
)
@pytest.mark.parametrize("state", [State.IN_REVIEW, State.AWAITING_SECOND])
def test_pages_take_as_many_queries_for_thirty_rows_as_for_one(state: State, address: str) -> None:
    moderator, passer = make_moderator(), make_moderator("passer")
    night, theme = term("light", "night-unlit"), term("lesson_theme", "keep-scanning")
    passed: dict[str, Any] = {"passed_by": passer} if state == State.AWAITING_SECOND else {}
    report = make_report(state, terms=[night], lessons=[], **passed)

    def grow(count: int) -> None:
        for number in range(count):
            lesson = report.lesson_drafts.create(text="A lesson.")
            lesson.terms.add(theme)
            if count == 1 or number % 2:  # of both together as many as one page of the queue has
                other = make_report(terms=[night, term("activity", "vehicle-stop")])
                review.claim(report=other, version=0, moderator=moderator)
            if count == 1 or not number % 2:
                make_report(
                    State.AWAITING_SECOND, passed_by=passer, terms=[night], story="A truck passed."
                )
            story = make_story(f"Story {lesson.pk}", narrative="Calm.", summary="", terms=[night])
            story.lessons.create(text="A lesson.").terms.add(theme)

    def count() -> int:
        client = signed_in(moderator)
        page = address if "/" in address else page_of(report, address)
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        return len(queries)

    grow(1)
    one = count()
    grow(29)
    assert count() == one
    assert one < 25


def test_a_further_page_goes_on_where_the_first_one_ends() -> None:
    weeks = [f"2025-W{week:02}" for week in range(1, 53)]
    for week in reversed(weeks):
        make_report(title=week, week=week)
    client = signed_in(make_moderator())
    first, second = client.get(QUEUE), client.get(QUEUE, {"p": 2})
    assert titles(first) + titles(second) == weeks
    assert len(titles(second)) == len(weeks) - ReportAdmin.list_per_page


def test_a_search_that_finds_too_many_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        make_report(title=f"Truck {number}", week=f"2026-W0{number + 1}")
    client = signed_in(make_moderator())
    assert "the first" not in text_of(client.get(QUEUE, {"q": "truck"}))
    monkeypatch.setattr(queue, "FOUND", 2)
    monkeypatch.setattr(ReportAdmin, "most_found", 2)
    answer = client.get(QUEUE, {"q": "truck"})
    assert titles(answer) == ["Truck 0", "Truck 1"]
    assert "These are the first 2 that were found." in text_of(answer)


NOW = "2026-02-11T12:00:00Z"  # in the seventh week


@pytest.fixture
def full() -> Iterator[dict[str, Any]]:
    """One report of each kind that the tabs tell apart, named by its title; and the moderators."""
    with time_machine.travel(NOW, tick=False):
        yield fill()


def fill() -> dict[str, Any]:
    alex, robin = make_moderator("alex"), make_moderator("robin")
    people = {"alex": alex, "robin": robin}
    make_report(title="received", week="2026-W07")
    make_report(State.IN_REVIEW, title="free", week="2026-W06")
    for title, holder, days in (
        ("mine", alex, 1),
        ("theirs", robin, 1),
        ("mine, lapsed", alex, 5),
        ("theirs, lapsed", robin, 5),
    ):
        report = make_report(State.IN_REVIEW, title=title, week="2026-W05", claimed_by=holder)
        at = timezone.now() - datetime.timedelta(days=days)
        report.decisions.create(action="claimed", moderator=holder, at=at)
    for title, passer, reader in (
        ("second", robin, None),
        ("passed by me", alex, None),
        ("read by me", robin, alex),
        ("read by another", robin, make_moderator("sam")),
    ):
        report = make_report(
            State.AWAITING_SECOND, title=title, week="2025-W50", passed_by=passer, claimed_by=reader
        )
        if reader:
            report.decisions.create(action="claimed", moderator=reader, at=timezone.now())
    for title, letter, asker in (
        ("asked", "asked", alex),
        ("answered", "answered", None),
        ("answered, mine", "answered", alex),
        ("answered, theirs", "answered", robin),
    ):
        report = make_report(
            State.IN_REVIEW, title=title, week="2026-W05", claimed_by=asker, letter=letter
        )
        if asker:
            report.decisions.create(action="asked", moderator=asker, at=timezone.now())
    make_report(State.DECLINED, title="declined", week="2025-W01")
    reviewed: dict[str, Any] = {"passed_by": robin, "approved_by": alex}
    make_report(State.PUBLISHED, title="published", week="2025-W01", **reviewed)
    for title, state, by in (
        ("corrected by me", State.PUBLISHED, alex),
        ("corrected by another", State.UNPUBLISHED, robin),
    ):
        report = make_report(state, title=title, week="2025-W01", **reviewed)
        report.decisions.create(action="proposed", moderator=by, at=timezone.now())
        Proposal.objects.create(report=report, draft={}, note="Anew.", proposed_by=by)
    return people


def test_each_tab_holds_what_waits_for_whom(full: dict[str, Any]) -> None:
    client = signed_in(full["alex"])
    expected = {
        "new": {"received", "free", "mine, lapsed", "theirs, lapsed", "answered"},
        "mine": {"mine", "mine, lapsed", "read by me", "asked", "answered, mine"},
        "answered": {"answered", "answered, mine"},
        "corrections": {"corrected by another"},
        "second": {"second", "read by me"},
        "overdue": {"second", "passed by me", "read by me", "read by another"},
    }
    for tab, reports in expected.items():
        response = client.get(QUEUE, {"for": tab})
        assert set(titles(response)) == reports, tab
        # Each tab says how many it holds, whichever is looked at.
        text = re.sub(r"\s+", " ", text_of(response))
        for other, held in expected.items():
            assert re.search(rf'\?for={other}"[^>]*>[^<]* <b>{len(held)}</b>', text), other
    assert len(titles(client.get(QUEUE))) == 14
    assert titles(client.get(QUEUE, {"for": "mine", "state": "declined"})) == ["declined"]
    assert len(titles(client.get(QUEUE, {"for": "nonsense"}))) == 14


def test_the_queue_says_where_letters_and_corrections_stand(full: dict[str, Any]) -> None:
    client = signed_in(full["alex"])
    said = {
        report.title: re.sub(r"<[^>]+>", "", report_admin.waits_for(report))
        for query in ({}, {"state": "published"}, {"state": "unpublished"})
        for report in client.get(QUEUE, query).context["cl"].result_list
    }
    assert said["asked"] == "In review asked the officer, you have it"
    assert said["answered"] == "In review answered by the officer, nobody has it"
    assert said["answered, theirs"] == "In review answered by the officer, robin has it"
    assert said["corrected by another"] == "Taken down a correction waits"
    assert said["published"] == "Published"


def test_overdue_is_a_setting(full: dict[str, Any], settings: Any) -> None:
    settings.OVERDUE_WEEKS = 1
    client = signed_in(full["alex"])
    assert "free" not in titles(client.get(QUEUE, {"for": "overdue"}))
    settings.OVERDUE_WEEKS = 0
    assert "free" in titles(client.get(QUEUE, {"for": "overdue"}))


def test_every_tab_says_what_it_means_that_it_is_empty() -> None:
    client = signed_in(make_moderator())
    for tab in TABS:
        text = text_of(client.get(QUEUE, {"for": tab.slug}))
        assert tab.empty in text
    text = text_of(client.get(QUEUE, {"q": "xylophone"}))
    assert "No report here holds what you look for." in text
    assert 'value="xylophone"' in text


def test_the_queue_is_narrowed_down_by_fact_and_by_words() -> None:
    stop, night = term("activity", "vehicle-stop"), term("light", "night-unlit")
    make_report(title="one", story="A truck on the SHOULDER.", terms=[stop, night])
    make_report(title="two", story="A truck.", advice="Leave the shoulder.", terms=[stop])
    make_report(title="three trucks", story="100% calm_", terms=[night])
    client = signed_in(make_moderator())

    def found(**query: str) -> set[str]:
        return set(titles(client.get(QUEUE, query)))

    assert found(fact="light/night-unlit") == {"one", "three trucks"}
    assert found(fact="light/night-unlit", q="truck") == {"one", "three trucks"}
    assert found(fact="light/nonsense") == {"one", "two", "three trucks"}
    assert found(q="shoulder TRUCK") == {"one", "two"}
    assert found(q="%") == found(q="calm_") == {"three trucks"}
    assert found(q="  ") == {"one", "two", "three trucks"}
    assert found(q="truck", state="declined") == set()
    assert found(q=" ".join(["truck"] * 500)) == {"one", "two", "three trucks"}
    for odd in ("\x00", "'; --", "\\", "x" * 5_000):
        assert client.get(QUEUE, {"q": odd}).status_code == 200
    text = text_of(client.get(QUEUE, {"fact": "light/night-unlit", "for": "new"}))
    assert re.search('value="light/night-unlit" selected', text)
    assert '<input type="hidden" name="for" value="new">' in text


def test_a_search_finds_in_what_came_in_and_never_in_a_purged_text() -> None:
    report = make_report(State.DECLINED, story="A marmalade truck.", closed_week="2026-W07")
    client = signed_in(make_moderator())
    assert len(titles(client.get(QUEUE, {"q": "marmalade", "state": "all"}))) == 1
    retention.purge(report)
    assert titles(client.get(QUEUE, {"q": "marmalade", "state": "all"})) == []
