"""What speaks for and against a word being an identifier, as features of the tagger.

A feature is a short string. Those of a word itself are its own; those of the words around it carry
their distance in front ("-1w=sgt": the word before is "sgt"). Training and tagging both take their
features from here, so that they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import compress, count, pairwise
from string import ascii_lowercase, ascii_uppercase, digits
from typing import NamedTuple

from . import lexicon
from .tokens import FIRST_PERSON, FORMS, LOWER, MIXED, TITLE, UPPER, Story, Token, table

NEAR = (-2, -1, 1, 2)  # words whose every evidence counts
FAR = (-3, 3)  # words that count by themselves only
LISTS = (
    "acronyms",
    "agency_heads",
    "brands",
    "callwords",
    "chains",
    "federal",
    "function",
    "generic",
    "holidays",
    "months",
    "number_labels",
    "numwords",
    "phonetic",
    "place_heads",
    "place_labels",
    "radiowords",
    "ranks",
    "roles",
    "safe_codes",
    "safe_labels",
    "speech",
    "states",
    "trade",
    "units",
    "weekdays",
)
OFTEN = 2  # capitals of a word in a story; more of them tell no more
FIRST_RANKS = (100, 500, 2_000)  # bounds of the buckets of census ranks
LAST_RANKS = (200, 1_000, 5_000, 20_000)
LEVELS = tuple(f"level{n}" for n in range(6))
FLAGS = (
    *LISTS,
    *(f"first{n}" for n in range(len(FIRST_RANKS) + 1)),
    *(f"last{n}" for n in range(len(LAST_RANKS) + 1)),
    "town",
    "townpart",
    "county",
    *LEVELS,
)
LAST, LAST_TWO, NEXT = "-1&=", "-2&-1=", "+1&="  # open the features of neighbours taken together

Setting = tuple[str, int]  # shape of a word, and how it stands: see MIXED
REGIMES = {MIXED: "mixed", LOWER: "lower", UPPER: "upper", TITLE: "title"}

_OUTLINES = str.maketrans(
    dict.fromkeys(ascii_lowercase, "x")
    | dict.fromkeys(ascii_uppercase, "X")
    | dict.fromkeys(digits, "d")
)
_SMALL = table(FORMS["lower"])
_CAPITAL = table(FORMS["cap"] + FORMS["upper"] + FORMS["mixed"] + FIRST_PERSON)


class Facts(NamedTuple):
    """What the word lists know of a word.

    flags: of FLAGS. speaks: whether the word itself is evidence; ordinary words and those of our
    lists are. A name never is: what was learned of one name must not decide about another.
    level: see lexicon.level().
    """

    flags: tuple[str, ...]
    speaks: bool
    level: int


BITS = {flag: 1 << n for n, flag in enumerate(FLAGS)}  # what is known of a word, in one integer
UNLISTED = BITS[LEVELS[0]]
# Flags that make a word evidence by itself.
SPEAKING = sum(BITS[flag] for flag in (*LISTS, *LEVELS[1:]))


@cache
def listed() -> dict[str, int]:
    """Return the BITS of each word that any list holds, a word of a phrase counted alone."""
    levels = [BITS[flag] for flag in LEVELS]
    found = {word: levels[level] for word, level in lexicon.levels().items()}

    def add(words: Iterable[str], flag: str) -> None:
        bit = BITS[flag]
        unlisted = UNLISTED | bit
        for word in words:
            found[word] = found[word] | bit if word in found else unlisted

    for name in LISTS:
        add({w for entry in lexicon.entries(name) for w in lexicon.split(entry)}, name)
    for flag, ranks, bounds in (
        ("first", lexicon.first_names(), FIRST_RANKS),
        ("last", lexicon.surnames(), LAST_RANKS),
    ):
        names = [*ranks]  # the most frequent first
        for n, (start, end) in enumerate(pairwise((0, *bounds, len(names)))):
            add(names[start:end], f"{flag}{n}")
    towns = lexicon.towns()
    alone = {words[0] for words in towns if len(words) == 1}
    add(alone, "town")
    add({word for words in towns for word in words} - alone, "townpart")
    add(lexicon.counties(), "county")
    return found


@cache
def facts_of() -> dict[int, Facts]:
    """Return what each BITS that some word has stand for."""
    return {
        bits: Facts(
            tuple(flag for flag, bit in BITS.items() if bits & bit),
            bool(bits & SPEAKING),
            next(n for n, flag in enumerate(LEVELS) if bits & BITS[flag]),
        )
        for bits in {UNLISTED, *listed().values()}
    }


def facts(token: Token) -> Facts:
    """Return what the word lists know of a token."""
    return facts_of()[listed().get(token.norm, UNLISTED)]


def outline(text: str) -> str:
    """Return the outline of a word: letters as X and x, in runs of two at most, digits as d."""
    if text.isascii() and text.isalpha():  # nearly always
        size = len(text)
        if text.islower():
            return "xx"[:size]
        if text.istitle():
            return "Xxx"[:size]
        if text.isupper():
            return "XX"[:size]
    drawn = text.translate(_OUTLINES)
    for pair in ("xx", "XX"):
        while pair + pair[0] in drawn:
            drawn = drawn.replace(pair + pair[0], pair)
    return drawn[:8]


def standing(setting: Setting) -> list[str]:
    """Return the evidence in how a word stands, whichever word it is."""
    shape, stands = setting
    regime, first = REGIMES[stands & ~1], stands & 1
    found = ["bias", f"regime={regime}", f"shape={shape}", f"set={shape}|{regime}|{first}"]
    return [*found, "first"] if first else found


def flagged(flag: str, setting: Setting) -> tuple[str, str]:
    """Return the evidence in what a list knows of a word that stands so."""
    shape, stands = setting
    return flag, f"{flag}|{shape}|{REGIMES[stands & ~1]}|{stands & 1}"


def spelt(token: Token, says: str, drawn: str) -> list[str]:
    """Return the evidence in a word itself and in how it is spelt.

    says, drawn: what speaking() and outline() give for it.
    """
    found = [f"w={says}"] if says else []
    if token.word:
        word = token.norm
        found += [
            f"out={drawn}",
            f"pre={word[:3]}",
            f"suf={word[-3:]}",
            f"su2={word[-2:]}",
            f"su4={word[-4:]}",
        ]
    return found


def around(token: Token, says: str, drawn: str) -> list[str]:
    """Return the evidence that a word gives about one close to it, its flags apart.

    The distance goes in front. says, drawn: as in spelt().
    """
    found = [f"shape={token.shape}"]
    if says:
        found.append(f"w={says}")
    if token.word:
        found.append(f"out={drawn}")
    return found


def seen(story: Story) -> tuple[set[str], dict[str, int]]:
    """Return the words in lower case, and how often each stands capitalised, up to OFTEN.

    A capital counts that a word has for itself.
    """
    forms, norms, first, regimes = story.forms.encode(), story.norms, story.first, story.regimes
    lower = set(compress(norms, forms.translate(_SMALL)))
    capital: dict[str, int] = {}
    for i in compress(count(), forms.translate(_CAPITAL)):
        if not first[i] and regimes[i] == MIXED:
            capital[norms[i]] = min(capital.get(norms[i], 0) + 1, OFTEN)
    return lower, capital


def speaking(token: Token, speaks: bool) -> str:
    """Return a token as features name it, or "" for a word that must not count as itself.

    speaks: what the lists say, see Facts.
    """
    if token.shape == "break":
        return "¶"
    return token.norm if speaks or not token.norm[:1].isalnum() else ""


def paired(shape: str, before: str, last: str, follow: str) -> list[str]:
    """Return the evidence in two or three neighbours taken together.

    shape: of the word. before, last, follow: what speaking() gives for the word before the last,
    for the last, and for the next one; "" where there is none.
    """
    found = []
    if last:
        found.append(f"{LAST}{last}|{shape}")
        if before:
            found.append(f"{LAST_TWO}{before}|{last}")
    if follow:
        found.append(f"{NEXT}{follow}|{shape}")
    return found


def elsewhere(token: Token, lower: set[str], capital: dict[str, int]) -> list[str]:
    """Return the evidence in how the rest of the story writes the word."""
    found = []
    if token.norm in lower:
        found.append("seen lower")
    if token.norm in capital:
        found.append(f"seen capital {capital[token.norm]}")
    return found


def features(story: Story) -> list[list[str]]:
    """Return every feature of every token of a story."""
    tokens = story.tokens
    lower, capital = seen(story)
    told = [*map(facts, tokens)]
    says = [speaking(token, fact.speaks) for token, fact in zip(tokens, told, strict=True)]
    known = [[*fact.flags] if token.word else [] for token, fact in zip(tokens, told, strict=True)]
    drawn = [outline(token.text) for token in tokens]
    neighbour = [
        around(token, word, form) + also
        for token, word, form, also in zip(tokens, says, drawn, known, strict=True)
    ]
    says = ["", "", *says, ""]
    rows = []
    for i, token in enumerate(tokens):
        setting = (token.shape, story.regimes[i] | story.first[i])
        row = standing(setting) + spelt(token, says[i + 2], drawn[i])
        row += elsewhere(token, lower, capital)
        for flag in known[i]:
            row += flagged(flag, setting)
        row += paired(token.shape, says[i], says[i + 1], says[i + 3])
        for distance in (*NEAR, *FAR):
            if 0 <= i + distance < len(tokens):
                for feature in neighbour[i + distance]:
                    if distance in NEAR or feature.startswith("w="):
                        row.append(f"{distance:+d}{feature}")
            elif distance in NEAR:
                row.append(f"{distance:+d}none")
        rows.append(row)
    return rows
