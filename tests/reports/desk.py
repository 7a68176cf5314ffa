"""What the desk's tests share: signing in, and posting what a review page posts."""

from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from reports import checks
from reports.drafts import Draft
from reports.models import Report
from tests.signing_in import sign_in

QUEUE = "/desk/reports/report/"
NAMED = "Sgt. Ramirez wrote the citation. A truck passed close."


def page_of(report: Report, page: str = "change") -> str:
    return reverse(f"admin:reports_report_{page}", args=[report.pk])


def signed_in(user: User) -> Client:
    return sign_in(Client(), user)


def filled(report: Report, do: str, **changes: Any) -> dict[str, Any]:
    """Return what the review page of a report posts, with changes."""
    draft = Draft.of(report)
    data: dict[str, Any] = {
        "do": do,
        "version": report.version,
        "title": draft.title,
        "summary": draft.summary,
        "narrative": draft.narrative,
        "checked": sorted(checks.slugs(second=False)),
        "lessons-TOTAL_FORMS": len(draft.lessons) + 1,
        "lessons-INITIAL_FORMS": 0,
    }
    for fact in draft.terms:
        data.setdefault(fact.facet, []).append(fact.pk)
    for number, lesson in enumerate(draft.lessons):
        data[f"lessons-{number}-text"] = lesson.text
        data[f"lessons-{number}-ORDER"] = number + 1
        for fact in lesson.terms:
            data.setdefault(f"lessons-{number}-{fact.facet}", []).append(fact.pk)
    return data | changes


def publishing(version: int = 0) -> dict[str, Any]:
    """Return what the button "Publish" posts, with every line of the check list ticked."""
    return {"do": "publish", "version": version, "checked": sorted(checks.slugs(second=True))}


def text_of(response: Any) -> str:
    return str(response.getvalue().decode())


def state_of(report: Report) -> tuple[str, int]:
    stored = Report.objects.get(pk=report.pk)
    return stored.state, stored.version
