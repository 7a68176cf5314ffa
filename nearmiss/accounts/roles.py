"""The roles, and exactly what each may do. A role is a group; its permissions stand here alone."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q

from reports import moderators

MANAGE = "accounts.manage_accounts"


@dataclass(frozen=True)
class Role:
    """name: of the group. label: of one person. permissions: (app label, code name)."""

    name: str
    label: str
    help: str
    permissions: tuple[tuple[str, str], ...]


MODERATORS = Role(
    moderators.NAME,
    "Moderator",
    "Reads reports, edits them, and publishes or declines them with a second moderator.",
    moderators.PERMISSIONS,
)
LEADS = Role(
    moderators.LEADS,
    "Lead",
    "A moderator who also reassigns reports, unpublishes and corrects stories, and edits terms.",
    moderators.LEAD_PERMISSIONS,
)
ADMINISTRATORS = Role(
    "Administrators",
    "Administrator",
    "Invites people, changes their roles and ends their access. Sees no stories.",
    (("accounts", "manage_accounts"),),
)
ROLES = {role.name: role for role in (MODERATORS, LEADS, ADMINISTRATORS)}


def form_groups(using: str) -> None:
    """Make the group of each role, with its permissions and no others."""
    for role in ROLES.values():
        group, _ = Group.objects.using(using).get_or_create(name=role.name)
        wanted = Q(pk__in=[])
        for app_label, codename in role.permissions:
            wanted |= Q(content_type__app_label=app_label, codename=codename)
        group.permissions.set(Permission.objects.using(using).filter(wanted))


def roles_of(account: User) -> list[Role]:
    """Return the roles of an account, in the order of ROLES."""
    names = {group.name for group in account.groups.all()}
    return [role for role in ROLES.values() if role.name in names]
