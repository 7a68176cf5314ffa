"""How a text was changed, word by word: what came in beside what goes out."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

# A word or a mark, and the space behind it. A sentence is compared as a whole first.
WORD = re.compile(r"\[[^\]\n]{1,40}\]\s*|\w+(?:['’]\w+)*\s*|[^\w\s]\s*|\s+")
SENTENCE = re.compile(r"\S.*?(?:[.!?…][\"”’)]*(?=\s)|(?=\n)|\Z)\s*|\s+", re.S)

# Words on both sides within changed sentences, up to which they are compared each with each; above
# it the frequent ones no longer count, and above the second the block counts as rewritten.
EACH_WITH_EACH = 600
REWRITTEN = 6_000
LITTLE = 0.25  # share of words in common below which marks on every word tell a reader nothing


@dataclass(frozen=True)
class Piece:
    """A stretch of one side. changed: whether the other side has not got it."""

    text: str
    changed: bool


@dataclass(frozen=True)
class Comparison:
    """Both sides of a text. removed, added: words. rewritten: too little is left to compare."""

    before: list[Piece] = field(default_factory=list)
    after: list[Piece] = field(default_factory=list)
    removed: int = 0
    added: int = 0
    rewritten: bool = False

    @property
    def same(self) -> bool:
        return not (self.removed or self.added)


def compare(before: str, after: str) -> Comparison:
    """Return what was taken out of a text and what was put in.

    Sentences are compared first and words only where sentences differ, so that a story of 20,000
    characters takes about as long as its changes. Joined, the pieces of a side are its text.
    """
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    removed = added = kept = 0
    for old, new, changed in _blocks(before, after):
        if changed:
            removed, added = removed + _words(old), added + _words(new)
        else:
            kept += _words(old)
        for side, text in zip(sides, (old, new), strict=True):
            _append(side, text, changed)
    most = max(removed, added) + kept
    return Comparison(
        before=list(_without_edges(sides[0])),
        after=list(_without_edges(sides[1])),
        removed=removed,
        added=added,
        rewritten=bool(most and kept / most < LITTLE),
    )


def _blocks(before: str, after: str) -> Iterator[tuple[str, str, bool]]:
    """Yield what stands at the same place on both sides, and whether it differs."""
    for old, new, changed in _aligned(SENTENCE.findall(before), SENTENCE.findall(after)):
        words = [WORD.findall(sentences) for sentences in (old, new)]
        if changed and sum(map(len, words)) <= REWRITTEN:
            yield from _aligned(*words)
        else:
            yield old, new, changed


def _aligned(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str, bool]]:
    # A word is the same whatever space follows it: a new line is no new word.
    old, new = ([token.strip() for token in tokens] for tokens in (before, after))
    matcher = SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > EACH_WITH_EACH)
    for deed, a, b, c, d in matcher.get_opcodes():
        yield "".join(before[a:b]), "".join(after[c:d]), deed != "equal"


def _append(side: list[Piece], text: str, changed: bool) -> None:
    if not text:
        return
    if side and side[-1].changed == changed:
        side[-1] = Piece(side[-1].text + text, changed)
    else:
        side.append(Piece(text, changed))


def _without_edges(side: list[Piece]) -> Iterator[Piece]:
    """Yield the pieces with the space behind a changed one outside of it: nobody reads that."""
    space = ""
    for piece in side:
        text = space + piece.text
        space = text[len(text.rstrip()) :] if piece.changed else ""
        if text := text.removesuffix(space) if space else text:
            yield Piece(text, piece.changed)
    if space:
        yield Piece(space, False)


def _words(text: str) -> int:
    return len(re.findall(r"\w+(?:['’]\w+)*", text))
