"""Words left in the text that may identify: they are pointed out, not replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..lexicon import known, level, name_weight
from ..naming import runs, span_of
from ..span import Span
from ..tokens import MIXED, Story, Token

UNKNOWN = "It is no ordinary word."
CAPITAL = "It has a capital letter inside a sentence, and is often a name."


def find(story: Story, taken: bytearray, weighed: Mapping[int, list[float]]) -> Iterator[Span]:
    """Yield the words that nothing has taken and that may identify, in no order."""
    tokens = story.tokens
    left = {i: p for i, p in weighed.items() if not any(taken[tokens[i].start : tokens[i].end])}
    for run in runs(story, left, doubts=True):
        span = span_of(story, run, doubt=True)
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
        yield span
    for token in story.words:
        if token.safe or token.fixed:
            continue
        if (why := strange(token)) and not any(taken[token.start : token.end]):
            yield Span(token.start, token.stem_end, "PERSON", "doubt", why, "[person]")


def strange(token: Token) -> str:
    """Return why a word by itself may be a name, or "" when nothing says so."""
    common = level(token.norm)
    if common in (1, 2) or len(token.norm) < 3 or token.shape in ("digit", "alnum"):
        return ""
    if not common and not known(token.norm):
        return UNKNOWN
    inside = token.regime == MIXED and token.shape == "cap" and not token.first
    if inside and name_weight(token.norm) == 3:
        return CAPITAL
    return ""
