"""Words left in the text that may identify: they are pointed out, not replaced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress, count, pairwise

from ..lexicon import entries, is_frequent, known, level, listed, word_set
from ..naming import ANDS, Run, runs, span_of
from ..span import NAMED, Span, take
from ..tagger import UNASKED, Weighing, Word
from ..tokens import MIXED, Story, Token, index_at, is_i

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
    weighed, starts = weighing.most, story.starts
    left = {i: chances for i, chances in weighed.items() if is_left(story, i, taken)}
    for run in runs(story, left, doubts=True):
        if all(map(is_small, run.tokens)) or is_title(story, run):
            continue
        if run.kind in NAMED and is_one_of_many(story, run):
            continue
        span = span_of(story, run, doubt=True)
        take(taken, span.start, span.end)
        yield span
    for i in compress(count(), [word.strange for word in weighing.words]):
        why = "" if story.safe[i] else strange(story, i, weighing.words[i])
        if why and is_left(story, i, taken):
            start, end = starts[i], story.ends[i]
            take(taken, start, end)
            yield Span(start, story.stem_end(i), "PERSON", "doubt", why, "[person]")
    for i in compress(count(), story.first):
        if not taken[starts[i]] and opens_a_name(story, taken, i):
            start, end = starts[i], story.ends[i]
            take(taken, start, end)
            yield Span(start, end, "PERSON", "doubt", OPENER, "[person]")


def is_left(story: Story, i: int, taken: bytearray) -> bool:
    """Whether nothing has token i, no list keeps it, and it is none of I, I'm, I've."""
    token, free = story.tokens[i], 1 not in taken[story.starts[i] : story.ends[i]]
    return free and not story.fixed[i] and not is_i(token.norm, token.shape)


def is_small(token: Token) -> bool:
    """Whether a word is one of grammar in small letters, and no number: a, of, the."""
    function, numbers = entries("function"), entries("numwords")
    return token.shape == "lower" and token.norm in function and token.norm not in numbers


def is_title(story: Story, run: Run) -> bool:
    """Whether the words are the rank of somebody whose name has gone: Officer [person A]."""
    after = run.first + len(run.tokens)
    named = after < len(story.tokens) and story.tokens[after].shape == "label"
    return named and all(token.norm in entries("ranks") for token in run.tokens)


def is_one_of_many(story: Story, run: Run) -> bool:
    """Whether the words name no one thing, in small letters amid capitals: at a farm."""
    before = story.norms[run.first - 1] if run.first else ""
    small = all(token.shape == "lower" for token in run.tokens)
    return before in ("a", "an") and small and story.regimes[run.first] == MIXED


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
            if not words or any(story.fixed[i] for i in words):
                continue
            start, end = story.starts[words[0]], story.stem_end(words[-1])
            if 1 in taken[start:end]:
                continue
            take(taken, start, end)
            yield Span(start, end, span.kind, "doubt", BESIDE, span.replacement)


def words_before(story: Story, span: Span) -> list[int]:
    """Return the word before a name that often opens one, where no capital tells: new gallatin."""
    i = index_at(story, span.start) - 1
    opens = story.norms[i] in NAME_OPENERS and story.ends[i] == span.start - 1
    return [i] if opens and span.kind in HEADS and story.is_flat(i) else []


def words_behind(story: Story, taken: bytearray, span: Span) -> list[int]:
    """Return the words behind a name that may go on with it.

    The head of such names, where no capital tells ("red clay casino"), and what "and" or "of" joins
    to them: mesa gas and light, chesapeake college of the arts.
    """
    first, starts, norms = index_at(story, span.end), story.starts, story.norms
    if first == len(starts) or starts[first] != span.end + 1:
        return []
    norm = norms[first]
    heads = entries(HEADS.get(span.kind, "agency_heads"))
    if norm in heads:
        return [first] if story.is_flat(first) else []
    if (norm,) not in (*ANDS, ("of",)):
        return []
    size = 3 if norm == "of" and norms[first + 1 : first + 2] == ["the"] else 2
    words = range(first, first + size)
    last = words[-1]
    if last >= len(starts) or any(
        story.clear[story.ends[i] : starts[j]] != " " for i, j in pairwise(words)
    ):
        return []
    if taken[starts[last]]:
        named = story.is_flat(last)
    elif norm == "of":
        named = span.kind == "AGENCY" and norms[last] not in entries("function")
    else:
        named = norms[last] in heads
    return [i for i in words if not taken[starts[i]]] if named else []


def strange(story: Story, i: int, word: Word) -> str:
    """Return why token i by itself may be a name, or "" when nothing says so.

    word: the same as the tagger knows it, which keeps what its spelling says.
    """
    token = story.tokens[i]
    if word.strange == UNASKED:
        word.strange = spelling(token) if token.word else ""
    if word.strange == CAPITAL and (story.regimes[i] != MIXED or story.first[i]):
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


def opens_a_name(story: Story, taken: bytearray, i: int) -> bool:
    """Whether a capital that opens a sentence belongs to what was found behind it: Four Corners."""
    token, end = story.tokens[i], story.ends[i]
    return (
        token.shape == "cap"
        and story.regimes[i] == MIXED
        and story.clear[end : end + 1] == " "
        and story.clear[end + 1 : end + 2].isupper()
        and bool(taken[end + 1])
        and (token.norm in entries("numwords") or not listed(token.norm, *USUAL))
    )


def is_capital(token: Token) -> bool:
    """Whether a word is written like a name amid small letters, and no list of ours knows it."""
    if token.shape not in ("cap", "upper") or len(token.norm) < 3:
        return False
    acronym = token.shape == "upper" and token.text in entries("acronyms")
    return not acronym and not listed(token.norm, *USUAL)
