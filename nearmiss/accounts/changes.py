"""Every change of what an account may do, and nothing else makes one.

Each is one function: it takes keywords only, checks, changes and logs in one transaction. `actor`
is an administrator, or None for a command on the server. What is not allowed raises Refused, and
then nothing has changed.
"""

import datetime
import hashlib
import secrets
from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils import timezone

from nearmiss.accounts import factors
from nearmiss.accounts.models import Action, Change, Invitation
from nearmiss.accounts.roles import ADMINISTRATORS, MANAGE, ROLES, roles_of


class Refused(Exception):
    """A change that is not allowed.

    message: what happened, what it means, what to do next. status: 403 when this person may not,
    409 when the account has changed meanwhile or must stay as it is.
    """

    def __init__(self, message: str, *, status: int = 409) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@transaction.atomic
def invite(*, username: str, roles: Iterable[str], actor: User | None) -> tuple[User, str]:
    """Make an account with these roles, and return it with the token of its invitation."""
    _hold(actor)
    if User.objects.filter(username__iexact=username).exists():
        raise Refused(f"There is an account “{username}” already. Choose another name.")
    account = User(username=username, is_staff=True)
    account.set_unusable_password()
    account.save()
    _give(account, roles)
    _log(Action.INVITED, account, actor)
    return account, _new_token(account)


@transaction.atomic
def invite_again(*, account: User, actor: User | None) -> str:
    """Return the token of a new invitation for an account without a second factor."""
    account = _hold(actor, account)
    if not account.is_active:
        raise Refused("This account is deactivated, so it was not invited. Reactivate it first.")
    if factors.real_factors(account).exists():
        raise Refused(
            "This account has a second factor, so it needs no invitation. If its owner has lost "
            "the factor or the password, reset them."
        )
    _log(Action.INVITED, account, actor)
    return _new_token(account)


@transaction.atomic
def set_roles(
    *, account: User, roles: Iterable[str], seen: Iterable[str], actor: User | None
) -> None:
    """Give an account these roles and no others. seen: those it had when the actor decided."""
    account, wanted = _hold(actor, account), set(roles)
    now = {role.name for role in roles_of(account)}
    if now != set(seen):
        raise Refused(
            "Somebody else has changed the roles of this account since you opened the page. "
            "Nothing of yours was saved. Look at them, then decide again."
        )
    if now == wanted:
        return
    if ADMINISTRATORS.name not in wanted:
        _require_another_administrator(account, "kept its role")
    _give(account, wanted)
    _log(Action.ROLES, account, actor)


@transaction.atomic
def deactivate(*, account: User, actor: User | None) -> None:
    """End the access of an account at once. What it did stays in the logs."""
    account = _hold(actor, account)
    if not account.is_active:
        raise Refused("This account is deactivated already. Nothing was changed.")
    _require_another_administrator(account, "stays active")
    account.is_active = False
    account.save(update_fields=["is_active"])
    Invitation.objects.filter(account=account).delete()
    _log(Action.DEACTIVATED, account, actor)


@transaction.atomic
def reactivate(*, account: User, actor: User | None) -> None:
    """Open the desk again to an account, with the password and the factors that it had."""
    account = _hold(actor, account)
    if account.is_active:
        raise Refused("This account is active already. Nothing was changed.")
    account.is_active = True
    account.save(update_fields=["is_active"])
    _log(Action.REACTIVATED, account, actor)


@transaction.atomic
def reset(*, account: User, actor: User | None) -> str:
    """Take password and factors from an account, end its sessions; return a new token for it."""
    account = _hold(actor, account)
    if not account.is_active:
        raise Refused("This account is deactivated, so it was not reset. Reactivate it first.")
    _require_another_administrator(account, "keeps its second factor")
    return _reset(account, actor, Action.RESET)


@transaction.atomic
def recover(*, username: str) -> tuple[User, str, bool]:
    """Open a way in for an administrator from the server itself.

    The account is made, reactivated and given the role where needed; its password and factors
    are taken from it. Returns the account, the token of its invitation, and whether it is new.
    """
    _hold(None)
    account = User.objects.filter(username__iexact=username).first()
    new = account is None
    if account is None:
        account = User(username=username)
    account.is_active = account.is_staff = True
    account.set_unusable_password()
    account.save()
    _give(account, {role.name for role in roles_of(account)} | {ADMINISTRATORS.name})
    return account, _reset(account, None, Action.RECOVERED), new


def find(token: str) -> Invitation | None:
    """Return the invitation of a token, expired or not; None if it was used or never was."""
    return (
        Invitation.objects.filter(token_hash=_hash(token))
        .select_related("account")
        .prefetch_related("account__groups")
        .first()
    )


def is_open(invitation: Invitation) -> bool:
    return invitation.account.is_active and timezone.now() < invitation.expires


@transaction.atomic
def choose_password(*, invitation: Invitation, password: str) -> User:
    """Set the password of an invited account. It opens nothing until a factor is enrolled."""
    account = _open_account(invitation.pk)
    account.set_password(password)
    account.save(update_fields=["password"])
    return account


@transaction.atomic
def enrol(*, account: User, invitation_id: str) -> None:
    """Use up the invitation of an account that has just been given its first factor."""
    _open_account(invitation_id)
    Invitation.objects.filter(pk=invitation_id).delete()
    _log(Action.ENROLLED, account, account)


@transaction.atomic
def note_own(action: Action, account: User) -> None:
    """Log what the owner of an account did with their own factors."""
    _log(action, account, account)


def _hold(actor: User | None, account: User | None = None) -> User:
    """Return the account as it is now. One change at a time: two administrators who remove each
    other at the same moment would leave none."""
    Group.objects.select_for_update().get(name=ADMINISTRATORS.name)
    if actor and not User.objects.get(pk=actor.pk).has_perm(MANAGE):
        raise Refused(
            "Your account may not manage accounts, so nothing was changed. "
            "Ask an administrator to do it.",
            status=403,
        )
    return User.objects.get(pk=account.pk) if account else User()


def _open_account(invitation_id: object) -> User:
    invitation = (
        Invitation.objects.select_for_update().filter(pk=invitation_id).first()  # type: ignore[misc]
    )
    if invitation is None or not is_open(invitation):
        raise Refused(
            "This invitation is not open any more: it was used, replaced or has expired. "
            "Ask an administrator for a new one."
        )
    return invitation.account


def _require_another_administrator(account: User, fate: str) -> None:
    """Refuse to lose the last administrator who can sign in."""
    able = factors.with_factors(
        User.objects.filter(is_active=True, groups__name=ADMINISTRATORS.name)
    )
    if able.filter(pk=account.pk).exists() and not able.exclude(pk=account.pk).exists():
        raise Refused(
            f"{account} is the only administrator who can sign in, and so {fate}. "
            "Nothing was changed. Make somebody else an administrator first, and let them enrol."
        )


def _give(account: User, roles: Iterable[str]) -> None:
    wanted = set(roles)
    if not wanted or wanted - ROLES.keys():
        raise Refused("An account needs one role or more of those that there are.")
    account.groups.set(Group.objects.filter(name__in=wanted))


def _reset(account: User, actor: User | None, action: Action) -> str:
    # An unusable password ends every session of the account: they are bound to its hash.
    account.set_unusable_password()
    account.save(update_fields=["password"])
    Authenticator.objects.filter(user=account).delete()
    _log(action, account, actor)
    return _new_token(account)


def _new_token(account: User) -> str:
    token = secrets.token_urlsafe(32)
    Invitation.objects.filter(account=account).delete()
    Invitation.objects.create(
        account=account,
        token_hash=_hash(token),
        expires=timezone.now() + datetime.timedelta(days=settings.INVITATION_DAYS),
    )
    return token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _log(action: Action, account: User, actor: User | None) -> None:
    labels = ", ".join(role.label for role in roles_of(account))
    Change.objects.create(
        account=account, actor=actor, action=action, roles=labels, at=timezone.now()
    )
