"""Names of organisations and places that end in a head noun: Police Department, Street, Creek."""

from __future__ import annotations

from collections.abc import Iterator

from ..lexicon import (
    word_set,
)
from ..span import Span
from ..tokens import MIXED, TITLE, Story, Token
from .growth import (
    STREETS,
    grow_capitals,
    grow_right,
    heads,
    heads_right,
    joined,
    so_is_office,
)
from .quiet import grow_plain

HOSPITAL = word_set("hospital")
SCHOOL = word_set("school")
COURT = word_set("court")


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield the organisations and places with a head noun."""
    words = story.words
    i = len(words) - 1
    while i >= 0:
        token = words[i]
        kind, start = head_kind(words, i)
        if kind and not taken[token.start]:
            found = grow(story, words, i, start, kind, taken)
            if found is not None:
                first, last, span = found
                if not any(taken[span.start : span.end]):
                    taken[span.start : span.end] = b"\1" * (span.end - span.start)
                    for k in range(first, last + 1):
                        words[k].name = True
                    yield span
                    i = first
        i -= 1


def head_kind(words: list[Token], i: int) -> tuple[str, int]:
    """Return the kind of name that the i-th word ends, or "", and where its head noun starts."""
    size_best, kind = 0, ""
    if words[i].norm == "so" and words[i].shape == "lower" and not so_is_office(words, i):
        return "", i
    for name, this in (("agency_heads", "AGENCY"), ("place_heads", "PLACE")):
        for phrase in heads(name).get(words[i].norm, ()):
            size = len(phrase)
            if (
                size > size_best
                and i - size + 1 >= 0
                and all(words[i - size + 1 + k].norm == phrase[k] for k in range(size))
            ):
                size_best, kind = size, this
                break
    return kind, i - max(size_best - 1, 0)


def grow(
    story: Story, words: list[Token], i: int, start_at: int, kind: str, taken: bytearray
) -> tuple[int, int, Span] | None:
    """Grow a name leftwards and rightwards from its head noun."""
    head = words[i]
    if head.regime in (MIXED, TITLE):
        first = grow_capitals(story, words, i, start_at, taken)
    else:
        first = grow_plain(story, words, i, start_at, taken)
    if first is None:
        return None
    last = (
        grow_right(story, words, i, taken)
        if head.regime in (MIXED, TITLE)
        else heads_right(story, words, i, taken)
    )
    if last > i:
        kind = head_kind(words, last)[0] or kind
        head = words[last]
    reason = (
        f"“{head.text}” ends the name of {'an organisation' if kind == 'AGENCY' else 'a place'}."
    )
    start, end = words[first].start, words[last].stem_end
    name = label(kind, head.norm)
    if kind == "PLACE" and head.norm in STREETS:
        start, name = with_number(story, words, first, start, name, taken)
    tier = "certain" if head.regime == MIXED else "possible"
    return first, last, Span(start, end, kind, tier, reason, f"[{name}]")


def with_number(
    story: Story, words: list[Token], first: int, start: int, name: str, taken: bytearray
) -> tuple[int, str]:
    """Take the house number before a street into the span."""
    k = first - 1
    if (
        k >= 0
        and words[k].norm
        in ("n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west")
        and joined(story, words[k], words[first])
    ):
        k -= 1
    if k >= 0 and words[k].shape in ("digit", "alnum") and not taken[words[k].start]:
        between = story.clear[words[k].end : words[k + 1].start]
        if between in (" ", "  ", " block of ") and words[k].text[0].isdigit():
            return words[k].start, "address"
    return start, name


def label(kind: str, head: str) -> str:
    """Return the replacement's words for a name with this head noun."""
    if kind == "AGENCY":
        for words, name in ((HOSPITAL, "hospital"), (SCHOOL, "school"), (COURT, "court")):
            if head in words:
                return name
        return "agency"
    if head in STREETS:
        return "street"
    if head in ("county", "parish"):
        return "county"
    if head in ("town", "township", "twp", "village", "city", "borough", "boro"):
        return "town"
    return "place"
