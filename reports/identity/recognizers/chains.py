"""Runs of characters that hold a digit, and the label words beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import (
    entries,
    word_set,
)
from ..tokens import Story

WITH_DIGITS = re.compile("[da]")
JOINTS = frozenset("-/.:#+–,'’&")
SHORT_LABELS = word_set("short_labels")
BETWEEN = word_set("between")
MOST_RUNS = 20_000  # in a story; more of them are a table, whose numbers are not told apart
PLACE_NAMES = {
    "exit": "exit",
    "route": "highway",
    "rt": "highway",
    "rte": "highway",
    "highway": "highway",
    "hwy": "highway",
    "interstate": "highway",
    "zip": "ZIP code",
}


def chains(story: Story) -> Iterator[tuple[int, int]]:
    """Yield (first, last) token indexes of runs without a space that hold a digit."""
    size, after = len(story.tokens), 0
    for found in WITH_DIGITS.finditer(story.forms):
        first = last = found.start()
        if first < after:
            continue
        while first >= after + 2 and joined(story, first - 2):
            first -= 2
        while last + 2 < size and joined(story, last):
            last += 2
        yield first, last
        after = last + 1


def joined(story: Story, i: int) -> bool:
    """Whether token i, a joint and a word follow each other without a space."""
    tokens, starts, ends = story.tokens, story.starts, story.ends
    return (
        starts[i + 1] == ends[i]
        and ends[i + 1] == starts[i + 2]
        and tokens[i + 1].text in JOINTS
        and tokens[i].word
        and tokens[i + 2].word
    )


def neighbour(story: Story, index: int, step: int) -> int | None:
    """Return the place of the word beside a token, on the same line and not past a full stop."""
    tokens = story.tokens
    index += step
    while 0 <= index < len(tokens):
        token = tokens[index]
        if token.word:
            return index
        if token.shape == "break" or token.shape == "label" or token.text in ".;!?":
            return None
        index += step
    return None


def label_before(story: Story, index: int) -> tuple[str, bool]:
    """Return (label word, adjacent) that stands before a token, skipping "no.", "is", ":"."""
    tokens = story.tokens
    steps, index = 0, index - 1
    while index >= 0 and steps < 5:
        token = tokens[index]
        if token.shape == "break":
            return "", False
        norm = token.norm
        if token.word and norm not in BETWEEN:
            if norm == "sign" and (not index or tokens[index - 1].norm != "call"):
                return "", False
            return norm, steps == 0
        if norm in ("no", "number", "numbers", "num", "nos", "id", "ids") and token.word:
            before = neighbour(story, index, -1)
            word = "" if before is None else tokens[before].norm
            if word in entries("number_labels") or word in entries("place_labels"):
                return word, False
            dotted = norm != "no" or (index + 1 < len(tokens) and tokens[index + 1].text == ".")
            return ("no" if norm == "no" else "number") if dotted else "", norm == "no"
        if token.text == "." and not (index and tokens[index - 1].norm in SHORT_LABELS):
            return "", False
        if not token.word and token.text not in BETWEEN and token.text not in "#:.(\"“'-=":
            return "", False
        index -= 1
        steps += 1
    return "", False


def label_name(word: str) -> str:
    """Return the replacement for a number with this label word."""
    if word in (
        "plate",
        "plates",
        "plt",
        "tag",
        "tags",
        "license",
        "licence",
        "lic",
        "reg",
        "registration",
    ):
        return "plate"
    if word in (
        "case",
        "cases",
        "cad",
        "incident",
        "inc",
        "event",
        "report",
        "rpt",
        "complaint",
        "docket",
        "warrant",
        "writ",
        "citation",
        "file",
        "cr",
        "dr",
        "ia",
        "iab",
    ):
        return "case number"
    if word in ("callsign", "sign"):
        return "call sign"
    return "number"
