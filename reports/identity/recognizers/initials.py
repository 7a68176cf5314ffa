"""Initials and spelled letters that stand for a person: J.T., J. Wendt, T H I B."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import entries, listed, name_weight, ordinary, word_set
from ..span import Span
from ..tokens import Token
from .namer import Namer

SPELLED = re.compile(r"(?<![\w.])[A-Za-z](?:[ -]{1,2}[A-Za-z](?![\w'’])){2,15}")
STAY = word_set("initials_that_stay")
BEFORE_LETTERS = word_set("before_letters")
MOST = 4  # initials and the surname behind them


def initials(namer: Namer) -> Iterator[Span]:
    """Yield initials used as a name, with the surname behind them."""
    words, skip = namer.words, -1
    for i, token in enumerate(words):
        if i <= skip or token.shape != "cap" or len(token.norm) != 1 or not namer.free(i):
            continue
        last = last_initial(namer, i)
        if last == i:
            continue
        if stays(namer, i, last):
            skip = last
            continue
        if answers(namer, i, last) or words[last].norm == "i":
            continue
        if i and words[i - 1].norm in BEFORE_LETTERS:
            continue
        if len(words[last].norm) > 1:
            last = namer.run(last)
        span = namer.take(i, last, "certain", "Initials stand for a person.")
        if span is not None:
            yield span
    yield from spelled(namer)


def last_initial(namer: Namer, i: int) -> int:
    """Return the last of the initials from word i on, or the surname behind them."""
    last = i
    if namer.words[i].norm == "i" and namer.gap(i) != ". ":
        return i
    while last - i < MOST - 1 and namer.free(last + 1) and namer.gap(last) in (".", ". "):
        word = namer.words[last + 1]
        if word.shape not in ("cap", "mixed", "upper") or not surname(word):
            break
        last += 1
        if len(word.norm) > 1:
            break
    return last


def surname(word: Token) -> bool:
    """Whether a word can be one more initial or the surname behind the initials."""
    usual = listed(word.norm, "function") and name_weight(word.norm) < 3
    return len(word.norm) == 1 or not usual


def stays(namer: Namer, i: int, last: int) -> bool:
    """Whether the letters are an abbreviation that stays (M.O.U.)."""
    if len(namer.words[last].norm) > 1:
        return False
    whole = "".join(word.text for word in namer.words[i : last + 1]).upper()
    return whole in entries("acronyms") or whole in STAY


def answers(namer: Namer, i: int, last: int) -> bool:
    """Whether the letter opens an answer or a question: "A. Nineteen years"."""
    token, word = namer.words[i], namer.words[last]
    letter = token.first and token.norm in ("a", "q") and last == i + 1
    return letter and len(word.norm) > 1 and ordinary(word.norm)


def spelled(namer: Namer) -> Iterator[Span]:
    """Yield letters spelled one by one."""
    taken = namer.taken
    for found in SPELLED.finditer(namer.story.clear):
        start, end = found.span()
        letters = [c for c in found.group() if c.isalpha()]
        if any(taken[start:end]) or all(c in "aioAIO" for c in letters):
            continue
        taken[start:end] = b"\1" * (end - start)
        reason = "Letters spelled one by one may be a name."
        yield Span(start, end, "PERSON", "certain", reason, "[person]")
