"""The ledger: what it counts, and that nothing on it tells a number that it withholds."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from pytest_django.asserts import assertNumQueries

from reports import ledger, retention
from reports.ledger import SMALLEST, Cell
from reports.models import Purge, Report, State
from tests.factories import make_moderator, make_report, make_story

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 24)  # in 2026 Q4
OVER = ["2026 Q1", "2026 Q2", "2026 Q3"]
WEEKS = {"2026 Q1": "2026-W05", "2026 Q2": "2026-W20", "2026 Q3": "2026-W30", "2026 Q4": "2026-W42"}


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(f"{TODAY} 09:00Z", tick=False):
        yield


def receive(number: int, quarter: str) -> None:
    for _ in range(number):
        make_report(week=WEEKS[quarter])


def close(number: int, state: State, quarter: str, **fields: Any) -> None:
    for _ in range(number):
        make_report(state, week="2025-W50", closed_week=WEEKS[quarter], **fields)


def told() -> dict[str, list[str]]:
    """Return what each column of the ledger says, its total last."""
    return {
        column.name: [*map(str, column.cells), str(column.total)]
        for column in ledger.count(TODAY).columns
    }


def page() -> str:
    return Client().get("/ledger/").content.decode()


# What is counted


def test_each_column_counts_by_its_own_week() -> None:
    both: dict[str, Any] = {
        "passed_by": make_moderator("passer"),
        "approved_by": make_moderator("approver"),
    }
    receive(5, "2026 Q1")
    receive(9, "2026 Q2")
    receive(6, "2026 Q3")
    close(7, State.DECLINED, "2026 Q1")
    close(5, State.WITHDRAWN, "2026 Q2")
    close(
        6, State.UNPUBLISHED, "2026 Q1", taken_down_week=WEEKS["2026 Q3"], published_as=None, **both
    )
    for day in ("2026-02-01", "2026-05-01", "2026-05-02"):
        make_story(published=datetime.date.fromisoformat(day))
    under = f"under {SMALLEST}"
    found = told()
    # Each of those that were closed came in before, in 2025 Q4.
    assert ledger.count(TODAY).quarters == ["2025 Q4", *OVER]
    assert found == {
        "Received": ["18", "5", "9", "6", "38"],
        "Published": ["0", "1", "2", "0", "3"],
        "Declined": [under, "7", under, under, "7 or more"],
        "Withdrawn": [under, under, "5", under, "5 or more"],
        "Taken down": [under, under, under, "6", "6 or more"],
        "Purged": [under, under, under, under, under],
    }


def test_counts_stay_right_when_the_texts_are_purged() -> None:
    receive(5, "2026 Q1")
    close(6, State.DECLINED, "2026 Q1")
    close(5, State.WITHDRAWN, "2026 Q2")
    before = told()
    retention.run(datetime.date(2026, 9, 1))
    after = told()
    assert Report.objects.filter(story="").count() == 11
    assert after["Purged"][-2:] == ["11", "11 or more"]
    assert {**after, "Purged": []} == {**before, "Purged": []}


def test_a_story_taken_down_and_published_again_counts_as_published() -> None:
    story = make_story(published=datetime.date(2026, 5, 1))
    assert told()["Published"] == ["1", "0", "1"]  # Q2, Q3 and the total
    story.published = None
    story.save()
    assert told()["Published"] == ["0"]


# What is withheld


@pytest.mark.parametrize("number", range(SMALLEST))
def test_a_small_number_and_none_look_alike(number: int) -> None:
    receive(SMALLEST, "2026 Q1")
    receive(number, "2026 Q2")
    receive(SMALLEST + 1, "2026 Q3")
    assert told()["Received"] == ["5", "under 5", "6", "11 or more"]


def test_the_quarter_that_is_not_over_stands_nowhere() -> None:
    receive(5, "2026 Q1")
    before = page()
    receive(20, "2026 Q4")
    close(20, State.DECLINED, "2026 Q4")
    before_in_2025 = "2025 Q4" in page()
    assert "2026 Q4" not in page()
    Report.objects.filter(state=State.DECLINED).delete()
    assert before_in_2025 and page() == before


def world(small: int) -> str:
    """Return the page of a year in which every withheld number is `small`; the rest is fixed.

    All of it has been purged, each quarter in the one after it, so that purges and closings of the
    quarters add up to each other, which is what somebody would reckon with.
    """
    both: dict[str, Any] = {
        "passed_by": make_moderator("passer"),
        "approved_by": make_moderator("approver"),
    }
    receive(8, "2026 Q1")
    receive(small, "2026 Q2")
    receive(9, "2026 Q3")
    close(small, State.DECLINED, "2026 Q1")
    close(7, State.WITHDRAWN, "2026 Q1")
    close(6, State.DECLINED, "2026 Q2")
    close(small, State.WITHDRAWN, "2026 Q2")
    close(
        small,
        State.UNPUBLISHED,
        "2026 Q1",
        taken_down_week=WEEKS["2026 Q2"],
        published_as=None,
        **both,
    )
    for _ in range(5):
        story = make_story(published=datetime.date(2026, 2, 1))
        close(1, State.PUBLISHED, "2026 Q1", published_as=story, **both)
    for day in ("2026-06-25", "2026-09-20"):
        retention.run(datetime.date.fromisoformat(day))
    Report.objects.filter(week="2025-W50").update(week="2026-W42")  # not over: counted nowhere
    assert Purge.objects.count() > 0
    return page()


def test_nothing_on_the_page_depends_on_what_is_withheld() -> None:
    """The strongest attacker knows how the page is made and everything on it but these numbers."""
    pages = []
    for small in range(SMALLEST):
        with transaction.atomic():
            pages.append(world(small))
            transaction.set_rollback(True)
    assert (
        "<td>18 or more</td>" in pages[0]
    )  # 7 withdrawn, 5 published and 6 declined are purged, and told
    assert len(set(pages)) == 1


def test_purges_of_published_stories_do_not_tell_how_many_were_taken_down() -> None:
    purges = [Purge(day=datetime.date(2026, 6, 1), quarter="2026 Q1", published=10)]
    nothing: dict[str, dict[str, int]] = {"declined": {}, "withdrawn": {}, "taken_down": {}}
    for standing in (8, 10):
        found = ledger.purges_to_tell(purges, published={"2026 Q1": standing}, **nothing)
        assert found == {"2026 Q2": standing}


def test_a_column_of_small_numbers_has_no_total() -> None:
    column = ledger.column("x", OVER, {"2026 Q1": 4, "2026 Q2": 4}, SMALLEST)
    assert column.total == Cell(None)
    assert ledger.column("x", [], {}, SMALLEST).total == Cell(0)


# The page


def test_the_page_of_a_new_site_says_that_nothing_is_counted_yet() -> None:
    receive(4, "2026 Q1")
    assert "No quarter has been counted yet" in page()
    assert "<table" not in page()


def test_plot_and_table_tell_the_same() -> None:
    receive(8, "2026 Q1")
    receive(9, "2026 Q3")
    html = page()
    assert "<title>2026 Q1, Received: 8</title>" in html
    assert "<title>2026 Q2, Received: under 5</title>" in html
    assert '<tr><th scope="row">2026 Q1</th><td>8</td><td>0</td>' in html
    assert html.index('<th scope="row">2026 Q3') < html.index('<th scope="row">2026 Q1')


def test_the_page_is_the_same_for_everyone_and_sets_no_cookie() -> None:
    response = Client().get("/ledger/")
    assert response["Cache-Control"] == "public, max-age=60"
    assert not response.cookies and "Vary" not in response
    assert "style=" not in response.content.decode()
    again = Client().get("/ledger/", headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert Client().post("/ledger/").status_code == 405


def test_the_page_is_linked_from_the_promise_and_the_footer() -> None:
    promise = Client().get("/promise/").content.decode()
    assert promise.count('href="/ledger/"') == 2


@pytest.mark.parametrize("reports", [1, 30])
def test_the_page_takes_the_same_queries_however_much_there_is(reports: int) -> None:
    receive(reports, "2026 Q1")
    close(reports, State.DECLINED, "2026 Q2")
    with assertNumQueries(7):
        ledger.count(TODAY)
