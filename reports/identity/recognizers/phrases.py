"""Phrases that the word lists know whole: brands that stay, holidays, chains, federal bodies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from ..lexicon import (
    Phrases,
    entries,
    is_frequent,
    level,
    listed,
    long_towns,
    name_weight,
    phrases,
    split,
    towns,
    word_set,
)
from ..naming import STREETS
from ..span import Span, take
from ..tokens import LOWER, MIXED, UPPER, Story, where

SIDES = word_set("sides")
SIDED = word_set("sided")
AT = word_set("at")
INTO = frozenset(("in", "from", "near", "to"))  # before a town, and before no make without "a"
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


def match(story: Story, w: int, table: Phrases) -> int:
    """Return how many words from the w-th on are the longest phrase of the table, else 0."""
    spoken = story.spoken
    rows = table.get(spoken[w])
    if rows is None:
        return 0
    for phrase in rows.get(spoken[w + 1], ()) if w + 1 < len(spoken) else ():
        size = len(phrase)
        if w + size > len(spoken) or any(spoken[w + k] != phrase[k] for k in range(2, size)):
            continue
        if all(near(story, w + k) for k in range(size - 1)) and not is_spaced(story, w, phrase):
            return size
    return 1 if "" in rows else 0


def is_spaced(story: Story, w: int, phrase: Sequence[str]) -> bool:
    """Whether two letters that a sign joins, as in A&W, stand here with a space between: a W/M."""
    if len(phrase) != 2 or not all(len(word) == 1 and word.isalpha() for word in phrase):
        return False
    left, right = story.words[w], story.words[w + 1]
    return story.clear[story.ends[left] : story.starts[right]] == " "


def near(story: Story, w: int) -> bool:
    """Whether only a space or a joint stands between the w-th word and the next one."""
    left, right = story.words[w : w + 2]
    between = story.clear[story.stem_end(left) : story.starts[right]]
    return len(between) < 5 and all(c in " -.&'’/s" for c in between) and "\n" not in between


@cache
def safe_openers() -> frozenset[str]:
    """Return the first words of what mark_safe marks."""
    return frozenset((*phrases("brands"), *phrases("states"), *SIDES, *VERSUS))


def opening(story: Story) -> list[int]:
    """Return which of the words of a story may begin something that is told here."""
    return where(story.spoken, all_openers())


@cache
def all_openers() -> frozenset[str]:
    """Return the first words of everything that is told here."""
    return safe_openers() | openers().keys()


def mark_safe(story: Story, places: Sequence[int]) -> None:
    """Mark the words of brands, states and doctrines, which stay in the text.

    places: what opening() gives.
    """
    words, spoken, openers = story.words, story.spoken, safe_openers()
    brands, states = phrases("brands"), phrases("states")
    for w in places:
        i, norm = words[w], spoken[w]
        if norm not in openers:
            continue
        brand = match(story, w, brands) if norm in brands else 0
        if brand == 1 and names_a_place(story, w):
            brand = 0
        size = max(brand, match(story, w, states)) if norm in states else brand
        if size == 1 and not brand and len(norm) <= 3 and story.tokens[i].shape != "upper":
            size = 0  # a state's two letters count in capitals only
        for k in words[w : w + size]:
            story.safe[k] = True
            story.brand[k] |= brand > 0
            story.fixed[k] |= brand > 1
        if norm in VERSUS:
            mark_case(story, w)
        elif norm in SIDES and near_side(story, w):
            story.safe[i] = story.fixed[i] = True


def names_a_place(story: Story, w: int) -> bool:
    """Whether the w-th word names a place, or a part of one or of an agency: Lincoln Road."""
    if word_before(story, w) in INTO and (story.spoken[w],) in towns():
        return True
    if w + 1 == len(story.words) or not near(story, w):
        return False
    i, after = story.words[w + 1], story.spoken[w + 1]
    if after in STREETS or after == "county":
        return True
    if story.regimes[i] != MIXED or story.tokens[i].shape != "cap":
        return False
    follow = story.spoken[w + 2] if w + 2 < len(story.words) else ""
    return listed(after, "place_heads", "agency_heads") and follow not in ("car", "cars")


def near_side(story: Story, w: int) -> bool:
    """Whether the w-th word is the letter of a side, a shift or a team: Alpha side."""
    return w + 1 < len(story.words) and story.spoken[w + 1] in SIDED and near(story, w)


def is_initial(story: Story, w: int) -> bool:
    """Whether the w-th word, a V, is the initial of a name: Sgt. V. Tran."""
    i = story.words[w]
    capital = story.tokens[i].shape == "cap" and story.regimes[i] == MIXED
    return capital or listed(story.spoken[w - 1], "ranks", "roles")


def mark_case(story: Story, w: int) -> None:
    """Mark the two sides of a case that gave a doctrine: Tennessee v. Garner."""
    words, tokens = story.words, story.tokens
    if not 0 < w < len(words) - 1 or not near(story, w - 1) or is_initial(story, w):
        return
    if story.spoken[w - 1] in PROSECUTION:
        return
    for k in words[w - 1 : w + 2]:
        story.safe[k] = story.fixed[k] = True
    i, side = words[w - 2], words[w - 1]
    if w > 1 and tokens[i].shape == tokens[side].shape == "cap" and not story.first[i]:
        story.safe[i] = story.fixed[i] = True


KINDS = (
    ("holidays", "TIME", "date", "Looks like a holiday."),
    ("federal", "AGENCY", "agency", "Names a federal body or a union."),
    ("chains", "PLACE", "business", "Looks like a chain of shops."),
)


@cache
def openers() -> dict[str, tuple[tuple[str, str, str, str], ...]]:
    """Return {first word of a phrase or a town: those of KINDS whose phrases it opens}."""
    found: dict[str, tuple[tuple[str, str, str, str], ...]] = dict.fromkeys(long_towns(), ())
    for kind in KINDS:
        for word in phrases(kind[0]):
            found[word] = (*found.get(word, ()), kind)
    return found


def find(story: Story, places: Sequence[int], taken: bytearray) -> Iterator[Span]:
    """Yield holidays, federal bodies, chains and, where no capital shows them, towns.

    places: what opening() gives.
    """
    words, spoken, opened = story.words, story.spoken, openers()
    for w in places:
        i, kinds = words[w], opened.get(spoken[w])
        flat = story.is_flat(i)
        if kinds is None or not (kinds or flat) or taken[story.starts[i]]:
            continue
        size, found = 0, ("", "", "", "")
        for name, kind, label, reason in kinds:
            length = match(story, w, phrases(name))
            if length > size and RULES[name](story, w, length):
                size, found = length, (kind, label, reason, "certain")
        if not size and flat:
            size = town(story, w)
            found = ("PLACE", "town", "Is the name of a town.", "possible")
        if not size:
            continue
        start, end = story.starts[i], story.ends[words[w + size - 1]]
        if 1 in taken[start:end]:
            continue
        take(taken, start, end)
        kind, label, reason, tier = found
        yield Span(start, end, kind, tier, reason, f"[{label}]")


def word_before(story: Story, w: int) -> str:
    """Return the word before the w-th one."""
    return story.spoken[w - 1] if w else ""


def is_holiday(story: Story, w: int, size: int) -> bool:
    """Whether a holiday gives a date: on Christmas, and not "a Christmas tree"."""
    spoken, i = story.spoken, story.words[w]
    if w + size < len(spoken) and spoken[w + size] in HOLIDAY_THINGS:
        return False
    short = size == 1 and spoken[w] in ("lent", "tet")
    return not short or (story.tokens[i].shape == "cap" and not story.first[i])


def is_federal(story: Story, w: int, size: int) -> bool:
    """Whether a federal body or a union is meant, and not a word spelled like one."""
    if size > 1:
        return tuple(story.spoken[w : w + size]) not in GENERIC_BODIES
    i, norm = story.words[w], story.spoken[w]
    if norm in FEDERAL_LOWER:
        return True
    regime = story.regimes[i]
    if story.tokens[i].shape == "upper":
        clear = regime != UPPER or norm not in FEDERAL_WORDS
        return clear or word_before(story, w) in ("from", "an")
    return regime == LOWER and norm not in FEDERAL_WORDS and not level(norm)


def is_chain(story: Story, w: int, size: int) -> bool:
    """Whether a chain is meant; one that is an ordinary word needs "at", "behind" and the like."""
    spoken, i = story.spoken, story.words[w]
    token, mixed = story.tokens[i], story.regimes[i] == MIXED
    inside = mixed and not story.first[i]
    if w + size < len(spoken) and spoken[w + size] in CHAIN_THINGS:
        return False
    if tuple(spoken[w : w + size]) not in loose_chains():
        return not mixed or token.shape != "lower" or size > 1 or not level(token.norm)
    if mixed and token.shape == "lower":
        return False
    if inside and token.owned:
        return True
    before = word_before(story, w)
    if before in ("the", "a", "to", "from"):
        before = word_before(story, w - 1)
    return before in AT and (inside or not mixed)


@cache
def loose_chains() -> frozenset[tuple[str, ...]]:
    """Return the chains that are ordinary words, marked with ! in their list."""
    return frozenset(split(e[:-1]) for e in entries("chains") if e.endswith("!"))


RULES = {"holidays": is_holiday, "federal": is_federal, "chains": is_chain}


def town(story: Story, w: int) -> int:
    """Return the length of the US town of two and more words that starts here, else 0."""
    size = match(story, w, long_towns())
    if not size or story.fixed[story.words[w]]:
        return 0
    before = word_before(story, w)
    names = story.spoken[w : w + size]
    named = any(not level(n) and name_weight(n) for n in names)
    if not named and before not in (*INTO, "at", "of"):
        return 0
    common = all(map(is_frequent, names))
    return 0 if common and before not in INTO - {"to"} else size
