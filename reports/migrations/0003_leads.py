"""A permission for leads."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0002_moderators"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="report",
            options={
                "ordering": ["week", "pk"],
                "permissions": [
                    ("review_report", "Can review, approve and decline reports"),
                    ("lead_reports", "Can reassign, unpublish and correct"),
                ],
            },
        ),
    ]
