"""The spans that the engine finds in a story, and the stripped story that it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

KINDS = ("PERSON", "AGENCY", "PLACE", "TIME", "NUMBER", "CONTACT")
NAMED = ("PERSON", "AGENCY", "PLACE")  # those that are names
TIERS = ("certain", "possible", "doubt")


class Span(NamedTuple):
    """A stretch of the story as it came in.

    ``start`` and ``end`` count characters, ``end`` is exclusive. ``kind`` is one of KINDS,
    ``tier`` one of TIERS, ``reason`` a sentence for the officer, ``replacement`` what stands in
    the stripped story instead (for a doubt: what would stand there).
    """

    start: int
    end: int
    kind: str
    tier: str
    reason: str
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Stripped:
    """A stripped story: its text, the spans replaced in it, and the spans only pointed out.

    Both tuples are in the order of the text, and no span touches the characters of another.
    """

    text: str
    spans: tuple[Span, ...]
    doubts: tuple[Span, ...]


def take(taken: bytearray, start: int, end: int) -> None:
    """Note that something has found the characters from start up to end: 1 for each of them."""
    taken[start:end] = b"\1" * (end - start)
