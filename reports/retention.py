"""Retention: the private text of a closed report goes after a set time.

Purge by exception: a report loses every field that KEEP_LIST does not name, so that a field added
one day is purged unless somebody decides that it stays. So do the rows that hang on it, but for
the log of decisions, which holds no word of a story.
"""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from reports.models import CLOSED, Decision, Proposal, Purge, Report, State
from reports.review import WAITING
from reports.weeks import monday_of, quarter_of, week_of

LEFT_LYING = 52  # weeks without an act of a moderator, after which an open report is pointed out


@dataclass(frozen=True)
class Kept:
    """Something that stays of a purged report: in words, what it is for, and its fields."""

    what: str
    why: str
    fields: tuple[str, ...]


# The promise page and the README say the same as this: a test compares them.
KEEP_LIST = (
    Kept(
        "The hash of the receipt",
        "so that the receipt still tells how the story ended",
        ("receipt_hash",),
    ),
    Kept(
        "The state, and the reason if it is not published",
        "so that there is something to tell",
        ("state", "reason"),
    ),
    Kept(
        "The weeks in which it came in, was closed, or was taken down",
        "so that retention and the public counts can be reckoned",
        ("week", "closed_week", "taken_down_week"),
    ),
    Kept(
        "The two moderators behind a published story, and which story it is",
        "so that nobody publishes alone, also when a story is corrected",
        ("passed_by", "approved_by", "published_as"),
    ),
    Kept(
        "A random key, and how often it was changed",
        "so that the log of decisions has something to point to",
        ("id", "version"),
    ),
)
KEPT = frozenset(field for kept in KEEP_LIST for field in kept.fields)


def due(today: datetime.date) -> list[Report]:
    """Return the closed reports whose retention has passed, and that still hold a text.

    Retention counts settings.RETENTION_DAYS from the end of the week in which a report was closed;
    a closer time is not known.
    """
    closed = Report.objects.filter(state__in=CLOSED).exclude(story="")
    return [report for report in closed if ends(report.closed_week or report.week) <= today]


def stories_due(today: datetime.date) -> list[Report]:
    """Return the reports whose story was taken down so long ago that its text goes as well."""
    down = Report.objects.filter(state=State.UNPUBLISHED, published_as__isnull=False)
    return [report for report in down if ends(report.taken_down_week) <= today]


def ends(week: str) -> datetime.date:
    """Return the day from which on what was closed in a week is purged."""
    return monday_of(week) + datetime.timedelta(days=6 + settings.RETENTION_DAYS)


@transaction.atomic
def run(today: datetime.date) -> list[Purge]:
    """Purge all that is due, and return the rows that the log has of it: one for each quarter.

    All of it happens or nothing does: no text goes without a row, and no row without its texts.
    """
    reports = [report for report in due(today) if purge(report)]
    stories = [report for report in stories_due(today) if purge_story(report)]
    return [Purge.objects.create(day=today, **counts) for counts in tally(reports, stories)]


def tally(reports: list[Report], stories: list[Report]) -> list[dict[str, Any]]:
    """Return what a purge of these counts, as the fields of a row for each quarter.

    reports: that lose their private text. stories: reports whose story is deleted.
    """
    counts: dict[str, Counter[str]] = {}
    for report in reports:
        was_public = report.state == State.UNPUBLISHED
        quarter = quarter_of(report.closed_week or report.week)
        kind = State.PUBLISHED.value if was_public else report.state
        counts.setdefault(quarter, Counter())[kind] += 1
    for report in stories:
        counts.setdefault(quarter_of(report.taken_down_week), Counter())["taken_down"] += 1
    return [{"quarter": quarter, **counts[quarter]} for quarter in sorted(counts)]


@transaction.atomic
def purge(report: Report) -> bool:
    """Empty every field that is not kept; delete facts, drafts, dismissals and messages.

    Return whether there was a text: another run may have been faster.
    """
    had_text = Report.objects.select_for_update().get(pk=report.pk).story != ""
    emptied = [field for field in Report._meta.concrete_fields if field.name not in KEPT]
    Report.objects.filter(pk=report.pk).update(**{f.name: f.get_default() for f in emptied})
    report.terms.clear()
    report.lesson_drafts.all().delete()
    report.dismissals.all().delete()
    report.messages.all().delete()
    return had_text


@transaction.atomic
def purge_story(report: Report) -> bool:
    """Delete a story that was taken down, its lessons, and a correction that waits for it.

    Return whether there was one: it may be published again since it was found to be due.
    """
    held = Report.objects.select_for_update().get(pk=report.pk)
    if held.state != State.UNPUBLISHED or held.published_as is None:
        return False
    held.published_as.delete()
    Proposal.objects.filter(report=held).delete()
    return True


def left_lying(today: datetime.date) -> dict[State, dict[str, int]]:
    """Return the open reports on which no moderator has acted for a year: {state: {week: count}}.

    They are never purged: somebody told a story, and nobody has decided on it.
    """
    since = today - datetime.timedelta(weeks=LEFT_LYING)
    midnight = datetime.datetime.combine(since, datetime.time(), datetime.UTC)
    acted_on = Decision.objects.filter(at__gte=midnight).values("report")
    rows = (
        Report.objects.filter(state__in=WAITING, week__lt=week_of(since))
        .exclude(pk__in=acted_on)
        .order_by("week")
        .values_list("state", "week")
        .annotate(Count("pk"))
    )
    found: dict[State, dict[str, int]] = {}
    for state, week, count in rows:
        found.setdefault(State(state), {})[week] = count
    return {state: found[state] for state in WAITING if state in found}
