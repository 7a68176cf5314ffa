"""Strips a story: runs the recognizers, honours keep and remove, repeats until nothing is left."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from . import patterns
from .labels import apply, number_persons
from .recognizers import echoes, heads, numbers, persons, phrases, unknown
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
    doubts: list[Span] = []
    for _ in range(ROUNDS):
        current = apply(text, settle(text, spans))
        fresh, doubts = detect(current, kept, removed)
        back = Offsets(text, settle(text, spans))
        doubts = [moved for d in doubts if (moved := back.move(d)) is not None]
        fresh = [moved for s in fresh if (moved := back.move(s)) is not None]
        if not fresh:
            break
        spans = sorted(spans + fresh, key=lambda s: s.start)
    final = settle(text, spans)
    everything = settle(text, final + doubts)
    pointed = tuple(s for s in everything if s.tier == "doubt")
    return Stripped(apply(text, final), tuple(final), pointed)


def fold(text: str) -> str:
    """Return a text in the form in which keep and remove are compared."""
    return " ".join(text.casefold().replace("’", "'").split()).removesuffix("'s")


def settle(text: str, spans: list[Span]) -> list[Span]:
    """Return the spans in order, with the letters of the persons."""
    return number_persons(text, sorted(spans, key=lambda s: s.start))


class Offsets:
    """Leads offsets in a stripped text back to the text as it came in."""

    def __init__(self, text: str, spans: list[Span]) -> None:
        self.cuts: list[tuple[int, int, int]] = []  # start and end in the stripped text, shift after
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
        taken[found.start():found.end()] = b"\1" * (found.end() - found.start())
    spans: list[Span] = []
    asked = list(requested(story, taken, removed))
    phrases.mark_safe(story)
    spans += patterns.find(story.clear, taken)
    spans += numbers.find_plates(story, taken)
    spans += numbers.find_spelt(story, taken)
    spans += numbers.find(story, taken)
    spans += phrases.find(story, taken)
    spans += heads.find(story, taken)
    spans += persons.find(story, taken)
    spans += unknown.find(story, taken)
    spans += echoes.find(story, taken, spans)
    doubts = list(unknown.doubts(story, taken))
    if kept:
        spans = [s for s in spans if fold(text[s.start:s.end]) not in kept]
        doubts = [d for d in doubts if fold(text[d.start:d.end]) not in kept]
    return sorted(asked + spans, key=lambda s: s.start), doubts


def requested(story: Story, taken: bytearray, removed: list[str]) -> Iterable[Span]:
    """Yield every place of the words that the officer wants removed."""
    for word in sorted(removed, key=len, reverse=True):
        pieces = [re.escape(piece) for piece in word.split()]
        for found in re.finditer(r"(?<!\w)" + r"\s{1,4}".join(pieces) + r"(?!\w)", story.clear, re.IGNORECASE):
            start, end = found.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                yield Span(start, end, "PERSON", "certain", ASKED, "[removed]")
