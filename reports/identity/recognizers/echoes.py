"""Once a name, everywhere a name: the second pass over a story with what the first one found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ..lexicon import level, listed
from ..naming import LABELS
from ..span import NAMED, Span, take
from ..tokens import MIXED, Story, index_at, where

# An ordinary word ("young", "chase") that is a name elsewhere in the story is one here, too, when
# it is not settled; without a capital in a sentence that has them, from this probability on.
ECHO_LOWER = 0.03
SHORTEST = 3  # letters; shorter words are too common to be carried over
SHORTEST_CODE = 3  # characters
# Lists of words that stand in names, and name nobody by themselves.
NO_NAMES = ("function", "generic", "agency_heads", "place_heads", "ranks", "units", "phonetic")


def find(
    story: Story, taken: bytearray, spans: Sequence[Span], weighed: Mapping[int, list[float]]
) -> Iterator[Span]:
    """Yield the further places where a name or a code of the story stands.

    weighed: what the tagger gave to the words that it did not hold for settled.
    """
    names, codes = vocabulary(story, spans)
    if not names and not codes:
        return
    for i in where(story.norms, names.keys() | codes.keys()):
        start, norm = story.starts[i], story.norms[i]
        if story.fixed[i] or 1 in taken[start : story.ends[i]]:
            continue
        kind = names.get(norm)
        if kind is not None:
            if not carried(story, i, weighed.get(i)):
                continue
            label, reason = f"[{LABELS[kind]}]", "The story uses it as a name elsewhere."
        elif stands_alone(story, i):
            kind, label = codes[norm]
            reason = "The story uses it as a number elsewhere."
        else:
            continue
        end = story.stem_end(i)
        take(taken, start, end)
        yield Span(start, end, kind, "possible", reason, label)


def agreed(story: Story, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans; what is surely the name of a person is one wherever it stands alone."""
    persons: set[str] = set()
    for span in spans:
        if span.kind == "PERSON" and span.tier == "certain":
            persons.update(story.lower[span.start : span.end].split())
    for span in spans:
        named = span.kind in NAMED and story.lower[span.start : span.end] in persons
        if named and span.kind != "PERSON":
            span = span._replace(kind="PERSON", replacement="[person]")
        yield span


def carried(story: Story, i: int, chances: list[float] | None) -> bool:
    """Whether token i, a name elsewhere, is one here."""
    token = story.tokens[i]
    if not level(token.norm):
        return True
    plain = token.shape == "lower" and story.regimes[i] == MIXED
    return chances is not None and (not plain or 1 - chances[0] >= ECHO_LOWER)


def vocabulary(
    story: Story, spans: Sequence[Span]
) -> tuple[dict[str, str], dict[str, tuple[str, str]]]:
    """Return {word of a name: kind}, and {number or code: (kind, label)}."""
    names: dict[str, str] = {}
    codes: dict[str, tuple[str, str]] = {}
    for span in spans:
        i = index_at(story, span.start)
        if i == len(story.tokens) or story.starts[i] > span.start:
            continue
        while i < len(story.tokens) and story.starts[i] < span.end:
            token = story.tokens[i]
            i += 1
            if not token.word:
                continue
            if any(map(str.isdecimal, token.norm)):
                if span.kind in ("NUMBER", "PLACE") and len(token.norm) >= SHORTEST_CODE:
                    codes.setdefault(token.norm, (span.kind, span.replacement))
            elif (
                span.kind in NAMED
                and len(token.norm) >= SHORTEST
                and not listed(token.norm, *NO_NAMES)
                and (span.kind == "PERSON" or not level(token.norm))
            ):
                names.setdefault(token.norm, span.kind)
    return names, codes


def stands_alone(story: Story, i: int) -> bool:
    """Whether token i, a number, is not a part of another one, a sum or a share."""
    start, end = story.starts[i], story.ends[i]
    before, after = story.clear[max(0, start - 1) : start], story.clear[end : end + 2]
    part = after[:1] in "-.," and after[1:].isdecimal()
    return before not in ("-", ".", ",", "$", "/") and not part and after[:1] != "%"
