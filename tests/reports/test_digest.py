"""The daily digest, through a real mail server on this machine: counts, and nothing else."""

import datetime
import email
import io
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
import time_machine
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from reports import digest, review
from reports.models import Digest, Message, Report, State
from tests.e2e.conftest import free_port
from tests.factories import make_administrator, make_lead, make_moderator, make_report, make_user
from tests.reports.desk import signed_in, text_of

pytestmark = pytest.mark.django_db

TUESDAY = datetime.date(2026, 11, 24)  # in 2026-W48
PLANTED = "Zubrowskian"


class Mailbox:
    """What a server took. refuses: recipients it will not take. fails: from which mail on."""

    def __init__(self) -> None:
        self.mails: list[tuple[str, EmailMessage]] = []
        self.refuses: set[str] = set()
        self.fails: int | None = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.fails is not None and len(self.mails) >= self.fails:
            return f"452 No room for the mail about {PLANTED}"
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        (recipient,) = envelope.rcpt_tos
        self.mails.append((recipient, mail))
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.mails]

    def counts(self) -> dict[str, list[str]]:
        """Return the lines that count something, by recipient."""
        told = {}
        for recipient, mail in self.mails:
            part = mail.get_body(("plain",))
            assert part
            told[recipient] = re.findall(r"^\d+ [^\r\n]*", part.get_content(), re.M)
        return told


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    box = Mailbox()
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield box
    controller.stop()


def moderator(name: str) -> Any:
    user = make_moderator(name)
    user.email = f"{name}@example.org"
    user.save()
    return user


def run(day: datetime.date = TUESDAY) -> str:
    output = io.StringIO()
    with time_machine.travel(f"{day} 06:00Z", tick=True):
        call_command("digest", stdout=output)
    return output.getvalue()


def make_work(passer: Any) -> None:
    """Make reports so that each count differs, with a planted word wherever a text can stand."""
    texts: dict[str, Any] = {"story": f"The {PLANTED} sign.", "week": "2026-W45"}
    for _ in range(2):
        make_report(**texts)
    for _ in range(3):
        make_report(State.AWAITING_SECOND, passed_by=passer, title=PLANTED, **texts)
    for _ in range(4):
        report = make_report(State.IN_REVIEW, letter="answered", title=PLANTED, **texts)
        report.messages.create(position=1, kind="answer", text=PLANTED, week="2026-W46")
    for _ in range(5):
        make_report(State.IN_REVIEW, **texts | {"week": "2026-W30"})


# What it says


def test_it_counts_what_waits_for_each(mailbox: Mailbox) -> None:
    make_work(moderator("alex"))
    moderator("robin")
    assert run() == "Sent: 2.\n"
    assert sorted(mailbox.recipients) == ["alex@example.org", "robin@example.org"]
    told = mailbox.counts()
    assert told["robin@example.org"] == [
        "5 reports waiting for longer than 6 weeks",
        "2 reports new, and nobody has opened them",
        "3 reports waiting for a second pair of eyes, which could be yours",
        "4 reports answered by the officer",
    ]
    # Alex passed those three on, so they are not for Alex.
    assert told["alex@example.org"] == [
        line for line in told["robin@example.org"] if "second pair" not in line
    ]


def test_no_part_of_it_holds_a_story_a_key_or_a_name(mailbox: Mailbox, settings: Settings) -> None:
    settings.SITE_URL = "https://near-miss.example"
    make_work(moderator("alex"))
    run()
    ((_, mail),) = mailbox.mails
    raw = mail.as_string().casefold() + "".join(
        str(part.get_content()) for part in mail.walk() if not part.is_multipart()
    )
    assert PLANTED.casefold() not in raw.casefold()
    for report in Report.objects.all():
        assert str(report.pk)[:8] not in raw and report.week not in raw
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    html = mail.get_body(("html",))
    assert html
    assert re.findall(r'(?:href|src)="([^"]*)"', html.get_content()) == [
        "https://near-miss.example/desk/reports/report/",
        "https://near-miss.example/desk/mail/",
    ]
    assert mail["Subject"] == "Near Miss: what waits at the desk"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_it_does_not_tell_on_which_day_an_officer_wrote(mailbox: Mailbox) -> None:
    moderator("alex")
    make_report(week="2026-W48")
    answered = make_report(State.IN_REVIEW, letter="answered", week="2026-W40")
    Message.objects.create(report=answered, position=1, kind="answer", text="x", week="2026-W48")
    make_report(week="2026-W47")
    run()
    monday = TUESDAY + datetime.timedelta(days=6)
    assert mailbox.counts()["alex@example.org"] == [
        "1 report waiting for longer than 6 weeks",
        "1 report new, and nobody has opened it",
    ]
    mailbox.mails.clear()
    run(monday)
    assert mailbox.counts()["alex@example.org"] == [
        "1 report waiting for longer than 6 weeks",
        "2 reports new, and nobody has opened them",
        "1 report answered by the officer",
    ]


# Who gets it, and when not


def test_only_active_moderators_with_an_address_get_it(mailbox: Mailbox) -> None:
    make_report()
    make_moderator("silent")
    gone = moderator("gone")
    gone.is_active = False
    gone.save()
    lead = make_lead()
    others = [lead, make_administrator(), make_user("visitor"), make_user("staff", is_staff=True)]
    for user in others:
        user.email = f"{user.username}@example.org"
        user.save()
    run()
    assert mailbox.recipients == ["lee@example.org"]


def test_nobody_gets_it_when_nothing_waits(mailbox: Mailbox) -> None:
    alex = moderator("alex")
    make_report(State.DECLINED)
    make_report(State.AWAITING_SECOND, passed_by=alex)
    make_report(State.IN_REVIEW, letter="asked", week="2026-W47")
    Report.objects.filter(state=State.AWAITING_SECOND).update(week="2026-W47")
    assert run() == "Sent: 0.\n"
    assert mailbox.mails == []


def test_no_mail_goes_when_a_story_arrives(mailbox: Mailbox) -> None:
    moderator("alex")
    review.receive(story="A truck passed close.", advice="", terms=[], receipt_hash="0" * 64)
    assert mailbox.mails == []


# When it fails


def test_it_comes_once_a_day(mailbox: Mailbox) -> None:
    moderator("alex")
    make_report()
    assert [run(), run(), run(TUESDAY + datetime.timedelta(days=1))] == [
        "Sent: 1.\n",
        "Sent: 0.\n",
        "Sent: 1.\n",
    ]
    assert len(mailbox.mails) == 2
    assert list(Digest.objects.values_list("day", flat=True)) == [datetime.date(2026, 11, 25)]


def test_a_refused_address_keeps_no_other_mail_back(mailbox: Mailbox) -> None:
    for name in ("alex", "robin", "sam"):
        moderator(name)
    make_report()
    mailbox.refuses = {"robin@example.org"}
    with pytest.raises(CommandError, match="refused the address of 1 moderator") as failed:
        run()
    assert "Sent: 2." in str(failed.value) and "example.org" not in str(failed.value)
    mailbox.refuses = set()
    assert run() == "Sent: 1.\n"
    assert mailbox.recipients == ["alex@example.org", "sam@example.org", "robin@example.org"]


def test_who_got_it_before_the_server_failed_gets_it_no_second_time(mailbox: Mailbox) -> None:
    for name in ("alex", "robin", "sam"):
        moderator(name)
    make_report()
    mailbox.fails = 1
    with pytest.raises(CommandError) as failed:
        run()
    assert str(failed.value) == (
        "Sent: 1. The mail server failed (SMTPDataError, 452), and 2 moderators got none. "
        "Look at EMAIL_URL and at the server. "
        "Run it again today: those who got theirs get it no second time."
    )
    mailbox.fails = None
    assert run() == "Sent: 2.\n"
    assert mailbox.recipients == ["alex@example.org", "robin@example.org", "sam@example.org"]


def test_a_server_that_is_away_is_named_and_nobody_counts_as_served(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    moderator("alex")
    make_report()
    with pytest.raises(CommandError, match=r"ConnectionRefusedError.*1 moderator got none"):
        run()
    assert not Digest.objects.exists()


def test_the_day_before_is_given_back_when_the_server_fails(mailbox: Mailbox) -> None:
    moderator("alex")
    make_report()
    run()
    mailbox.fails = 0
    with pytest.raises(CommandError):
        run(TUESDAY + datetime.timedelta(days=1))
    assert Digest.objects.get().day == TUESDAY


def test_without_a_mail_server_the_command_says_what_to_set(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    with pytest.raises(CommandError, match="Set EMAIL_URL and DEFAULT_FROM_EMAIL"):
        run()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = ""
    assert digest.is_configured() is False


# Where it goes


def test_moderators_set_their_own_address_and_take_it_out() -> None:
    alex = make_moderator("alex")
    client, page = signed_in(alex), reverse("digest")
    for address in ("alex@example.org", ""):
        assert client.post(page, {"email": address}).status_code == 302
        alex.refresh_from_db()
        assert alex.email == address
        assert f'value="{address}"' in text_of(client.get(page)) or not address


def test_what_is_no_address_is_given_back() -> None:
    alex = moderator("alex")
    response = signed_in(alex).post(reverse("digest"), {"email": "alex at <home>"})
    assert response.status_code == 400
    assert "This is no e-mail address." in text_of(response)
    assert 'value="alex at &lt;home&gt;"' in text_of(response)
    alex.refresh_from_db()
    assert alex.email == "alex@example.org"


def test_only_moderators_have_the_page() -> None:
    page = reverse("digest")
    assert signed_in(make_user("staff", is_staff=True)).get(page).status_code == 403
    assert Client().get(page).status_code == 302
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_moderator())
    assert client.post(page, {"email": "x@example.org"}).status_code == 403
