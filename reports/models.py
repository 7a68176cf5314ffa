"""What only moderators see: reports, drafts of their lessons, and the log of decisions.

Nothing here holds the story as it was typed, and nothing tells when a report came in more
closely than its ISO week: no timestamp, no running number, no order of keys.
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from lessons.models import Story, Term


class State(models.TextChoices):
    RECEIVED = "received", "Received"
    IN_REVIEW = "in_review", "In review"
    AWAITING_SECOND = "awaiting_second", "Awaiting a second moderator"
    PUBLISHED = "published", "Published"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"


# The states that end a report's way: nothing is decided any more, and retention begins.
CLOSED = (State.PUBLISHED, State.DECLINED, State.WITHDRAWN)


class Kind(models.TextChoices):
    """The kinds of identifier, as reports.identity names them."""

    PERSON = "PERSON", "Person"
    AGENCY = "AGENCY", "Agency"
    PLACE = "PLACE", "Place"
    TIME = "TIME", "Time"
    NUMBER = "NUMBER", "Number"
    CONTACT = "CONTACT", "Contact"


class Report(models.Model):
    """A near miss on its way from an officer to the readers. Only reports/review.py changes it.

    `story` and `advice` are what came in, stripped. `title`, `summary`, `narrative`, `terms` and
    the lesson drafts are what will go out. `version` counts every change, so that nobody acts
    on a report that somebody else has just changed. `claimed_by` works on it now, or did until the
    claim lapsed: see reports/claims.py.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=20, choices=State.choices, default=State.RECEIVED)
    week = models.CharField(max_length=8, help_text="ISO week it came in, as 2026-W07.")
    closed_week = models.CharField(
        max_length=8,
        blank=True,
        editable=False,
        help_text="ISO week it was published, declined or withdrawn; its retention counts from it.",
    )
    receipt_hash = models.CharField(max_length=64, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    story = models.TextField(help_text="As it came in, stripped.")
    advice = models.TextField(
        blank=True, help_text="What others should learn, as it came in, stripped."
    )
    facts_in = models.JSONField(
        default=list, editable=False, help_text="Facts as they came in, each facet/slug."
    )

    title = models.CharField(max_length=120, blank=True)
    summary = models.TextField(max_length=600, blank=True)
    narrative = models.TextField(blank=True)
    terms = models.ManyToManyField(Term, through="ReportTerm", blank=True)
    note = models.TextField(
        max_length=2000,
        blank=True,
        help_text="What a second moderator asked for when sending it back, stripped.",
    )

    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    published_as = models.OneToOneField(
        Story, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["week", "pk"]
        indexes = [models.Index(fields=["state", "week"])]
        permissions = [
            ("review_report", "Can review, approve and decline reports"),
            ("lead_reports", "Can reassign, unpublish and correct"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="report_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=State.PUBLISHED)
                | Q(passed_by__isnull=False, approved_by__isnull=False)
                & ~Q(passed_by=F("approved_by")),
                name="nobody_publishes_alone",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by__isnull=True)
                | Q(state__in=[State.IN_REVIEW, State.AWAITING_SECOND]),
                name="only_what_waits_is_claimed",
            ),
        ]

    def __str__(self) -> str:
        return f"Report {str(self.pk)[:8]}"


class ReportTerm(models.Model):
    """A fact of a report. Its key is random: a running number would tell the order of arrival."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE)
    term = models.ForeignKey(Term, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "term"], name="term_once_in_a_report")
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.term}"


class LessonDraft(models.Model):
    """A lesson that a moderator drafts; it becomes a Lesson when the report is published."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="lesson_drafts")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(max_length=2000)
    terms = models.ManyToManyField(Term, blank=True)

    class Meta:
        ordering = ["report", "position", "pk"]
        verbose_name = "lesson"

    def __str__(self) -> str:
        return f"Lesson {self.position + 1}"


class Dismissal(models.Model):
    """A word that a moderator looked at and found to identify nobody."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="dismissals")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    word = models.CharField(max_length=200, help_text="As it stands in the text, casefolded.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "kind", "word"], name="dismissed_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} dismissed"


class Decision(models.Model):
    """One row of the log: who decided what, when. Append-only; it never holds story text.

    A row without a moderator is an act of the officer, and then has no time either.
    """

    class Action(models.TextChoices):
        CLAIMED = "claimed", "took it up"
        RELEASED = "released", "released it"
        REASSIGNED = "reassigned", "gave it to another moderator"
        EDITED = "edited", "edited it"
        DISMISSED = "dismissed", "dismissed a suspect"
        REMOVED = "removed", "removed a suspect"
        CHECKED = "checked", "went through the check list"
        PASSED = "passed", "passed it to a second moderator"
        SENT_BACK = "sent_back", "sent it back"
        APPROVED = "approved", "approved and published it"
        DECLINED = "declined", "declined it"
        WITHDRAWN = "withdrawn", "withdrew it"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=12, choices=Action.choices)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(null=True, help_text="UTC. Empty for an act of the officer.")

    class Meta:
        # An officer's withdrawal has no time and ends a report: it belongs last, on any database.
        ordering = [F("at").asc(nulls_last=True), "pk"]
        # Which claims hold is read from the latest rows, for every report of the queue at once.
        indexes = [models.Index(fields=["at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(moderator__isnull=True, at__isnull=True)
                | Q(moderator__isnull=False, at__isnull=False),
                name="officers_leave_no_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.moderator or 'The officer'} {self.get_action_display()}"
