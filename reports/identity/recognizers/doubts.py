"""Words left in the text that may identify: they are pointed out, not replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..lexicon import FREQUENT, entries, known, level, levels, listed
from ..naming import runs, span_of
from ..span import Span
from ..tokens import MIXED, Story, Token

UNKNOWN = "It is no ordinary word."
CAPITAL = "It has a capital letter inside a sentence, and is often a name."
OPENER = "It may be the first word of the name behind it."

# Lists of words that are often written with a capital and name nobody.
USUAL = (
    "ranks",
    "roles",
    "weekdays",
    "function",
    "states",
    "units",
    "phonetic",
    "radiowords",
    "numwords",
)


def find(story: Story, taken: bytearray, weighed: Mapping[int, list[float]]) -> Iterator[Span]:
    """Yield the words that nothing has taken and that may identify, in no order."""
    tokens = story.tokens
    left = {
        i: chances
        for i, chances in weighed.items()
        if not tokens[i].fixed and 1 not in taken[tokens[i].start : tokens[i].end]
    }
    for run in runs(story, left, doubts=True):
        span = span_of(story, run, doubt=True)
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
        yield span
    common = levels()
    for token in story.words:
        if token.shape == "lower" and 0 < common.get(token.norm, 0) <= FREQUENT:
            continue  # nearly always
        if token.safe or token.fixed:
            continue
        if (why := strange(token)) and 1 not in taken[token.start : token.end]:
            taken[token.start : token.end] = b"\1" * (token.end - token.start)
            yield Span(token.start, token.stem_end, "PERSON", "doubt", why, "[person]")
    for token in story.words:
        if token.first and not taken[token.start] and opens_a_name(story, taken, token):
            taken[token.start : token.end] = b"\1" * (token.end - token.start)
            yield Span(token.start, token.end, "PERSON", "doubt", OPENER, "[person]")


def strange(token: Token) -> str:
    """Return why a word by itself may be a name, or "" when nothing says so."""
    if is_capital(token):
        return CAPITAL
    common = level(token.norm)
    if 0 < common <= FREQUENT or len(token.norm) < 3 or token.shape in ("digit", "alnum"):
        return ""
    if not common and not known(token.norm):
        return UNKNOWN
    return ""


def opens_a_name(story: Story, taken: bytearray, token: Token) -> bool:
    """Whether a word opens a sentence, and what stands behind it was found: Four Corners."""
    behind = token.end + 1
    return (
        token.shape == "cap"
        and token.regime == MIXED
        and story.clear[token.end : behind] == " "
        and story.clear[behind : behind + 1].isupper()
        and bool(taken[behind])
        and (token.norm in entries("numwords") or not listed(token.norm, *USUAL))
    )


def is_capital(token: Token) -> bool:
    """Whether a word is written like a name amid small letters, and no list of ours knows it."""
    if token.regime != MIXED or token.first or len(token.norm) < 3:
        return False
    acronym = token.shape == "upper" and token.text in entries("acronyms")
    capital = token.shape in ("cap", "upper") and not acronym
    return capital and not listed(token.norm, *USUAL)
