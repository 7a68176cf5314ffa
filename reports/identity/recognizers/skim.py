"""A text far longer than any story is not read closely: all but its plainest words go."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from ..lexicon import is_frequent
from ..span import Span
from ..tokens import FILLED, FILLER

LONGEST = 50_000  # characters; a story has a few thousand
MOST_SIGNS = 300  # at signs, each of which may open an address
PIECE = re.compile(rf"{FILLER}*{FILLED}|[^\W_]+(?:['’][^\W_]+)*")
JOINT = 3  # characters between words that go as one
REASON = "The text is too long to be read closely."


def is_too_long(text: str) -> bool:
    """Whether a text would take seconds to be read closely."""
    return len(text) > LONGEST or text.count("@") > MOST_SIGNS


def find(text: str, kept: Collection[str], removed: Collection[str]) -> Iterator[Span]:
    """Yield every run of words that are no frequent ones in small letters, in order.

    text: with the labels of ours blanked out. kept and removed: words, casefolded.
    """
    start, end = -1, -1
    for found in PIECE.finditer(text):
        piece = found.group()
        if piece[-1] == FILLED or is_plain(piece, kept, removed):
            if end >= 0:
                yield span(text, start, end)
            start, end = -1, -1
            continue
        if end >= 0 and found.start() - end > JOINT:
            yield span(text, start, end)
            start = -1
        start, end = found.start() if start < 0 else start, found.end()
    if end >= 0:
        yield span(text, start, end)


def is_plain(word: str, kept: Collection[str], removed: Collection[str]) -> bool:
    """Whether a word may stay."""
    if word.casefold() in removed:
        return False
    return is_frequent(word) or word.casefold() in kept


def span(text: str, start: int, end: int) -> Span:
    kind = "NUMBER" if text[start:end].isdecimal() else "PERSON"
    return Span(start, end, kind, "possible", REASON, "[removed]")
