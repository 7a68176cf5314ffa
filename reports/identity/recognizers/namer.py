"""Marks names in a story: what may be a name, how far it goes, who has claimed it."""

from __future__ import annotations

from typing import NamedTuple

from ..lexicon import entries, is_first, known, level, listed, name_weight, ordinary, word_set
from ..span import Span
from ..tokens import MIXED, UPPER, Story, Token

PARTICLES = word_set("particles")
SUFFIXES = word_set("suffixes")
SHORT_FORMS = word_set("name_short_forms")
VERBS = word_set("surnames_that_are_verbs")
NICKNAME_OPENS = (' "', " “", " '", " ‘", ' ("')
NICKNAME_ENDS = ('" ', "” ", "' ", "’ ", '") ')
PLAIN_GAPS = (" ", "  ", "-", ". ", ".", ", ")
MAX_NAME = 6  # words


class Cue(NamedTuple):
    """What told a name: the word where it starts, how clear the cue is, tier and reason."""

    first: int
    strong: bool
    tier: str
    reason: str


class Namer:
    """Marks names in one story; ``taken`` holds one byte a character."""

    def __init__(self, story: Story, taken: bytearray) -> None:
        self.story, self.taken, self.words = story, taken, story.words

    def gap(self, i: int) -> str:
        """Return the text between word i and the next, "\\n" at the end."""
        if i < 0 or i + 1 >= len(self.words):
            return "\n"
        return self.story.clear[self.words[i].end : self.words[i + 1].start]

    def free(self, i: int) -> bool:
        """Whether word i exists, nothing has taken it and it is not part of a phrase that stays."""
        if not 0 <= i < len(self.words):
            return False
        return not self.taken[self.words[i].start] and not self.words[i].fixed

    def follower(self, i: int, gaps: tuple[str, ...] = (" ",)) -> str:
        """Return the word behind word i when one of the gaps parts them, else ""."""
        return self.words[i + 1].norm if self.gap(i) in gaps else ""

    def nameable(self, token: Token, strong: bool) -> bool:
        """Whether a word can be a name where a cue stands before it (``strong``: a clear one)."""
        norm, weight = token.norm, name_weight(token.norm)
        if token.shape in ("digit", "alnum") or (len(norm) == 1 and token.shape != "cap"):
            return False
        if token.regime == MIXED and token.shape in ("cap", "mixed"):
            if (listed(norm, "function") and weight < 2) or (listed(norm, "ranks") and weight < 3):
                return False
            return not (token.first and ordinary(norm) and not weight)
        may = strong and token.shape == "upper" and weight == 3 and norm in VERBS
        if listed(norm, "function") and not may:
            return False
        if token.regime == MIXED and token.shape == "upper":
            return len(norm) > 1 and norm.upper() not in entries("acronyms")
        if not (ordinary(norm) if strong else known(norm)):
            return True
        if listed(norm, "ranks", "units", "trade", "roles"):
            return strong and weight == 3 and level(norm) > 2
        if listed(norm, "speech") or not strong:
            return False
        return weight == 3 and level(norm) > 2 if token.regime == MIXED else weight >= 2

    def run(self, i: int, strong: bool = True) -> int:
        """Return the last word of the name that starts at word i."""
        last = i
        while last - i < MAX_NAME - 1 and self.free(last + 1):
            gap, word, current = self.gap(last), self.words[last + 1], self.words[last]
            if gap not in PLAIN_GAPS + NICKNAME_OPENS + NICKNAME_ENDS:
                break
            if current.stem_end < current.end:
                break  # a possessive ends the name
            if gap == ", " and word.norm not in SUFFIXES:
                break
            if gap in (". ", ".") and len(current.norm) > 1 and current.norm not in SHORT_FORMS:
                break
            if word.norm not in SUFFIXES:
                if word.regime == MIXED:
                    after = self.after_particles(last + 1) if gap in (" ", "-") else 0
                    if after:
                        last = after
                        continue
                    if not self.goes_on_in_capitals(current, gap, word):
                        break
                elif not self.goes_on(current, gap, word):
                    break
            last += 1
        while last > i and self.words[last].norm in PARTICLES:
            if self.words[last].shape != "lower":
                break
            last -= 1
        return last

    @staticmethod
    def goes_on_in_capitals(current: Token, gap: str, word: Token) -> bool:
        """Whether a name of an ordinary sentence goes on with a word."""
        if (word.first and gap not in NICKNAME_OPENS) or word.norm == "i":
            return False
        if listed(word.norm, "weekdays") and not name_weight(word.norm):
            return False
        if word.shape in ("cap", "mixed"):
            return True
        if ordinary(word.norm):
            return False
        return gap == "-" if word.shape == "lower" else word.shape == current.shape == "upper"

    @staticmethod
    def goes_on(current: Token, gap: str, word: Token) -> bool:
        """Whether a name in ALL CAPS or lower case goes on with a word."""
        norm, weight = word.norm, name_weight(word.norm)
        if listed(norm, "function", "speech"):
            return False
        if len(norm) == 1 and gap == " ":
            return norm not in ("a", "i")
        if listed(norm, "roles") and weight < 3:
            return False
        given = is_first(current.norm) and not level(current.norm)
        if not ordinary(norm) or (given and weight == 3):
            return True
        if weight < 2:
            return False
        rare = level(norm) > 1 and not listed(norm, "trade")
        return gap == "-" or rare or (word.regime == UPPER and weight == 3)

    def after_particles(self, i: int) -> int:
        """Return the capitalised word behind the particles from word i on (de la O), else 0."""
        k = i
        while k < len(self.words) and k - i < 3 and self.gap(k) in (" ", "-"):
            if self.words[k].norm not in PARTICLES or self.words[k].shape != "lower":
                break
            k += 1
        capital = self.free(k) and self.words[k].shape in ("cap", "mixed")
        return k if k > i and capital and not self.words[k].first else 0

    def take(self, i: int, last: int, tier: str, reason: str) -> Span | None:
        """Claim the words i to last as a name; return None when one of them is taken."""
        start, end, final = self.words[i].start, self.words[last].stem_end, self.words[last]
        initial = len(final.norm) == 1 and final.shape == "cap"
        if initial and self.story.clear[end : end + 1] == ".":
            end += 1
        if any(self.taken[start:end]):
            return None
        self.taken[start:end] = b"\1" * (end - start)
        for token in self.words[i : last + 1]:
            token.name = True
        return Span(start, end, "PERSON", tier, reason, "[person]")
