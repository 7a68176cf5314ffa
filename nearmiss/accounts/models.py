"""Accounts, their invitations, and the log of every change of what an account may do.

Nothing here holds an address, a browser or a secret: of an invitation the hash of its token.
"""

import uuid
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import User, UserManager
from django.db import models
from django.db.models import Q


class Account(User):
    """Django's user, as the administrators' pages show it."""

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        proxy = True
        default_permissions = ()
        permissions = [("manage_accounts", "Can manage accounts")]
        ordering = ["username"]


class Invitation(models.Model):
    """An open way into the desk for one account. It is deleted when it has been used."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitation"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Invitation of {self.account}"


class Action(models.TextChoices):
    INVITED = "invited", "invited"
    ENROLLED = "enrolled", "enrolled a second factor by invitation"
    ROLES = "roles", "changed the roles"
    DEACTIVATED = "deactivated", "deactivated"
    REACTIVATED = "reactivated", "reactivated"
    RESET = "reset", "reset password and second factor"
    RECOVERED = "recovered", "recovered as administrator"
    FACTOR_ADDED = "factor_added", "added a second factor"
    FACTOR_REMOVED = "factor_removed", "removed a second factor"
    CODES = "codes", "made new recovery codes"


class Change(models.Model):
    """One row of the log: who changed what of which account, when. Append-only.

    A row without an actor was written by a command on the server. `roles` are those that the
    account has afterwards.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    action = models.CharField(max_length=14, choices=Action.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    roles = models.CharField(max_length=200)
    at = models.DateTimeField(help_text="UTC.")

    class Meta:
        default_permissions = ()
        ordering = ["-at", "pk"]
        verbose_name = "change of an account"
        verbose_name_plural = "changes of accounts"
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=Action.values),
                name="account_change_is_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.get_action_display()}"
