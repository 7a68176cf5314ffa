"""Phrases that the word lists know whole: brands that stay, holidays, chains, federal bodies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ..lexicon import (
    Phrases,
    entries,
    is_frequent,
    level,
    name_weight,
    phrases,
    places,
    split,
    word_set,
)
from ..span import Span
from ..tokens import LOWER, MIXED, UPPER, Story, Token, where

SIDES = word_set("sides")
SIDED = word_set("sided")
AT = word_set("at")
HOLIDAY_THINGS = word_set("holiday_things")
CHAIN_THINGS = word_set("chain_things")
VERSUS = frozenset(("v", "vs", "versus"))
PROSECUTION = frozenset(("state", "people", "commonwealth"))  # whom they charge is a person
FEDERAL_WORDS = word_set("federal_words")
FEDERAL_LOWER = word_set("federal_lower")
GENERIC_BODIES = frozenset(
    (
        ("state", "police"),
        ("state", "patrol"),
        ("highway", "patrol"),
        ("national", "guard"),
        ("red", "cross"),
    )
)


def match(words: list[Token], i: int, table: Phrases, story: Story) -> int:
    """Return how many words from the i-th on are the longest phrase of the table, else 0."""
    rows = table.get(words[i].norm)
    if rows is None:
        return 0
    for phrase in rows.get(words[i + 1].norm, ()) if i + 1 < len(words) else ():
        size = len(phrase)
        if i + size > len(words) or any(words[i + k].norm != phrase[k] for k in range(2, size)):
            continue
        if all(near(story, words[i + k], words[i + k + 1]) for k in range(size - 1)):
            return size
    return 1 if "" in rows else 0


def near(story: Story, left: Token, right: Token) -> bool:
    """Whether only a space or a joint stands between two words."""
    between = story.clear[left.stem_end : right.start]
    return len(between) < 5 and all(c in " -.&'’/s" for c in between) and "\n" not in between


@cache
def safe_openers() -> frozenset[str]:
    """Return the first words of what mark_safe marks."""
    return frozenset((*phrases("brands"), *phrases("states"), *SIDES, *VERSUS))


def mark_safe(story: Story) -> None:
    """Mark the words of brands, states and doctrines, which stay in the text."""
    words, openers = story.words, safe_openers()
    brands, states = phrases("brands"), phrases("states")
    for i in where(story.spoken, openers):
        token = words[i]
        brand = match(words, i, brands, story)
        size = max(brand, match(words, i, states, story))
        if size == 1 and not brand and len(token.norm) <= 3 and token.shape != "upper":
            size = 0  # a state's two letters count in capitals only
        for k in range(i, i + size):
            words[k].safe = True
            words[k].brand = words[k].brand or brand > 0
            words[k].fixed = words[k].fixed or brand > 1
        if token.norm in VERSUS:
            mark_case(story, i)
        elif token.norm in SIDES and near_side(story, i):
            token.safe = token.fixed = True


def near_side(story: Story, i: int) -> bool:
    """Whether word i is the letter of a side, a shift or a team: Alpha side."""
    pair = story.words[i : i + 2]
    return len(pair) == 2 and pair[1].norm in SIDED and near(story, *pair)


def mark_case(story: Story, i: int) -> None:
    """Mark the two sides of a case that gave a doctrine: Tennessee v. Garner."""
    words = story.words
    if not 0 < i < len(words) - 1 or not near(story, words[i - 1], words[i]):
        return
    if words[i - 1].norm in PROSECUTION:
        return
    for side in words[i - 1 : i + 2]:
        side.safe = side.fixed = True
    if i > 1 and words[i - 2].shape == words[i - 1].shape == "cap" and not words[i - 2].first:
        words[i - 2].safe = words[i - 2].fixed = True


KINDS = (
    ("holidays", "TIME", "date", "Looks like a holiday."),
    ("federal", "AGENCY", "agency", "Names a federal body or a union."),
    ("chains", "PLACE", "business", "Looks like a chain of shops."),
)


@cache
def openers() -> dict[str, tuple[tuple[str, str, str, str], ...]]:
    """Return {first word of a phrase or a town: those of KINDS whose phrases it opens}."""
    found: dict[str, tuple[tuple[str, str, str, str], ...]] = dict.fromkeys(places(), ())
    for kind in KINDS:
        for word in phrases(kind[0]):
            found[word] = (*found.get(word, ()), kind)
    return found


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield holidays, federal bodies, chains and, where no capital shows them, towns."""
    words, opened = story.words, openers()
    for i in where(story.spoken, opened):
        token = words[i]
        kinds, flat = opened[token.norm], token.regime in (LOWER, UPPER)
        if not (kinds or flat) or taken[token.start]:
            continue
        size, found = 0, ("", "", "", "")
        for name, kind, label, reason in kinds:
            length = match(words, i, phrases(name), story)
            if length > size and RULES[name](words, i, length):
                size, found = length, (kind, label, reason, "certain")
        if not size and flat:
            size = town(story, words, i)
            found = ("PLACE", "town", "Is the name of a town.", "possible")
        if not size:
            continue
        start, end = token.start, words[i + size - 1].end
        if 1 in taken[start:end]:
            continue
        taken[start:end] = b"\1" * (end - start)
        kind, label, reason, tier = found
        yield Span(start, end, kind, tier, reason, f"[{label}]")


def word_before(words: list[Token], i: int) -> str:
    """Return the word before word i."""
    return words[i - 1].norm if i else ""


def is_holiday(words: list[Token], i: int, size: int) -> bool:
    """Whether a holiday gives a date: on Christmas, and not "a Christmas tree"."""
    if i + size < len(words) and words[i + size].norm in HOLIDAY_THINGS:
        return False
    short = size == 1 and words[i].norm in ("lent", "tet")
    return not short or (words[i].shape == "cap" and not words[i].first)


def is_federal(words: list[Token], i: int, size: int) -> bool:
    """Whether a federal body or a union is meant, and not a word spelled like one."""
    token = words[i]
    if size > 1:
        return tuple(w.norm for w in words[i : i + size]) not in GENERIC_BODIES
    if token.norm in FEDERAL_LOWER:
        return True
    if token.shape == "upper":
        clear = token.regime != UPPER or token.norm not in FEDERAL_WORDS
        return clear or word_before(words, i) in ("from", "an")
    return token.regime == LOWER and token.norm not in FEDERAL_WORDS and not level(token.norm)


def is_chain(words: list[Token], i: int, size: int) -> bool:
    """Whether a chain is meant; one that is an ordinary word needs "at", "behind" and the like."""
    token, inside = words[i], words[i].regime == MIXED and not words[i].first
    if i + size < len(words) and words[i + size].norm in CHAIN_THINGS:
        return False
    if tuple(w.norm for w in words[i : i + size]) not in loose_chains():
        return token.regime != MIXED or token.shape != "lower" or size > 1 or not level(token.norm)
    if token.regime == MIXED and token.shape == "lower":
        return False
    if inside and token.end > token.stem_end:
        return True
    before = word_before(words, i)
    if before in ("the", "a", "to", "from"):
        before = word_before(words, i - 1)
    return before in AT and (inside or token.regime != MIXED)


@cache
def loose_chains() -> frozenset[tuple[str, ...]]:
    """Return the chains that are ordinary words, marked with ! in their list."""
    return frozenset(split(e[:-1]) for e in entries("chains") if e.endswith("!"))


RULES = {"holidays": is_holiday, "federal": is_federal, "chains": is_chain}


def town(story: Story, words: list[Token], i: int) -> int:
    """Return the length of the US town of two and more words that starts here, else 0."""
    size = match(words, i, places(), story)
    if not size or words[i].fixed:
        return 0
    before = word_before(words, i)
    names = [w.norm for w in words[i : i + size]]
    named = any(not level(n) and name_weight(n) for n in names)
    if not named and before not in ("in", "from", "to", "near", "at", "of"):
        return 0
    common = all(map(is_frequent, names))
    return 0 if common and before not in ("in", "from", "near") else size
