"""Names of persons told by what stands beside them: a rank, a role, "named", initials."""

from __future__ import annotations

from collections.abc import Iterator

from ..span import Span
from ..tokens import Story
from .company import coupled, introduced, paired, spoken
from .initials import initials
from .namer import Namer
from .naming import called, roled
from .titles import ranked


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield the names that a cue beside them tells."""
    namer = Namer(story, taken)
    yield from initials(namer)
    words = namer.words
    for i, token in enumerate(words):
        if taken[token.start] or token.fixed:
            continue
        for rule in (ranked, called, roled, paired, coupled, introduced):
            found = rule(namer, i)
            if found is not None:
                first, strong, tier, reason = found
                span = namer.take(first, namer.run(first, strong), tier, reason)
                if span is not None:
                    yield span
                break
    yield from spoken(namer)
