"""A later reading: what was found is blanked out, and only what touches it is split anew.

A blank is as long as what it stands for and counts as a label of ours, so that every offset stays
one of the story as it came in.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from .span import Span
from .tokens import MIXED, TOKEN, Story, Token, analyse, blank, read

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
    a new one. The tokens of the story given are used again: it must not be read any more.
    """
    clear, old, at = fill(story.clear, spans), story.tokens, 0
    tokens: list[Token] = []
    forms: list[str] = []
    places: Places = []
    for span in spans:
        if at == len(old) or span.end <= old[at].start:
            continue  # split anew with the one before it
        first = bisect_right(old, span.start, at, key=attrgetter("end"))
        cut = old[first].start < span.start
        if cut:
            first = max(at, first - REACH)
        tokens += old[at:first]
        forms.append(story.forms[at:first])
        places += range(at, first)
        at = first
        for found in TOKEN.finditer(clear, min(old[first].start, span.start)):
            start, end = found.span()
            while at < len(old) and old[at].start < start:
                at += 1
            if start >= span.end and at < len(old) and old[at].start == start:
                break  # from here on it is split as before
            written, norm, word, shape, owned, form = analyse(found.group())
            tokens.append(Token(start, end, written, norm, word, shape, end - owned))
            forms.append(form)
            places.append(-1)
        else:
            at = len(old)
    tokens += old[at:]
    forms.append(story.forms[at:])
    places += range(at, len(old))
    for token in tokens:
        token.regime = MIXED
        token.first = token.safe = token.brand = token.fixed = False
    return read(clear, fill(story.lower, spans), tokens, "".join(forms), story.told), places
