"""Words left in the text that may identify: they are pointed out, not replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress, count, pairwise

from ..lexicon import entries, is_frequent, known, level, listed, word_set
from ..naming import ANDS, runs, span_of
from ..span import NAMED, Span
from ..tagger import UNASKED, Weighing, Word
from ..tokens import LOWER, MIXED, UPPER, Story, Token, index_at, is_i

UNKNOWN = "It is no ordinary word."
CAPITAL = "It has a capital letter inside a sentence, and is often a name."
OPENER = "It may be the first word of the name behind it."
BESIDE = "It may belong to the name beside it."
NAME_OPENERS = word_set("name_openers")
HEADS = {"AGENCY": "agency_heads", "PLACE": "place_heads"}  # {kind: list of the last words}

# Lists of words that are often written with a capital and name nobody.
USUAL = (
    "ranks",
    "roles",
    "weekdays",
    "function",
    "states",
    "units",
    "phonetic",
    "radiowords",
    "numwords",
)


def find(story: Story, taken: bytearray, weighing: Weighing) -> Iterator[Span]:
    """Yield the words that nothing has taken and that may identify, in no order."""
    tokens, weighed = story.tokens, weighing.chances
    left = {i: chances for i, chances in weighed.items() if is_left(tokens[i], taken)}
    for run in runs(story, left, doubts=True):
        if run.kind in NAMED and all(is_small(token) for token in run.tokens):
            continue
        span = span_of(story, run, doubt=True)
        taken[span.start : span.end] = b"\1" * (span.end - span.start)
        yield span
    words = weighing.words
    for i in compress(count(), [word.strange for word in words]):
        token = tokens[i]
        if token.safe or not (why := strange(token, words[i])) or not is_left(token, taken):
            continue
        taken[token.start : token.end] = b"\1" * (token.end - token.start)
        yield Span(token.start, token.stem_end, "PERSON", "doubt", why, "[person]")
    for token in [t for t in story.words if t.first and t.shape == "cap"]:
        if not taken[token.start] and opens_a_name(story, taken, token):
            taken[token.start : token.end] = b"\1" * (token.end - token.start)
            yield Span(token.start, token.end, "PERSON", "doubt", OPENER, "[person]")


def is_left(token: Token, taken: bytearray) -> bool:
    """Whether nothing has a word, no list keeps it, and it is none of I, I'm, I've."""
    free = not token.fixed and 1 not in taken[token.start : token.end]
    return free and not is_i(token.norm, token.shape)


def is_small(token: Token) -> bool:
    """Whether a word is one of grammar in small letters, and no number: a, of, the."""
    function, numbers = entries("function"), entries("numwords")
    return token.shape == "lower" and token.norm in function and token.norm not in numbers


def beside(story: Story, taken: bytearray, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the words close to a name that may belong to it.

    spans: all that was found in the story, in this reading and in earlier ones.
    """
    clear = story.clear
    for span in spans:
        if span.kind not in NAMED:
            continue
        sides = (
            words_before(story, span) if clear[span.start - 1 : span.start] == " " else [],
            words_behind(story, taken, span) if clear[span.end : span.end + 1] == " " else [],
        )
        for words in sides:
            if not words or any(token.fixed or taken[token.start] for token in words):
                continue
            start, end = words[0].start, words[-1].stem_end
            taken[start:end] = b"\1" * (end - start)
            yield Span(start, end, span.kind, "doubt", BESIDE, span.replacement)


def words_before(story: Story, span: Span) -> list[Token]:
    """Return the word before a name that often opens one, where no capital tells: new gallatin."""
    i = index_at(story.tokens, span.start)
    word = story.tokens[i - 1]
    opens = word.norm in NAME_OPENERS and word.end == span.start - 1
    return [word] if opens and span.kind in HEADS and is_flat(word) else []


def words_behind(story: Story, taken: bytearray, span: Span) -> list[Token]:
    """Return the words behind a name that may go on with it.

    The head of such names, where no capital tells ("red clay casino"), and what "and" or "of" joins
    to them: mesa gas and light, chesapeake college of the arts.
    """
    i = index_at(story.tokens, span.end)
    if i == len(story.tokens) or story.tokens[i].start != span.end + 1:
        return []
    words = story.tokens[i : i + 3]
    norm = words[0].norm
    heads = entries(HEADS.get(span.kind, "agency_heads"))
    if norm in heads:
        return words[:1] if is_flat(words[0]) else []
    if (norm,) not in (*ANDS, ("of",)):
        return []
    size = 3 if norm == "of" and [token.norm for token in words[1:2]] == ["the"] else 2
    words = words[:size]
    last = words[-1]
    gaps = {story.clear[a.end : b.start] for a, b in pairwise(words)}
    if len(words) < size or gaps != {" "}:
        return []
    if taken[last.start]:
        named = is_flat(last)
    elif norm == "of":
        named = span.kind == "AGENCY" and last.norm not in entries("function")
    else:
        named = last.norm in heads
    return [token for token in words if not taken[token.start]] if named else []


def is_flat(token: Token) -> bool:
    """Whether a word stands where capitals tell nothing."""
    return token.regime in (LOWER, UPPER)


def strange(token: Token, word: Word) -> str:
    """Return why a word by itself may be a name, or "" when nothing says so.

    word: the same as the tagger knows it, which keeps what its spelling says.
    """
    if word.strange == UNASKED:
        word.strange = spelling(token) if token.word else ""
    if word.strange == CAPITAL and (token.regime != MIXED or token.first):
        return UNKNOWN if is_unknown(token) else ""
    return word.strange


def spelling(token: Token) -> str:
    """Return why a word may be a name, wherever it stands; CAPITAL does not count everywhere."""
    return CAPITAL if is_capital(token) else UNKNOWN if is_unknown(token) else ""


def is_unknown(token: Token) -> bool:
    """Whether a word is no ordinary one, however it is written."""
    if is_frequent(token.norm) or len(token.norm) < 3 or token.shape in ("digit", "alnum"):
        return False
    return not (level(token.norm) or known(token.norm))


def opens_a_name(story: Story, taken: bytearray, token: Token) -> bool:
    """Whether a capital that opens a sentence belongs to what was found behind it: Four Corners."""
    behind = token.end + 1
    return (
        token.regime == MIXED
        and story.clear[token.end : behind] == " "
        and story.clear[behind : behind + 1].isupper()
        and bool(taken[behind])
        and (token.norm in entries("numwords") or not listed(token.norm, *USUAL))
    )


def is_capital(token: Token) -> bool:
    """Whether a word is written like a name amid small letters, and no list of ours knows it."""
    if token.shape not in ("cap", "upper") or len(token.norm) < 3:
        return False
    acronym = token.shape == "upper" and token.text in entries("acronyms")
    return not acronym and not listed(token.norm, *USUAL)
