"""Numbers in words and plates in groups behind a label: badge eleven oh four, tag HZB 771."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..lexicon import entries, level, listed, word_set
from ..span import Span, take
from ..tokens import Story, Token
from .chains import PLACE_NAMES, label_before, label_name, neighbour

PLATE_LABELS = word_set("plate_labels")
PLATE_GAPS = word_set("plate_gaps")
WEAK_LABELS = word_set("weak_spelt_labels")  # they need more than one number word
SPELT = re.compile("[ski](?:-?[ski]){2,}")  # forms of single letters, apart or with dashes
ALPHABET = "abcdefghijklmnopqrstuvwxyz"
PLATE_GROUPS = 5
PLATE_GROUP = 8  # characters


def find_spelt(story: Story, places: Sequence[int], taken: bytearray) -> Iterator[Span]:
    """Yield numbers in words behind a label: badge eleven oh four, exit one nineteen.

    places: of the tokens with which one may begin, and of others.
    """
    numbers, tokens, norms = entries("numwords"), story.tokens, story.norms
    for i in places:
        if norms[i] not in numbers or taken[story.starts[i]]:
            continue
        if i and tokens[i - 1].word and norms[i - 1] in numbers:
            continue
        first, last = letters_before(tokens, i), last_number(tokens, i)
        label, adjacent = label_before(story, first)
        if any(t.text == "." for t in tokens[max(0, first - 2) : first]):
            continue
        place = label in entries("place_labels") and adjacent
        if not place and (not listed(label, "number_labels") or listed(label, "safe_labels")):
            continue
        if counts(story, last) or (last == i and label in WEAK_LABELS):
            continue
        few = last == i and norms[i] in ("one", "two", "three")
        if few and not adjacent:
            continue
        start, end = story.starts[first], story.ends[last]
        if 1 in taken[start:end]:
            continue
        take(taken, start, end)
        kind = "PLACE" if place else "NUMBER"
        name = PLACE_NAMES.get(label, "number") if place else label_name(label)
        reason = f"The word “{label}” stands before it."
        yield Span(start, end, kind, "certain", reason, f"[{name}]")


def find_letters(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield names spelt letter by letter: D E L A C R O I X, K-E-A."""
    for found in SPELT.finditer(story.forms):
        first, last = found.start(), found.end() - 1
        row = story.tokens[first : last + 1]
        letters = [token.norm for token in row if token.word]
        signs = {token.text for token in row if not token.word}
        start, end = story.starts[first], story.ends[last]
        if end - start != 2 * len(letters) - 1 or not signs <= {"-"} or 1 in taken[start:end]:
            continue
        word = "".join(letters)
        if word.upper() in entries("acronyms") or word in ALPHABET:
            for i in range(first, last + 1):
                story.fixed[i] = story.tokens[i].word
            continue
        take(taken, start, end)
        yield Span(
            start, end, "PERSON", "possible", "Letters one by one may spell a name.", "[person]"
        )


def letters_before(tokens: list[Token], i: int) -> int:
    """Return the first of the single letters and dashes that lead to token i: H P two three."""
    while i and tokens[i - 1].word and tokens[i - 1].norm not in ("a", "i"):
        if len(tokens[i - 1].text) > 1 and tokens[i - 1].norm != "dash":
            break
        i -= 1
    return i


def last_number(tokens: list[Token], i: int) -> int:
    """Return the last of the number words, dashes and radio letters from token i on."""
    while i + 1 < len(tokens):
        step = 2 if tokens[i + 1].text == "-" and i + 2 < len(tokens) else 1  # twenty-five
        norm = tokens[i + step].norm
        if not listed(norm, "numwords", "phonetic") and norm not in ("dash", "hyphen"):
            break
        i += step
    return i


def counts(story: Story, last: int) -> bool:
    """Whether number words count what stands behind them: car three lengths."""
    right = neighbour(story, last, 1)
    if right is None or story.starts[right] - story.ends[last] != 1:
        return False
    norm = story.norms[right]
    if norm in ("in", "to", "is", "was", "of", "and", "by"):
        return False
    return listed(norm, "units") or norm.endswith("s")


def find_plates(story: Story, places: Sequence[int], taken: bytearray) -> Iterator[Span]:
    """Yield plates written in groups behind a label: tag HZB 771, V28 4KD, kdz 914.

    places: of the labels, and of other tokens.
    """
    tokens, norms = story.tokens, story.norms
    for i in places:
        if norms[i] not in PLATE_LABELS:
            continue
        first = i + 1
        while first < len(tokens) and (
            tokens[first].text in ':.#-("“' or norms[first] in PLATE_GAPS
        ):
            first += 1
        last = last_group(story, first, taken)
        if last <= first:
            continue
        start, end = story.starts[first], story.ends[last]
        if 1 in taken[start:end]:
            continue
        take(taken, start, end)
        reason = f"The word “{norms[i]}” stands before it."
        yield Span(start, end, "NUMBER", "certain", reason, f"[{label_name(norms[i])}]")


def last_group(story: Story, first: int, taken: bytearray) -> int:
    """Return the last group of a plate that starts at a token, -1 when it holds no digit."""
    tokens, last, digits = story.tokens, first - 1, False
    for k in range(first, min(first + PLATE_GROUPS, len(tokens))):
        token = tokens[k]
        if not token.word or len(token.text) > PLATE_GROUP or taken[story.starts[k]]:
            break
        if token.shape in ("digit", "alnum"):
            digits = True
        elif not letters(token):
            break
        last = k
    while last > first and tokens[last].shape not in ("digit", "alnum"):
        if len(tokens[last].text) == 1:
            break
        last -= 1
    return last if digits else -1


def letters(token: Token) -> bool:
    """Whether a word can be the letters of a plate."""
    if len(token.text) > 3 or (listed(token.norm, "function") and token.shape != "upper"):
        return False
    return token.shape in ("upper", "cap") or len(token.text) == 1 or not level(token.norm)
