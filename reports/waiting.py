"""What waits: the open reports, and whose turn it is."""

from django.db.models import QuerySet

from reports.models import Letter, Report, State
from reports.review import WAITING

# Whose turn it is by state and letter, in the order in which a report goes through.
TURNS: dict[tuple[str, str], str] = {
    (State.RECEIVED, Letter.NONE): "New, nobody has opened it",
    (State.IN_REVIEW, Letter.NONE): "In review",
    (State.IN_REVIEW, Letter.ASKED): "A question is with the officer",
    (State.IN_REVIEW, Letter.ANSWERED): "The officer has answered",
    (State.AWAITING_SECOND, Letter.NONE): "Waits for a second moderator",
}


def open_reports() -> QuerySet[Report]:
    """Return the reports on which something is still to be decided."""
    return Report.objects.filter(state__in=WAITING)
