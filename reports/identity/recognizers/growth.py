"""How far the name before and behind a head noun goes: "the" | Port Averill Police | "said"."""

from __future__ import annotations

from functools import cache

from ..lexicon import (
    entries,
    level,
    ordinary,
    split,
    word_set,
)
from ..tokens import Story, Token

MAX_MODIFIERS = 6  # words before the head noun
CONNECTORS = word_set("connectors")
PREPOSITIONS = word_set("prepositions")
ARTICLES = word_set("articles")
STREETS = word_set("streets")
# Heads that are too common as words to make a name of any common word before them.
STRONG = word_set("strong")
OUTER = word_set("outer")
GROUPED = word_set("grouped")
OPENING = word_set("opening")
# Words of the land: with another word before them they are a name by themselves ("Swan Creek").
LAND = word_set("land")
SUFFIX_WORDS = word_set("suffix_words")


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


def joined(story: Story, left: Token, right: Token) -> str:
    """Return "" when two tokens are too far apart to be one name, else what parts them (or " ")."""
    between = story.clear[left.end : right.start]
    if between in (" ", "  ", "-", ". ", ".", " & ", " - ", "/", "’ ", "' "):
        return between
    return ""


def capital(token: Token) -> bool:
    """Whether a word is written as a name is."""
    return token.shape in ("cap", "mixed", "upper") or (
        token.shape == "alnum" and token.text[0].isdigit()
    )


def specific(token: Token) -> bool:
    """Whether a word before a head noun makes a name of it."""
    if token.brand or token.norm.startswith("i'"):
        return False
    return (
        token.norm not in entries("generic")
        and token.norm not in entries("function")
        and not (
            token.norm in entries("ranks")
            and token.norm not in ("major", "justice", "judge", "pilot")
        )
    )


@cache
def split_heads() -> frozenset[str]:
    """Return the single words that are head nouns of organisations."""
    return frozenset(w for rows in heads("agency_heads").values() for row in rows for w in row)


def so_is_office(words: list[Token], i: int) -> bool:
    """Whether "so" stands for a sheriff's office: ames county so, from tallabogue so."""
    if i and words[i - 1].norm in ("county", "parish"):
        return True
    return (
        i > 1
        and words[i - 2].norm in ("from", "at", "for", "with", "by", "to")
        and not ordinary(words[i - 1].norm)
    )


def grow_capitals(
    story: Story, words: list[Token], i: int, start_at: int, taken: bytearray
) -> int | None:
    """Return the first word of a capitalised name, its head the words start_at to i, or None."""
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
            if (
                word.norm in entries("ranks")
                and specific(after)
                and word.norm
                not in ("chief", "major", "justice", "engineer", "engineers", "marshal")
            ):
                break
            first = k
            named = named or specific(word)
        elif (
            word.norm in CONNECTORS
            and k
            and capital(words[k - 1])
            and joined(story, words[k - 1], word)
            and not taken[words[k - 1].start]
        ):
            if words[k - 1].norm in entries("ranks") or (
                word.norm in ("for", "at", "the") and not named
            ):
                break
            if word.norm == "and" and not (
                words[k - 1].norm in entries("generic") or (named and k - 1 > 0)
            ):
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


def grow_right(story: Story, words: list[Token], i: int, taken: bytearray) -> int:
    """Return the last word of a name: University of Patapsco, Fire Company No. 2, Post 52."""
    last = i
    k = i + 1
    if k + 1 < len(words) and words[k].norm == "of" and words[k].shape == "lower":
        m = k + 1
        if words[m].norm == "the" and m + 1 < len(words):
            m += 1
        if (
            capital(words[m])
            and story.clear[words[k].end : words[k + 1].start] == " "
            and not taken[words[m].start]
            and not words[m].first
        ):
            while (
                m < len(words)
                and (
                    capital(words[m])
                    or (words[m].norm == "and" and m + 1 < len(words) and capital(words[m + 1]))
                )
                and not words[m].first
                and (
                    m == k + 1
                    or m == k + 2
                    or joined(story, words[m - 1], words[m]) in (" ", "-", " & ")
                )
            ):
                last = m
                m += 1
            k = last + 1
    while (
        k < len(words)
        and not taken[words[k].start]
        and story.clear[words[k - 1].end : words[k].start] in (" ", " & ", " and ")
        and goes_on(words, k)
    ):
        last = k
        k += 1
    if (
        k < len(words)
        and words[k].norm in SUFFIX_WORDS
        and story.clear[words[k - 1].end : words[k].start] in (", ", " ")
    ):
        m = k + 1
        if (
            m < len(words)
            and (words[m].shape == "digit" or words[m].norm in entries("numwords"))
            and len(story.clear[words[k].end : words[m].start]) < 4
        ):
            last = k if taken[words[m].start] else m
    return last


def heads_right(story: Story, words: list[Token], i: int, taken: bytearray) -> int:
    """Return the last of the head nouns that follow one another: high school, creek court."""
    last, k = i, i + 1
    while (
        words[i].norm not in STREETS
        and k < len(words)
        and k - last < 3
        and not taken[words[k].start]
        and story.clear[words[k - 1].end : words[k].start] in (" ", "' ", "-")
    ):
        norm = words[k].norm
        if norm in split_heads() | entries("place_heads") and (level(norm) > 1 or norm in OUTER):
            last = k
        elif norm not in entries("generic") or norm in entries("function") or norm in PREPOSITIONS:
            break
        k += 1
    return last


def goes_on(words: list[Token], k: int) -> bool:
    """Whether word k, behind a head noun, still belongs to the name (Fire and Law)."""
    word = words[k]
    if word.norm == "and" and word.shape == "lower":
        return (
            k + 1 < len(words)
            and words[k + 1].norm in split_heads()
            and words[k + 1].shape == "cap"
            and not words[k + 1].first
        )
    return (
        word.shape == "cap"
        and not word.first
        and not word.safe
        and word.norm in split_heads() | entries("place_heads")
    )
