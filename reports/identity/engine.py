"""Strips a story: runs the recognizers, honours keep and remove, repeats until nothing is left."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from . import lexicon, patterns
from .labels import apply, number_persons
from .recognizers import codes, doubts, echoes, heads, numbers, persons, phrases, unknown
from .span import Span, Stripped
from .tokens import LABEL, Story, tokenise

ROUNDS = 6  # a stripped story is read again until nothing more is found, at most this often
ASKED = "You asked for it to be removed."


def strip(text: str, keep: Iterable[str] = (), remove: Iterable[str] = ()) -> Stripped:
    """Return the story without what could tell who, where or when it was.

    ``keep`` holds words and phrases that stay although the engine would replace them, ``remove``
    further ones to replace; both without regard to case, and ``remove`` wins. Offsets in the
    result count characters of ``text``. The same story always gives the same result, and a
    stripped story comes back unchanged. Takes any string and raises nothing.
    """
    kept = {fold(word) for word in keep} - {""}
    removed = [word for word in dict.fromkeys(map(str.strip, remove)) if word]
    kept -= {fold(word) for word in removed}
    spans: list[Span] = []
    pointed: list[Span] = []
    for _ in range(ROUNDS):
        current = apply(text, settle(text, spans))
        fresh, pointed = detect(current, kept, removed)
        back = Offsets(text, settle(text, spans))
        pointed = [moved for d in pointed if (moved := back.move(d)) is not None]
        fresh = [moved for s in fresh if (moved := back.move(s)) is not None]
        if not fresh:
            break
        spans = sorted(spans + fresh, key=lambda s: s.start)
    final = settle(text, spans)
    everything = settle(text, final + pointed)
    lexicon.forget()
    asked = tuple(s for s in everything if s.tier == "doubt")
    return Stripped(apply(text, final), tuple(final), asked)


def fold(text: str) -> str:
    """Return a text in the form in which keep and remove are compared."""
    return " ".join(text.casefold().replace("’", "'").split()).removesuffix("'s")


def settle(text: str, spans: list[Span]) -> list[Span]:
    """Return the spans in order, with the letters of the persons."""
    return number_persons(text, sorted(spans, key=lambda s: s.start))


class Offsets:
    """Leads offsets in a stripped text back to the text as it came in."""

    def __init__(self, text: str, spans: list[Span]) -> None:
        self.cuts: list[
            tuple[int, int, int]
        ] = []  # start and end in the stripped text, shift after
        shift = 0
        for span in spans:
            start = span.start - shift
            end = start + len(span.replacement)
            shift += (span.end - span.start) - len(span.replacement)
            self.cuts.append((start, end, shift))

    def move(self, span: Span) -> Span | None:
        """Return the span in the text as it came in, or None when it touches a replacement."""
        low, high = 0, len(self.cuts)
        while low < high:
            middle = (low + high) // 2
            if self.cuts[middle][1] <= span.start:
                low = middle + 1
            else:
                high = middle
        if low < len(self.cuts) and self.cuts[low][0] < span.end:
            return None
        shift = self.cuts[low - 1][2] if low else 0
        return replace(span, start=span.start + shift, end=span.end + shift)


def detect(text: str, kept: set[str], removed: list[str]) -> tuple[list[Span], list[Span]]:
    """Return the identifiers and the doubts of one reading of a text, each in order."""
    story = tokenise(text)
    taken = bytearray(len(text))
    for found in LABEL.finditer(text):
        taken[found.start() : found.end()] = b"\1" * (found.end() - found.start())
    labels = bytes(taken)
    phrases.mark_safe(story)
    parts = patterns.windows(story)
    spans = list(patterns.find(story, parts, taken, contacts=True))
    spans += codes.find_plates(story, taken)
    spans += phrases.find(story, taken)
    spans += patterns.find(story, parts, taken, contacts=False)
    spans += codes.find_spelt(story, taken)
    spans += numbers.find(story, taken)
    spans += heads.find(story, taken)
    spans += persons.find(story, taken)
    spans += echoes.find(story, taken, spans, shouted=True)
    spans += unknown.find(story, taken)
    spans += echoes.find(story, taken, spans)
    pointed = list(doubts.find(story, taken))
    if kept:
        spans = [s for s in spans if fold(text[s.start : s.end]) not in kept]
        pointed = [d for d in pointed if fold(text[d.start : d.end]) not in kept]
    if removed:
        spans, asked = requested(story, labels, spans, removed)
        pointed = [d for d in pointed if not any(asked[d.start : d.end])]
    return sorted(spans, key=lambda s: s.start), pointed


def requested(
    story: Story, labels: bytes, spans: list[Span], removed: list[str]
) -> tuple[list[Span], bytearray]:
    """Return the spans with those that the officer asks for, and one byte a character: 1 if asked.

    What the engine has found itself keeps its kind and its replacement.
    """
    asked = bytearray(len(story.clear))
    tokens = [token for token in story.tokens if token.shape != "break"]
    norms = [token.norm for token in tokens]
    for word in removed:
        # No pattern is made of the word: the regular expression cache would keep it.
        wanted = [token.norm for token in tokenise(word).tokens if token.shape != "break"]
        for i in range(len(norms) - len(wanted) + 1 if wanted else 0):
            if norms[i] == wanted[0] and norms[i : i + len(wanted)] == wanted:
                start, end = tokens[i].start, tokens[i + len(wanted) - 1].stem_end
                asked[start:end] = b"\1" * (end - start)
    covered = bytearray(labels)
    result = []
    for span in spans:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
        if any(asked[span.start : span.end]):
            span = replace(span, tier="certain", reason=ASKED)
        result.append(span)
    rest = bytes(a & (1 - c) for a, c in zip(asked, covered, strict=True))
    for stretch in re.finditer(b"\1{1,}", rest):
        if not story.clear[stretch.start() : stretch.end()].isspace():
            result.append(Span(*stretch.span(), "PERSON", "certain", ASKED, "[removed]"))
    return result, asked
