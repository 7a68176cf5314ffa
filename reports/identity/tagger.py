"""The tagger: weighs the evidence for each word of a story, and for its neighbours with it.

A linear-chain conditional random field, trained by build/train.py. Most words are so clearly no
identifiers that their own evidence settles them; only the doubtful rest is looked at with its
surroundings, and chained.

The weights of the seven classes travel in one integer, a lane of 32 bits each, so that the
evidence of a word is added up in one addition: the engine has no array library to lean on.
"""

from __future__ import annotations

import array
import gzip
import struct
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cache
from math import exp
from operator import mul
from pathlib import Path

from . import evidence
from .lexicon import level
from .tokens import Story, Token

CLASSES = ("O", "PERSON", "AGENCY", "PLACE", "TIME", "NUMBER", "CONTACT")
SCALE = 1_000  # weights are kept as whole thousandths
DATA = Path(__file__).parent / "data" / "tagger.bin.gz"
NEVER = Path(__file__).parent / "data" / "never.txt"

# How much stronger the evidence against every kind has to be than for it, in thousandths of a
# unit of log odds, until a word is settled: by its own evidence, and by that of its surroundings.
# A word beside a doubtful one may still become a part of its name: the chain speaks for it.
# Measured on the narratives: what is settled so is hardly ever found otherwise.
SETTLED_ALONE = 8_000
SETTLED_BESIDE = 13_000
SETTLED = 4_000
RESCALED = 16  # words after which the chain is brought back to one, long before it underflows

ORDINARY = 3  # words of these levels are weighed once for the life of the process

LANE = 32  # bits
ONES = sum(1 << (LANE * k) for k in range(len(CLASSES)))  # 1 in each lane
FIRST = (1 << LANE) - 1  # the lane of the class O
# Added to each lane so that none is ever negative and borrows from the next.
BIAS = ONES << (LANE - 2)
SIGNS = (ONES - 1) << (LANE - 1)  # the highest bit of each lane but that of O
UNPACK = struct.Struct(f"<{len(CLASSES)}I").unpack
BYTES = LANE * len(CLASSES) // 8
GUARD = ONES << (LANE - 1)
SURE = 1 << (LANE - 5)  # what is given to O when a word is settled; no surroundings outweigh it
SURE_FROM = (1 << (LANE - 2)) + SURE // 2

DISTANCES = (*evidence.NEAR, *evidence.FAR)
REACH = max(map(abs, DISTANCES))  # tokens from which a word has evidence
Around = tuple[int, ...]  # what a word says of others, by DISTANCES
Rows = dict[str, int]
NOTHING: Rows = {}
NOWHERE: Around = (0,) * len(DISTANCES)


class Word:
    """What the tagger knows of a word as it is written.

    own: {how it stands: what it says of itself}; spelt, flags: what that is made of. around: what
    it says of those close to it. says: the word, if it counts as itself. after, before: {shape of
    the next word, of the last one: what both say together}. second: {the word behind it: what
    both say of the one after}.
    """

    __slots__ = ("after", "around", "before", "flags", "own", "says", "second", "spelt")

    def __init__(self, flags: Sequence[str], spelt: int, around: Around, says: str) -> None:
        self.own: dict[tuple[str, bool], int] = {}
        self.flags = flags
        self.spelt = spelt
        self.around = around
        self.says = says
        self.after = self.before = self.second = NOTHING


Words = dict[str, Word]


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
        self.beside: dict[str, list[int]] = {}
        self.after: dict[str, Rows] = {}
        self.before: dict[str, Rows] = {}
        self.second: dict[str, Rows] = {}
        ends = [0] * len(DISTANCES)
        slots = {f"{distance:+d}": at for at, distance in enumerate(DISTANCES)}
        at = width * width
        for name in names.decode().split("\n"):
            row = sum(weights[at + k] << (LANE * k) for k in range(width))
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
                ends[slot] = row
            else:
                self.beside.setdefault(name[2:], [0] * len(DISTANCES))[slot] = row
        # What the end of a story says of the words before it.
        self.edge = Word((), 0, tuple(ends), "")
        self.seen_lower = self.alone.get("seen lower", 0)
        self.seen_capital = [0] + [self.alone.get(f"seen capital {n}", 0) for n in (1, 2)]
        # What each way of standing says of a word, and of one of which a list knows something.
        self.stands: dict[evidence.Setting, tuple[int, Rows]] = {}
        # Weighed once: ordinary words tell nothing of who wrote them. Other words of a story are
        # never kept here, for the process outlives the request.
        self.kept: Words = {}

    def word(self, token: Token, others: Words) -> Word:
        """Return what is known of a word; those that are no ordinary ones are kept in others."""
        flags = evidence.flags(token.norm) if token.word else ()
        rows = map(self.beside.get, (*evidence.around(token), *flags))
        found = [row for row in rows if row is not None]
        word = Word(
            flags,
            sum([self.alone.get(feature, 0) for feature in evidence.spelt(token)]),
            tuple(map(sum, zip(*found, strict=True))) if found else NOWHERE,
            evidence.speaking(token),
        )
        word.after = self.after.get(word.says, NOTHING)
        word.before = self.before.get(word.says, NOTHING)
        word.second = self.second.get(word.says, NOTHING)
        (self.kept if is_ordinary(token) else others)[token.text] = word
        return word

    def own(self, token: Token, word: Word) -> int:
        """Return what a word says of itself, and keep it; what settles it outweighs all else."""
        setting = (token.shape, token.regime, token.first)
        row, flagged = self.stands.get(setting) or self.stand(setting)
        row += word.spelt
        for flag in word.flags:
            row += flagged[flag]
        settled = token.norm in never() and token.shape == "lower"
        if settled or outweighs(row, SETTLED_ALONE):
            row += SURE
        word.own[token.regime, token.first] = row
        return row

    def stand(self, setting: evidence.Setting) -> tuple[int, Rows]:
        """Return what standing so says of every word, and {flag: of a word that has it}; keep it."""

        def total(features: Iterable[str]) -> int:
            return sum([self.alone.get(feature, 0) for feature in features])

        self.stands[setting] = found = (
            BIAS + total(evidence.standing(setting)),
            {flag: total(evidence.flagged(flag, setting)) for flag in evidence.FLAGS},
        )
        return found


def is_ordinary(token: Token) -> bool:
    return not token.word or 0 < level(token.norm) <= ORDINARY


def outweighs(row: int, least: int) -> bool:
    """Whether the evidence against every kind is stronger than that for it, by so much."""
    # Lane by lane: the highest bit stays where the class O is ahead of the other by the least.
    ahead = ((row & FIRST) - least) * ONES + GUARD - row
    return ahead & SIGNS == SIGNS


@cache
def never() -> frozenset[str]:
    """Return the words that, in small letters, were nowhere near a name in all that was learned."""
    return frozenset(NEVER.read_text("utf-8").split())


@cache
def model() -> Model:
    return Model(DATA.read_bytes())


def doubtful(
    story: Story,
    only: Collection[int] | None = None,
    counted: tuple[Counter[str], Counter[str]] | None = None,
    others: Words | None = None,
) -> dict[int, list[float]]:
    """Return {index of a token: probability of each class}, for the tokens that are not settled.

    only: the tokens to weigh; all of them when it is left out. counted: what evidence.seen()
    gives for the story, if it is known already. others: the words that an earlier reading of the
    same story has looked up; it grows.
    """
    weights, tokens = model(), story.tokens
    lower, capital = counted or evidence.seen(story)
    others = {} if others is None else others
    get, seek = weights.kept.get, others.get
    words = [get(t.text) or seek(t.text) or weights.word(t, others) for t in tokens]
    places = range(len(tokens)) if only is None else sorted(only)
    edge = [weights.edge] * REACH
    around = [word.around for word in (*edge, *words, *edge)]
    near: dict[int, int] = {}
    seeds: list[int] = []
    for i in places:
        token, word = tokens[i], words[i]
        row = word.own.get((token.regime, token.first)) or weights.own(token, word)
        if row & FIRST > SURE_FROM:
            continue
        far, third, second, _, fourth, fifth, last = around[i : i + 2 * REACH + 1]
        # In the order of DISTANCES.
        row += third[0] + second[1] + fourth[2] + fifth[3] + far[4] + last[5]
        if outweighs(row, SETTLED_BESIDE):
            continue
        if not outweighs(row, SETTLED_ALONE):
            if i:
                row += words[i - 1].after.get(token.shape, 0)
                if i > 1:
                    row += words[i - 2].second.get(words[i - 1].says, 0)
            if i + 1 < len(words):
                row += words[i + 1].before.get(token.shape, 0)
            if token.norm in lower:
                row += weights.seen_lower
            row += weights.seen_capital[min(capital[token.norm], 2)]
            if not outweighs(row, SETTLED):
                seeds.append(i)
        near[i] = row
    scores: dict[int, list[float]] = {}
    for i in grown(seeds, near):
        scored = UNPACK(near[i].to_bytes(BYTES, "little"))
        top = max(scored)
        scores[i] = [exp((score - top) / SCALE) for score in scored]
    return chained(weights, scores)


def grown(seeds: list[int], near: Collection[int]) -> list[int]:
    """Return the seeds and what is joined to them without a gap, in order."""
    reached: set[int] = set()
    for seed in seeds:
        for step in (-1, 1):
            i = seed
            while (i in near and i not in reached) or i == seed:
                reached.add(i)
                i += step
    return sorted(reached)


def chained(weights: Model, scores: dict[int, list[float]]) -> dict[int, list[float]]:
    """Return the marginal probabilities: forward and backward over each run of neighbours.

    A token that is not among the scores is settled as no identifier.
    """
    found: dict[int, list[float]] = {}
    run: list[int] = []
    for i in [*scores, -1]:
        if run and i != run[-1] + 1:
            found.update(zip(run, marginals(weights, [scores[j] for j in run]), strict=True))
            run = []
        run.append(i)
    return found


def marginals(weights: Model, scores: list[list[float]]) -> list[list[float]]:
    """Return the probability of each class at each place of a run that settled tokens enclose."""
    state = [*map(mul, weights.leaving[0], scores[0])]
    forward = [state]
    for at in range(1, len(scores)):
        state = [*map(mul, stepped(state, weights.entering), scores[at])]
        if not at % RESCALED:
            state = shared(state)
        forward.append(state)
    back = weights.entering[0]
    found: list[list[float]] = []
    for at in range(len(scores) - 1, -1, -1):
        found.append(shared([*map(mul, forward[at], back)]))
        back = stepped([*map(mul, back, scores[at])], weights.leaving)
        if not at % RESCALED:
            back = shared(back)
    found.reverse()
    return found


def stepped(state: list[float], steps: list[list[float]]) -> list[float]:
    """Return what comes of a state in one step; written out, it takes half the time of a sum."""
    s, t, u, v, w, x, y = state
    return [s * a + t * b + u * c + v * d + w * e + x * f + y * g for a, b, c, d, e, f, g in steps]


def shared(values: list[float]) -> list[float]:
    """Return the values as shares of one."""
    scale = 1 / sum(values)
    return [value * scale for value in values]
