"""Compiles data/patterns.toml and runs it over a story."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources

from .lexicon import entries
from .span import Span


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled pattern; ``group`` is the part that is the identifier."""

    regex: re.Pattern[str]
    kind: str
    label: str
    reason: str
    tier: str
    group: int
    need: tuple[str, ...]


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
        )
        for row in data["pattern"]
    )


def find(text: str, taken: bytearray) -> Iterator[Span]:
    """Yield what the patterns find and mark it in ``taken`` (one byte a character).

    A find that touches a character already taken is dropped: the earlier pattern has it.
    """
    lower = text.lower()
    for pattern in patterns():
        if pattern.need and not any(piece in lower for piece in pattern.need):
            continue
        for found in pattern.regex.finditer(text):
            start, end = found.span(pattern.group)
            while start < end and not text[end - 1].isalnum() and text[end - 1] not in ")'\"’”\"°.":
                end -= 1
            if start >= end or any(taken[start:end]):
                continue
            taken[start:end] = b"\1" * (end - start)
            yield Span(start, end, pattern.kind, pattern.tier, pattern.reason, f"[{pattern.label}]")
