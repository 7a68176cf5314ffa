"""The changes of accounts: who may make them, what the log keeps, the last administrator."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from nearmiss import append_only
from nearmiss.accounts import changes, factors, roles
from nearmiss.accounts.apps import CHANGES
from nearmiss.accounts.models import Change, Invitation
from reports import review
from tests.factories import make_administrator, make_lead, make_moderator, make_user
from tests.reports.test_review_at_once import at_once, side_by_side
from tests.signing_in import with_app

__all__ = ["side_by_side"]  # a fixture

pytestmark = pytest.mark.django_db

MODERATORS, LEADS, ADMINISTRATORS = roles.ROLES


@pytest.fixture
def boss() -> User:
    """An administrator who can sign in, and so may change others."""
    return with_app(make_administrator("boss"))


def names(account: User) -> set[str]:
    return set(User.objects.get(pk=account.pk).groups.values_list("name", flat=True))


def log() -> list[tuple[Any, ...]]:
    """Return the log, oldest row first."""
    return list(
        Change.objects.order_by("at").values_list(
            "actor__username", "action", "account__username", "roles"
        )
    )


# Roles


def test_each_role_has_its_permissions_and_no_others() -> None:
    for role in roles.ROLES.values():
        granted = Group.objects.get(name=role.name).permissions.values_list(
            "content_type__app_label", "codename"
        )
        assert set(granted) == set(role.permissions)
        assert len(granted) == len(role.permissions)


def test_moderators_review_leads_lead_and_administrators_manage() -> None:
    expected = {
        make_moderator(): (True, False, False),
        make_lead(): (True, True, False),
        make_administrator(): (False, False, True),
    }
    for user, answers in expected.items():
        assert (
            user.has_perm(review.PERMISSION),
            user.has_perm("reports.lead_reports"),
            user.has_perm(roles.MANAGE),
        ) == answers
        assert not user.is_superuser


def test_administrators_may_touch_nothing_of_stories() -> None:
    permissions = make_administrator().get_all_permissions()
    assert permissions == {"accounts.manage_accounts"}


def test_migrating_puts_the_permissions_of_roles_right() -> None:
    group = Group.objects.get(name=ADMINISTRATORS)
    group.permissions.add(Permission.objects.get(codename="view_report"))
    Group.objects.get(name=LEADS).permissions.clear()
    call_command("migrate", verbosity=0)
    test_each_role_has_its_permissions_and_no_others()


# Changes, and the log


def test_each_change_is_done_and_logged(boss: User) -> None:
    account, token = changes.invite(username="robin", roles=[MODERATORS], actor=boss)
    assert (account.is_staff, account.is_superuser, account.email) == (True, False, "")
    assert not account.has_usable_password()
    assert changes.find(token) == Invitation.objects.get(account=account)
    changes.invite_again(account=account, actor=None)
    assert changes.find(token) is None
    changes.set_roles(account=account, roles=[LEADS, MODERATORS], seen=[MODERATORS], actor=boss)
    assert names(account) == {LEADS, MODERATORS}
    with_app(account)
    account.set_password("a lamp behind the fence")
    account.save()
    again = changes.reset(account=account, actor=boss)
    account.refresh_from_db()
    assert not account.has_usable_password()
    assert not factors.real_factors(account).exists()
    assert account.authenticator_set.count() == 0  # type: ignore[attr-defined]
    changes.deactivate(account=account, actor=boss)
    assert changes.find(again) is None
    changes.reactivate(account=account, actor=boss)
    assert User.objects.get(pk=account.pk).is_active
    assert log() == [
        ("boss", "invited", "robin", "Moderator"),
        (None, "invited", "robin", "Moderator"),
        ("boss", "roles", "robin", "Moderator, Lead"),
        ("boss", "reset", "robin", "Moderator, Lead"),
        ("boss", "deactivated", "robin", "Moderator, Lead"),
        ("boss", "reactivated", "robin", "Moderator, Lead"),
    ]


def test_roles_that_stay_as_they_are_are_no_change(boss: User) -> None:
    robin = make_moderator("robin")
    changes.set_roles(account=robin, roles=[MODERATORS], seen=[MODERATORS], actor=boss)
    assert log() == []


ATTEMPTS: dict[str, Callable[[User, User], Any]] = {
    "invite": lambda robin, actor: changes.invite(
        username="new", roles=[ADMINISTRATORS], actor=actor
    ),
    "invite again": lambda robin, actor: changes.invite_again(account=robin, actor=actor),
    "roles": lambda robin, actor: changes.set_roles(
        account=robin, roles=[ADMINISTRATORS], seen=[MODERATORS], actor=actor
    ),
    "deactivate": lambda robin, actor: changes.deactivate(account=robin, actor=actor),
    "reactivate": lambda robin, actor: changes.reactivate(account=robin, actor=actor),
    "reset": lambda robin, actor: changes.reset(account=robin, actor=actor),
}


@pytest.mark.parametrize("attempt", ATTEMPTS)
@pytest.mark.parametrize("who", ["moderator", "lead", "former administrator"])
def test_nobody_but_an_administrator_changes_anything(attempt: str, who: str, boss: User) -> None:
    robin = with_app(make_moderator("robin"))
    if who == "former administrator":
        actor = make_administrator("former")
        actor.is_active = False
        actor.save()
    else:
        actor = make_moderator() if who == "moderator" else make_lead()
    before = list(User.objects.order_by("pk").values("pk", "is_active", "password", "groups"))
    with pytest.raises(changes.Refused) as refused:
        ATTEMPTS[attempt](robin, actor)
    assert refused.value.status == 403
    after = list(User.objects.order_by("pk").values("pk", "is_active", "password", "groups"))
    assert after == before
    assert factors.real_factors(robin).exists()
    assert log() == []


def test_what_makes_no_sense_is_refused_and_changes_nothing(boss: User) -> None:
    robin = with_app(make_moderator("robin"))
    away = make_moderator("away")
    away.is_active = False
    away.save()
    for attempt in (
        lambda: changes.invite(username="ROBIN", roles=[MODERATORS], actor=boss),
        lambda: changes.invite(username="new", roles=[], actor=boss),
        lambda: changes.invite(username="new", roles=["Emperors"], actor=boss),
        lambda: changes.invite_again(account=robin, actor=boss),
        lambda: changes.invite_again(account=away, actor=boss),
        lambda: changes.reset(account=away, actor=boss),
        lambda: changes.deactivate(account=away, actor=boss),
        lambda: changes.reactivate(account=robin, actor=boss),
        lambda: changes.set_roles(account=robin, roles=[], seen=[MODERATORS], actor=boss),
        lambda: changes.set_roles(account=robin, roles=[LEADS], seen=[LEADS], actor=boss),
    ):
        with pytest.raises(changes.Refused) as refused:
            attempt()
        assert refused.value.status == 409
    assert log() == []
    assert not User.objects.filter(username="new").exists()
    assert names(robin) == {MODERATORS}


# The last administrator

LOSSES: dict[str, Callable[[User], Any]] = {
    "deactivated": lambda last: changes.deactivate(account=last, actor=last),
    "stripped": lambda last: changes.set_roles(
        account=last, roles=[MODERATORS], seen=[ADMINISTRATORS], actor=last
    ),
    "reset": lambda last: changes.reset(account=last, actor=last),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_the_last_administrator_who_can_sign_in_stays(loss: str, boss: User) -> None:
    make_administrator("invited, but never enrolled")
    gone = with_app(make_administrator("gone"))
    gone.is_active = False
    gone.save()
    with pytest.raises(changes.Refused, match="only administrator who can sign in"):
        LOSSES[loss](boss)
    boss.refresh_from_db()
    assert boss.is_active
    assert names(boss) == {ADMINISTRATORS}
    assert factors.real_factors(boss).exists()
    assert log() == []


@pytest.mark.parametrize("loss", LOSSES)
def test_with_a_second_administrator_the_first_may_go(loss: str, boss: User) -> None:
    with_app(make_administrator("second"))
    LOSSES[loss](boss)
    assert len(log()) == 1


def test_an_administrator_who_cannot_sign_in_is_not_the_last_one(boss: User) -> None:
    idle = make_administrator("idle")
    changes.deactivate(account=idle, actor=boss)
    assert not User.objects.get(pk=idle.pk).is_active


def test_whoever_is_in_the_log_cannot_be_deleted(boss: User) -> None:
    robin, _ = changes.invite(username="robin", roles=[MODERATORS], actor=boss)
    for person in (boss, robin):
        with pytest.raises((ProtectedError, IntegrityError)), transaction.atomic():
            person.delete()
    assert User.objects.count() == 2


@pytest.mark.usefixtures("side_by_side")
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one() -> None:
    pair = [with_app(make_administrator(name)) for name in ("one", "two")]
    results = at_once(
        *(
            lambda actor=actor, other=other: changes.deactivate(account=other, actor=actor)
            for actor, other in (pair, pair[::-1])
        )
    )
    assert sorted(map(str, results)) == ["403", "None"]  # who came second is no administrator now
    assert User.objects.filter(is_active=True).count() == 1


# Append-only


def test_the_log_can_be_neither_changed_nor_deleted(boss: User) -> None:
    changes.invite(username="robin", roles=[MODERATORS], actor=boss)
    row, before = Change.objects.get(), list(Change.objects.values())

    def raw(statement: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement)

    for attempt in (
        lambda: Change.objects.update(action="roles"),
        lambda: Change.objects.filter(pk=row.pk).update(actor=None),
        lambda: Change.objects.all().delete(),
        row.delete,
        row.save,
        lambda: raw("UPDATE accounts_change SET roles = ''"),
        lambda: raw("DELETE FROM accounts_change"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            attempt()
    assert list(Change.objects.values()) == before


def test_an_unknown_action_is_refused_by_the_database(boss: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Change.objects.create(account=boss, action="praised", roles="", at="2026-02-10T00:00:00Z")


def test_the_check_finds_a_log_of_accounts_without_its_triggers() -> None:
    with connection.cursor() as cursor:
        for statement in CHANGES.removal(connection.vendor):
            cursor.execute(statement)
    assert append_only.missing(connection) == CHANGES.triggers
    append_only.install(connection)
    assert append_only.missing(connection) == set()


def test_a_change_that_cannot_be_logged_does_not_happen(
    boss: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    robin = with_app(make_moderator("robin"))

    def broken(**fields: Any) -> None:
        raise IntegrityError("The log is full.")

    monkeypatch.setattr(Change.objects, "create", broken)
    for attempt in ("invite", "roles", "deactivate", "reset"):
        with pytest.raises(IntegrityError):
            ATTEMPTS[attempt](robin, boss)
    robin.refresh_from_db()
    assert robin.is_active
    assert names(robin) == {MODERATORS}
    assert factors.real_factors(robin).exists()
    assert not User.objects.filter(username="new").exists()


def test_the_log_has_no_field_for_an_address_or_a_browser() -> None:
    fields = {field.name for field in Change._meta.get_fields()}
    assert fields == {"id", "account", "action", "actor", "roles", "at"}


def test_a_user_who_never_had_a_role_may_do_nothing(boss: User) -> None:
    assert make_user("visitor").get_all_permissions() == set()
