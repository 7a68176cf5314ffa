"""Who may come into the desk: accounts, roles, second factors, and the log of all of it."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from nearmiss import append_only

CHANGES = append_only.Log("accounts_change", "change", "The log of accounts")


class AccountsConfig(AppConfig):
    name = "nearmiss.accounts"
    label = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_used

        from nearmiss.accounts.adapters import encrypt_with_the_newest_key

        append_only.protect(self, CHANGES)
        post_migrate.connect(form_roles, sender=self)
        authenticator_used.connect(encrypt_with_the_newest_key)


def form_roles(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Receive post_migrate, after Django has made the permissions of every app."""
    from nearmiss.accounts import roles

    roles.form_groups(using)
