"""The daily digest: a mail to each moderator that counts what waits, and says nothing else.

Mail leaves the machine and is kept by others, so it must not tell on which day an officer wrote.
What officers sent in the current week is therefore not counted yet: it joins the digest of the
Monday after. On all other days a count changes by what moderators do, and by that alone.
"""

import datetime
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse

from reports import desk, queue, review, waiting
from reports.models import Digest, Letter, Message, Report, State
from reports.weeks import week_of

BACKEND = "django.contrib.auth.backends.ModelBackend"


class Unsent(Exception):
    """Mail that could not be sent. The message is for whoever reads the output of the command."""


@dataclass(frozen=True)
class Counts:
    """What waits for a moderator."""

    new: int
    second: int
    answered: int
    overdue: int

    def lines(self) -> Iterator[tuple[int, str]]:
        """Yield each count that is not zero, and what it counts."""
        if self.overdue:
            yield self.overdue, f"waiting for longer than {settings.OVERDUE_WEEKS} weeks"
        if self.new:
            yield self.new, "new, and nobody has opened " + ("it" if self.new == 1 else "them")
        if self.second:
            yield self.second, "waiting for a second pair of eyes, which could be yours"
        if self.answered:
            yield self.answered, "answered by the officer"


def count(moderator: User, today: datetime.date) -> Counts:
    """Return what waits for a moderator. Of what officers sent, only that of earlier weeks."""
    this = week_of(today)
    earlier = waiting.open_reports().filter(week__lt=this)
    just_answered = Message.objects.filter(kind__in=Message.OF_THE_OFFICER, week=this)
    return Counts(
        new=earlier.filter(state=State.RECEIVED).count(),
        second=Report.objects.filter(state=State.AWAITING_SECOND)
        .exclude(passed_by=moderator)
        .count(),
        answered=earlier.filter(state=State.IN_REVIEW, letter=Letter.ANSWERED)
        .exclude(pk__in=just_answered.values("report"))
        .count(),
        overdue=earlier.filter(week__lt=queue.overdue_before(today)).count(),
    )


def recipients() -> list[User]:
    """Return the active moderators who have an address."""
    moderators = User.objects.with_perm(
        review.PERMISSION, backend=BACKEND, include_superusers=False
    )
    return list(moderators.filter(~Q(email=""), is_staff=True).order_by("pk"))


def compose(moderator: User, counts: Counts) -> EmailMultiAlternatives:
    """Return the mail to a moderator, as text and as plain HTML."""
    told = {
        "lines": list(counts.lines()),
        "desk": settings.SITE_URL and settings.SITE_URL + reverse(desk.QUEUE),
        "address": settings.SITE_URL and settings.SITE_URL + reverse("digest"),
    }
    mail = EmailMultiAlternatives(
        subject="Near Miss: what waits at the desk",
        body=render_to_string("reports/digest.txt", told),
        to=[moderator.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(render_to_string("reports/digest.html", told), "text/html")
    return mail


def send(today: datetime.date) -> int:
    """Send the digest of a day to everyone who has not had it; return how many were sent.

    Each moderator is marked as served before the mail goes, and unmarked if the server refuses it.
    So whoever got it gets it once, however often the command runs on that day, or twice at once. A
    run that is killed between the two leaves one moderator without the mail of that day.

    Raises Unsent when a mail could not be sent; the others are sent before that, where the server
    still answers.
    """
    connection: BaseEmailBackend = get_connection()
    sent, refused, unreached = 0, 0, 0
    broken: Exception | None = None
    try:
        for moderator in recipients():
            counts = count(moderator, today)
            if not any(counts.lines()):
                continue
            if broken:
                unreached += not Digest.objects.filter(moderator=moderator, day=today).exists()
                continue
            before = _mark(moderator, today)
            if before == today:
                continue
            mail = compose(moderator, counts)
            try:
                connection.send_messages([mail])
            except smtplib.SMTPRecipientsRefused:
                _unmark(moderator, before)
                refused += 1
            except OSError as error:  # smtplib's exceptions are such, too
                _unmark(moderator, before)
                broken = error
                unreached += 1
            except BaseException:
                _unmark(moderator, before)
                raise
            else:
                sent += 1
    finally:
        connection.close()
    if broken or refused:
        raise Unsent(_trouble(sent, refused, unreached, broken))
    return sent


def _trouble(sent: int, refused: int, unreached: int, broken: Exception | None) -> str:
    said = [f"Sent: {sent}."]
    if refused:
        said.append(
            f"The mail server refused the address of {_people(refused)}: have the addresses put "
            "right."
        )
    if broken:
        reason = getattr(broken, "smtp_code", None) or getattr(broken, "strerror", None)
        said.append(
            f"The mail server failed ({type(broken).__name__}"
            f"{f', {reason}' if reason else ''}), and {_people(unreached)} got none. "
            "Look at EMAIL_URL and at the server."
        )
    said.append("Run it again today: those who got theirs get it no second time.")
    return " ".join(said)


def _people(number: int) -> str:
    return "1 moderator" if number == 1 else f"{number} moderators"


def _mark(moderator: User, today: datetime.date) -> datetime.date | None:
    """Mark a moderator as served today; return the day before that. It is today if it was done."""
    # Without a transaction around the mail: SQLite would hold all others off while a server thinks.
    known = Digest.objects.filter(moderator=moderator).first()
    if known is None:
        try:
            Digest.objects.create(moderator=moderator, day=today)
        except IntegrityError:  # another run was faster
            return today
        return None
    marked = Digest.objects.filter(moderator=moderator, day=known.day).exclude(day=today)
    return known.day if marked.update(day=today) else today


def _unmark(moderator: User, before: datetime.date | None) -> None:
    if before is None:
        Digest.objects.filter(moderator=moderator).delete()
    else:
        Digest.objects.filter(moderator=moderator).update(day=before)


def is_configured() -> bool:
    """Whether there is a mail server, and an address that mail comes from."""
    return bool(parseaddr(settings.DEFAULT_FROM_EMAIL)[1]) and not settings.EMAIL_BACKEND.endswith(
        "dummy.EmailBackend"
    )
