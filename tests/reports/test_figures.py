"""The figures for leads: counted right, with a fixed number of queries, and for nobody else."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings
from pytest_django.asserts import assertNumQueries

from reports import figures
from reports.models import State
from tests.factories import make_lead, make_moderator, make_report, make_user
from tests.reports.desk import signed_in, text_of

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 11, 24)  # in 2026-W48
PAGE = "/desk/figures/"


def numbers(name: str) -> dict[str, list[float | None]]:
    """Return what a plot shows: its values by label."""
    plot = figures.count(TODAY).plots[name]
    return {
        label: [series.values[index] for series in plot.series]
        for index, label in enumerate(plot.labels)
    }


def make_published(week: str, closed_week: str, state: State = State.PUBLISHED) -> None:
    fields: dict[str, Any] = {"passed_by": PEOPLE[0], "approved_by": PEOPLE[1]}
    make_report(state, week=week, closed_week=closed_week, **fields)


PEOPLE: list[Any] = []


@pytest.fixture(autouse=True)
def people() -> None:
    PEOPLE[:] = [make_moderator("passer"), make_moderator("approver")]


def test_what_is_open_stands_by_whose_turn_it_is() -> None:
    make_report()
    make_report(State.IN_REVIEW)
    make_report(State.IN_REVIEW, letter="asked")
    make_report(State.IN_REVIEW, letter="answered")
    make_report(State.IN_REVIEW, letter="answered")
    make_report(State.AWAITING_SECOND, passed_by=PEOPLE[0])
    make_report(State.DECLINED)
    assert list(numbers("turns").values()) == [[1], [1], [1], [2], [1]]
    assert figures.count(TODAY).waiting == 6


@pytest.mark.parametrize(
    ("week", "band"),
    [
        ("2026-W48", "This week"),
        ("2026-W47", "1 or 2 weeks"),
        ("2026-W46", "1 or 2 weeks"),
        ("2026-W45", "3 or 4 weeks"),
        ("2026-W40", "5 to 8 weeks"),
        ("2026-W39", "9 to 26 weeks"),
        ("2025-W48", "27 to 52 weeks"),
        ("2025-W47", "Longer than a year"),
        ("1999-W01", "Longer than a year"),
    ],
)
def test_what_waits_stands_by_its_age(week: str, band: str) -> None:
    make_report(week=week)
    assert [name for name, value in numbers("ages").items() if value == [1]] == [band]


def test_medians_are_those_of_the_quarter_of_publication() -> None:
    for weeks in (1, 2, 9):
        make_published("2026-W20", f"2026-W{20 + weeks}")
    make_published("2026-W40", "2026-W44", State.UNPUBLISHED)
    make_published("2026-W40", "2026-W45")
    found = numbers("median")
    assert found == {"2026 Q2": [1.5], "2026 Q3": [9], "2026 Q4": [4.5]}
    assert figures.count(TODAY).median == 4


def test_a_quarter_in_which_nothing_was_published_has_no_median() -> None:
    make_published("2026-W06", "2026-W08")
    assert numbers("median")["2026 Q2"] == [None]
    assert "none published" in text_of(signed_in(make_lead()).get(PAGE))


def test_received_stands_against_published_by_quarter() -> None:
    make_report(week="2026-W20")
    make_report(State.DECLINED, week="2026-W21")
    make_published("2026-W20", "2026-W30")
    assert numbers("received") == {
        "2026 Q2": [3, 0],
        "2026 Q3": [0, 1],
        "2026 Q4": [0, 0],
    }


def test_overdue_and_left_lying_are_counted(settings: Settings) -> None:
    settings.OVERDUE_WEEKS = 6
    for week in ("2026-W48", "2026-W42", "2026-W41", "2024-W01"):
        make_report(week=week)
    make_report(State.DECLINED, week="2024-W01")
    found = figures.count(TODAY)
    assert (found.waiting, found.overdue, found.left_lying) == (4, 2, 1)


def test_only_leads_see_the_figures() -> None:
    outsiders = [make_moderator("alex"), make_user("staff", is_staff=True)]
    assert [signed_in(user).get(PAGE).status_code for user in outsiders] == [403, 403]
    assert Client().get(PAGE).status_code == 302
    for user, link in ((make_lead(), True), (make_moderator("robin"), False)):
        assert (f'href="{PAGE}"' in text_of(signed_in(user).get("/desk/"))) == link
    assert signed_in(make_lead("other")).get(PAGE).status_code == 200


def test_the_page_of_an_empty_desk_says_so_in_numbers() -> None:
    html = text_of(signed_in(make_lead()).get(PAGE))
    assert "<dd>–</dd>" in html and html.count("<dd>0</dd>") == 3
    assert "style=" not in html


@pytest.mark.parametrize("reports", [1, 30])
def test_the_page_takes_the_same_queries_however_much_there_is(reports: int) -> None:
    for number in range(reports):
        make_report(week=f"2026-W{number + 1:02}")
        make_published("2026-W02", f"2026-W{number + 3:02}")
    with time_machine.travel(f"{TODAY} 09:00Z", tick=False), assertNumQueries(4):
        figures.count(TODAY)
