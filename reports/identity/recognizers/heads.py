"""Names of organisations and places that end in a head noun: Police Department, Street, Creek."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from ..lexicon import counties, entries, level, name_weight, ordinary, split
from ..span import Span
from ..tokens import LOWER, MIXED, TITLE, UPPER, Story, Token

MAX_MODIFIERS = 6  # words before the head noun
CONNECTORS = frozenset("of & and for the at".split())
PREPOSITIONS = frozenset(
    "at in on near behind from to past of off toward towards by into outside below above across around along "
    "onto through with for down up under over between cross and".split()
)
ARTICLES = frozenset("the a an my our his her their your this that these those its some any every each no one another".split())
STREETS = frozenset(
    "street st avenue ave av road rd drive dr lane ln court ct boulevard blvd circle cir place pl terrace ter trail trl "
    "parkway pkwy pike turnpike highway hwy alley aly square sq loop way crossing causeway row extension".split()
)
# Heads that are too common as words to make a name of any common word before them.
STRONG = frozenset(
    "pd so fd vfd ems emc isd police sheriff's sheriffs hospital elementary academy college university county creek "
    "river lake street st avenue ave road rd lane ln boulevard blvd drive dr pike parkway pkwy terrace ct bridge "
    "canyon hollow bayou slough township twp parish apartments apts motel inn marina casino church chapel cemetery "
    "correctional detention penitentiary constables brothers bros llc inc towing trucking poultry dairy freight "
    "highway hwy causeway ridge heights estates acres springs landing landfill viaduct reef shoals butte bluff".split()
)
OPENING = frozenset("old new little big north south east west upper lower fort ft mount mt saint st san santa tri".split())
SUFFIX_WORDS = frozenset("no local lodge post ward district troop chapter company station division zone unit number".split())
LABELS = {
    "AGENCY": "agency", "hospital": "hospital", "school": "school", "court": "court",
}
HOSPITAL = frozenset("hospital clinic medical memorial regional mercy hospice infirmary health healthcare behavioral".split())
SCHOOL = frozenset("school elementary academy college university high isd schools preschool".split())
COURT = frozenset("court courthouse courts".split())


@cache
def heads(name: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the head nouns of a list by their last word, the longest first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for entry in entries(name):
        words = split(entry)
        if words:
            found.setdefault(words[-1], []).append(words)
    for rows in found.values():
        rows.sort(key=lambda row: (-len(row), row))
    return found


def label(kind: str, head: str) -> str:
    """Return the replacement's words for a name with this head noun."""
    if kind == "AGENCY":
        for words, name in ((HOSPITAL, "hospital"), (SCHOOL, "school"), (COURT, "court")):
            if head in words:
                return name
        return "agency"
    if head in STREETS:
        return "street"
    if head in ("county", "parish"):
        return "county"
    if head in ("town", "township", "twp", "village", "city", "borough", "boro"):
        return "town"
    return "place"


def joined(story: Story, left: Token, right: Token) -> str:
    """Return "" when two tokens are too far apart to be one name, else what parts them (or " ")."""
    between = story.clear[left.end: right.start]
    if between in (" ", "  ", "-", ". ", ".", " & ", " - ", "/", "’ ", "' "):
        return between
    return ""


def capital(token: Token) -> bool:
    """Whether a word is written as a name is."""
    return token.shape in ("cap", "mixed", "upper") or token.shape == "alnum" and token.text[0].isdigit()


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield the organisations and places with a head noun."""
    words = story.words
    i = len(words) - 1
    while i >= 0:
        token = words[i]
        kind, start = head_kind(words, i)
        if kind and not taken[token.start]:
            found = grow(story, words, i, start, kind, taken)
            if found is not None:
                first, last, span = found
                if not any(taken[span.start:span.end]):
                    taken[span.start:span.end] = b"\1" * (span.end - span.start)
                    for k in range(first, last + 1):
                        words[k].name = True
                    yield span
                    i = first
        i -= 1


def head_kind(words: list[Token], i: int) -> tuple[str, int]:
    """Return the kind of name that the i-th word ends, or "", and where its head noun starts."""
    size_best, kind = 0, ""
    for name, this in (("agency_heads", "AGENCY"), ("place_heads", "PLACE")):
        for phrase in heads(name).get(words[i].norm, ()):
            size = len(phrase)
            if size > size_best and i - size + 1 >= 0 and all(
                words[i - size + 1 + k].norm == phrase[k] for k in range(size)
            ):
                size_best, kind = size, this
                break
    return kind, i - max(size_best - 1, 0)


def specific(token: Token) -> bool:
    """Whether a word before a head noun makes a name of it."""
    if token.brand or token.norm.startswith("i'"):
        return False
    return token.norm not in entries("generic") and token.norm not in entries("function") and not (
        token.norm in entries("ranks") and token.norm not in ("major", "justice", "judge", "pilot")
    )


def grow(story: Story, words: list[Token], i: int, start_at: int, kind: str, taken: bytearray) -> tuple[int, int, Span] | None:
    """Grow a name leftwards and rightwards from its head noun."""
    head = words[i]
    if head.regime in (MIXED, TITLE):
        first = grow_capitals(story, words, i, start_at, taken)
    else:
        first = grow_plain(story, words, i, taken)
    if first is None:
        return None
    last = grow_right(story, words, i, taken) if head.regime == MIXED else i
    reason = f"“{head.text}” ends the name of {'an organisation' if kind == 'AGENCY' else 'a place'}."
    start, end = words[first].start, words[last].stem_end
    name = label(kind, head.norm)
    if kind == "PLACE" and head.norm in STREETS:
        start, name = with_number(story, words, first, start, name, taken)
    tier = "certain" if head.regime == MIXED else "possible"
    return first, last, Span(start, end, kind, tier, reason, f"[{name}]")


def with_number(story: Story, words: list[Token], first: int, start: int, name: str, taken: bytearray) -> tuple[int, str]:
    """Take the house number before a street into the span."""
    k = first - 1
    if k >= 0 and words[k].norm in ("n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west") and joined(story, words[k], words[first]):
        k -= 1
    if k >= 0 and words[k].shape in ("digit", "alnum") and not taken[words[k].start]:
        between = story.clear[words[k].end: words[k + 1].start]
        if between in (" ", "  ", " block of ") and words[k].text[0].isdigit():
            return words[k].start, "address"
    return start, name


def grow_capitals(story: Story, words: list[Token], i: int, start_at: int, taken: bytearray) -> int | None:
    """Return the first word of a capitalised name whose head is the words start_at to i, or None."""
    head = words[start_at]
    if not capital(head):
        return None
    first, k, named = start_at, start_at - 1, False
    while k >= 0 and i - k <= MAX_MODIFIERS + 2:
        word, after = words[k], words[k + 1]
        part = joined(story, word, after)
        if not part or taken[word.start]:
            break
        if ". " in part and len(word.norm) > 4:
            break
        if capital(word):
            if word.norm in entries("function") and (word.first or word.norm in ARTICLES):
                break
            if word.norm.startswith("i'") or word.fixed:
                break
            if word.first and not specific(word):
                if word.norm in entries("generic") and not named:
                    break
                if word.norm in entries("function") or word.norm in PREPOSITIONS:
                    break
            if word.norm == "dr" and head.norm in STREETS and named:
                first = k
                k -= 1
                continue
            if word.norm in entries("ranks") and specific(after) and word.norm not in ("chief", "major", "justice", "engineer", "engineers", "marshal"):
                break
            first = k
            named = named or specific(word)
        elif word.norm in CONNECTORS and k and capital(words[k - 1]) and joined(story, words[k - 1], word) and not taken[words[k - 1].start]:
            if words[k - 1].norm in entries("ranks") or word.norm in ("for", "at", "the") and not named:
                break
            if word.norm == "and" and not (words[k - 1].norm in entries("generic") or named and k - 1 > 0):
                break
        elif part == "-" or part == " & ":
            first = k
            named = named or specific(word)
        else:
            break
        k -= 1
    if named and first < start_at:
        while first < start_at and words[first].norm in ARTICLES | {"of", "and", "at", "for"}:
            first += 1
        return first if first < start_at else None
    return None


def evidence(token: Token) -> bool:
    """Whether a word by itself looks like part of a name, whatever its case."""
    norm = token.norm
    if norm in counties() and level(norm) not in (1, 2):
        return True
    return not ordinary(norm) or name_weight(norm) >= 2 and level(norm) in (0, 3, 4, 5)


def grow_plain(story: Story, words: list[Token], i: int, taken: bytearray) -> int | None:
    """Return the first word of a name in ALL CAPS or lower case with its head at i, or None.

    Without capitals three things make a name of the words before the head noun: a word that no
    list knows, a house number before a street, or a preposition without an article.
    """
    head = words[i]
    run: list[int] = []
    k = i - 1
    while k >= 0 and len(run) < MAX_MODIFIERS and joined(story, words[k], words[k + 1]) and not taken[words[k].start]:
        word = words[k]
        if word.norm in ("and", "&") and k and words[k - 1].norm not in entries("function"):
            run.append(k)
        elif (
            word.norm in entries("function") and word.norm not in OPENING
            or word.norm in PREPOSITIONS or word.norm in ARTICLES or word.shape == "digit"
            or word.norm in entries("speech") or word.norm in ("name", "named") or word.brand
            or word.norm in entries("ranks") and word.norm not in ("major", "justice", "judge")
            or joined(story, word, words[k + 1]) == ". " and len(word.norm) > 3
        ):
            break
        else:
            run.append(k)
        k -= 1
    while run and (words[run[-1]].norm in ("and", "&") or not specific(words[run[-1]]) and words[run[-1]].norm not in OPENING):
        run.pop()
    if not run or not any(specific(words[n]) for n in run):
        return None
    first = run[-1]
    before = words[first - 1] if first else None
    gap = story.clear[before.end: words[first].start] if before is not None else ""
    proper = before is not None and gap.isspace() and before.norm in PREPOSITIONS
    number = before is not None and gap == " " and before.shape == "digit" and head.norm in STREETS and i - first < 4
    strong = next((n for n in reversed(run) if evidence(words[n])), None)
    if strong is not None and (head.norm in STRONG or level(head.norm) != 1 or proper or head.regime == UPPER):
        if proper or number or gap not in (" ",):
            return first
        return strong + 1 if words[strong].norm in ("and", "&") else strong
    if head.norm in STRONG and (proper or number) and i - first <= 3 or number:
        near = words[i - 1]
        weak = level(near.norm) == 1 and name_weight(near.norm) < 2
        return None if weak and not number and level(head.norm) == 1 else first
    if proper and level(head.norm) != 1 and i - first <= 3 and not weak_run(words, run):
        return first
    return None


def weak_run(words: list[Token], run: list[int]) -> bool:
    """Whether all words before a head noun are the commonest ones, which seldom make a name."""
    return all(level(words[n].norm) == 1 or words[n].norm in entries("trade") for n in run)


@cache
def split_heads() -> frozenset[str]:
    """Return the single words that are head nouns of organisations."""
    return frozenset(w for rows in heads("agency_heads").values() for row in rows for w in row)


def grow_right(story: Story, words: list[Token], i: int, taken: bytearray) -> int:
    """Return the last word of a name: University of Patapsco, Fire Company No. 2, Post 52."""
    last = i
    k = i + 1
    if k + 1 < len(words) and words[k].norm == "of" and words[k].shape == "lower":
        m = k + 1
        if words[m].norm == "the" and m + 1 < len(words):
            m += 1
        if capital(words[m]) and story.clear[words[k].end: words[k + 1].start] == " " and not taken[words[m].start] and not words[m].first:
            while m < len(words) and (capital(words[m]) or words[m].norm == "and" and m + 1 < len(words) and capital(words[m + 1])) and not words[m].first and (
                m == k + 1 or m == k + 2 or joined(story, words[m - 1], words[m]) in (" ", "-", " & ")
            ):
                last = m
                m += 1
            k = last + 1
    if k < len(words) and words[k].norm in SUFFIX_WORDS and story.clear[words[k - 1].end: words[k].start] in (", ", " "):
        m = k + 1
        if m < len(words) and (words[m].shape == "digit" or words[m].norm in entries("numwords")) and len(
            story.clear[words[k].end: words[m].start]
        ) < 4:
            last = k if taken[words[m].start] else m
    return last
