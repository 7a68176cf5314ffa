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
from collections.abc import Collection, Iterable
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
SETTLED = 6_000

ORDINARY = 3  # words of these levels are weighed once for the life of the process

LANE = 32  # bits
# Added to each lane so that none is ever negative and borrows from the next.
BIAS = sum(1 << (LANE * k + LANE - 2) for k in range(len(CLASSES)))
UNPACK = struct.Struct(f"<{len(CLASSES)}I").unpack
BYTES = LANE * len(CLASSES) // 8

DISTANCES = (*evidence.NEAR, *evidence.FAR)
REACH = max(map(abs, DISTANCES))  # tokens from which a word has evidence
Around = tuple[int, ...]  # what a word says of others, by DISTANCES
NOWHERE: Around = (0,) * len(DISTANCES)


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
        self.alone: dict[str, int] = {}
        self.beside: dict[str, list[int]] = {}
        ends = [0] * len(DISTANCES)
        slots = {f"{distance:+d}": at for at, distance in enumerate(DISTANCES)}
        at = width * width
        for name in names.decode().split("\n"):
            row = sum(weights[at + k] << (LANE * k) for k in range(width))
            at += width
            slot = slots.get(name[:2])
            if slot is None or name[2:3] in "&|":
                self.alone[name] = row
            elif name[2:] == "none":
                ends[slot] = row
            else:
                self.beside.setdefault(name[2:], [0] * len(DISTANCES))[slot] = row
        self.edge: Around = tuple(ends)  # what the end of a story says of the words before it
        # Weighed once: ordinary words tell nothing of who wrote them. Other words of a story are
        # never kept here, for the process outlives the request.
        self.kept_own: dict[tuple[str, str, bool], tuple[int, bool]] = {}
        self.kept_around: dict[str, tuple[Around, str]] = {}

    def sum(self, features: Iterable[str]) -> int:
        get = self.alone.get
        return sum(get(feature, 0) for feature in features)

    def own(self, token: Token) -> tuple[int, bool]:
        """Return what a word says of itself, and whether that settles it."""
        key = (token.text, token.regime, token.first)
        known = self.kept_own.get(key)
        if known is None:
            row = self.sum(evidence.own(token))
            settled = token.norm in never() and token.shape == "lower"
            known = row, settled or margin(lanes(row)) > SETTLED_ALONE
            if is_ordinary(token):
                self.kept_own[key] = known
        return known

    def around(self, token: Token) -> tuple[Around, str]:
        """Return what a word says of those close to it, and the word if it counts as itself."""
        known = self.kept_around.get(token.text)
        if known is None:
            get = self.beside.get
            found = [row for f in evidence.around(token) if (row := get(f)) is not None]
            rows = tuple(map(sum, zip(*found, strict=True))) if found else NOWHERE
            known = rows, evidence.speaking(token)
            if is_ordinary(token):
                self.kept_around[token.text] = known
        return known


def is_ordinary(token: Token) -> bool:
    return not token.word or 0 < level(token.norm) <= ORDINARY


def lanes(row: int) -> tuple[int, ...]:
    """Return the weights in a packed row, each raised by the same amount."""
    return UNPACK((row + BIAS).to_bytes(BYTES, "little"))


def margin(scored: tuple[int, ...]) -> int:
    """Return by how much the evidence against every kind outweighs that for the likeliest."""
    return scored[0] - max(scored[1:])


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
) -> dict[int, list[float]]:
    """Return {index of a token: probability of each class}, for the tokens that are not settled.

    only: the tokens to weigh; all of them when it is left out. counted: what evidence.seen()
    gives for the story, if it is known already.
    """
    weights = model()
    tokens = story.tokens
    lower, capital = counted or evidence.seen(story)
    places = range(len(tokens)) if only is None else sorted(only)
    edge = (weights.edge, "")
    around = [edge] * (len(tokens) + 2 * REACH)
    for i in places if only is None else sorted(within_reach(places, len(tokens))):
        around[i + REACH] = weights.around(tokens[i])
    get = weights.alone.get
    near: dict[int, tuple[int, ...]] = {}
    seeds: list[int] = []
    for i in places:
        token = tokens[i]
        row, settled = weights.own(token)
        if settled:
            continue
        far, third, second, _, fourth, fifth, last = around[i : i + 2 * REACH + 1]
        # In the order of DISTANCES.
        row += third[0][0] + second[0][1] + fourth[0][2] + fifth[0][3] + far[0][4] + last[0][5]
        scored = lanes(row)
        against = margin(scored)
        if against > SETTLED_BESIDE:
            continue
        if against < SETTLED_ALONE:
            for feature in evidence.paired(token.shape, third[1], second[1], fourth[1]):
                row += get(feature, 0)
            for feature in evidence.elsewhere(token, lower, capital):
                row += get(feature, 0)
            scored = lanes(row)
            against = margin(scored)
        near[i] = scored
        if against < SETTLED:
            seeds.append(i)
    scores: dict[int, list[float]] = {}
    for i in grown(seeds, near):
        scored = near[i]
        top = max(scored)
        scores[i] = [exp((score - top) / SCALE) for score in scored]
    return chained(weights, scores)


def within_reach(places: Iterable[int], size: int) -> set[int]:
    """Return the places and all that they have evidence from."""
    return {j for i in places for j in range(max(0, i - REACH), min(size, i + REACH + 1))}


def grown(seeds: list[int], near: dict[int, tuple[int, ...]]) -> list[int]:
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
    if len(scores) == 1:
        joint = [*map(mul, state, weights.entering[0])]
        scale = 1 / sum(joint)
        return [[value * scale for value in joint]]
    forward = [state]
    for score in scores[1:]:
        ahead = [sum(map(mul, state, steps)) for steps in weights.entering]
        state = [*map(mul, ahead, score)]
        scale = 1 / sum(state)
        state = [value * scale for value in state]
        forward.append(state)
    back = weights.entering[0]
    found: list[list[float]] = []
    for i in range(len(scores) - 1, -1, -1):
        joint = [*map(mul, forward[i], back)]
        scale = 1 / sum(joint)
        found.append([value * scale for value in joint])
        if i:
            ahead = [*map(mul, back, scores[i])]
            back = [sum(map(mul, ahead, steps)) for steps in weights.leaving]
            scale = 1 / sum(back)
            back = [value * scale for value in back]
    found.reverse()
    return found
