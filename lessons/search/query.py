"""What somebody typed into the search box, as words to look for: no operators, no errors.

Every word has to be found, in any form ("searching" finds "searched"), unless it is too common to
tell anything. Words in quotation marks have to stand together. Some words of the trade mean the
same, and each finds the others: synonyms.json.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

WORDS_USED = 12  # of a query; the rest is left out, and the page says so
CHARACTERS_READ = 400  # of what was typed
WORD_LENGTH = 40  # characters; nothing longer is a word

# Found in nearly every story, so that they only cost time. In quotation marks they count.
# fmt: off
COMMON = frozenset((
    "a", "about", "after", "all", "am", "an", "and", "any", "are", "as", "at", "be", "because",
    "been", "before", "being", "but", "by", "can", "could", "did", "do", "does", "for", "from",
    "had", "has", "have", "he", "her", "here", "him", "his", "how", "i", "if", "in", "into",
    "is", "it", "its", "me", "my", "no", "not", "of", "off", "on", "or", "our", "out", "over",
    "own", "s", "she", "so", "some", "t", "than", "that", "the", "their", "them", "then",
    "there", "they", "this", "those", "to", "too", "up", "us", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "will", "with", "without", "would", "you", "your",
))
# fmt: on


Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Part:
    """What one part of a query may be found by: any of the ways, each a set of phrases.

    typed: as it was typed, in lower case. A phrase of one word is found in all of its forms.
    """

    typed: str
    ways: tuple[tuple[Phrase, ...], ...]

    @property
    def words(self) -> Phrase:
        return tuple(self.typed.split())


@dataclass(frozen=True)
class Query:
    """Parts that all have to be found, or any of them if `loose`.

    cut: whether something typed was left out because it was too much.
    """

    parts: tuple[Part, ...] = ()
    cut: bool = False
    loose: bool = field(default=False)

    def __bool__(self) -> bool:
        return bool(self.parts)

    def without(self, part: Part) -> "Query":
        return replace(self, parts=tuple(p for p in self.parts if p != part))

    def typed(self) -> str:
        """Return the query as somebody would type it."""
        return " ".join(part.typed if _is_plain(part) else f'"{part.typed}"' for part in self.parts)


def _is_plain(part: Part) -> bool:
    return len(part.ways[0]) == len(part.words)


def words_of(text: str) -> list[str]:
    """Return the words of a text as the search tells them apart: letters and digits, lower case."""
    decomposed = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    return re.findall(r"[^\W_]+", plain)


@cache
def synonyms() -> dict[Phrase, tuple[Phrase, ...]]:
    """Return for each phrase of synonyms.json the others that mean the same."""
    groups = json.loads(Path(__file__).with_name("synonyms.json").read_text("utf-8"))
    found: dict[Phrase, tuple[Phrase, ...]] = {}
    for group in groups:
        phrases = [tuple(words_of(phrase)) for phrase in group]
        for phrase in phrases:
            others = tuple(other for other in phrases if other != phrase)
            found[phrase] = found.get(phrase, ()) + others
    return found


def parse(text: str) -> Query:
    """Return the query in what was typed. No text is wrong; without a word it is empty."""
    read = text[:CHARACTERS_READ]
    parts: list[Part] = []
    used, cut = 0, len(text.strip()) > CHARACTERS_READ
    # Quotation marks of any kind; one that is never closed reaches to the end.
    for number, stretch in enumerate(re.split('["“”„«»]', read)):
        every = [word for word in words_of(stretch) if len(word) <= WORD_LENGTH]
        words = every[: max(0, WORDS_USED - used)]
        cut = cut or len(words) < len(every)
        used += len(words)
        if not words:
            continue
        if number % 2 and len(words) > 1:
            parts.append(Part(" ".join(words), ((tuple(words),),)))
        else:
            parts += _loose_words(words)
    once = tuple(dict.fromkeys(parts))
    return Query(once, cut)


def _loose_words(words: list[str]) -> list[Part]:
    """Return the parts of words that need not stand together; the longest synonym counts."""
    parts = []
    longest = max(len(phrase) for phrase in synonyms())
    while words:
        for length in range(min(longest, len(words)), 0, -1):
            phrase = tuple(words[:length])
            if phrase in synonyms():
                itself = tuple((word,) for word in phrase if word not in COMMON)
                others = tuple((other,) for other in synonyms()[phrase])
                parts.append(Part(" ".join(phrase), (itself, *others)))
                break
        else:
            length = 1
            if words[0] not in COMMON:
                parts.append(Part(words[0], (((words[0],),),)))
        words = words[length:]
    return parts


def only_common(text: str) -> bool:
    """Return whether something was typed, and all of it is too common to look for."""
    words = words_of(text[:CHARACTERS_READ])
    return bool(words) and all(word in COMMON for word in words)
