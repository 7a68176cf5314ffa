"""The word lists of data/, loaded once, and what they say about a word."""

from __future__ import annotations

import gzip
import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from itertools import count
from pathlib import Path

from .tokens import APOSTROPHES, TOKEN

DATA = Path(__file__).parent / "data"
Phrases = dict[str, dict[str, list[tuple[str, ...]]]]  # by their first two words; "" for none
LETTERS = "abcdefghijklmnopqrstuvwxyz"
FREQUENT_FIRST = 500  # rank of a first name
FREQUENT = 2  # word levels 1 and 2 of data/words.txt.gz are frequent words
CONTRACTED = frozenset(("t", "s", "re", "ve", "ll", "d", "m", "em", "all", "clock", "am", ""))
VOWELS = "aeiouy"
SUFFIXES = (
    "ish",
    "ly",
    "ness",
    "less",
    "ful",
    "able",
    "er",
    "ers",
    "ed",
    "ing",
    "s",
    "es",
    "y",
    "like",
    "wise",
    "in",
)
PREFIXES = (
    "un",
    "re",
    "non",
    "pre",
    "over",
    "under",
    "mis",
    "anti",
    "multi",
    "semi",
    "sub",
    "counter",
    "de",
    "out",
)


def _sections(name: str) -> dict[str, list[str]]:
    text = gzip.decompress((DATA / name).read_bytes()).decode("utf-8")
    parts = (part.rstrip("\n").split("\n") for part in text.split("= ")[1:])
    return {part[0]: part[1:] for part in parts}


@cache
def entries(name: str) -> frozenset[str]:
    """Return the entries of data/lists/NAME.txt; a line that starts with # is a comment."""
    text = (DATA / "lists" / f"{name}.txt").read_text("utf-8")
    rows = (line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(entry.strip() for line in rows for entry in line.split(",") if entry.strip())


@cache
def _sets() -> dict[str, str]:
    return tomllib.loads((DATA / "sets.toml").read_text("utf-8"))


@cache
def word_set(name: str) -> frozenset[str]:
    """Return one of the small word sets of data/sets.toml."""
    return frozenset(_sets()[name].split())


@cache
def levels() -> dict[str, int]:
    """Return {ordinary word: level}, 1 (commonest) to 5."""
    found: dict[str, int] = {}
    for title, rows in _sections("words.txt.gz").items():
        found.update(dict.fromkeys(rows, int(title.split()[1])))
    return found


@cache
def _names() -> tuple[dict[str, int], dict[str, int]]:
    sections = _sections("names.txt.gz")
    first, last = (dict(zip(sections[k], count(1), strict=False)) for k in ("first", "last"))
    return first, last


def first_names() -> dict[str, int]:
    """Return {first name: rank by frequency}, US Census 1990."""
    return _names()[0]


def surnames() -> dict[str, int]:
    """Return {surname: rank by frequency}, US Census 1990."""
    return _names()[1]


def split(phrase: str) -> tuple[str, ...]:
    """Return the words of a phrase as the tokeniser would normalise them."""
    if phrase.isascii() and phrase.replace(" ", "").isalpha():  # nearly always
        return tuple(phrase.lower().split())
    words = (t.lower().translate(APOSTROPHES) for t in TOKEN.findall(phrase) if t[0].isalnum())
    return tuple(w[:-2] if len(w) > 3 and w.endswith("'s") else w for w in words)


def by_opening(rows: Iterable[tuple[str, ...]]) -> Phrases:
    """Return phrases by their first and their second word, the longest first."""
    found: Phrases = {}
    for words in sorted(rows, key=lambda words: (-len(words), words)):
        second = words[1] if len(words) > 1 else ""
        found.setdefault(words[0], {}).setdefault(second, []).append(words)
    return found


@cache
def phrases(name: str) -> Phrases:
    """Return the entries of a list as phrases."""
    rows = (split(entry.rstrip("!")) for entry in entries(name))
    return by_opening(words for words in rows if words)


@cache
def towns() -> frozenset[tuple[str, ...]]:
    """Return the names of US towns, each as its words."""
    return frozenset(split(town) for town in _sections("places.txt.gz")["towns"])


@cache
def long_towns() -> Phrases:
    """Return the US towns of two and more words as phrases."""
    return by_opening(words for words in towns() if len(words) > 1)


@cache
def counties() -> frozenset[str]:
    """Return the names of US counties, lower case, without the word County."""
    return frozenset(_sections("places.txt.gz")["counties"])


def forget() -> None:
    """Drop what was looked up for a story: its words must not outlive it in memory."""
    known.cache_clear()
    ordinary.cache_clear()


def level(word: str) -> int:
    """Return how common an ordinary word is: 1 commonest, 5 rare, 0 not an ordinary word."""
    return levels().get(word, 0)


@cache
def frequent() -> frozenset[str]:
    """Return the commonest words."""
    return frozenset(word for word, found in levels().items() if found <= FREQUENT)


def is_frequent(word: str) -> bool:
    """Whether the word is one of the commonest."""
    return word in frequent()


@cache
def stays() -> frozenset[str]:
    """Return the words that our own lists know and that are no names."""
    kept: set[str] = set()
    for name in (
        "trade",
        "function",
        "units",
        "speech",
        "weekdays",
        "roles",
        "ranks",
        "number_labels",
        "place_labels",
        "safe_labels",
    ):
        kept |= {entry for entry in entries(name) if " " not in entry}
    return frozenset(kept)


def listed(word: str, *names: str) -> bool:
    """Whether the word is in one of the lists named."""
    return word in _joined(names)


@cache
def _joined(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*map(entries, names))


def is_label(word: str) -> bool:
    """Whether the word stands before numbers (badge, marker, lane) and is nobody's name."""
    labels = listed(word, "number_labels", "place_labels", "safe_labels")
    return labels and not name_weight(word)


def is_plain(word: str) -> bool:
    """Whether the word is one of the trade (Narcan) or of grammar (we), and is nobody's name."""
    return listed(word, "trade", "function") and not name_weight(word)


def is_frequent_first(word: str) -> bool:
    """Whether the word is one of the commonest first names: Terry, though there is a Terry stop."""
    return word in first_names() and first_names()[word] < FREQUENT_FIRST


def is_first(word: str) -> bool:
    """Whether the word is a first name of the census."""
    return word in first_names()


def name_weight(word: str) -> int:
    """Return 3 for a very frequent name, 2 frequent, 1 rare, 0 not a name of the census."""
    first, last = first_names().get(word, 99_999), surnames().get(word, 99_999)
    if first <= 600 or last <= 1_500:
        return 3
    if first <= 2_500 or last <= 8_000:
        return 2
    return 1 if first < 99_999 or last < 99_999 else 0


@lru_cache(maxsize=50_000)
def known(word: str) -> bool:
    """Whether the word is an ordinary one, after undoing inflection, slips and joins."""
    if ordinary(word):
        return True
    if not word.isascii() or name_weight(word) >= 2:
        return False
    return (not name_weight(word) and joined(word)) or slipped(word)


@lru_cache(maxsize=50_000)
def ordinary(word: str) -> bool:
    """Whether the word is an ordinary one as it is written, inflection apart."""
    if len(word) == 1 or level(word) or word in stays():
        return True
    if "'" in word:
        head, _, tail = word.rpartition("'")
        if tail in CONTRACTED and (not head or ordinary(head)):
            return True
        return ordinary(word.replace("'", ""))
    if re.search(r"(.)\1\1", word):
        shorter = re.sub(r"(.)\1{2,}", r"\1", word)
        if level(shorter) or level(re.sub(r"(.)\1{2,}", r"\1\1", word)) or shorter in stays():
            return True
    return word.isascii() and name_weight(word) < 2 and inflected(word)


def inflected(word: str) -> bool:
    """Whether the word is an ordinary one with a common prefix or suffix."""
    for suffix in SUFFIXES:
        stem = word[: -len(suffix)]
        if word.endswith(suffix) and len(stem) > 2:
            if suffix == "in":  # runnin, mornin
                if level(word + "g"):
                    return True
                continue
            doubled = stem[-1] == stem[-2] and level(stem[:-1])
            if (
                0 < level(stem) < 4
                or 0 < level(stem + "e") < 3
                or doubled
                or (stem[-1] == "i" and level(stem[:-1] + "y"))
            ):
                return True
            if stem in entries("trade") and len(stem) > 3:
                return True
    return any(
        word.startswith(prefix)
        and len(word) - len(prefix) > 3
        and 0 < level(word[len(prefix) :]) < 4
        for prefix in PREFIXES
    )


def joined(word: str) -> bool:
    """Whether the word is two ordinary words written as one (taillight, bodycam)."""
    if len(word) < 6:
        return False
    return any(
        is_frequent(word[:cut]) and is_frequent(word[cut:])
        for cut in range(3, len(word) - 2)
        if cut > 3 or len(word) > 7
    )


def slipped(word: str) -> bool:
    """Whether one slip of the finger parts the word from a frequent one (recieve, teh)."""
    if not 4 < len(word) < 16 or (name_weight(word) and len(word) < 6 and is_first(word)):
        return False
    common = frequent()
    for i in range(1, len(word) + 1):
        head, tail = word[:i], word[i:]
        if len(tail) > 1 and head + tail[1] + tail[0] + tail[2:] in common:
            return True
        if tail and head + tail[1:] in common and len(word) > 5:
            return True
        if (
            len(word) > 5
            and tail
            and tail[0] in VOWELS
            and any(head + vowel + tail[1:] in common for vowel in VOWELS)
        ):
            return True
        if any(head + letter + tail in common for letter in LETTERS):
            return True
    return False
