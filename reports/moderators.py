"""The group "Moderators" and exactly what it may do."""

from typing import Any

NAME = "Moderators"

# app label, code name
PERMISSIONS = (
    ("reports", "view_report"),
    ("reports", "change_report"),
    ("reports", "review_report"),
    ("reports", "view_lessondraft"),
    ("reports", "add_lessondraft"),
    ("reports", "change_lessondraft"),
    ("reports", "delete_lessondraft"),
    ("reports", "view_decision"),
    ("lessons", "view_term"),
)


def form_group(group_model: Any, permission_model: Any) -> Any:
    """Return the group, made with its permissions if it is not there.

    A group that is there stays as an administrator left it.
    """
    group, created = group_model.objects.get_or_create(name=NAME)
    if created:
        for app_label, codename in PERMISSIONS:
            permission = permission_model.objects.get(
                content_type__app_label=app_label, codename=codename
            )
            group.permissions.add(permission)
    return group
