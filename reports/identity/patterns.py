"""Compiles data/patterns.toml and runs it over the parts of a story that can hold a find."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from .lexicon import entries
from .span import Span
from .tokens import Story

NEAR = 50  # characters on each side of a trigger that are read; no pattern reaches farther
FAR = 330  # the same for web and email addresses


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern; ``group`` is the part that is the identifier.

    ``when`` names the trigger without which it cannot match.
    """

    regex: re.Pattern[str]
    kind: str
    label: str
    reason: str
    tier: str
    group: int
    need: tuple[str, ...]
    when: str


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the text (characters, end exclusive) and the triggers that stand in it."""

    start: int
    end: int
    triggers: frozenset[str]


def _alternation(name: str) -> str:
    words = sorted((re.escape(w) for w in entries(name)), key=lambda w: (-len(w), w))
    return "(?:" + "|".join(words) + ")"


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return the patterns in the order of the file."""
    source = (resources.files(__package__) / "data" / "patterns.toml").read_text("utf-8")
    data = tomllib.loads(source)
    names: dict[str, str] = dict(data["words"])
    names["PHONETIC"] = _alternation("phonetic")
    names["RADIOWORD"] = _alternation("radiowords")
    names["NUMWORD"] = _alternation("numwords")

    def expand(text: str) -> str:
        for _ in range(2):
            text = re.sub(r"\{([A-Z]+)\}", lambda found: names[found.group(1)], text)
        return text

    return tuple(
        Pattern(
            regex=re.compile(expand(row["pattern"]), 0 if row.get("case") else re.IGNORECASE),
            kind=row["kind"],
            label=row["label"],
            reason=row["reason"],
            tier=row.get("tier", "certain"),
            group=row.get("group", 0),
            need=tuple(row.get("need", ())),
            when=row.get("when", "any"),
        )
        for row in data["pattern"]
    )


@cache
def triggers() -> dict[str, str]:
    """Return {word: trigger} of the words that can start or hold a find."""
    found = dict.fromkeys(entries("numwords") | entries("ordinals"), "number")
    found.update(dict.fromkeys(entries("phonetic"), "phonetic"))
    found.update(dict.fromkeys(entries("months"), "month"))
    found.update(dict.fromkeys(("dot", "http", "https", "www"), "web"))
    return found


def windows(story: Story) -> list[Window]:
    """Return the parts of the story that hold a trigger, in order and apart."""
    words = triggers()
    found: list[tuple[int, int, set[str]]] = []
    size = len(story.clear)
    for token in story.tokens:
        if token.shape in ("digit", "alnum"):
            trigger, reach = "digit", NEAR
        elif token.word:
            trigger, reach = words.get(token.norm, ""), NEAR
        elif token.text in "@/_":
            trigger, reach = "web", FAR
        elif token.text == "." and story.clear[token.end : token.end + 1].isalnum():
            trigger, reach = "web", NEAR
        else:
            continue
        if not trigger:
            continue
        start, end = max(0, token.start - reach), min(size, token.end + reach)
        if found and found[-1][1] >= start:
            last = found[-1]
            last[2].add(trigger)
            found[-1] = (min(last[0], start), max(last[1], end), last[2])
        else:
            found.append((start, end, {trigger}))
    return [Window(*snap(story.clear, start, end), frozenset(kinds)) for start, end, kinds in found]


def snap(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch widened to the next white space, so that no word is cut."""
    for _ in range(NEAR):
        if start == 0 or text[start].isspace():
            break
        start -= 1
    for _ in range(NEAR):
        if end >= len(text) or text[end].isspace():
            break
        end += 1
    return start, end


def find(story: Story, parts: list[Window], taken: bytearray, contacts: bool) -> Iterator[Span]:
    """Yield what the patterns find and mark it in ``taken`` (one byte a character).

    ``contacts`` chooses the patterns of kind CONTACT or all others. A find that touches a
    character already taken is dropped: the earlier pattern has it.
    """
    text = story.clear
    lower = text.lower()
    for pattern in patterns():
        if (pattern.kind == "CONTACT") is not contacts:
            continue
        if pattern.need and not any(piece in lower for piece in pattern.need):
            continue
        whole = pattern.when == "any"
        for part in [Window(0, len(text), frozenset())] if whole else parts:
            if not whole and pattern.when not in part.triggers:
                continue
            for found in pattern.regex.finditer(text, part.start, part.end):
                start, end = trim(text, *found.span(pattern.group))
                if start >= end or any(taken[start:end]):
                    continue
                taken[start:end] = b"\1" * (end - start)
                yield Span(
                    start, end, pattern.kind, pattern.tier, pattern.reason, f"[{pattern.label}]"
                )


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch without the punctuation that ends a sentence after it."""
    while start < end and not text[end - 1].isalnum() and text[end - 1] not in ')\'"’”"°.':
        end -= 1
    return start, end
