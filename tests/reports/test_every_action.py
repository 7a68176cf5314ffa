"""Who may do what to a report, and when: every situation, every action, every role.

ALLOWED is the whole rule, one line for each action and the situations in which it is allowed.
Whatever it does not name is refused, and leaves every row of every table as it was.
"""

import datetime
import inspect
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.utils import timezone

from reports import checks, review, suspects
from reports.drafts import Draft, DraftedLesson
from reports.models import Decision, Report, State
from tests.factories import STORY, make_lead, make_moderator, make_report, make_user

pytestmark = pytest.mark.django_db

NAMED = "Sgt. Ramirez wrote the citation. A truck passed close."
RAMIREZ = suspects.Key("PERSON", "ramirez")
NEW = Draft("New title", "New summary.", "New narrative.", frozenset(), (DraftedLesson("New."),))

# A situation: the state, and the claim of "holder": none, one that holds, or one that has lapsed.
SITUATIONS: dict[str, tuple[State, str]] = {
    "received": (State.RECEIVED, ""),
    "in review": (State.IN_REVIEW, ""),
    "in review, claimed": (State.IN_REVIEW, "holds"),
    "in review, lapsed": (State.IN_REVIEW, "lapsed"),
    "awaiting": (State.AWAITING_SECOND, ""),
    "awaiting, claimed": (State.AWAITING_SECOND, "holds"),
    "awaiting, lapsed": (State.AWAITING_SECOND, "lapsed"),
    "published": (State.PUBLISHED, ""),
    "declined": (State.DECLINED, ""),
    "withdrawn": (State.WITHDRAWN, ""),
}

# Whom a report waits for: "first" passed it on, where somebody did; "holder" has claimed it, where
# somebody has. Both are further moderators elsewhere.
HOLDER, FIRST, OTHER, LEAD = "holder", "first", "other", "lead"
MODERATORS = {HOLDER, FIRST, OTHER, LEAD}
OUTSIDERS = ("nobody", "gone", "administrator")  # who may not review: never allowed anything
ROLES = (HOLDER, FIRST, OTHER, LEAD, *OUTSIDERS)

EDITING = {
    "in review": MODERATORS,
    "in review, claimed": {HOLDER},
    "in review, lapsed": MODERATORS,
}

ALLOWED: dict[str, dict[str, set[str]]] = {
    "claim": {
        "received": MODERATORS,
        "in review": MODERATORS,
        "in review, lapsed": MODERATORS,
        "awaiting": MODERATORS - {FIRST},
        "awaiting, lapsed": MODERATORS - {FIRST},
    },
    "release": {
        "in review, claimed": {HOLDER},
        "in review, lapsed": {HOLDER},
        "awaiting, claimed": {HOLDER},
        "awaiting, lapsed": {HOLDER},
    },
    "reassign": {
        "received": {LEAD},
        "in review": {LEAD},
        "in review, claimed": {LEAD},
        "in review, lapsed": {LEAD},
        "awaiting": {LEAD},
        "awaiting, claimed": {LEAD},
        "awaiting, lapsed": {LEAD},
    },
    "save_draft": EDITING,
    "dismiss": EDITING,
    "dismiss_all": EDITING,
    "remove_suspect": EDITING,
    "remove_suspects": EDITING,
    "pass_on": EDITING,
    "send_back": {
        "awaiting": MODERATORS,
        "awaiting, claimed": {HOLDER},
        "awaiting, lapsed": MODERATORS,
    },
    "publish": {
        "awaiting": MODERATORS - {FIRST},
        "awaiting, claimed": {HOLDER},
        "awaiting, lapsed": MODERATORS - {FIRST},
    },
    "decline": {
        "received": MODERATORS,
        **EDITING,
        "awaiting": MODERATORS,
        "awaiting, claimed": {HOLDER},
        "awaiting, lapsed": MODERATORS,
    },
}

# What an officer does with the receipt, who has no account.
ALLOWED_TO_THE_OFFICER: dict[str, set[str]] = {
    "withdraw": {name for name, (state, _) in SITUATIONS.items() if state in review.WAITING}
}


class Deed(NamedTuple):
    """How an action is asked for, and what it leaves.

    logged: its rows in the log. state: afterwards; None: as before. holder: who has it afterwards.
    """

    arguments: dict[str, Any]
    logged: list[str]
    state: State | None = None
    holder: str | None = None


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
    "decline": Deed({}, ["declined"], State.DECLINED),
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
    state, claim = SITUATIONS[situation]
    fields: dict[str, Any] = {"claimed_by": people[HOLDER]} if claim else {}
    if state in (State.AWAITING_SECOND, State.PUBLISHED):
        fields["passed_by"] = people[FIRST]
    report = make_report(state, story=story, **fields)
    if claim:
        age = datetime.timedelta(days=4 if claim == "lapsed" else 2)
        report.decisions.create(action="claimed", moderator=people[HOLDER], at=timezone.now() - age)
    return report


def call(action: str, report: Report, moderator: User, people: dict[str, User]) -> Report:
    arguments = {
        name: people[value] if isinstance(value, str) and value in people else value
        for name, value in DEEDS[action].arguments.items()
    }
    change: Callable[..., Report] = getattr(review, action)
    return change(report=report, version=report.version, moderator=moderator, **arguments)


def story_for(action: str) -> str:
    return NAMED if {"key", "keys"} & set(DEEDS[action].arguments) else STORY


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ALLOWED)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_action(situation: str, action: str, role: str, people: dict[str, User]) -> None:
    report = report_in(situation, people, story=story_for(action))
    known = {decision.pk for decision in report.decisions.all()}
    before = everything()
    if role not in ALLOWED[action].get(situation, ()):
        with pytest.raises(review.Refused) as refused:
            call(action, report, people[role], people)
        assert refused.value.status in (403, 409)
        assert role not in OUTSIDERS or refused.value.status == 403
        assert everything() == before
        return
    deed = DEEDS[action]
    changed = call(action, report, people[role], people)
    state = deed.state or (State.IN_REVIEW if situation == "received" else State(report.state))
    assert (changed.state, changed.version) == (state, report.version + 1)
    holder = people[role] if deed.holder == "moderator" else people.get(deed.holder or "")
    assert changed.claimed_by == holder
    new = [d for d in Decision.objects.order_by("at") if d.pk not in known]
    assert [(d.action, d.moderator) for d in new] == [(name, people[role]) for name in deed.logged]
    assert all(d.report_id == report.pk for d in new)


@pytest.mark.parametrize("action", ALLOWED_TO_THE_OFFICER)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_every_action_of_the_officer(situation: str, action: str, people: dict[str, User]) -> None:
    report = report_in(situation, people)
    before = everything()
    change: Callable[..., Report] = getattr(review, action)
    if situation not in ALLOWED_TO_THE_OFFICER[action]:
        with pytest.raises(review.Refused) as refused:
            change(report=report)
        assert refused.value.status == 409
        assert everything() == before
        return
    changed = change(report=report)
    assert (changed.state, changed.claimed_by) == (State.WITHDRAWN, None)
    last = changed.decisions.last()
    assert last
    assert (last.action, last.moderator, last.at) == ("withdrawn", None, None)


def test_the_table_leaves_no_action_out() -> None:
    """Whoever adds a function to reports/review.py adds its line here."""
    functions = {
        name
        for name, function in inspect.getmembers(review, inspect.isfunction)
        if function.__module__ == review.__name__ and not name.startswith("_")
    }
    assert functions - {"receive"} == set(ALLOWED) | set(ALLOWED_TO_THE_OFFICER)
    assert set(DEEDS) == set(ALLOWED)


@pytest.mark.parametrize("version", [-1, 1, 10**30])
@pytest.mark.parametrize("action", ALLOWED)
def test_another_version_than_the_one_looked_at_changes_nothing(
    action: str, version: int, people: dict[str, User]
) -> None:
    situation, roles = next(iter(ALLOWED[action].items()))
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
