"""The tagger: weighs the evidence for each word of a story, and for its neighbours with it.

A linear-chain conditional random field, trained by build/train.py. Most words are so clearly no
identifiers that their own evidence settles them; only the doubtful rest is looked at with its
surroundings, and chained.

Evidence is a row: how much it speaks against each kind of identifier rather than for it. A row
travels in one integer, a lane of 32 bits for each kind, so that the evidence of a word is added up
in one addition: the engine has no array library to lean on.
"""

from __future__ import annotations

import array
import gzip
import re
import struct
import sys
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import compress, count
from math import exp
from operator import ne, or_
from pathlib import Path

from . import evidence
from .chain import marginals
from .lexicon import CONTRACTED, FREQUENT, level, stays
from .tokens import MAX_WORD, MIXED, STANDINGS, Story, Token, everyday, where

CLASSES = ("O", "PERSON", "AGENCY", "PLACE", "TIME", "NUMBER", "CONTACT")
SCALE = 1_000  # weights are kept as whole thousandths
PER_UNIT = -1 / SCALE
DATA = Path(__file__).parent / "data" / "tagger.bin.gz"
NEVER = Path(__file__).parent / "data" / "never.txt"

# How much stronger the evidence against every kind has to be than for it, in thousandths of a
# unit of log odds, until a word is settled: by its own evidence, and by that of its surroundings.
# A word beside a doubtful one may still become a part of its name: the chain speaks for it.
# Measured on the narratives: what is settled so is hardly ever found otherwise.
SETTLED_PLAIN = 4_000  # of a common word in small letters, where names have capitals
SETTLED_ALONE = 5_000
SETTLED_BESIDE = 9_000
SETTLED = 2_000
LEAST = 0.004  # probability of an identifier that is worth a word

ORDINARY = 3  # words of these levels and of the trade are weighed once for the process
MOST_EVERYDAY = 30_000  # tokens that are kept so, each of about a kilobyte

LANE = 32  # bits
KINDS = len(CLASSES) - 1  # all but O
ONES = sum(1 << (LANE * k) for k in range(KINDS))  # 1 in each lane
ZERO = 1 << (LANE - 1)  # stands for nothing in a lane, so that none is negative
BIAS = ZERO * ONES  # has the highest bit of each lane, which goes where a lane falls below zero
UNPACK = struct.Struct(f"<{KINDS}i").unpack
BYTES = LANE * KINDS // 8
ALONE, BESIDE = SETTLED_ALONE * ONES, SETTLED_BESIDE * ONES

# What the evidence for a token comes to: it is settled; it is left open, should a neighbour be
# doubtful; it is doubtful.
CLEAR, OPEN, DOUBTFUL = b".od"
# Of states: what is doubtful, with the open words between and behind; as many stand before it.
RUN = re.compile(b"d(?:o{0,4}d)*o{0,2}")

DISTANCES = (*evidence.NEAR, *evidence.FAR)
REACH = max(map(abs, DISTANCES))  # tokens from which a word has evidence
AROUND = 2 * REACH + 1  # tokens: a word, and those from which it has evidence
Rows = dict[str, int]
# What a word says of those around it, a row for each distance, lies side by side in one integer
# as long as it is added up.
ROW = LANE * KINDS  # bits
WHOLE_ROW = (1 << ROW) - 1
STEPS = [ROW * at for at in range(len(DISTANCES))]
BIASES = len(DISTANCES) * BIAS
ALL_BIASED = sum(BIAS << step for step in STEPS)
NOTHING: Rows = {}
UNASKED = "?"


class Word:
    """What the tagger knows of a word as it is written.

    own: what it says of itself as it stands; spelt, flags: what that is made of. on1, on2, on3,
    back1, back2, back3: what it says of the word so many places on, or back. says: the word, if it
    counts as itself. plain: whether it is a frequent word in small letters. after, before: {shape
    of the next word, of the last one: what both say together}. second: {the word behind it: what
    both say of the one after}. strange: why it may be a name for all that is known, as
    recognizers/doubts.py tells it; UNASKED before.
    """

    __slots__ = (
        "after",
        "back1",
        "back2",
        "back3",
        "before",
        "flags",
        "on1",
        "on2",
        "on3",
        "own",
        "plain",
        "says",
        "second",
        "spelt",
        "strange",
    )

    def __init__(
        self, flags: Sequence[str], spelt: int, around: int, says: str, plain: bool
    ) -> None:
        """around: the rows for those close to it, side by side."""
        self.own: list[int | None] = [None] * STANDINGS
        self.plain = plain
        self.flags = flags
        self.spelt = spelt
        self.says = says
        self.after = self.before = self.second = NOTHING
        self.strange = "" if plain else UNASKED
        # In the order of DISTANCES.
        self.on2, self.on1, self.back1, self.back2, self.on3, self.back3 = apart(around)


class Model:
    """The weights as they are shipped: features by name, and steps from class to class."""

    def __init__(self, packed: bytes) -> None:
        names, _, raw = gzip.decompress(packed).partition(b"\0")
        weights = array.array("h")
        weights.frombytes(raw)
        if sys.byteorder == "big":
            weights.byteswap()
        width = len(CLASSES)
        steps = [exp(weight / SCALE) for weight in weights[: width * width]]
        self.leaving = [steps[k * width : (k + 1) * width] for k in range(width)]
        self.entering = [steps[k::width] for k in range(width)]
        self.alone: Rows = {}
        self.beside: Rows = {}  # the rows of each, side by side
        self.after: dict[str, Rows] = {}
        self.before: dict[str, Rows] = {}
        self.second: dict[str, Rows] = {}
        ends = 0
        slots = {f"{distance:+d}": at for at, distance in enumerate(DISTANCES)}
        at = width * width
        for name in names.decode().split("\n"):
            other, *kinds = weights[at : at + width]
            row = sum((other - weight) << (LANE * k) for k, weight in enumerate(kinds))
            at += width
            slot = slots.get(name[:2])
            if slot is None:
                self.alone[name] = row
            elif name.startswith(evidence.LAST):
                word, _, shape = name[len(evidence.LAST) :].rpartition("|")
                self.after.setdefault(word, {})[shape] = row
            elif name.startswith(evidence.NEXT):
                word, _, shape = name[len(evidence.NEXT) :].rpartition("|")
                self.before.setdefault(word, {})[shape] = row
            elif name.startswith(evidence.LAST_TWO):
                both = name[len(evidence.LAST_TWO) :]
                cut = both.index("|", 1)  # the first of them may be the sign itself
                self.second.setdefault(both[:cut], {})[both[cut + 1 :]] = row
            elif name[2:] == "none":
                ends += row << STEPS[slot]
            else:
                self.beside[name[2:]] = self.beside.get(name[2:], 0) + (row << STEPS[slot])
        # What the end of a story says of the words before it.
        self.edge = Word((), 0, ends, "", True)
        self.seen_lower = self.alone.get("seen lower", 0)
        times = range(evidence.OFTEN + 1)
        self.seen_capital = [self.alone.get(f"seen capital {n}", 0) for n in times]
        # What each way of standing says of a word, and of one of which a list knows something.
        self.stands: dict[evidence.Setting, tuple[int, Rows]] = {}

    def word(self, token: Token) -> Word:
        """Return what is known of a word, and keep it with its token.

        The tokens of ordinary words are kept for the process: they tell nothing of who wrote them.
        Those of other words go with their story, for the process outlives the request.
        """
        told, drawn = evidence.facts(token), evidence.outline(token.text)
        says = evidence.speaking(token, told.speaks)
        flags = told.flags if token.word else ()
        around = (*evidence.around(token, says, drawn), *flags)
        word = Word(
            flags,
            sum([self.alone.get(feature, 0) for feature in evidence.spelt(token, says, drawn)]),
            sum([self.beside.get(feature, 0) for feature in around]),
            says,
            token.shape == "lower" and 0 < told.level <= FREQUENT,
        )
        if says:
            word.after = self.after.get(says, NOTHING)
            word.before = self.before.get(says, NOTHING)
            word.second = self.second.get(says, NOTHING)
        token.known = word
        if len(everyday) < MOST_EVERYDAY and is_ordinary(token):
            everyday[token.text] = token
        return word

    def own(self, token: Token, word: Word, stands: int) -> int:
        """Return what a word that stands so says of itself, and keep it; 0 when that settles it."""
        setting = (token.shape, stands)
        row, flagged = self.stands.get(setting) or self.stand(setting)
        row += word.spelt
        for flag in word.flags:
            row += flagged[flag]
        least = SETTLED_PLAIN if word.plain and stands & ~1 == MIXED else SETTLED_ALONE
        if (token.shape == "lower" and token.norm in never()) or outweighs(row, least):
            row = 0
        else:
            row -= BIASES  # of what its neighbours say of it
        word.own[stands] = row
        return row

    def stand(self, setting: evidence.Setting) -> tuple[int, Rows]:
        """Return what standing so says of any word, and {flag: of one that has it}; keep it."""

        def total(features: Iterable[str]) -> int:
            return sum([self.alone.get(feature, 0) for feature in features])

        self.stands[setting] = found = (
            BIAS + total(evidence.standing(setting)),
            {flag: total(evidence.flagged(flag, setting)) for flag in evidence.FLAGS},
        )
        return found


def is_ordinary(token: Token) -> bool:
    """Whether a token tells nothing of who wrote it.

    A word of everyday English or of the trade, what is contracted from one (don't, they've), a
    number of one or two digits, or no word at all; none in capitals of its own (wEaPoN).
    """
    if token.shape in ("label", "mixed") or len(token.text) > MAX_WORD:
        return False
    if not token.word or (token.shape == "digit" and len(token.text) < 3):
        return True
    head, mark, tail = token.norm.rpartition("'")
    if not mark or tail not in CONTRACTED:
        return is_everyday(token.norm)
    return is_everyday(head) or is_everyday(head.removesuffix("n"))


def is_everyday(word: str) -> bool:
    """Whether a word is one of everyday English or of the trade."""
    return 0 < level(word) <= ORDINARY or word in stays()


def apart(rows: int) -> list[int]:
    """Return the rows that lie side by side in one integer, each with the bias."""
    biased = rows + ALL_BIASED  # or a row below zero would borrow from the next one
    return [biased >> step & WHOLE_ROW for step in STEPS]


def outweighs(row: int, least: int) -> bool:
    """Whether the evidence against every kind is stronger than that for it, by so much."""
    return (row - least * ONES) & BIAS == BIAS


@cache
def never() -> frozenset[str]:
    """Return the words that, in small letters, were nowhere near a name in all that was learned."""
    return frozenset(NEVER.read_text("utf-8").split())


@cache
def model() -> Model:
    return Model(DATA.read_bytes())


class Weighing:
    """What the tagger makes of one reading of a story.

    words: what it knows of each token. standing: how each stands. lower, capital: what
    evidence.seen() tells. rows, states: the evidence for each token, and what it comes to.
    chances: {index of a token: probability of each class}, in order, of the tokens for which it is
    worth a word. most: the same of the reading in which the token was likeliest to identify.
    """

    def __init__(
        self, story: Story, earlier: Weighing | None = None, places: Sequence[int] = ()
    ) -> None:
        """Weigh a story, or what a later reading of it leaves to be weighed.

        places: for each token its place in the earlier reading, or -1.
        """
        self.story = story
        self.standing = bytes(map(or_, story.regimes, story.first))
        self.lower, self.capital = evidence.seen(story)
        self.words = [token.known or model().word(token) for token in story.tokens]
        if earlier is None:
            size = len(story.tokens)
            self.rows, self.states = [0] * size, bytearray([CLEAR] * size)
            self.weigh(range(size))
            self.most = self.chances = self.chained()
            return
        self.rows = [*map(earlier.rows.__getitem__, places)]  # of a new token any, for now
        self.states = bytearray(map(earlier.states.__getitem__, places))
        anew = self.changed(earlier, places)
        self.weigh(compress(count(), anew))
        self.chances = self.chained(earlier, places, anew)
        self.most = self.likeliest(earlier, places)

    def changed(self, earlier: Weighing, places: Sequence[int]) -> bytearray:
        """Return 1 for each token that may have other evidence than in the earlier reading."""
        anew = bytearray(map(ne, self.standing, map(earlier.standing.__getitem__, places)))
        for i in compress(count(), map((-1).__eq__, places)):
            first, end = max(0, i - REACH), min(len(places), i + REACH + 1)
            anew[first:end] = b"\1" * (end - first)
        respelt = self.lower ^ earlier.lower
        respelt.update(word for word, _ in self.capital.items() ^ earlier.capital.items())
        for i in where(self.story.norms, respelt):
            anew[i] = 1
        return anew

    def likeliest(self, earlier: Weighing, places: Sequence[int]) -> dict[int, list[float]]:
        """Return the chances of each token in this reading or before, whichever speak for it.

        The name beside a word says much of it: Jeep, once "Easter" and "Safari" are blanked out.
        """
        found = dict(self.chances)
        for i in compress(count(), map(earlier.most.__contains__, places)):
            known = earlier.most[places[i]]
            if i not in found or known[0] < found[i][0]:
                found[i] = known
        return dict(sorted(found.items()))

    def weigh(self, places: Iterable[int]) -> None:
        """Add up the evidence for these tokens, and tell what it comes to."""
        weights, words, standing = model(), self.words, self.standing
        rows, states = self.rows, self.states
        edge = [weights.edge] * REACH
        around = [*edge, *words, *edge]
        for i in places:
            row = words[i].own[standing[i]]
            if row is None:
                row = weights.own(self.story.tokens[i], words[i], standing[i])
            if not row:
                states[i] = CLEAR
                continue
            a, b, c, _, d, e, f = around[i : i + AROUND]
            row += a.on3 + b.on2 + c.on1 + d.back1 + e.back2 + f.back3
            # Not outweighs(): it is asked of most words.
            if (row - ALONE) & BIAS != BIAS:
                row += self.together(i, b, c, d)
                states[i] = OPEN if outweighs(row, SETTLED) else DOUBTFUL
            else:
                states[i] = CLEAR if (row - BESIDE) & BIAS == BIAS else OPEN
            rows[i] = row

    def together(self, i: int, before: Word, last: Word, follow: Word) -> int:
        """Return what its neighbours taken together say of a word, and the rest of the story.

        before, last, follow: the word before the last one, the last one and the next one.
        """
        weights, token = model(), self.story.tokens[i]
        shape, norm = token.shape, token.norm
        said = last.after.get(shape, 0) + follow.before.get(shape, 0)
        if before.second:
            said += before.second.get(last.says, 0)
        if norm in self.lower:
            said += weights.seen_lower
        return said + weights.seen_capital[self.capital.get(norm, 0)]

    def chained(
        self,
        earlier: Weighing | None = None,
        places: Sequence[int] = (),
        anew: bytes | bytearray = b"",
    ) -> dict[int, list[float]]:
        """Return the chances: forward and backward over each run of neighbours with a doubtful one.

        A run that reads as before has them from there.
        """
        found: dict[int, list[float]] = {}
        states = self.states
        for run in RUN.finditer(states):
            first, end = run.span()
            if first and states[first - 1] == OPEN:
                first -= 2 if first > 1 and states[first - 2] == OPEN else 1
            if earlier and 1 not in anew[max(0, first - 1) : end + 1]:
                known = [*map(earlier.chances.get, places[first:end])]
            else:
                scores = [scored(row) for row in self.rows[first:end]]
                known = marginals(scores, model().leaving, model().entering, LEAST)
            for i, chances in enumerate(known, first):
                if chances:
                    found[i] = chances
        return found


def scored(row: int) -> list[float]:
    """Return the evidence for each class, as its odds against none."""
    # Without the bias, the lanes have a sign.
    a, b, c, d, e, f = UNPACK((row ^ BIAS).to_bytes(BYTES, "little"))
    return [
        1.0,
        exp(a * PER_UNIT),
        exp(b * PER_UNIT),
        exp(c * PER_UNIT),
        exp(d * PER_UNIT),
        exp(e * PER_UNIT),
        exp(f * PER_UNIT),
    ]
