"""The log of decisions: nothing in it can be changed, and nothing in it tells a story."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, connection, transaction
from django.db.models import CharField
from django.test import Client
from django.urls import reverse

from nearmiss import append_only
from reports import review, suspects
from reports.apps import DECISIONS
from reports.drafts import Draft, DraftedLesson
from reports.models import Decision, Report, State
from tests.factories import make_moderator, make_report

pytestmark = pytest.mark.django_db


@pytest.fixture
def decision() -> Decision:
    report = make_report()
    review.claim(report=report, version=0, moderator=make_moderator())
    return Decision.objects.get()


def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in Decision.objects.values()]


def try_everything(decision: Decision) -> None:
    """Try each way to rewrite the log, and make sure that none works."""
    before = rows()

    def raw(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    for attempt in (
        lambda: Decision.objects.update(action="declined"),
        lambda: Decision.objects.filter(pk=decision.pk).update(at=None, moderator=None),
        lambda: Decision.objects.all().delete(),
        decision.delete,
        decision.save,
        lambda: raw("UPDATE reports_decision SET action = 'declined'"),
        lambda: raw("DELETE FROM reports_decision"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    assert rows() == before


def test_a_decision_can_be_neither_changed_nor_deleted(decision: Decision) -> None:
    try_everything(decision)


def test_a_report_or_a_moderator_in_the_log_cannot_be_deleted(decision: Decision) -> None:
    for row in (decision.report, decision.moderator):
        assert row
        with pytest.raises(IntegrityError), transaction.atomic():
            row.delete()


def test_an_act_of_the_officer_has_no_time_and_one_of_a_moderator_has() -> None:
    report = make_report()
    for fields in (
        {"moderator": make_moderator(), "at": None},
        {"moderator": None, "at": "2026-02-10T00:00:00Z"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.create(report=report, action="claimed", **fields)


def test_the_officers_act_comes_last_in_the_log(decision: Decision) -> None:
    report = Report.objects.get()
    review.withdraw(report=report)
    assert list(report.decisions.values_list("action", flat=True)) == ["claimed", "withdrawn"]


def checked() -> str:
    errors = StringIO()
    try:
        call_command("check", databases=["default"], tags=["database"], stdout=StringIO())
    except SystemCheckError as error:
        errors.write(str(error))
    return errors.getvalue()


@pytest.mark.django_db(transaction=True)
def test_altering_the_table_does_not_lose_the_triggers() -> None:
    """Django remakes a SQLite table to alter a column: what migrate ends with puts them back."""
    report = make_report()
    review.claim(report=report, version=0, moderator=make_moderator())
    old = Decision._meta.get_field("action")
    new = CharField(max_length=13)
    new.set_attributes_from_name("action")
    new.model = Decision
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, old, new)
    if connection.vendor == "sqlite":  # the trap itself
        assert append_only.missing(connection) == DECISIONS.triggers
        assert "reports.E001" in checked()
    call_command("migrate", verbosity=0, skip_checks=True)
    assert append_only.missing(connection) == set()
    assert checked() == ""
    try_everything(Decision.objects.get())
    with connection.schema_editor() as editor:
        editor.alter_field(Decision, new, old)
    append_only.install(connection)


def test_the_check_names_each_trigger_that_is_missing() -> None:
    assert checked() == ""
    append_only.uninstall(connection)
    message = checked()
    assert "decision_no_delete, decision_no_update" in message
    append_only.install(connection)
    append_only.install(connection)
    assert checked() == ""


@pytest.mark.django_db(transaction=True)
def test_the_whole_database_can_still_be_flushed_and_keeps_its_triggers() -> None:
    report = make_report()
    review.claim(report=report, version=0, moderator=make_moderator())
    call_command("flush", verbosity=0, interactive=False)
    assert Decision.objects.count() == 0
    assert append_only.missing(connection) == set()


PLANTED = ("ramirez", "quillfeather", "marmalade", "zanzibar", "periwinkle", "hollyhock")


def test_neither_log_nor_session_nor_cookie_holds_a_word_of_a_story(client: Client) -> None:
    """Take a report through its whole life at the desk, with words that would be found."""
    alex, robin = make_moderator("alex"), make_moderator("robin")
    report = make_report(story="Sgt. Ramirez slipped on marmalade.", advice="No quillfeather.")
    page = reverse("admin:reports_report_change", args=[report.pk])
    cookies: list[str] = []

    def press(do: str, **fields: str) -> None:
        report.refresh_from_db()
        data = {
            "do": do,
            "version": str(report.version),
            "lessons-TOTAL_FORMS": "1",
            "lessons-INITIAL_FORMS": "0",
            **fields,
        }
        response = client.post(page, data)
        assert response.status_code == 302, response.content
        cookies.extend(str(cookie) for cookie in response.cookies.values())

    typed = {
        "title": "Zanzibar",
        "summary": "A periwinkle summary.",
        "narrative": "Sgt. Ramirez slipped on marmalade.",
        "lessons-0-text": "Mind the hollyhock.",
    }
    client.force_login(alex)
    press("claim")
    press("save", **typed)
    report.refresh_from_db()
    for suspect in suspects.open_suspects(report):
        press(f"dismiss:{suspect.key.kind}:{suspect.key.word}", **typed)
    press("pass_on", **typed)
    client.force_login(robin)
    press("send_back")
    press("pass_on", **typed)
    client.force_login(alex)
    press("publish")
    report.refresh_from_db()
    assert report.state == State.PUBLISHED

    logged = json.dumps([rows(), list(LogEntry.objects.values())], default=str)
    sessions = json.dumps([session.get_decoded() for session in Session.objects.all()])
    kept = (logged + sessions + "".join(cookies)).casefold()
    assert [word for word in PLANTED if word in kept] == []
    assert LogEntry.objects.count() == 0
    actions = list(report.decisions.values_list("action", flat=True))
    assert actions[:2] == ["claimed", "edited"]
    assert actions[-4:] == ["passed", "sent_back", "passed", "approved"]


def test_a_decision_has_no_field_that_could_hold_a_text() -> None:
    fields = {field.name for field in Decision._meta.get_fields()}
    assert fields == {"id", "report", "action", "moderator", "at"}


def test_a_change_that_cannot_be_logged_does_not_happen(monkeypatch: pytest.MonkeyPatch) -> None:
    report = make_report(State.IN_REVIEW)
    before = Draft.of(report)

    def broken(**fields: Any) -> None:
        raise IntegrityError("The log is full.")

    monkeypatch.setattr(Decision.objects, "create", broken)
    with pytest.raises(IntegrityError):
        review.save_draft(
            report=report,
            version=0,
            moderator=make_moderator(),
            draft=Draft("New", "New", "New", frozenset(), (DraftedLesson("New"),)),
        )
    report.refresh_from_db()
    assert (Draft.of(report), report.version) == (before, 0)
