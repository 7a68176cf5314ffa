"""Grows what was found over the words that belong to it: an identifier goes whole, or it leaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lexicon import entries, is_frequent, level, listed
from ..naming import ANDS
from ..span import NAMED, Span, take
from ..tokens import MIXED, Story, Token, index_at

SERVICES = frozenset(("police", "fire", "ems", "rescue"))  # each is a body of its own
NUMBERS = ("NUMBER", "TIME", "CONTACT")
QUOTES = frozenset("\"“”'‘’")
ROAD = 4  # characters of the number of a road
MOST = 3  # words that one side grows by
# Lists whose words stay in the text beside a name, though they have a capital.
STAY = ("ranks", "roles", "function", "weekdays")
BEFORE = (*STAY, "units", "number_labels", "place_labels")
BEFORE_A_PERSON = (*BEFORE, "trade", "generic", "states")


def grow(story: Story, taken: bytearray, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the spans, each with what belongs to it on both sides, and take that as well."""
    starts, ends = story.starts, story.ends
    for span in spans:
        first = last = index_at(story, span.start)
        start, end = span.start, span.end
        if first < len(starts) and starts[first] == start:
            while last + 1 < len(starts) and starts[last + 1] < end:
                last += 1
            start = start_of(story, taken, span, first)
            if end in (ends[last], story.stem_end(last)):
                end = end_of(story, taken, span, last)
        take(taken, start, end)
        grown = (start, end) != (span.start, span.end)
        yield span._replace(start=start, end=end) if grown else span


def start_of(story: Story, taken: bytearray, span: Span, first: int) -> int:
    """Return where a span whose first token is given starts with what belongs to it before it."""
    for _ in range(MOST):
        before = first - words_before(story, taken, span, first)
        if before == first:
            break
        first = before
    return story.starts[first]


def end_of(story: Story, taken: bytearray, span: Span, last: int) -> int:
    """Return where a span whose last token is given ends with what belongs to it behind it."""
    end = span.end
    for _ in range(MOST):
        behind = words_behind(story, taken, span, last)
        if not behind:
            break
        last += behind
        end = story.stem_end(last) if span.kind == "PERSON" else story.ends[last]
    return end


def words_before(story: Story, taken: bytearray, span: Span, i: int) -> int:
    """Return how many tokens right before token i belong to what starts there."""
    tokens, starts, ends = story.tokens, story.starts, story.ends
    if not i:
        return 0
    before, gap = tokens[i - 1], story.clear[ends[i - 1] : starts[i]]
    if span.kind == "PERSON" and before.text == "." and gap == " " and i > 1:
        return 2 * (ends[i - 2] == starts[i - 1] and is_initial(story, i - 2, taken))
    if gap not in (" ", "-", "") or taken[starts[i - 1]]:
        return 0
    if span.kind == "PLACE" and before.norm in entries("states") and is_road(before, tokens[i]):
        return 1
    if story.fixed[i - 1] or story.brand[i - 1]:
        return 0
    if gap == " " and (counts_on(span, story, i - 1, i) or is_name(story, i - 1, i, span)):
        return 1
    if before.text in ("of", "the"):
        return words_of(story, taken, span, i)
    if before.text != "-" or i < 2:
        return 0
    return 2 * goes_on(story, taken, span, i, i - 2)


def words_behind(story: Story, taken: bytearray, span: Span, i: int) -> int:
    """Return how many tokens right behind token i belong to what ends there."""
    tokens, starts = story.tokens, story.starts
    after = i + 1
    if after == len(tokens):
        return 0
    gap = story.clear[story.ends[i] : starts[after]]
    if gap not in (" ", "") or taken[starts[after]] or story.fixed[after] or story.brand[after]:
        return 0
    if gap == " " and (counts_on(span, story, after, i) or is_name(story, after, i)):
        return 1
    other = after + 1
    if other == len(tokens):
        return 0
    if span.kind == "PERSON" and span.tier != "doubt" and tokens[after].text in QUOTES:
        return 3 * is_nickname(story, taken, after)
    if tokens[after].text == "-":
        return 2 * goes_on(story, taken, span, i, other)
    if is_trade(story, span, i, after):
        return 1 if taken[starts[other]] else 2
    named = span.kind in ("AGENCY", "PLACE") or span.tier == "doubt"
    linked = named and (tokens[after].norm,) in ANDS and taken[starts[other]]
    return int(linked and joins(tokens[i], tokens[other]))


def is_initial(story: Story, i: int, taken: bytearray) -> bool:
    token = story.tokens[i]
    return len(token.norm) == 1 and token.shape == "cap" and not taken[story.starts[i]]


def counts_on(span: Span, story: Story, i: int, beside: int) -> bool:
    """Whether a number is told in words, and token i one more of them: "twenty" in twenty three.

    beside: the word of the span beside it; in a place, six eleven, it is a number, too.
    """
    numbers, norms = entries("numwords"), story.norms
    return (
        norms[i] in numbers
        and (span.kind in NUMBERS or (span.kind == "PLACE" and norms[beside] in numbers))
        and not any(map(str.isdigit, story.clear[span.start : span.end]))
    )


def words_of(story: Story, taken: bytearray, span: Span, i: int) -> int:
    """Return how many tokens before token i open its name: Church of the Assumption."""
    head = i - 2 - (story.norms[i - 1] == "the")
    if span.kind not in ("AGENCY", "PLACE") or head < 0 or story.norms[head + 1] != "of":
        return 0
    token = story.tokens[head]
    named = token.shape == "cap" and story.regimes[head] == MIXED and len(token.norm) > 2
    apart = 1 in taken[story.starts[head] : story.starts[i]] or story.fixed[head]
    opens = story.first[head] and not listed(token.norm, "agency_heads", "place_heads")
    spaced = story.clear[story.starts[head] : story.starts[i]].count(" ") == i - head
    stays = apart or opens or listed(token.norm, *STAY)
    return i - head if named and spaced and not stays else 0


def is_nickname(story: Story, taken: bytearray, i: int) -> bool:
    """Whether the sign i opens a nickname in quotes amid a name: Terrell "Pockets" Mabry."""
    starts, tokens = story.starts, story.tokens
    if i + 3 >= len(tokens) or tokens[i + 2].text not in QUOTES or not tokens[i + 1].word:
        return False
    end, after = story.ends[i + 2], starts[i + 3]
    free = 1 not in taken[starts[i] : end]
    return free and story.clear[end:after] == " " and bool(taken[after])


def goes_on(story: Story, taken: bytearray, span: Span, beside: int, i: int) -> bool:
    """Whether token i, on the other side of a hyphen, is one more part of what was found."""
    part = counts_on(span, story, i, beside) or is_hyphened(story, span, beside, i)
    return part and not taken[story.starts[i]]


def is_hyphened(story: Story, span: Span, beside: int, i: int) -> bool:
    """Whether token i is joined to a name by a hyphen alone, both with a capital: Smith-Jones."""
    left, right = sorted((i, beside))
    joined = story.starts[right] - story.ends[left] == 1 and span.kind in NAMED
    shapes = (story.tokens[left].shape, story.tokens[right].shape)
    return joined and shapes == ("cap", "cap") and story.regimes[i] == MIXED


def is_trade(story: Story, span: Span, i: int, after: int) -> bool:
    """Whether "and" goes on with what a company does, in small letters: mesa gas and light."""
    if span.kind != "AGENCY" or (story.norms[after],) not in ANDS:
        return False
    name, trade = story.tokens[i], story.tokens[after + 1]
    spaced = story.clear[story.ends[after] : story.starts[after + 1]] == " "
    head = trade.norm in entries("agency_heads") and trade.norm not in SERVICES
    return spaced and head and name.shape == trade.shape == "lower"


def is_road(state: Token, number: Token) -> bool:
    """Whether a state's two letters name a road, LA 14; before a longer number it is a ZIP code."""
    short = number.shape in ("digit", "alnum") and len(number.text) <= ROAD
    return short and len(state.norm) == 2 and state.shape == "upper"


def is_name(story: Story, i: int, beside: int, before: Span | None = None) -> bool:
    """Whether token i has the capital of the name beside it, and is no title, label or opener.

    before: what was found, if the word stands before it.
    """
    token = story.tokens[i]
    if story.regimes[i] != MIXED or token.shape not in ("cap", "upper") or len(token.norm) < 2:
        return False
    if story.tokens[beside].shape == "lower" or (story.first[i] and is_frequent(token.norm)):
        return False
    person = before is not None and before.kind == "PERSON" and before.tier != "doubt"
    person = person and (len(token.norm) > 2 or token.shape == "upper")  # Pa Houa Moua is not in PA
    return not listed(token.norm, *(BEFORE_A_PERSON if person else BEFORE if before else STAY))


def joins(left: Token, right: Token) -> bool:
    """Whether "and" stands inside of one name: 7th and Laurel, Hook and Ladder."""
    if left.shape == "alnum" or right.shape == "alnum":
        return True
    capitals = left.shape == right.shape and left.shape in ("cap", "upper")
    return capitals and bool(level(left.norm) and level(right.norm))
