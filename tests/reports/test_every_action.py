"""Who may do what to a report, and when: every situation, every action, every role.

ALLOWED is the whole rule, one line for each action and the situations in which it is allowed.
Whatever it does not name is refused, and leaves every row of every table as it was.
"""

import datetime
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.utils import timezone

from reports import checks, review, suspects
from reports.drafts import Draft, DraftedLesson
from reports.models import Decision, Proposal, Report, State
from tests.factories import STORY, make_lead, make_moderator, make_report, make_user

pytestmark = pytest.mark.django_db

NAMED = "Sgt. Ramirez wrote the citation. A truck passed close."
RAMIREZ = suspects.Key("PERSON", "ramirez")
NEW = Draft("New title", "New summary.", "New narrative.", frozenset(), (DraftedLesson("New."),))
CORRECTED = Draft("It came close", "A truck came close.", STORY, lessons=(DraftedLesson("Look."),))


class Situation(NamedTuple):
    """Where a report is.

    claim: of "holder": none, one that holds, or one that has lapsed. letter: what "holder" wrote to
    the officer last, who has replied if "answered". proposed: whether "lead" proposes a correction.
    """

    state: State
    claim: str = ""
    letter: str = ""
    proposed: bool = False


SITUATIONS: dict[str, Situation] = {
    "received": Situation(State.RECEIVED),
    "in review": Situation(State.IN_REVIEW),
    "in review, claimed": Situation(State.IN_REVIEW, "holds"),
    "in review, lapsed": Situation(State.IN_REVIEW, "lapsed"),
    "asked": Situation(State.IN_REVIEW, letter="question"),
    "asked, claimed": Situation(State.IN_REVIEW, "holds", "question"),
    "asked, lapsed": Situation(State.IN_REVIEW, "lapsed", "question"),
    "to be read": Situation(State.IN_REVIEW, letter="reading"),
    "to be read, claimed": Situation(State.IN_REVIEW, "holds", "reading"),
    "answered": Situation(State.IN_REVIEW, letter="answered"),
    "answered, claimed": Situation(State.IN_REVIEW, "holds", "answered"),
    "awaiting": Situation(State.AWAITING_SECOND),
    "awaiting, claimed": Situation(State.AWAITING_SECOND, "holds"),
    "awaiting, lapsed": Situation(State.AWAITING_SECOND, "lapsed"),
    "published": Situation(State.PUBLISHED),
    "published, proposed": Situation(State.PUBLISHED, proposed=True),
    "taken down": Situation(State.UNPUBLISHED),
    "taken down, proposed": Situation(State.UNPUBLISHED, proposed=True),
    "declined": Situation(State.DECLINED),
    "withdrawn": Situation(State.WITHDRAWN),
}

# Whom a report waits for: "first" passed it on, where somebody did; "holder" has claimed it, where
# somebody has. Both are further moderators elsewhere.
HOLDER, FIRST, OTHER, LEAD = "holder", "first", "other", "lead"
MODERATORS = {HOLDER, FIRST, OTHER, LEAD}
OUTSIDERS = ("nobody", "gone", "administrator")  # who may not review: never allowed anything
ROLES = (HOLDER, FIRST, OTHER, LEAD, *OUTSIDERS)

# Whoever edits: the holder, or anybody where no claim holds. A letter is an edit as well.
BEFORE_AN_ANSWER = {
    "asked": MODERATORS,
    "asked, claimed": {HOLDER},
    "asked, lapsed": MODERATORS,
    "to be read": MODERATORS,
    "to be read, claimed": {HOLDER},
}
WITHOUT_A_QUESTION = {
    "in review": MODERATORS,
    "in review, claimed": {HOLDER},
    "in review, lapsed": MODERATORS,
    "answered": MODERATORS,
    "answered, claimed": {HOLDER},
}
EDITING = {**WITHOUT_A_QUESTION, **BEFORE_AN_ANSWER}
AWAITING = {
    "awaiting": MODERATORS,
    "awaiting, claimed": {HOLDER},
    "awaiting, lapsed": MODERATORS,
}
FREE = {name for name, roles in EDITING.items() if roles == MODERATORS}
CLAIMED = {name for name, (_, claim, *_) in SITUATIONS.items() if claim}
OPEN = {name for name, (state, *_) in SITUATIONS.items() if state in review.WAITING}

ALLOWED: dict[str, dict[str, set[str]]] = {
    "claim": {
        "received": MODERATORS,
        **dict.fromkeys(FREE, MODERATORS),
        "awaiting": MODERATORS - {FIRST},
        "awaiting, lapsed": MODERATORS - {FIRST},
    },
    "release": {name: {HOLDER} for name in CLAIMED},
    "reassign": {name: {LEAD} for name in OPEN},
    "save_draft": EDITING,
    "dismiss": EDITING,
    "dismiss_all": EDITING,
    "remove_suspect": EDITING,
    "remove_suspects": EDITING,
    "ask": WITHOUT_A_QUESTION,
    "ask_to_read": WITHOUT_A_QUESTION,
    "unask": BEFORE_AN_ANSWER,
    "pass_on": WITHOUT_A_QUESTION,
    "send_back": AWAITING,
    "publish": {name: roles - {FIRST} for name, roles in AWAITING.items()},
    "decline": {"received": MODERATORS, **EDITING, **AWAITING},
    "unpublish": {"published": {LEAD}, "published, proposed": {LEAD}},
    "republish": {"taken down": {LEAD}, "taken down, proposed": {LEAD}},
    "propose_correction": {"published": {LEAD}, "taken down": {LEAD}},
    "confirm_correction": {
        "published, proposed": MODERATORS - {LEAD},
        "taken down, proposed": MODERATORS - {LEAD},
    },
    "drop_correction": {"published, proposed": MODERATORS, "taken down, proposed": MODERATORS},
}

# What an officer does with the receipt, who has no account and whom no claim concerns.
ALLOWED_TO_THE_OFFICER: dict[str, set[str]] = {
    "withdraw": OPEN,
    "answer": {"asked", "asked, claimed", "asked, lapsed"},
    "agree": {"to be read", "to be read, claimed"},
    "object_to": {"to be read", "to be read, claimed"},
}


class Deed(NamedTuple):
    """How an action is asked for, and what it leaves.

    logged: its rows in the log. state: afterwards; None: as before. holder: who has it afterwards.
    letter: whose turn it is afterwards; None: as before, and nobody's where it is not in review.
    """

    arguments: dict[str, Any]
    logged: list[str]
    state: State | None = None
    holder: str | None = None
    letter: str | None = None


DEEDS: dict[str, Deed] = {
    "claim": Deed({}, ["claimed"], holder="moderator"),
    "release": Deed({}, ["released"]),
    "reassign": Deed({"to": "target"}, ["reassigned"], holder="target"),
    "save_draft": Deed({"draft": NEW}, ["edited"], holder="moderator"),
    "dismiss": Deed({"key": RAMIREZ}, ["dismissed"], holder="moderator"),
    "dismiss_all": Deed({"keys": [RAMIREZ]}, ["dismissed"], holder="moderator"),
    "remove_suspect": Deed({"key": RAMIREZ}, ["removed"], holder="moderator"),
    "remove_suspects": Deed({"keys": [RAMIREZ]}, ["removed"], holder="moderator"),
    "pass_on": Deed(
        {"checked": checks.slugs(second=False)}, ["checked", "passed"], State.AWAITING_SECOND
    ),
    "send_back": Deed({"note": "Say less."}, ["sent_back"], State.IN_REVIEW, "first"),
    "publish": Deed(
        {"checked": checks.slugs(second=True)}, ["checked", "approved"], State.PUBLISHED
    ),
    "decline": Deed({"reason": "too-little"}, ["declined"], State.DECLINED),
    "ask": Deed({"text": "How far?"}, ["asked"], holder="moderator", letter="asked"),
    "ask_to_read": Deed({}, ["shown"], holder="moderator", letter="asked"),
    "unask": Deed({}, ["unasked"], holder="moderator", letter=""),
    "unpublish": Deed({"reason": "wrong"}, ["unpublished"], State.UNPUBLISHED),
    "republish": Deed({}, ["republished"], State.PUBLISHED),
    "propose_correction": Deed({"draft": CORRECTED, "note": "Said anew."}, ["proposed"]),
    "confirm_correction": Deed({}, ["corrected"]),
    "drop_correction": Deed({}, ["dropped"]),
}

DEEDS_OF_THE_OFFICER: dict[str, Deed] = {
    "withdraw": Deed({}, ["withdrawn"], State.WITHDRAWN),
    "answer": Deed({"question": "last", "text": "Near."}, ["answered"], letter="answered"),
    "agree": Deed({"question": "last", "shown": "digest"}, ["agreed"], letter="answered"),
    "object_to": Deed({"question": "last", "shown": "digest"}, ["objected"], letter="answered"),
}


def everything() -> dict[str, list[str]]:
    """Return every row of every table that a model has."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values()))
        for model in apps.get_models(include_auto_created=True)
    }


@pytest.fixture
def people() -> dict[str, User]:
    """One of each role, and "target", to whom a lead gives a report."""
    people = {name: make_moderator(name) for name in (HOLDER, FIRST, OTHER, "gone", "target")}
    people[LEAD] = make_lead(LEAD)
    people["nobody"] = make_user("nobody", is_staff=True)
    people["administrator"] = make_user("administrator", is_staff=True)
    people["administrator"].user_permissions.set(
        Permission.objects.filter(content_type__app_label="auth")
        | Permission.objects.filter(codename__in=["view_report", "lead_reports"])
    )
    people["gone"].is_active = False
    people["gone"].save()
    return people


def report_in(situation: str, people: dict[str, User], *, story: str = STORY) -> Report:
    """Return a report in a situation, whose claim is four days old where it has lapsed."""
    state, claim, letter, proposed = SITUATIONS[situation]
    fields: dict[str, Any] = {"claimed_by": people[HOLDER]} if claim else {}
    if state in (State.AWAITING_SECOND, State.PUBLISHED, State.UNPUBLISHED):
        fields["passed_by"] = people[FIRST]
    if letter:
        fields["letter"] = "answered" if letter == "answered" else "asked"
    report = make_report(state, story=story, **fields)
    if claim:
        age = datetime.timedelta(days=4 if claim == "lapsed" else 2)
        report.decisions.create(action="claimed", moderator=people[HOLDER], at=timezone.now() - age)
    if letter:
        kind = "reading" if letter == "reading" else "question"
        written = report.messages.create
        written(position=1, kind=kind, text="Who?", week="2026-W08", moderator=people[HOLDER])
        if letter == "answered":
            written(position=2, kind="answer", text="A colleague.", week="2026-W08")
    if proposed:
        draft, by = CORRECTED.to_json(), people[LEAD]
        Proposal.objects.create(report=report, draft=draft, note="Said anew.", proposed_by=by)
    return report


def call(action: str, report: Report, moderator: User, people: dict[str, User]) -> Report:
    arguments = {
        name: people[value] if isinstance(value, str) and value in people else value
        for name, value in DEEDS[action].arguments.items()
    }
    change: Callable[..., Report] = getattr(review, action)
    return change(report=report, version=report.version, moderator=moderator, **arguments)


def call_as_officer(action: str, report: Report) -> Report:
    """Do what an officer does who has just read the last question, and the text as it stands."""
    question = report.messages.filter(kind__in=["question", "reading"]).last()
    read = {"last": question.pk if question else uuid4(), "digest": Draft.of(report).digest()}
    arguments = DEEDS_OF_THE_OFFICER[action].arguments
    change: Callable[..., Report] = getattr(review, action)
    return change(
        report=report, **{name: read.get(value, value) for name, value in arguments.items()}
    )


def story_for(action: str) -> str:
    return NAMED if {"key", "keys"} & set(DEEDS[action].arguments) else STORY


def state_after(deed: Deed, report: Report) -> tuple[str, str, int]:
    """Return the state, the turn of the letters and the version that a deed leads to."""
    taken_up = State.IN_REVIEW if report.state == State.RECEIVED else State(report.state)
    state = deed.state or taken_up
    letter = report.letter if deed.letter is None else deed.letter
    return state, letter if state == State.IN_REVIEW else "", report.version + 1


@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_action_by_every_role(situation: str, action: str, people: dict[str, User]) -> None:
    report = report_in(situation, people, story=story_for(action))
    known = {decision.pk for decision in report.decisions.all()}
    may = ALLOWED[action].get(situation, set())
    before = everything()
    for role in ROLES:
        if role in may:
            continue
        with pytest.raises(review.Refused) as refused:
            call(action, report, people[role], people)
        assert refused.value.status in (403, 409)
        assert role not in OUTSIDERS or refused.value.status == 403
    assert everything() == before
    deed = DEEDS[action]
    for role in sorted(may):
        with transaction.atomic():
            changed = call(action, report, people[role], people)
            after = (changed.state, changed.letter, changed.version)
            assert after == state_after(deed, report)
            holder = people[role] if deed.holder == "moderator" else people.get(deed.holder or "")
            assert changed.claimed_by == holder
            new = [d for d in Decision.objects.order_by("at") if d.pk not in known]
            done = [(d.action, d.moderator) for d in new]
            assert done == [(name, people[role]) for name in deed.logged]
            assert all(d.report_id == report.pk for d in new)
            # A double click: the second one comes with the version of the first.
            with pytest.raises(review.Refused) as refused:
                call(action, report, people[role], people)
            assert refused.value.status == 409
            transaction.set_rollback(True)


@pytest.mark.parametrize("action", ALLOWED_TO_THE_OFFICER)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_action_of_the_officer(situation: str, action: str, people: dict[str, User]) -> None:
    report = report_in(situation, people)
    before = everything()
    if situation not in ALLOWED_TO_THE_OFFICER[action]:
        with pytest.raises(review.Refused) as refused:
            call_as_officer(action, report)
        assert refused.value.status == 409
        assert everything() == before
        return
    deed = DEEDS_OF_THE_OFFICER[action]
    changed = call_as_officer(action, report)
    assert (changed.state, changed.letter, changed.version) == state_after(deed, report)
    # What an officer writes neither takes a claim nor keeps one up.
    assert changed.claimed_by == (None if action == "withdraw" else report.claimed_by)
    last = changed.decisions.last()
    assert last
    assert ([last.action], last.moderator, last.at) == (deed.logged, None, None)


def test_the_table_leaves_no_action_out() -> None:
    """Whoever adds a function to reports/review.py adds its line here."""
    functions = {
        name
        for name, function in inspect.getmembers(review, inspect.isfunction)
        if function.__module__ == review.__name__ and not name.startswith("_")
    }
    assert functions - {"receive"} == set(ALLOWED) | set(ALLOWED_TO_THE_OFFICER)
    assert set(DEEDS) == set(ALLOWED)
    assert set(DEEDS_OF_THE_OFFICER) == set(ALLOWED_TO_THE_OFFICER)


@pytest.mark.parametrize("version", [-1, 1, 10**30])
@pytest.mark.parametrize("action", ALLOWED)
def test_another_version_than_the_one_looked_at_changes_nothing(
    action: str, version: int, people: dict[str, User]
) -> None:
    situation, roles = min(ALLOWED[action].items())
    report = report_in(situation, people, story=story_for(action))
    before = everything()
    report.version = version
    with pytest.raises(review.Refused) as refused:
        call(action, report, people[min(roles)], people)
    assert refused.value.status == 409
    assert everything() == before


def test_a_lead_gives_a_report_only_to_somebody_who_can_take_it(people: dict[str, User]) -> None:
    lead = people[LEAD]
    for situation, name, reason in (
        ("in review", "administrator", "may not review"),
        ("in review", "gone", "may not review"),
        ("awaiting", FIRST, "nobody publishes alone"),
        ("in review, claimed", HOLDER, "has this report already"),
    ):
        report = report_in(situation, people)
        before = everything()
        with pytest.raises(review.Refused, match=reason):
            review.reassign(report=report, version=0, moderator=lead, to=people[name])
        assert everything() == before


@pytest.mark.parametrize(("action", "second"), [("pass_on", False), ("publish", True)])
def test_each_line_of_the_check_list_has_to_be_ticked(
    action: str, second: bool, people: dict[str, User]
) -> None:
    report = report_in("awaiting" if second else "in review", people)
    needed = checks.slugs(second=second)
    before = everything()
    for left in [*[needed - {slug} for slug in needed], frozenset({"something", "else"})]:
        with pytest.raises(review.Refused, match="of the check list not ticked") as refused:
            getattr(review, action)(report=report, version=0, moderator=people[OTHER], checked=left)
        assert refused.value.status == 409
        assert everything() == before


@pytest.mark.parametrize("days", [1, 10])
def test_how_long_a_claim_holds_is_a_setting(
    days: int, people: dict[str, User], settings: Any
) -> None:
    settings.CLAIM_DAYS = days
    report = report_in("in review, lapsed" if days == 10 else "in review, claimed", people)
    if days == 10:
        with pytest.raises(review.Refused, match="holder has this report now"):
            call("claim", report, people[OTHER], people)
    else:
        assert call("claim", report, people[OTHER], people).claimed_by == people[OTHER]


def test_the_database_lets_nobody_have_a_report_that_is_closed(people: dict[str, User]) -> None:
    for situation in ("received", "published", "declined", "withdrawn"):
        report = report_in(situation, people)
        with pytest.raises(IntegrityError), transaction.atomic():
            Report.objects.filter(pk=report.pk).update(claimed_by=people[OTHER])
