"""The log of purges: each is counted once, in the same transaction, and no row can be changed."""

import datetime
import io
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from nearmiss import append_only
from reports import retention, review
from reports.apps import PURGES
from reports.models import Purge, Report, State
from tests.factories import make_lead, make_moderator, make_report

pytestmark = pytest.mark.django_db

TODAY = datetime.date(2026, 8, 3)


def rows() -> list[tuple[object, ...]]:
    fields = ("day", "quarter", *Purge.COUNTS)
    return list(Purge.objects.order_by("day", "quarter").values_list(*fields))


def make_closed() -> None:
    """Make reports of which six are due on TODAY, in two quarters, one of them with its story."""
    passer, approver = make_moderator("passer"), make_moderator("approver")
    both: dict[str, Any] = {"passed_by": passer, "approved_by": approver}
    make_report(State.PUBLISHED, closed_week="2026-W10", **both)
    make_report(State.DECLINED, closed_week="2026-W11")
    make_report(State.DECLINED, closed_week="2026-W13")
    make_report(State.WITHDRAWN, closed_week="2026-W15")
    make_report(State.UNPUBLISHED, closed_week="2026-W09", taken_down_week="2026-W14", **both)
    make_report(State.DECLINED, closed_week="2026-W29")  # not due yet
    make_report(State.RECEIVED, week="2025-W01")  # never due


def test_a_purge_is_a_row_of_counts_for_each_quarter() -> None:
    make_closed()
    retention.run(TODAY)
    assert rows() == [(TODAY, "2026 Q1", 2, 2, 0, 0), (TODAY, "2026 Q2", 0, 0, 1, 1)]
    assert Report.objects.filter(story="").count() == 5


def test_what_is_purged_is_counted_once() -> None:
    make_closed()
    retention.run(TODAY)
    before = rows()
    assert retention.run(TODAY) == []
    assert rows() == before


def test_a_run_that_finds_nothing_leaves_no_row() -> None:
    make_report(State.DECLINED, closed_week="2026-W29")
    assert retention.run(TODAY) == []
    assert rows() == []


def test_only_real_purges_are_logged() -> None:
    make_closed()
    output = io.StringIO()
    with time_machine.travel(TODAY, tick=False):
        call_command("purge", stdout=output)
    told = "2 published, 2 declined, 1 withdrawn, 1 story taken down. Retention is 90 days."
    assert f"Would purge, with --yes: {told}\n" in output.getvalue()
    assert rows() == []
    with time_machine.travel(TODAY, tick=False):
        call_command("purge", "--yes", stdout=output)
    assert f"Purged: {told}\n" in output.getvalue()
    assert len(rows()) == 2


def test_no_text_goes_without_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    make_closed()

    def broken(**fields: object) -> None:
        raise IntegrityError("The log is full.")

    monkeypatch.setattr(Purge.objects, "create", broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        retention.run(TODAY)
    assert Report.objects.filter(story="").count() == 0


def test_a_purge_can_be_neither_changed_nor_deleted() -> None:
    make_closed()
    row = retention.run(TODAY)[0]
    before = rows()

    def raw(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    for attempt in (
        lambda: Purge.objects.update(declined=0, published=9),
        lambda: Purge.objects.all().delete(),
        row.save,
        row.delete,
        lambda: raw("UPDATE reports_purge SET published = 9"),
        lambda: raw("DELETE FROM reports_purge"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    assert rows() == before
    assert PURGES.triggers == {"purge_no_update", "purge_no_delete"}
    assert append_only.missing(connection) == set()


def test_a_purge_names_no_report_and_counts_something() -> None:
    fields = {field.name for field in Purge._meta.get_fields()}
    assert fields == {"id", "day", "quarter", *Purge.COUNTS}
    with pytest.raises(IntegrityError), transaction.atomic():
        Purge.objects.create(day=TODAY, quarter="2026 Q1")


# Reports that nobody opens


def test_what_nobody_opens_for_a_year_is_told_and_kept() -> None:
    for week in ("2025-W01", "2025-W01", "2025-W30", "2025-W31"):
        make_report(week=week)
    make_report(State.DECLINED, week="2024-W01", closed_week="2024-W20")
    make_report(State.IN_REVIEW, week="2025-W02")
    with time_machine.travel("2026-02-01 09:00Z", tick=False):
        review.claim(
            report=make_report(week="2025-W03"), version=0, moderator=make_moderator("alex")
        )
    output = io.StringIO()
    with time_machine.travel(TODAY, tick=False):  # in 2026-W32; a year before is 2025-W32
        call_command("purge", "--yes", stdout=output)
    assert output.getvalue().splitlines()[1:] == [
        "Nobody has acted on these for a year, and they are kept: "
        "4 received (2025-W01: 2, 2025-W30: 1, 2025-W31: 1).",
        "Nobody has acted on these for a year, and they are kept: 1 in review (2025-W02: 1).",
    ]
    assert Report.objects.exclude(story="").count() == 6


def test_an_act_of_the_officer_opens_nothing() -> None:
    report = make_report(State.IN_REVIEW, week="2024-W02")
    report.decisions.create(action="answered")
    assert retention.left_lying(TODAY) == {State.IN_REVIEW: {"2024-W02": 1}}


def test_a_story_taken_down_twice_counts_when_it_goes() -> None:
    report = make_report(State.PUBLISHED, closed_week="2025-W40")
    lead, story = make_lead(), report.published_as
    with time_machine.travel("2026-02-02 09:00Z", tick=False):
        report = review.unpublish(report=report, version=0, moderator=lead, reason="wrong")
        retention.run(TODAY - datetime.timedelta(days=180))
        report = review.republish(report=report, version=1, moderator=lead)
        review.unpublish(report=report, version=2, moderator=lead, reason="wrong")
    retention.run(TODAY)
    assert [row[1:] for row in rows()] == [("2025 Q4", 1, 0, 0, 0), ("2026 Q1", 0, 0, 0, 1)]
    assert story and not type(story).objects.filter(pk=story.pk).exists()
