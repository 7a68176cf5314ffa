"""The check list: what a moderator confirms before a report is passed on, and before it stands.

Each is a question that no engine answers. That the list was gone through is logged; it holds no
text that a report could leak into.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Check:
    """One line of the list. only_second: asked of the moderator who publishes alone."""

    slug: str
    text: str
    only_second: bool = False


CHECKS = (
    Check("compared", "I compared what goes out with what came in, word by word.", True),
    Check("news", "I searched the news. Nothing here leads to coverage of this event."),
    Check("rare", "No combination is so rare that a colleague would know who it was."),
    Check("own", "It is the teller’s own story. Nobody else in it is exposed or accused."),
    Check("harm", "Nothing in it would help somebody hurt an officer."),
)


def checks(*, second: bool) -> list[Check]:
    """Return the list of the first moderator, or of the second."""
    return [check for check in CHECKS if second or not check.only_second]


def slugs(*, second: bool) -> frozenset[str]:
    """Return what has to be ticked."""
    return frozenset(check.slug for check in checks(second=second))
