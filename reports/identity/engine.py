"""Strips a story: runs the recognizers, honours keep and remove, repeats until nothing is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from . import evidence, lexicon, patterns, tagger
from .labels import apply, number_persons
from .naming import runs, span_of
from .recognizers import codes, doubts, echoes, growth, numbers, phrases, skim
from .span import Span, Stripped
from .tokens import LABEL, MIXED, Story, Token, tokenise

# Probability that outweighs a list by which a word is a brand, a state, a doctrine, or the label
# of a number ("mile marker").
SAFE = 0.6
PLAIN = 0.15  # the same for a word of the trade or of grammar
ROUNDS = 6  # a stripped story is read again until nothing more is found, at most this often
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
    spans: list[Span] = []
    earlier: Weighed = {}
    words: tagger.Words = {}
    for _ in range(ROUNDS):
        placed = settle(text, spans)
        back, left = Offsets(placed), apply(text, placed)
        reading = None
        if skim.is_too_long(left):
            found = list(skim.find(left, kept, unwanted))
        else:
            reading = Reading(left, back, earlier, words)
            found = reading.identifiers(kept, removed)
        fresh = [m for s in found if (m := back.move(s)) is not None]
        if not fresh:
            break
        spans = sorted(spans + fresh, key=lambda s: s.start)
        earlier = reading.remembered() if reading else {}
    asked_of = reading.doubts(kept) if reading else []
    pointed = [m for d in asked_of if (m := back.move(d)) is not None]
    final = settle(text, spans)
    asked = [s for s in settle(text, final + pointed) if s.tier == "doubt"] if pointed else []
    lexicon.forget()
    return Stripped(apply(text, final), tuple(final), tuple(asked))


def fold(text: str) -> str:
    """Return a text in the form in which keep and remove are compared."""
    return " ".join(text.casefold().replace("’", "'").split()).removesuffix("'s")


def settle(text: str, spans: list[Span]) -> list[Span]:
    """Return the spans in order, with the letters of the persons."""
    return number_persons(text, sorted(spans, key=lambda s: s.start))


class Offsets:
    """Leads offsets in a stripped text back to the text as it came in."""

    def __init__(self, spans: list[Span]) -> None:
        # Start and end of each replacement in the stripped text, and the shift behind it.
        self.cuts: list[tuple[int, int, int]] = []
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

    def starts(self, tokens: list[Token]) -> list[int]:
        """Return where each token starts in the text as it came in; of a replacement, -1."""
        found, shift, at = [], 0, 0
        for token in tokens:
            while at < len(self.cuts) and self.cuts[at][1] <= token.start:
                shift = self.cuts[at][2]
                at += 1
            inside = at < len(self.cuts) and self.cuts[at][0] <= token.start
            found.append(-1 if inside else token.start + shift)
        return found


# How a word stands: the regime of its sentence, whether it opens it, and how often the story writes
# it in lower case and capitalised, as far as that counts.
Setting = tuple[str, bool, bool, int]

# Offset of a word in the text as it came in: its setting, and what the tagger gave it (None: it
# was settled).
Weighed = dict[int, tuple[Setting, list[float] | None]]


class Reading:
    """One reading of a text, the story as it came in or what is left of it after earlier ones.

    What has a form of its own (a phone, a date, a plate) is told by patterns; what is told by its
    surroundings is weighed by the tagger; what was a name once is one everywhere. A later reading
    weighs anew only what stands beside a replacement: the rest reads as before.
    """

    def __init__(self, text: str, back: Offsets, earlier: Weighed, words: tagger.Words) -> None:
        self.text = text
        self.story = tokenise(text)
        self.starts = back.starts(self.story.tokens)
        self.counted = lower, capital = evidence.seen(self.story)
        self.settings: list[Setting] = [
            (t.regime, t.first, t.norm in lower, min(capital[t.norm], 2)) for t in self.story.tokens
        ]
        self.weighed = self.weigh(earlier, words)
        self.taken = bytearray(len(text))  # 1 for each character that something has found

    def weigh(self, earlier: Weighed, words: tagger.Words) -> dict[int, list[float]]:
        """Return {index of a token: probability of each class} of the tokens not settled."""
        if not earlier:
            return tagger.doubtful(self.story, counted=self.counted, others=words)
        anew = self.changed(earlier)
        fresh = tagger.doubtful(self.story, anew, self.counted, words)
        weighed = {}
        for i, start in enumerate(self.starts):
            chances = fresh.get(i) if i in anew else earlier[start][1]
            if chances is not None:
                weighed[i] = chances
        return weighed

    def changed(self, earlier: Weighed) -> set[int]:
        """Return the tokens that may weigh otherwise than in the earlier reading."""
        size = len(self.settings)
        anew: set[int] = set()
        for i, (setting, start) in enumerate(zip(self.settings, self.starts, strict=True)):
            before = earlier.get(start)
            if before is None:
                anew.update(range(max(0, i - tagger.REACH), min(size, i + tagger.REACH + 1)))
            elif before[0] != setting:
                anew.add(i)
        for i in sorted(anew):  # whole runs of doubtful tokens, for they are chained
            for step in (-1, 1):
                j = i + step
                while 0 <= j < size and j not in anew and earlier[self.starts[j]][1] is not None:
                    anew.add(j)
                    j += step
        return anew

    def remembered(self) -> Weighed:
        """Return what the next reading need not weigh again."""
        return {
            start: (setting, self.weighed.get(i))
            for i, (setting, start) in enumerate(zip(self.settings, self.starts, strict=True))
            if start >= 0
        }

    def identifiers(self, kept: set[str], removed: list[str]) -> list[Span]:
        """Return what identifies, in order; without what is kept, with what is removed by hand."""
        story, weighed, taken = self.story, self.weighed, self.taken
        for found in LABEL.finditer(self.text):
            taken[found.start() : found.end()] = b"\1" * (found.end() - found.start())
        labels = bytes(taken)
        spans = list(by_form(story, taken))
        untaken = {i: p for i, p in weighed.items() if is_open(story.tokens[i], p, taken)}
        for run in runs(story, untaken):
            span = span_of(story, run)
            taken[span.start : span.end] = b"\1" * (span.end - span.start)
            spans.append(span)
        spans = list(growth.grow(story, taken, spans))
        spans += echoes.find(story, taken, spans, weighed)
        if kept:
            spans = [s for s in spans if fold(self.text[s.start : s.end]) not in kept]
        if removed:
            spans, asked = requested(story, labels, spans, removed)
            self.taken = bytearray(a | b for a, b in zip(taken, asked, strict=True))
        return sorted(spans, key=lambda s: s.start)

    def doubts(self, kept: set[str]) -> list[Span]:
        """Return what may identify and is left in the text; after identifiers()."""
        pointed = doubts.find(self.story, self.taken, self.weighed)
        pointed = growth.grow(self.story, self.taken, list(pointed))
        return [d for d in pointed if fold(self.text[d.start : d.end]) not in kept]


def is_open(token: Token, chances: list[float], taken: bytearray) -> bool:
    """Whether the tagger may decide about a word: no pattern has it, and no list keeps it."""
    if token.fixed:
        return False
    sure = 1 - chances[0]
    if token.safe or is_label(token):
        named = token.shape != "lower" and lexicon.is_frequent_first(token.norm)
        if sure < (PLAIN if named else SAFE):
            return False
    if sure < PLAIN and lexicon.is_plain(token.norm):
        return False
    return not any(taken[token.start : token.end])


def is_label(token: Token) -> bool:
    """Whether a word stands before numbers (badge, marker), in small letters amid capitals."""
    return token.shape == "lower" and token.regime == MIXED and lexicon.is_label(token.norm)


def by_form(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield what is told by its form alone; the earlier recognizer has what two would take."""
    phrases.mark_safe(story)
    parts = patterns.windows(story)
    yield from patterns.find(story, parts, taken, contacts=True)
    yield from codes.find_plates(story, taken)
    yield from phrases.find(story, taken)
    yield from patterns.find(story, parts, taken, contacts=False)
    yield from codes.find_spelt(story, taken)
    yield from codes.find_letters(story, taken)
    yield from numbers.find(story, taken)


def requested(
    story: Story, labels: bytes, spans: list[Span], removed: list[str]
) -> tuple[list[Span], bytearray]:
    """Return the spans with those that the officer asks for, and one byte a character: 1 if asked.

    What the engine has found itself, whole, keeps its kind and its replacement.
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
                if not any(labels[start:end]):
                    asked[start:end] = b"\1" * (end - start)
    result = []
    for span in spans:
        hit = asked[span.start : span.end]
        if any(hit):
            beyond = asked[max(0, span.start - 1) : span.start] + asked[span.end : span.end + 1]
            if any(beyond):  # a part of what was asked for: that goes as one
                continue
            asked[span.start : span.end] = bytes(span.end - span.start)
            span = replace(span, tier="certain", reason=ASKED)
        result.append(span)
    for stretch in re.finditer(b"\1{1,}", bytes(asked)):
        start, end = stretch.span()
        result = [span for span in result if span.end <= start or end <= span.start]
        result.append(Span(start, end, "PERSON", "certain", ASKED, "[removed]"))
    for span in result:
        asked[span.start : span.end] = b"\1" * (span.end - span.start)
    return result, asked
