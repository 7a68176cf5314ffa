"""Names with a head noun where no capital shows them: ALL CAPS and lower case."""

from __future__ import annotations

from dataclasses import dataclass

from ..lexicon import counties, level, listed, name_weight, ordinary, word_set
from ..tokens import UPPER, Story, Token
from .growth import (
    ARTICLES,
    MAX_MODIFIERS,
    PREPOSITIONS,
    STREETS,
    joined,
    so_is_office,
    specific,
)

STRONG = word_set("strong")  # heads that are seldom words of their own
GROUPED = word_set("grouped")  # ranks that begin the name of a body: Deputies' Association
OPENING = word_set("opening")
LAND = word_set("land")  # with another word before them they are a name: Swan Creek
ANDS = frozenset(("and", "&"))


@dataclass(slots=True)
class Candidate:
    """A head noun and the words before it that may belong to its name."""

    story: Story
    words: list[Token]
    head: Token
    rank: int  # how common the head noun is as a word, 1 commonest; 5 for one of two words
    end: int  # index behind the last modifier
    run: list[int]  # indexes of the modifiers, the nearest first

    @property
    def first(self) -> int:
        """Return the index of the farthest modifier."""
        return self.run[-1]

    @property
    def size(self) -> int:
        """Return the number of modifiers."""
        return self.end - self.first

    @property
    def gap(self) -> str:
        """Return the text before the farthest modifier, back to the word before it."""
        if not self.first:
            return ""
        before = self.words[self.first - 1]
        return self.story.clear[before.end : self.words[self.first].start]

    @property
    def proper(self) -> bool:
        """Whether a preposition without an article stands before: at swan creek."""
        before = self.words[self.first - 1] if self.first else None
        return before is not None and self.gap.isspace() and before.norm in PREPOSITIONS

    @property
    def numbered(self) -> bool:
        """Whether a house number stands before a street."""
        before = self.words[self.first - 1] if self.first else None
        digits = before is not None and self.gap == " " and before.shape == "digit"
        return digits and self.head.norm in STREETS and self.size < 4


def grow_plain(
    story: Story, words: list[Token], i: int, start_at: int, taken: bytearray
) -> int | None:
    """Return the first word of a name in ALL CAPS or lower case, or None.

    The words start_at to i are its head noun. Without capitals three things make a name of the
    words before it: a word that no list knows, a house number before a street, or a preposition
    without an article.
    """
    head = words[i]
    if head.norm == "so" and head.regime == UPPER and not so_is_office(words, i):
        return None
    rank = level(head.norm) if start_at == i else 5
    run = modifiers(story, words, start_at, taken)
    if not any(specific(words[n]) for n in run):
        return None
    return start(Candidate(story, words, head, rank, start_at, run))


def modifiers(story: Story, words: list[Token], end: int, taken: bytearray) -> list[int]:
    """Return the indexes of the words before a head noun that may belong to its name."""
    run: list[int] = []
    k = end - 1
    while k >= 0 and len(run) < MAX_MODIFIERS and not taken[words[k].start]:
        word, gap = words[k], joined(story, words[k], words[k + 1])
        linked = word.norm in ANDS and k and not listed(words[k - 1].norm, "function")
        if not gap or (not linked and breaks(word, gap)):
            break
        run.append(k)
        k -= 1
    while run and (
        words[run[-1]].norm in ANDS
        or (not specific(words[run[-1]]) and words[run[-1]].norm not in OPENING)
    ):
        run.pop()
    return run


def breaks(word: Token, gap: str) -> bool:
    """Whether no name goes on leftwards past this word."""
    norm = word.norm
    if norm in PREPOSITIONS or norm in ARTICLES or norm in ("name", "named"):
        return True
    if (listed(norm, "function") and norm not in OPENING) or listed(norm, "speech"):
        return True
    if listed(norm, "ranks") and norm not in GROUPED:
        return True
    return word.shape == "digit" or word.brand or (gap == ". " and len(norm) > 3)


def start(name: Candidate) -> int | None:
    """Return where a name starts, or None when its words are no name."""
    words, head, run, rank = name.words, name.head, name.run, name.rank
    usual = head.norm in STRONG or rank != 1
    strange = next((n for n in reversed(run) if evidence(words[n])), None)
    if strange is not None and (usual or name.proper or head.regime == UPPER):
        if name.proper or name.numbered or name.gap != " ":
            return name.first
        return strange + 1 if words[strange].norm in ANDS else strange
    solid = sum(specific(words[n]) and not listed(words[n].norm, "trade") for n in run)
    landed = any(words[n].norm in LAND and n - 1 in run and specific(words[n - 1]) for n in run)
    if (landed and usual) or (solid > 1 and (head.norm in STRONG or rank > 1)):
        return name.first
    nearest = words[name.end - 1].norm
    if head.norm in STRONG & LAND and solid and level(nearest) > 1:
        return name.first
    if name.numbered:
        return name.first
    if name.proper and name.size <= 3:
        if head.norm in STRONG:
            weak = level(nearest) == 1 and name_weight(nearest) < 2 and rank == 1
            return None if weak else name.first
        common = all(level(words[n].norm) == 1 or listed(words[n].norm, "trade") for n in run)
        if rank != 1 and not common:
            return name.first
    article = name.first > 0 and name.gap == " " and words[name.first - 1].norm == "the"
    if article and solid and level(nearest) > 1 and (head.norm in STRONG or rank > 2):
        return name.first
    return None


def evidence(token: Token) -> bool:
    """Whether a word by itself looks like part of a name, whatever its case."""
    norm = token.norm
    if norm in counties() and level(norm) not in (1, 2):
        return True
    return not ordinary(norm) or (name_weight(norm) >= 2 and level(norm) in (0, 3, 4, 5))
