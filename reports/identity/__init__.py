"""Identity stripping: finds and replaces what could tell who, where or when a story was.

    from reports.identity import strip

    stripped = strip("Officer Ramirez, badge 4471, stopped me on Elm Street.")
    stripped.text    # "Officer [person A], badge [number], stopped me on [street]."

Plain Python, standard library only: no Django, no network, no state.
"""

from .engine import strip
from .span import KINDS, TIERS, Span, Stripped

__all__ = ["KINDS", "TIERS", "Span", "Stripped", "strip"]
