"""Second factors: whether a session was opened with one, and whether an account has one."""

from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

Type = Authenticator.Type

# Recovery codes stand in for a second factor; they are none of their own.
REAL = (Type.WEBAUTHN, Type.TOTP)

ENROLLING = "enrolling"  # in the session: the invitation by which its owner came
ENROLLED = "enrolled"  # in the session: the recovery codes come next


def used_second_factor(request: HttpRequest) -> bool:
    """Return whether whoever sends this request has signed in with a second factor."""
    return request.user.is_authenticated and any(
        record.get("method") == "mfa"
        for record in get_authentication_records(request, request.user)
    )


def remember_second_factor(request: HttpRequest, factor: Authenticator) -> None:
    """Let the session count as opened with a factor that was just enrolled, and so proven."""
    record_authentication(request, factor.user, "mfa", id=factor.pk, type=factor.type)
    request.session.cycle_key()


def remember_password(request: HttpRequest, account: User) -> None:
    """Let the session count as opened with a password that was just typed."""
    record_authentication(request, account, "password", reauthenticated=True)


def typed_password_lately(request: HttpRequest) -> bool:
    return bool(did_recently_reauthenticate(request))


def real_factors(account: User) -> Any:
    """Return the query set of the account's second factors."""
    return Authenticator.objects.filter(user_id=account.pk, type__in=REAL)


def with_factors(accounts: QuerySet[User]) -> QuerySet[User]:
    """Return those of the accounts that have a second factor."""
    real = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=REAL)
    return accounts.filter(Exists(real))
