"""Accounts, invitations, and the log of accounts."""

import uuid

import django.contrib.auth.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[],
            options={
                "ordering": ["username"],
                "permissions": [("manage_accounts", "Can manage accounts")],
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.user",),
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("token_hash", models.CharField(editable=False, max_length=64, unique=True)),
                ("expires", models.DateTimeField()),
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invitation",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("invited", "invited"),
                            ("enrolled", "enrolled a second factor by invitation"),
                            ("roles", "changed the roles"),
                            ("deactivated", "deactivated"),
                            ("reactivated", "reactivated"),
                            ("reset", "reset password and second factor"),
                            ("recovered", "recovered as administrator"),
                            ("factor_added", "added a second factor"),
                            ("factor_removed", "removed a second factor"),
                            ("codes", "made new recovery codes"),
                        ],
                        max_length=14,
                    ),
                ),
                ("roles", models.CharField(max_length=200)),
                ("at", models.DateTimeField(help_text="UTC.")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "change of an account",
                "verbose_name_plural": "changes of accounts",
                "ordering": ["-at", "pk"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                [
                                    "invited",
                                    "enrolled",
                                    "roles",
                                    "deactivated",
                                    "reactivated",
                                    "reset",
                                    "recovered",
                                    "factor_added",
                                    "factor_removed",
                                    "codes",
                                ],
                            )
                        ),
                        name="account_change_is_known",
                    )
                ],
            },
        ),
    ]
