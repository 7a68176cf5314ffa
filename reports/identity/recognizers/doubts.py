"""Words left in the text that may be names: they are pointed out, not replaced."""

from __future__ import annotations

from collections.abc import Iterator

from ..lexicon import entries, known, level, name_weight, word_set
from ..span import Span
from ..tokens import LOWER, MIXED, UPPER, Story, Token
from .namer import Namer

ARTICLES = word_set("articles")
NEVER = (
    "function",
    "trade",
    "units",
    "generic",
    "agency_heads",
    "place_heads",
    "speech",
    "animate",
)

UNKNOWN = "Not an ordinary word: is this a name?"
CAPITAL = "A capital letter inside a sentence: is this a name?"
OFTEN = "Often a name: is this one?"


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield the words that nothing has taken and that may be names."""
    namer = Namer(story, taken)
    for i, token in enumerate(namer.words):
        if taken[token.start] or token.safe or token.fixed or len(token.norm) < 3:
            continue
        if token.shape in ("digit", "alnum") or token.norm in entries("function"):
            continue
        reason = doubt(namer, i, token)
        if reason:
            yield Span(token.start, token.stem_end, "PERSON", "doubt", reason, "[person]")


def doubt(namer: Namer, i: int, token: Token) -> str:
    """Return why a word may be a name, or "" when nothing says so."""
    norm = token.norm
    if token.regime == MIXED and token.shape == "lower":
        return "" if known(norm) else UNKNOWN
    if token.regime == MIXED and token.shape in ("cap", "mixed") and not token.first:
        if norm in entries("weekdays") or article_before(namer, i):
            return ""
        return CAPITAL if name_weight(norm) == 3 or level(norm) not in (1, 2) else ""
    if name_weight(norm) < 2 or level(norm) == 1 or any(norm in entries(kind) for kind in NEVER):
        return ""
    follow = ""
    if i + 1 < len(namer.words) and namer.gap(i) == " ":
        follow = namer.words[i + 1].norm
    acts = follow in entries("speech") or follow in entries("animate")
    if token.first and token.regime == MIXED and token.shape == "cap":
        return OFTEN if acts or name_weight(norm) == 3 else ""
    if token.regime in (LOWER, UPPER) and not article_before(namer, i):
        named = norm not in entries("roles") and norm not in entries("ranks")
        return OFTEN if named and (acts or name_weight(norm) == 3) else ""
    return ""


def article_before(namer: Namer, i: int) -> bool:
    """Whether an article or the like stands before word i."""
    return i > 0 and namer.gap(i - 1) == " " and namer.words[i - 1].norm in ARTICLES
