"""Retention: the private text of a closed report goes after a set time.

Purge by exception: a report loses every field that KEPT does not name, so that a field added one
day is purged unless somebody decides that it stays.
"""

import datetime

from django.conf import settings
from django.db import models, transaction

from reports.models import CLOSED, Report
from reports.weeks import monday_of

# What tells a receipt how its report ended, and the log whom it speaks of. No text, no facts.
KEPT = frozenset(
    {
        "id",
        "state",
        "week",
        "closed_week",
        "receipt_hash",
        "version",
        "claimed_by",  # nobody's, once a report is closed
        "passed_by",
        "approved_by",
        "published_as",
    }
)


def due(today: datetime.date) -> list[Report]:
    """Return the closed reports whose retention has passed, and that still hold a text.

    Retention counts settings.RETENTION_DAYS from the end of the week in which a report was closed;
    a closer time is not known.
    """
    closed = Report.objects.filter(state__in=CLOSED).exclude(story="")
    return [report for report in closed if ends(report) <= today]


def ends(report: Report) -> datetime.date:
    """Return the day from which on a closed report is purged."""
    monday = monday_of(report.closed_week or report.week)
    return monday + datetime.timedelta(days=6 + settings.RETENTION_DAYS)


@transaction.atomic
def purge(report: Report) -> None:
    """Empty every field that is not kept, and delete the facts, the drafts and the dismissals."""
    emptied = [
        field
        for field in Report._meta.concrete_fields
        if field.name not in KEPT and not isinstance(field, models.ForeignKey)
    ]
    Report.objects.filter(pk=report.pk).update(**{f.name: f.get_default() for f in emptied})
    report.terms.clear()
    report.lesson_drafts.all().delete()
    report.dismissals.all().delete()
