"""What only moderators see: reports, drafts of their lessons, and the log of decisions.

Nothing here holds the story as it was typed, and nothing tells when a report came in more
closely than its ISO week: no timestamp, no running number, no order of keys.
"""

import uuid
from typing import Self

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
    UNPUBLISHED = "unpublished", "Taken down"


# The states that end a report's way: its text is decided on, and retention begins.
CLOSED = (State.PUBLISHED, State.DECLINED, State.WITHDRAWN, State.UNPUBLISHED)


class Letter(models.TextChoices):
    """Whose turn it is between the moderators and the officer, while a report is in review."""

    NONE = "", "No question open"
    ASKED = "asked", "Asked the officer"
    ANSWERED = "answered", "Answered by the officer"


class Reason(models.TextChoices):
    """Why a story is not public, in the words that its officer reads."""

    NO_NEAR_MISS = "no-near-miss", "It does not tell of a near miss."
    TOO_LITTLE = "too-little", "It tells too little for others to learn from it."
    KNOWN_EVENT = "known-event", "News or video tell of the same event, so it points to people."
    GIVES_AWAY = "gives-away", "We found no way to tell it that gives nobody away."
    NOT_OWN = "not-own", "It is not for its sender to tell: it seems to be somebody else’s story."
    TACTICS = "tactics", "It shows how to hurt officers more than how to keep them safe."
    POINTED = "pointed", "After it was published, it turned out to point to somebody."
    WRONG = "wrong", "After it was published, something in it turned out to be wrong."
    OTHER = "other", "Another reason."


# What a report may be declined for, and what a published story may be taken down for.
DECLINE_REASONS = (
    Reason.NO_NEAR_MISS,
    Reason.TOO_LITTLE,
    Reason.KNOWN_EVENT,
    Reason.GIVES_AWAY,
    Reason.NOT_OWN,
    Reason.TACTICS,
    Reason.OTHER,
)
UNPUBLISH_REASONS = (
    Reason.POINTED,
    Reason.WRONG,
    Reason.KNOWN_EVENT,
    Reason.NOT_OWN,
    Reason.TACTICS,
    Reason.OTHER,
)


class Kind(models.TextChoices):
    """The kinds of identifier, as reports.identity names them."""

    PERSON = "PERSON", "Person"
    AGENCY = "AGENCY", "Agency"
    PLACE = "PLACE", "Place"
    TIME = "TIME", "Time"
    NUMBER = "NUMBER", "Number"
    CONTACT = "CONTACT", "Contact"


class ReportQuerySet(models.QuerySet["Report"]):
    def asked(self) -> Self:
        """Reports in review with a question that their officer has not answered."""
        return self.filter(state=State.IN_REVIEW, letter=Letter.ASKED)

    def answered(self) -> Self:
        """Reports in review whose officer has answered; nothing was asked or passed on since."""
        return self.filter(state=State.IN_REVIEW, letter=Letter.ANSWERED)

    def with_proposals(self) -> Self:
        """Reports of stories with a correction that waits for a second moderator."""
        return self.filter(proposal__isnull=False)


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
    taken_down_week = models.CharField(
        max_length=8,
        blank=True,
        editable=False,
        help_text="ISO week its story was taken down; the story's own retention counts from it.",
    )
    reason = models.CharField(
        max_length=20, choices=Reason.choices, blank=True, help_text="Why it is not public."
    )
    letter = models.CharField(
        max_length=10, choices=Letter.choices, default=Letter.NONE, blank=True, editable=False
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

    objects = ReportQuerySet.as_manager()

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
                condition=Q(letter="") | Q(state=State.IN_REVIEW),
                name="questions_are_asked_in_review",
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(state__in=[State.DECLINED, State.UNPUBLISHED]),
                name="what_is_public_needs_no_reason",
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


class Message(models.Model):
    """One letter between moderators and the officer of a report, who reads it with the receipt.

    Nothing in it tells who the officer is, nor when it was written but for the ISO week. What
    the officer writes is stripped, as the story is. The officer never sees who wrote a question.
    """

    class Kind(models.TextChoices):
        QUESTION = "question", "Question"
        READING = "reading", "Request to read the text"
        ANSWER = "answer", "Answer"
        AGREEMENT = "agreement", "It does not give me away"
        OBJECTION = "objection", "It gives me away"
        WORDS = "words", "Words with the decision"

    QUESTIONS = (Kind.QUESTION, Kind.READING)
    VERDICTS = (Kind.AGREEMENT, Kind.OBJECTION)
    OF_THE_OFFICER = (Kind.ANSWER, *VERDICTS)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="messages")
    position = models.PositiveSmallIntegerField(help_text="Place within the report, from 1.")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    text = models.TextField(blank=True)
    week = models.CharField(max_length=8, help_text="ISO week it was written, as 2026-W07.")
    shown = models.CharField(
        max_length=64, blank=True, help_text="Digest of the text that a verdict speaks of."
    )
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["report", "position"]
        constraints = [
            models.UniqueConstraint(fields=["report", "position"], name="one_message_in_a_place"),
            models.CheckConstraint(
                condition=Q(kind__in=["answer", "agreement", "objection"], moderator__isnull=True)
                | Q(kind__in=["question", "reading", "words"], moderator__isnull=False),
                name="officers_have_no_name",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.position})"

    @property
    def is_of_the_officer(self) -> bool:
        return self.kind in self.OF_THE_OFFICER


class Proposal(models.Model):
    """A correction of a published story that waits for a second moderator; then it is deleted.

    draft: the whole text as it would stand, as Draft.to_json() writes it. dismissed: [kind, word]
    of each suspect in it that the lead found to identify nobody.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.OneToOneField(Report, on_delete=models.CASCADE, related_name="proposal")
    draft = models.JSONField()
    note = models.TextField(max_length=600, help_text="What readers are told of the change.")
    dismissed = models.JSONField(default=list)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"Correction of {self.report}"


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
        ASKED = "asked", "asked the officer a question"
        SHOWN = "shown", "asked the officer to read the text"
        UNASKED = "unasked", "took the question back"
        ANSWERED = "answered", "answered"
        AGREED = "agreed", "agreed to the text"
        OBJECTED = "objected", "objected to the text"
        UNPUBLISHED = "unpublished", "took the story down"
        REPUBLISHED = "republished", "published the story again"
        PROPOSED = "proposed", "proposed a correction"
        CORRECTED = "corrected", "confirmed the correction"
        DROPPED = "dropped", "dropped the correction"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="decisions")
    action = models.CharField(max_length=12, choices=Action.choices)
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(null=True, help_text="UTC. Empty for an act of the officer.")

    class Meta:
        # Where an act of the officer stands among the others would tell when it was: the officer's
        # acts come last, on any database.
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


class Purge(models.Model):
    """One row of the log: how many texts were deleted on a day. Append-only; it names no report.

    quarter: in which these reports were closed, or their stories taken down. The ledger needs it,
    to leave out what would tell a number that it withholds.
    """

    # Reports that lost their private text, by how they had been closed; and stories, taken down
    # after they were published, that were deleted.
    COUNTS = ("published", "declined", "withdrawn", "taken_down")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    quarter = models.CharField(max_length=7, help_text="As 2026 Q1.")
    published = models.PositiveIntegerField(default=0)
    declined = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0)
    taken_down = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-day", "-quarter", "pk"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(published__gt=0)
                | Q(declined__gt=0)
                | Q(withdrawn__gt=0)
                | Q(taken_down__gt=0),
                name="a_purge_deletes_something",
            ),
        ]

    def __str__(self) -> str:
        return f"Purge of {self.day}"


class Digest(models.Model):
    """The day of the last digest mail to a moderator, so that none is sent twice."""

    moderator = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    day = models.DateField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Digest of {self.moderator}"
