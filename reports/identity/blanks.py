"""A later reading: what was found is blanked out, and only what touches it is split anew.

A blank is as long as what it stands for and counts as a label of ours, so that every offset stays
one of the story as it came in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from .span import Span
from .tokens import TOKEN, Story, Token, blank, read, token_of

REACH = 2  # tokens before a split one that are split anew with it: a label and the sign behind it

Places = list[int]


def fill(text: str, spans: Sequence[Span]) -> str:
    """Return the text with blanks in the place of the spans, which are sorted and apart."""
    pieces, last = [], 0
    for span in spans:
        pieces += [text[last : span.start], blank(span.end - span.start)]
        last = span.end
    return "".join([*pieces, text[last:]])


def reread(story: Story, spans: Sequence[Span]) -> tuple[Story, Places]:
    """Return the story without the spans, which are sorted, apart and not empty.

    With it comes, for each of its tokens, the place of that token in the story given, or -1 for
    a new one.
    """
    clear, old, at = fill(story.clear, spans), story.tokens, 0
    begin, finish = story.starts, story.ends
    tokens: list[Token] = []
    starts: list[int] = []
    ends: list[int] = []
    places: Places = []
    for span in spans:
        if at == len(old) or span.end <= begin[at]:
            continue  # split anew with the one before it
        first = bisect_right(finish, span.start, at)
        if begin[first] < span.start:  # it is cut
            first = max(at, first - REACH)
        tokens += old[at:first]
        starts += begin[at:first]
        ends += finish[at:first]
        places += range(at, first)
        at = first
        for found in TOKEN.finditer(clear, min(begin[first], span.start)):
            start, end = found.span()
            while at < len(old) and begin[at] < start:
                at += 1
            if start >= span.end and at < len(old) and begin[at] == start:
                break  # from here on it is split as before
            tokens.append(token_of(found.group(), story.own))
            starts.append(start)
            ends.append(end)
            places.append(-1)
        else:
            at = len(old)
    tokens += old[at:]
    starts += begin[at:]
    ends += finish[at:]
    places += range(at, len(old))
    lower = fill(story.lower, spans)
    return read(clear, lower, tokens, starts, ends, story.told, story.own), places
