"""Grows what was found over the words that belong to it: an identifier goes whole, or it leaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lexicon import entries, is_frequent, level, listed
from ..naming import ANDS
from ..span import Span
from ..tokens import MIXED, Story, Token, index_at

NUMBERS = ("NUMBER", "TIME", "CONTACT")
ROAD = 4  # characters of the number of a road
MOST = 3  # words that one side grows by
# Lists whose words stay in the text beside a name, though they have a capital.
STAY = ("ranks", "roles", "function", "weekdays")
BEFORE = (*STAY, "units", "number_labels", "place_labels")
BEFORE_A_PERSON = (*BEFORE, "trade", "generic", "states")


def grow(story: Story, taken: bytearray, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans, each with what belongs to it on both sides, and take that as well."""
    tokens = story.tokens
    for span in spans:
        first = last = index_at(tokens, span.start)
        start, end = span.start, span.end
        if first < len(tokens) and tokens[first].start == start:
            while last + 1 < len(tokens) and tokens[last + 1].start < end:
                last += 1
            start = start_of(story, taken, span, first)
            if end in (tokens[last].end, tokens[last].stem_end):
                end = end_of(story, taken, span, last)
        taken[start:end] = b"\1" * (end - start)
        grown = (start, end) != (span.start, span.end)
        yield span._replace(start=start, end=end) if grown else span


def start_of(story: Story, taken: bytearray, span: Span, first: int) -> int:
    """Return where a span whose first token is given starts with what belongs to it before it."""
    for _ in range(MOST):
        before = first - words_before(story, taken, span, first)
        if before == first:
            break
        first = before
    return story.tokens[first].start


def end_of(story: Story, taken: bytearray, span: Span, last: int) -> int:
    """Return where a span whose last token is given ends with what belongs to it behind it."""
    tokens, end = story.tokens, span.end
    for _ in range(MOST):
        behind = words_behind(story, taken, span, last)
        if not behind:
            break
        last += behind
        end = tokens[last].stem_end if span.kind == "PERSON" else tokens[last].end
    return end


def words_before(story: Story, taken: bytearray, span: Span, i: int) -> int:
    """Return how many tokens right before token i belong to what starts there."""
    tokens = story.tokens
    if not i:
        return 0
    before, gap = tokens[i - 1], story.clear[tokens[i - 1].end : tokens[i].start]
    if span.kind == "PERSON" and before.text == "." and gap == " " and i > 1:
        initial = tokens[i - 2]
        return 2 * (initial.end == before.start and is_initial(initial, taken))
    if gap not in (" ", "-", "") or taken[before.start]:
        return 0
    if span.kind == "PLACE" and before.norm in entries("states") and is_road(before, tokens[i]):
        return 1
    if before.fixed or before.brand:
        return 0
    if gap == " " and (
        counts_on(span, story, before, tokens[i]) or is_name(before, tokens[i], span)
    ):
        return 1
    if before.text != "-" or i < 2:
        return 0
    return 2 * (counts_on(span, story, tokens[i - 2], tokens[i]) and not taken[tokens[i - 2].start])


def words_behind(story: Story, taken: bytearray, span: Span, i: int) -> int:
    """Return how many tokens right behind token i belong to what ends there."""
    tokens = story.tokens
    if i + 1 == len(tokens):
        return 0
    after, gap = tokens[i + 1], story.clear[tokens[i].end : tokens[i + 1].start]
    if gap not in (" ", "") or taken[after.start] or after.fixed or after.brand:
        return 0
    if gap == " " and (counts_on(span, story, after, tokens[i]) or is_name(after, tokens[i])):
        return 1
    if i + 2 == len(tokens):
        return 0
    other = tokens[i + 2]
    if after.text == "-":
        return 2 * (counts_on(span, story, other, tokens[i]) and not taken[other.start])
    named = span.kind in ("AGENCY", "PLACE") or span.tier == "doubt"
    joined = named and (after.norm,) in ANDS and taken[other.start] and joins(tokens[i], other)
    return int(joined)


def is_initial(token: Token, taken: bytearray) -> bool:
    return len(token.norm) == 1 and token.shape == "cap" and not taken[token.start]


def counts_on(span: Span, story: Story, token: Token, beside: Token) -> bool:
    """Whether a number is told in words, and this is one more of them: "twenty" in twenty three.

    beside: the word of the span beside it; in a place, six eleven, it is a number, too.
    """
    return (
        token.norm in entries("numwords")
        and (span.kind in NUMBERS or (span.kind == "PLACE" and beside.norm in entries("numwords")))
        and not any(map(str.isdigit, story.clear[span.start : span.end]))
    )


def is_road(state: Token, number: Token) -> bool:
    """Whether a state's two letters name a road, LA 14; before a longer number it is a ZIP code."""
    short = number.shape in ("digit", "alnum") and len(number.text) <= ROAD
    return short and len(state.norm) == 2 and state.shape == "upper"


def is_name(token: Token, beside: Token, before: Span | None = None) -> bool:
    """Whether a word has the capital of the name beside it, and is no title, label or opener.

    before: what was found, if the word stands before it.
    """
    if token.regime != MIXED or token.shape not in ("cap", "upper") or len(token.norm) < 2:
        return False
    if beside.shape == "lower" or (token.first and is_frequent(token.norm)):
        return False
    person = before is not None and before.kind == "PERSON" and before.tier != "doubt"
    person = person and (len(token.norm) > 2 or token.shape == "upper")  # Pa Houa Moua is not in PA
    return not listed(token.norm, *(BEFORE_A_PERSON if person else BEFORE if before else STAY))


def joins(left: Token, right: Token) -> bool:
    """Whether "and" stands inside of one name: 7th and Laurel, Hook and Ladder."""
    if left.shape == "alnum" or right.shape == "alnum":
        return True
    capitals = left.shape == right.shape and left.shape in ("cap", "upper")
    return capitals and bool(level(left.norm) and level(right.norm))
