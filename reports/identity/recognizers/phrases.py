"""Phrases that the word lists know whole: brands that stay, holidays, chains, federal bodies."""

from __future__ import annotations

from collections.abc import Iterator

from ..lexicon import entries, first_names, level, phrases, places, split, surnames
from ..span import Span
from ..tokens import LOWER, MIXED, UPPER, Story, Token

GLUE = frozenset("-.&'’/")
SIDES = frozenset("alpha alfa bravo charlie delta echo baker".split())
SIDED = frozenset("side sides company shift team squad corner exit".split())
AT = frozenset("at behind near past outside by across beside opposite from around the a to".split())


def match(words: list[Token], i: int, table: dict[str, list[tuple[str, ...]]], story: Story) -> int:
    """Return how many words from the i-th on are the longest phrase of the table, else 0."""
    for phrase in table.get(words[i].norm, ()):
        size = len(phrase)
        if i + size > len(words) or any(words[i + k].norm != phrase[k] for k in range(1, size)):
            continue
        if all(near(story, words[i + k], words[i + k + 1]) for k in range(size - 1)):
            return size
    return 0


def near(story: Story, left: Token, right: Token) -> bool:
    """Whether only a space or a joint stands between two words."""
    between = story.clear[left.stem_end: right.start]
    return len(between) < 5 and all(c in " -.&'’/s" for c in between) and "\n" not in between


def mark_safe(story: Story) -> None:
    """Mark the words of brands, states and doctrines, which stay in the text."""
    words = story.words
    tables = (phrases("brands"), phrases("states"))
    for i, token in enumerate(words):
        size = max(match(words, i, table, story) for table in tables)
        if size == 1 and len(token.norm) <= 3 and token.norm not in entries("brands") and token.shape != "upper":
            size = 0  # a state's two letters count in capitals only
        for k in range(size):
            words[i + k].safe = True
            words[i + k].brand = words[i + k].brand or bool(match(words, i, tables[0], story))
            words[i + k].fixed = words[i + k].fixed or size > 1
        if token.norm in SIDES and i + 1 < len(words) and words[i + 1].norm in SIDED and near(story, token, words[i + 1]):
            token.safe = token.fixed = True
        if token.norm in ("v", "vs", "versus") and 0 < i < len(words) - 1 and near(story, words[i - 1], token):
            for side in (words[i - 1], token, words[i + 1]):
                side.safe = side.fixed = True
            if i > 1 and words[i - 2].shape == words[i - 1].shape == "cap" and not words[i - 2].first:
                words[i - 2].safe = words[i - 2].fixed = True


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield holidays, chains and federal bodies."""
    words = story.words
    loose = {split(e[:-1]) for e in entries("chains") if e.endswith("!")}
    federal = {e.lower() for e in entries("federal") if e.isupper()}
    for i, token in enumerate(words):
        if taken[token.start]:
            continue
        size, row = 0, ("", "", "", "")
        for name, found in (
            ("holidays", ("TIME", "date", "Looks like a holiday.", "certain")),
            ("federal", ("AGENCY", "agency", "Names a federal body or a union.", "certain")),
            ("chains", ("PLACE", "business", "Looks like a chain of shops.", "certain")),
        ):
            length = match(words, i, phrases(name), story)
            if length > size and allowed(story, words, i, length, name, loose, federal):
                size, row = length, found
        if not size and token.regime in (LOWER, UPPER):
            size = town(story, words, i)
            row = ("PLACE", "town", "Is the name of a town.", "possible")
        if not size:
            continue
        start, end = token.start, words[i + size - 1].end
        if any(taken[start:end]):
            continue
        taken[start:end] = b"\1" * (end - start)
        kind, label, reason, tier = row
        yield Span(start, end, kind, tier, reason, f"[{label}]")


def allowed(story: Story, words: list[Token], i: int, size: int, name: str,
            loose: set[tuple[str, ...]], federal: set[str]) -> bool:
    """Whether the case and the words around allow the phrase to be the name it looks like."""
    token = words[i]
    phrase = tuple(w.norm for w in words[i: i + size])
    before = words[i - 1].norm if i else ""
    if name == "federal" and size == 1:
        if token.shape == "upper":
            return token.regime != UPPER or token.norm not in ("ice", "us", "sba", "cid") or before in ("from", "an", "by")
        return token.regime == LOWER and token.norm not in ("ice", "cid", "epa") and not level(token.norm) or token.norm in ("amtrak", "teamsters")
    if name == "federal" and phrase in (("state", "police"), ("state", "patrol"), ("highway", "patrol"), ("national", "guard"), ("red", "cross")):
        return False
    if name == "holidays":
        after = words[i + size].norm if i + size < len(words) else ""
        if after in ("tree", "show", "shows", "card", "cards", "ham", "turkey", "candy", "costume", "costumes", "trees", "light", "lights", "music", "carol", "carols", "card", "cards", "present", "presents", "gift", "gifts", "egg", "eggs", "bunny", "decorations", "ornament", "dinner", "party", "stocking", "sweater", "cookies", "song", "songs"):
            return False
        return phrase not in (("lent",), ("tet",)) or token.shape == "cap" and not token.first
    if name == "chains":
        if phrase in loose:
            if token.regime == MIXED and token.shape == "lower":
                return False
            if token.regime == MIXED and not token.first and words[i].end > words[i].stem_end:
                return True
            return before in AT and (token.regime != MIXED or not token.first)
        return token.regime != MIXED or token.shape != "lower" or size > 1 or not level(token.norm)
    return True


def town(story: Story, words: list[Token], i: int) -> int:
    """Return the length of the US town of two and more words that starts here, else 0."""
    size = match(words, i, places(), story)
    if not size or words[i].safe:
        return 0
    before = words[i - 1].norm if i else ""
    names = [w.norm for w in words[i: i + size]]
    if any(not level(n) and (n in surnames() or n in first_names()) for n in names) or before in ("in", "from", "to", "near", "at", "of"):
        return size if not all(level(n) in (1, 2) for n in names) or before in ("in", "from", "near") else 0
    return 0
