"""The logs in the desk: who reads them, what filters leave, what an export holds, what never."""

import csv
import io
import json
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from pytest_django.asserts import assertNumQueries

from nearmiss.log_admin import FORMULA, harmless
from reports import retention, review
from reports.models import Decision, Purge, Report, State
from tests.factories import make_lead, make_moderator, make_report, make_user
from tests.reports.desk import signed_in, text_of

pytestmark = pytest.mark.django_db

DECISIONS = "/desk/reports/decision/"
PURGES = "/desk/reports/purge/"
PLANTED = "Zubrowskian"


def table(response: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text_of(response))))


@pytest.fixture
def lived() -> Report:
    """Return a report that was taken up, withdrawn and purged, and another that was declined."""
    alex, robin = make_moderator("alex"), make_moderator("robin")
    texts: dict[str, Any] = {
        "story": f"The {PLANTED} sign.",
        "advice": f"Mind the {PLANTED} sign.",
        "title": PLANTED,
        "closed_week": "",
    }
    report = review.claim(report=make_report(**texts), version=0, moderator=alex)
    report = review.withdraw(report=report)
    other = make_report(**texts)
    review.decline(report=other, version=0, moderator=robin, reason="too-little", words="Thanks.")
    retention.run(retention.ends(report.closed_week))
    return report


def test_moderators_read_the_logs(lived: Report) -> None:
    client = signed_in(Report.objects.get(state="declined").decisions.get().moderator)  # type: ignore[arg-type]
    html = text_of(client.get(DECISIONS))
    assert html.count("<tr>") == 1 + Decision.objects.count() == 4
    assert 'aria-current="page">Decisions</a>' in html
    assert f'href="{PURGES}"' in html
    purges = text_of(client.get(PURGES))
    assert purges.count("<tr>") == 2
    assert "export." not in html + purges


@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("", {"claimed", "withdrawn", "declined"}),
        ("action__exact=declined", {"declined"}),
        ("who=officer", {"withdrawn"}),
        ("who={alex}", {"claimed"}),
        ("who={alex}&action__exact=declined", set()),
        ("who=x", set()),
        ("who=-1", set()),
    ],
)
def test_an_export_holds_what_is_listed(lived: Report, query: str, actions: set[str]) -> None:
    client = signed_in(make_lead())
    alex = Decision.objects.get(action="claimed").moderator_id
    query = query.format(alex=alex)
    listed = text_of(client.get(f"{DECISIONS}?{query}"))
    assert f'href="{DECISIONS}export.csv{"?" * bool(query)}{query.replace("&", "&amp;")}"' in listed
    rows = table(client.get(f"{DECISIONS}export.csv?{query}"))
    assert rows[0] == ["when (UTC)", "who", "did", "report"]
    assert {row[2] for row in rows[1:]} == actions
    lines = text_of(client.get(f"{DECISIONS}export.jsonl?{query}")).splitlines()
    assert {json.loads(line)["action"] for line in lines} == actions
    assert len(lines) == len(rows) - 1 == listed.count("<tr>") - bool(actions)


def test_an_export_tells_all_there_is_of_a_row(lived: Report) -> None:
    client = signed_in(make_lead())
    response = client.get(f"{DECISIONS}export.jsonl")
    assert response["Content-Disposition"] == 'attachment; filename="decisions.jsonl"'
    assert "no-store" in response["Cache-Control"]
    rows = {row["action"]: row for row in map(json.loads, text_of(response).splitlines())}
    claimed = Decision.objects.get(action="claimed")
    assert claimed.at
    assert rows["claimed"] == {
        "at": claimed.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "who": "alex",
        "action": "claimed",
        "report": str(lived.pk),
    }
    assert (rows["withdrawn"]["at"], rows["withdrawn"]["who"]) == (None, "The officer")
    purge = Purge.objects.get()
    assert table(client.get(f"{PURGES}export.csv"))[1:] == [
        [str(purge.day), purge.quarter, "0", "1", "1", "0"]
    ]


def test_no_log_holds_a_word_of_a_story(lived: Report) -> None:
    client = signed_in(make_lead())
    pages = [text_of(client.get(address)) for address in (DECISIONS, PURGES)]
    for address in (DECISIONS, PURGES):
        pages += [text_of(client.get(f"{address}export.{ending}")) for ending in ("csv", "jsonl")]
    assert PLANTED.casefold() not in "".join(pages).casefold()
    assert "Thanks" not in "".join(pages)
    assert all(len(page) > 50 for page in pages)


@pytest.mark.parametrize("start", FORMULA)
def test_no_cell_is_taken_for_a_formula(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"


def test_a_name_that_looks_like_a_formula_is_harmless_in_csv_and_itself_in_json() -> None:
    odd = make_moderator("@SUM")
    review.claim(report=make_report(), version=0, moderator=odd)
    client = signed_in(make_lead())
    assert table(client.get(f"{DECISIONS}export.csv"))[1][1] == "'@SUM"
    assert json.loads(text_of(client.get(f"{DECISIONS}export.jsonl")))["who"] == "@SUM"


@pytest.mark.parametrize("address", [DECISIONS, PURGES])
def test_only_a_lead_takes_a_log_along(address: str, lived: Report) -> None:
    for user in (make_moderator("only"), make_user("staff", is_staff=True)):
        for ending in ("csv", "jsonl"):
            assert signed_in(user).get(f"{address}export.{ending}").status_code == 403
    assert Client().get(f"{address}export.csv").status_code == 302
    assert signed_in(make_lead()).get(f"{address}export.csv?nonsense=1").status_code == 302


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("model", [Decision, Purge])
def test_the_desk_changes_no_row(model: type[Model], method: str, lived: Report) -> None:
    client = signed_in(make_lead())
    before = list(model._default_manager.values())
    row = model._default_manager.latest("pk")
    address = f"/desk/reports/{model._meta.model_name}/"
    asked = {"post": "yes", "action": "delete_selected", "_selected_action": str(row.pk)}
    statuses = {
        page: getattr(client, method)(f"{address}{page}", asked).status_code
        for page in ("add/", f"{row.pk}/delete/", f"{row.pk}/change/", f"{row.pk}/history/", "")
    }
    assert (statuses["add/"], statuses[f"{row.pk}/delete/"]) == (403, 403)
    assert statuses[f"{row.pk}/change/"] == statuses[f"{row.pk}/history/"] == 302
    assert list(model._default_manager.values()) == before


@pytest.mark.parametrize("reports", [1, 30])
def test_the_log_takes_the_same_queries_however_long_it_is(reports: int) -> None:
    alex = make_moderator("alex")
    for _ in range(reports):
        review.claim(report=make_report(), version=0, moderator=alex)
    client = signed_in(make_lead())
    client.get(DECISIONS)
    with assertNumQueries(7):
        client.get(DECISIONS)


def test_a_long_log_is_exported_to_its_last_row() -> None:
    report, alex = make_report(State.IN_REVIEW), make_moderator()
    Decision.objects.bulk_create(
        Decision(report=report, action="edited", moderator=alex, at="2026-02-10T00:00:00Z")
        for _ in range(4_500)
    )
    assert len(table(signed_in(make_lead()).get(f"{DECISIONS}export.csv"))) == 4_501
