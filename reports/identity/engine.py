"""Strips a story: runs the recognizers, honours keep and remove, repeats until nothing is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter

from . import lexicon, patterns
from .blanks import fill, reread
from .labels import apply, number_persons
from .naming import NEARLY, POSSIBLE, runs, span_of
from .recognizers import codes, doubts, echoes, growth, harmless, numbers, phrases, skim
from .recognizers.chains import chains
from .span import Span, Stripped, take
from .tagger import Weighing
from .tokens import LABEL_FORM, MIXED, Story, cleared, split, tokenise, where

# Probability that outweighs a list by which a word is a brand, a state, a doctrine, or the label
# of a number ("mile marker").
SAFE = 0.6
PLAIN = 0.15  # the same for a word of the trade or of grammar
LIKELY = NEARLY * min(POSSIBLE.values())  # below this no word is replaced, whatever it may be
ROUNDS = 6  # a stripped story is read again until nothing more is found, at most this often
LONGEST_LABEL = "[coordinates]"  # as long as any, the letters of a person apart
A_LABEL = re.compile(re.escape(LABEL_FORM))
ASKED = "You asked for it to be removed."


def strip(text: str, keep: Iterable[str] = (), remove: Iterable[str] = ()) -> Stripped:
    """Return the story without what could tell who, where or when it was.

    ``keep`` holds words and phrases that stay although the engine would replace them, ``remove``
    further ones to replace; both without regard to case, and ``remove`` wins. Offsets in the
    result count characters of ``text``. The same story always gives the same result, and a
    stripped story comes back unchanged. Takes any string and raises nothing.
    """
    removed = [word for word in dict.fromkeys(map(str.strip, remove)) if word]
    unwanted = {fold(word) for word in removed}
    kept = {fold(word) for word in keep} - {""} - unwanted
    clear = cleared(text)
    spans: list[Span] = []
    found: list[Span] = []
    reading: Reading | None = None
    for _ in range(ROUNDS):
        if is_too_long(text, spans):
            reading, found = None, list(skim.find(fill(clear, spans), kept, unwanted))
        else:
            if reading:
                reading = reading.without(found)
            else:
                reading = Reading(text, split(fill(clear, spans)))
            found = reading.identifiers(kept, removed)
        if not found:
            break
        spans = in_order(spans + found)
    pointed = reading.doubts(spans, kept) if reading else []
    placed, asked = number_persons(text, spans, in_order(pointed))
    lexicon.forget()
    return Stripped(apply(text, placed), tuple(placed), tuple(asked))


def fold(text: str) -> str:
    """Return a text in the form in which keep and remove are compared."""
    return " ".join(text.casefold().replace("’", "'").split()).removesuffix("'s")


def in_order(spans: list[Span]) -> list[Span]:
    return sorted(spans, key=attrgetter("start"))


def is_too_long(text: str, spans: list[Span]) -> bool:
    """Whether a text would take seconds to be read closely, with labels in place of the spans."""
    if skim.is_too_long(text + LONGEST_LABEL * len(spans)):
        return skim.is_too_long(apply(text, *number_persons(text, spans)))
    return False


class Reading:
    """One reading of a story, as it came in or with what earlier ones found blanked out.

    What has a form of its own (a phone, a date, a plate) is told by patterns; what is told by its
    surroundings is weighed by the tagger; what was a name once is one everywhere. A later reading
    weighs anew only what stands beside a blank: the rest reads as before.
    """

    def __init__(self, text: str, story: Story, weighing: Weighing | None = None) -> None:
        self.text = text
        self.story = story
        self.weighing = weighing or Weighing(story)
        self.weighed = self.weighing.chances
        self.taken = bytearray(len(text))  # 1 for each character that something has found

    def without(self, spans: list[Span]) -> Reading:
        """Return the next reading, with these spans blanked out; this one is spent."""
        story, places = reread(self.story, spans)
        return Reading(self.text, story, Weighing(story, self.weighing, places))

    def identifiers(self, kept: set[str], removed: list[str]) -> list[Span]:
        """Return what identifies, in order; without what is kept, with what is removed by hand."""
        story, weighed, taken = self.story, self.weighed, self.taken
        for found in A_LABEL.finditer(story.forms):
            start, end = story.starts[found.start()], story.stem_end(found.start())
            take(taken, start, end)
        labels = bytes(taken)
        spans = list(by_form(story, taken))
        likely = {i: p for i, p in weighed.items() if 1 - p[0] >= LIKELY}
        untaken = {i: p for i, p in likely.items() if is_open(story, i, p, taken)}
        for run in runs(story, untaken):
            span = span_of(story, run)
            take(taken, span.start, span.end)
            spans.append(span)
        spans = list(echoes.agreed(story, list(growth.grow(story, taken, spans))))
        spans += echoes.find(story, taken, spans, weighed)
        if kept:
            spans = [s for s in spans if fold(self.text[s.start : s.end]) not in kept]
        if removed:
            spans, asked = requested(story, labels, spans, removed)
            self.taken = bytearray(a | b for a, b in zip(taken, asked, strict=True))
        apart = [s for s in spans if 1 not in labels[s.start : s.end]]
        return in_order(apart)

    def doubts(self, spans: list[Span], kept: set[str]) -> list[Span]:
        """Return what may identify and is left in the text; after identifiers().

        spans: what this reading and earlier ones have found.
        """
        story, taken = self.story, self.taken
        pointed = list(growth.grow(story, taken, [*doubts.find(story, taken, self.weighing)]))
        pointed += doubts.beside(story, taken, [*spans, *pointed])
        if kept:
            pointed = [d for d in pointed if fold(self.text[d.start : d.end]) not in kept]
        return pointed


def is_open(story: Story, i: int, chances: list[float], taken: bytearray) -> bool:
    """Whether the tagger may decide about token i: no pattern has it, and no list keeps it."""
    if story.fixed[i] or 1 in taken[story.starts[i] : story.ends[i]]:
        return False
    token, sure = story.tokens[i], 1 - chances[0]
    if story.safe[i] or is_label(story, i):
        named = token.shape != "lower" and lexicon.is_frequent_first(token.norm)
        if sure < (PLAIN if named else SAFE):
            return False
    return sure >= PLAIN or not lexicon.is_plain(token.norm)


def is_label(story: Story, i: int) -> bool:
    """Whether a word stands before numbers (badge, marker), in small letters amid capitals."""
    token = story.tokens[i]
    return token.shape == "lower" and story.regimes[i] == MIXED and lexicon.is_label(token.norm)


@cache
def openers() -> frozenset[str]:
    """Return the words with which a pattern or a code may begin."""
    return frozenset(patterns.triggers()) | lexicon.entries("numwords") | codes.PLATE_LABELS


def by_form(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield what is told by its form alone; the earlier recognizer has what two would take."""
    opening, phrase_opening = where(story.norms, openers()), phrases.opening(story)
    phrases.mark_safe(story, phrase_opening)
    harmless.mark_letters(story)
    harmless.mark_shares(story)
    runs_with_digits = list(chains(story))
    parts = patterns.windows(story, runs_with_digits, opening)
    yield from patterns.find(story, parts, taken, contacts=True)
    yield from codes.find_plates(story, opening, taken)
    yield from phrases.find(story, phrase_opening, taken)
    yield from patterns.find(story, parts, taken, contacts=False)
    yield from codes.find_spelt(story, opening, taken)
    yield from codes.find_letters(story, taken)
    yield from numbers.find(story, runs_with_digits, taken)


def requested(
    story: Story, labels: bytes, spans: list[Span], removed: list[str]
) -> tuple[list[Span], bytearray]:
    """Return the spans with those that the officer asks for, and one byte a character: 1 if asked.

    What the engine has found itself, whole, keeps its kind and its replacement.
    """
    asked = bytearray(len(story.clear))
    places = [i for i, token in enumerate(story.tokens) if token.shape != "break"]
    norms = [story.norms[i] for i in places]
    for word in removed:
        # No pattern is made of the word: the regular expression cache would keep it.
        wanted = [token.norm for token in tokenise(word).tokens if token.shape != "break"]
        for i in range(len(norms) - len(wanted) + 1 if wanted else 0):
            if norms[i] == wanted[0] and norms[i : i + len(wanted)] == wanted:
                start, end = story.starts[places[i]], story.stem_end(places[i + len(wanted) - 1])
                if 1 not in labels[start:end]:
                    take(asked, start, end)
    result = []
    for span in spans:
        hit = asked[span.start : span.end]
        if any(hit):
            beyond = asked[max(0, span.start - 1) : span.start] + asked[span.end : span.end + 1]
            if any(beyond):  # a part of what was asked for: that goes as one
                continue
            asked[span.start : span.end] = bytes(span.end - span.start)
            span = span._replace(tier="certain", reason=ASKED)
        result.append(span)
    for stretch in re.finditer(b"\1{1,}", bytes(asked)):
        start, end = stretch.span()
        result = [span for span in result if span.end <= start or end <= span.start]
        result.append(Span(start, end, "PERSON", "certain", ASKED, "[removed]"))
    for span in result:
        take(asked, span.start, span.end)
    return result, asked
