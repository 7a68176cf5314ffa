"""What is published, declined or withdrawn loses its private text after the retention period."""

import datetime
import io
from collections.abc import Callable
from dataclasses import replace

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from pytest_django import Settings

from lessons.models import Story
from reports import checks, retention, review, suspects
from reports.drafts import Draft
from reports.models import Proposal, Report, State
from reports.suspects import Key
from tests.factories import make_lead, make_moderator, make_report, make_story, term

pytestmark = pytest.mark.django_db

PLANTED = "Zubrowskian"
CLOSED_ON = "2026-03-04 09:00Z"  # a Wednesday; its week ends on Sunday, the 8th
LAST_DAY = datetime.date(2026, 6, 5)  # 89 days after that Sunday
FIRST_DAY = datetime.date(2026, 6, 6)


def reviewed() -> Report:
    """Return a report in review that holds the planted word wherever a text can stand."""
    report = make_report(
        State.IN_REVIEW,
        story=f"We saw a {PLANTED} sign beside the car and stopped there to look at it.",
        advice=f"Look for the {PLANTED} sign.",
        title=f"A {PLANTED} sign",
        summary=f"They stopped at a {PLANTED} sign.",
        narrative=f"We stopped at the {PLANTED} sign.",
        lessons=[f"Know the {PLANTED} sign."],
        note=f"Is {PLANTED} a name?",
        facts_in=["light/night-lit"],
        terms=[term("light", "night-lit")],
    )
    report.dismissals.create(kind="PERSON", word=PLANTED.casefold())
    asker = make_moderator("asker")
    for position, kind in enumerate(("question", "answer", "words"), start=1):
        report.messages.create(
            position=position,
            kind=kind,
            text=f"At the {PLANTED} sign?",
            week="2026-W09",
            moderator=None if kind == "answer" else asker,
        )
    return report


def declined(report: Report) -> Report:
    return review.decline(
        report=report, version=report.version, moderator=make_moderator(), reason="too-little"
    )


def withdrawn(report: Report) -> Report:
    return review.withdraw(report=report)


def everything() -> str:
    """Return every row of every table."""
    rows = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows += [repr(row) for row in cursor.fetchall()]
    return "\n".join(rows).casefold()


@pytest.mark.parametrize("close", [declined, withdrawn])
def test_the_text_goes_after_the_period_and_not_before(close: Callable[[Report], Report]) -> None:
    with time_machine.travel(CLOSED_ON, tick=False):
        report = close(reviewed())
    assert report.closed_week == "2026-W10"
    assert retention.due(LAST_DAY) == []
    assert retention.due(FIRST_DAY) == [report]
    assert PLANTED.casefold() in everything()
    retention.purge(report)
    assert PLANTED.casefold() not in everything()
    assert retention.due(FIRST_DAY) == []
    purged = Report.objects.get()
    assert (purged.state, purged.week, purged.receipt_hash, purged.closed_week) == (
        report.state,
        report.week,
        report.receipt_hash,
        "2026-W10",
    )
    assert (purged.terms.count(), purged.lesson_drafts.count(), purged.dismissals.count()) == (
        0,
    ) * 3
    assert (purged.messages.count(), purged.decisions.count()) == (0, 1)
    assert (purged.note, purged.facts_in) == ("", [])
    assert purged.reason == ("too-little" if purged.state == State.DECLINED else "")


def test_a_published_story_stays_and_its_report_loses_its_text() -> None:
    with time_machine.travel(CLOSED_ON, tick=False):
        first, second = make_moderator("alex"), make_moderator("robin")
        report = make_report(State.IN_REVIEW, advice=f"Mind the {PLANTED}.")
        report = review.pass_on(
            report=report,
            version=report.version,
            moderator=first,
            checked=checks.slugs(second=False),
        )
        report = review.publish(
            report=report,
            version=report.version,
            moderator=second,
            checked=checks.slugs(second=True),
        )
    story = report.published_as
    assert story is not None
    narrative = story.narrative
    retention.purge(report)
    story.refresh_from_db()
    assert story.narrative == narrative != ""
    purged = Report.objects.get()
    assert (purged.story, purged.advice, purged.narrative) == ("", "", "")
    assert purged.published_as == story
    assert PLANTED.casefold() not in everything()


@pytest.mark.parametrize("state", [State.RECEIVED, State.IN_REVIEW, State.AWAITING_SECOND])
def test_what_still_waits_is_never_due(state: State) -> None:
    make_report(state, week="2001-W01")
    assert retention.due(FIRST_DAY) == []


def test_a_field_that_nobody_decided_about_is_purged() -> None:
    fields = {field.name for field in Report._meta.concrete_fields}
    assert fields - retention.KEPT == {
        "story",
        "advice",
        "facts_in",
        "title",
        "summary",
        "narrative",
        "note",
        "letter",
        "claimed_by",  # nobody's, once a report is closed
    }


def test_the_command_counts_and_deletes_only_when_told_to(settings: Settings) -> None:
    settings.RETENTION_DAYS = 30
    with time_machine.travel(CLOSED_ON, tick=False):
        declined(reviewed())
    with time_machine.travel("2026-06-06 09:00Z", tick=False):
        assert told() == "Would purge, with --yes: 1 declined. Retention is 30 days.\n"
        assert PLANTED.casefold() in everything()
        assert told("--yes") == "Purged: 1 declined. Retention is 30 days.\n"
        assert PLANTED.casefold() not in everything()
        assert told("--yes") == "Purged: nothing. Retention is 30 days.\n"


def told(*arguments: str) -> str:
    output = io.StringIO()
    call_command("purge", *arguments, stdout=output)
    return output.getvalue()


def test_a_word_that_was_dismissed_is_not_kept_in_the_log() -> None:
    report = reviewed()
    moderator = make_moderator()
    for suspect in suspects.open_suspects(report):
        report = review.dismiss(
            report=report,
            version=report.version,
            moderator=moderator,
            key=Key(suspect.key.kind, suspect.key.word),
        )
    assert PLANTED.casefold() not in repr(list(report.decisions.values())).casefold()


def taken_down(text: str) -> Report:
    """Return a report whose story was taken down in 2026-W10, its private text long gone."""
    with time_machine.travel(CLOSED_ON, tick=False):
        story = make_story(title=text, narrative=text, summary=text, lessons=[text])
        report = make_report(State.PUBLISHED, published_as=story, closed_week="2025-W30")
        report = review.unpublish(report=report, version=0, moderator=make_lead(), reason="pointed")
        retention.purge(report)
        draft = replace(Draft.of_story(story), summary=f"{text} corrected")
        return review.propose_correction(
            report=report, version=1, moderator=make_lead("other"), draft=draft, note=f"No {text}."
        )


def test_a_story_that_was_taken_down_goes_as_long_after_and_not_before() -> None:
    report = taken_down("A marigold stood there")
    assert (retention.due(FIRST_DAY), retention.stories_due(LAST_DAY)) == ([], [])
    assert retention.stories_due(FIRST_DAY) == [report]
    assert "marigold" in everything()
    with time_machine.travel("2026-06-06 09:00Z", tick=False):
        assert told() == "Would purge, with --yes: 1 story taken down. Retention is 90 days.\n"
        assert told("--yes") == "Purged: 1 story taken down. Retention is 90 days.\n"
    assert "marigold" not in everything()
    assert (Story.objects.count(), Proposal.objects.count()) == (0, 0)
    purged = Report.objects.get()
    assert (purged.state, purged.reason, purged.published_as) == ("unpublished", "pointed", None)
    for change in (review.republish, review.drop_correction):
        with pytest.raises(review.Refused):
            change(report=purged, version=2, moderator=make_lead(f"l{change.__name__}"))


def test_a_story_that_is_published_again_is_not_purged() -> None:
    report = taken_down("A marigold stood there")
    due = retention.stories_due(FIRST_DAY)
    review.republish(report=report, version=2, moderator=make_lead("third"))
    retention.purge_story(due[0])
    assert Story.objects.published().count() == 1


def test_a_correction_that_waits_outlives_the_purge_of_the_report() -> None:
    report = make_report(State.PUBLISHED, closed_week="2026-W10")
    story = report.published_as
    assert story
    review.propose_correction(
        report=report,
        version=0,
        moderator=make_lead(),
        draft=replace(Draft.of_story(story), summary="It came close."),
        note="The summary was too long.",
    )
    retention.purge(report)
    review.confirm_correction(report=report, version=1, moderator=make_moderator("robin"))
    story.refresh_from_db()
    assert story.summary == "It came close."


def test_the_keep_list_says_the_same_everywhere(client: Client) -> None:
    readme = " ".join((settings.BASE_DIR / "README.md").read_text("utf-8").split())
    promise = " ".join(client.get("/promise/").content.decode().split())
    for kept in retention.KEEP_LIST:
        assert f"- {kept.what}, {kept.why}." in readme
        assert f"<li>{kept.what}, {kept.why}.</li>" in promise
    fields = [field for kept in retention.KEEP_LIST for field in kept.fields]
    assert len(fields) == len(set(fields))
    assert set(fields) <= {field.name for field in Report._meta.concrete_fields}
