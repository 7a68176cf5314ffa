"""Nothing: the group "Moderators" is made after every migrate, see nearmiss.accounts.roles."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        ("lessons", "0001_initial"),
    ]

    operations: list[migrations.operations.base.Operation] = []
