"""Who may come into the desk, and what its pages never hold."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from lessons.models import Story
from nearmiss.accounts import changes
from nearmiss.accounts.models import Change
from reports.models import Report, State
from reports.moderators import PERMISSIONS
from tests.factories import (
    make_lead,
    make_moderator,
    make_report,
    make_story,
    make_user,
    term,
)
from tests.reports.desk import NAMED, QUEUE, filled, page_of, signed_in, state_of, text_of
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db


# Who may come in


def addresses(report: Report, story: Story) -> Iterator[str]:
    """Yield every address of the desk that tells or changes something."""
    theme = term("lesson_theme", "keep-scanning")
    report.decisions.create(action="withdrawn")
    decision = report.decisions.get()
    changes.invite(username="x", roles=["Leads"], actor=None)
    for page in ("decline", "take_down", "correct"):
        yield page_of(report, page)
    for model, row in (
        ("reports_report", report),
        ("reports_decision", decision),
        ("lessons_term", theme),
        ("lessons_story", story),
        ("lessons_lesson", story.lessons.get()),
        ("accounts_account", make_user("somebody")),
        ("accounts_change", Change.objects.get()),
    ):
        for page in ("changelist", "add"):
            yield reverse(f"admin:{model}_{page}")
        for page in ("change", "delete", "history"):
            yield reverse(f"admin:{model}_{page}", args=[row.pk])


def answers(client: Client, method: str, at: list[str]) -> dict[str, int]:
    data = {"do": "claim", "version": 0, "title": "By hand", "label": "By hand", "post": "yes"}
    return {address: getattr(client, method)(address, data).status_code for address in at}


@pytest.mark.parametrize("method", ["get", "post"])
def test_only_those_with_the_permission_come_in(method: str) -> None:
    report, story = make_report(), make_story(lessons=["One."])
    at = list(addresses(report, story))
    make_moderator("alex")
    halfway = make_user("halfway", is_staff=True)
    halfway.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="reports", codename__in=["view_report", "change_report"]
        )
    )
    for user in (make_user("staff", is_staff=True), halfway):
        assert set(answers(signed_in(user), method, at).values()) == {403}
    for outside in (Client(), signed_in(make_user("officer"))):
        answered = answers(outside, method, at)
        # Who types when a session ends gets the text back: see test_desk_bad_input.
        assert answered.pop(page_of(report)) == (403 if method == "post" else 302)
        assert set(answered.values()) == {302}
    assert state_of(report) == ("received", 0)


def test_moderators_see_what_they_need_and_nothing_else() -> None:
    report, story = make_report(), make_story(lessons=["One."])
    at = list(addresses(report, story))
    alex = make_moderator("alex")
    allowed = {
        address.removeprefix("/desk/").split("/")[1] + "/" + address.rstrip("/").split("/")[-1]
        for address, status in answers(signed_in(alex), "get", at).items()
        if status != 403
    }
    assert allowed == {
        "report/report",
        "report/change",
        "report/decline",
        "report/history",
        "decision/decision",
        "decision/change",
        "decision/history",
        "term/term",
        "term/change",
        "term/history",
    }
    posted = answers(signed_in(alex), "post", [a for a in at if "/reports/report/" not in a])
    changed = {a for a, s in posted.items() if s not in (403, 405) and not a.endswith("history/")}
    assert {a.split("/")[3] for a in changed} <= {"decision", "term"}  # lists, which post nothing
    assert term("lesson_theme", "keep-scanning").label != "By hand"
    granted = Group.objects.get(name="Moderators").permissions.values_list(
        "content_type__app_label", "codename"
    )
    assert set(granted) == set(PERMISSIONS)


def test_leads_edit_terms_and_read_stories() -> None:
    story, theme = make_story(lessons=["One."]), term("lesson_theme", "keep-scanning")
    client = signed_in(make_lead())
    for model, row in (("story", story), ("lesson", story.lessons.get())):
        assert client.get(f"/desk/lessons/{model}/").status_code == 200
        assert client.get(f"/desk/lessons/{model}/{row.pk}/change/").status_code == 200
        for page in (f"{row.pk}/change/", f"{row.pk}/delete/", "add/"):
            assert client.post(f"/desk/lessons/{model}/{page}", {"title": "X"}).status_code == 403
    data = {"label": "Scan on", "help": "", "position": 3, "slug": "other", "facet": "audience"}
    response = client.post(f"/desk/lessons/term/{theme.pk}/change/", data)
    assert response.status_code == 302
    theme.refresh_from_db()
    assert (theme.label, theme.slug, theme.facet) == ("Scan on", "keep-scanning", "lesson_theme")
    assert client.post(f"/desk/lessons/term/{theme.pk}/delete/").status_code == 403


@pytest.mark.parametrize("name", ["x", "0", str(uuid4()), "%00", "../../"])
@pytest.mark.parametrize("page", ["change", "decline"])
def test_a_report_that_is_not_there_is_not_found(name: str, page: str) -> None:
    client = signed_in(make_moderator())
    for method in ("get", "post"):
        assert getattr(client, method)(f"{QUEUE}{name}/{page}/").status_code == 404


def test_a_forged_request_is_refused() -> None:
    report = make_report()
    client = Client(enforce_csrf_checks=True)
    sign_in(client, make_moderator())
    for page in ("change", "decline"):
        response = client.post(page_of(report, page), {"do": "claim", "version": 0})
        assert response.status_code == 403
    assert state_of(report) == ("received", 0)


def test_getting_a_page_changes_nothing() -> None:
    report = make_report()
    client = signed_in(make_moderator())
    for page in ("change", "decline", "history"):
        client.get(page_of(report, page), {"do": "claim", "version": "0"})
    assert state_of(report) == ("received", 0)


# What the content policy would block

INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\bsrc=)|\bdata:", re.I)


@pytest.mark.parametrize("state", State)
def test_no_page_holds_anything_inline(state: State) -> None:
    report = make_report(state, story=NAMED, terms=[term("light", "daylight")])
    client = signed_in(make_lead("alex"))
    pages: list[HttpResponse] = [
        client.get(page_of(report)),  # type: ignore[list-item]
        client.get(page_of(report, "decline")),  # type: ignore[list-item]
        client.get(page_of(report, "take_down")),  # type: ignore[list-item]
        client.get(page_of(report, "correct")),  # type: ignore[list-item]
        client.post(page_of(report), filled(report, "save", title="x" * 121, version=7)),  # type: ignore[list-item]
        client.get(QUEUE, {"state": "all"}),  # type: ignore[list-item]
        client.get("/desk/reports/decision/"),  # type: ignore[list-item]
        client.get("/desk/lessons/term/"),  # type: ignore[list-item]
        client.get("/desk/"),  # type: ignore[list-item]
        Client().get("/desk/login/"),  # type: ignore[list-item]
    ]
    for page in pages:
        assert INLINE.findall(text_of(page)) == []
        assert "default-src 'none'" in page["Content-Security-Policy"]
