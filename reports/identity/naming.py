"""From weighed words to spans: what belongs together, what it is called, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .lexicon import entries, first_names, level, listed, name_weight, surnames, towns
from .span import Span
from .tagger import CLASSES
from .tokens import Story, Token

CERTAIN = 0.5  # probability from which a word is replaced without asking
# From here on it is replaced, and offered back. Times, numbers and contacts mostly have a form,
# which the patterns know; the tagger needs more certainty to add to them.
POSSIBLE = {
    "PERSON": 0.065,
    "AGENCY": 0.055,
    "PLACE": 0.065,
    "TIME": 0.12,
    "NUMBER": 0.08,
    "CONTACT": 0.4,
}
# From here on it is pointed out. None may be below tagger.LEAST.
DOUBTFUL = {
    "PERSON": 0.01,
    "AGENCY": 0.005,
    "PLACE": 0.01,
    "TIME": 0.05,
    "NUMBER": 0.03,
    "CONTACT": 0.05,
}
NEARLY = 0.5  # share of a bound that a word beside a name needs, for it may belong to the name

ANDS = frozenset((("and",), ("&",), ("n",)))
BRIDGES = ANDS | {("of",), ("of", "the"), ("for",), ("on",), ("the",), ("in",)}
LOOSE = frozenset(("of", "and", "&", "the", "for"))  # no name ends in one of these words
ARTICLES = frozenset(("a", "an", "the"))  # in small letters they stay before a name
NAMES = frozenset((1, 2, 3))  # the classes PERSON, AGENCY and PLACE, which share their words
RUN = 8  # words; a longer run of names is a list without commas, and each word is its own

STREETS = frozenset(
    [
        "street",
        "st",
        "avenue",
        "ave",
        "road",
        "rd",
        "drive",
        "dr",
        "lane",
        "ln",
        "boulevard",
        "blvd",
        "court",
        "ct",
    ]
)
LABELS = {
    "PERSON": "person",
    "AGENCY": "agency",
    "PLACE": "place",
    "TIME": "time",
    "NUMBER": "number",
    "CONTACT": "contact",
}
HEADS: dict[str, dict[str, frozenset[str]]] = {  # {kind: {what is told: the words that tell it}}
    "AGENCY": {
        "hospital": frozenset(("hospital", "clinic", "infirmary")),
        "school": frozenset(("school", "elementary", "academy", "college", "university", "campus")),
        "court": frozenset(("court", "courthouse")),
    },
    "PLACE": {
        "county": frozenset(("county", "parish", "borough")),
        "street": STREETS,
        "highway": frozenset(
            (
                "highway",
                "hwy",
                "interstate",
                "route",
                "rte",
                "turnpike",
                "parkway",
                "freeway",
            )
        ),
    },
}
PLACING = frozenset(("at", "by", "behind", "near", "past", "outside", "inside", "from", "to"))
DAYS = frozenset(["day", "eve", "night", "week", "weekend"])


Weighed = dict[int, list[float]]  # {index of a token: probability of each class}


@dataclass
class Run:
    """Words beside each other that are one identifier.

    first: index of its first token in the story. probability: that of its surest word.
    """

    first: int
    tokens: list[Token]
    kind: str
    probability: float


def runs(story: Story, weighed: Weighed, doubts: bool = False) -> Iterator[Run]:
    """Yield the runs of words that are likely enough to identify; with `doubts` the others, too."""
    bounds = DOUBTFUL if doubts else POSSIBLE
    kinds: dict[int, int] = {}  # {index of a token: what it most likely is}
    nearly: dict[int, int] = {}
    for i, chances in weighed.items():
        kind, sure = best(chances), 1 - chances[0]
        bound = bounds[CLASSES[kind]]
        if sure >= bound:
            kinds[i] = kind
        elif sure >= bound * NEARLY:
            nearly[i] = kind
    widen(story, kinds, nearly)
    group: list[int] = []
    weighed = bridged(story, weighed, kinds)
    for i in sorted(kinds):
        if group and not (i == group[-1] + 1 and beside(story, group[-1], i)):
            yield from split(story, weighed, kinds, group)
            group = []
        group.append(i)
    yield from split(story, weighed, kinds, group)


def widen(story: Story, kinds: dict[int, int], nearly: dict[int, int]) -> None:
    """Add to the words that are likely enough those beside a name that nearly are.

    An identifier that goes in part has leaked. nearly: in the order of the story.
    """
    small = entries("function")
    for step, places in ((1, nearly), (-1, reversed(nearly))):
        for i in places:
            left, right = sorted((i, i - step))
            named = kinds.get(i - step) in NAMES and i not in kinds
            word = story.tokens[i].word and story.norms[i] not in small
            if named and word and beside(story, left, right):
                kinds[i] = nearly[i]


def bridged(story: Story, weighed: Weighed, kinds: dict[int, int]) -> Weighed:
    """Return what was weighed, and as a part of it the small words inside of a long name.

    "Rod and Gun Club", "Our Lady of the Lake": what stands on both sides is one agency or place.
    kinds: of the words that are likely enough; the small words are added to it.
    """
    tokens, last = story.tokens, -1
    found: Weighed = {}
    for i in sorted(kinds):
        if 0 <= last < i - 1 <= last + 2:
            both = {CLASSES[kinds[last]], CLASSES[kinds[i]]}
            if bridges(story, last, i) and one_name(
                both, story.norms[last + 1], tokens[last], tokens[i]
            ):
                found.update(dict.fromkeys(range(last + 1, i), weighed[last]))
        last = i
    kinds.update((i, best(chances)) for i, chances in found.items())
    return weighed | found if found else weighed


def one_name(kinds: set[str], between: str, left: Token, right: Token) -> bool:
    """Whether words of these kinds, with this small word behind the left one, read as one name."""
    if kinds == {"AGENCY"}:
        return True
    if between == "of":
        return kinds <= {"AGENCY", "PLACE"}
    words = level(left.norm) and level(right.norm) and left.shape == right.shape == "cap"
    return bool(words) and "AGENCY" in kinds  # Fish and Game


def bridges(story: Story, i: int, j: int) -> bool:
    """Whether nothing but small words joins tokens i and j, two words of a name."""
    left, right = story.tokens[i], story.tokens[j]
    norms = tuple(story.norms[i + 1 : j])
    if norms not in BRIDGES or not (left.word and right.word) or left.owned:
        return False
    if norms in ANDS and not level(right.norm):
        return False  # two agencies: Medford and Ashland
    return story.clear[story.ends[i] : story.starts[j]].count(" ") == len(norms) + 1


def best(chances: Sequence[float]) -> int:
    """Return the kind that a word most likely is, as its place in CLASSES."""
    return chances.index(max(chances[1:]), 1)


def beside(story: Story, i: int, j: int) -> bool:
    """Whether nothing but a space stands between two tokens."""
    if story.starts[j] - story.ends[i] > 1:
        return False
    return "break" not in (story.tokens[i].shape, story.tokens[j].shape)


def split(story: Story, weighed: Weighed, kinds: dict[int, int], group: list[int]) -> Iterator[Run]:
    """Yield a group of tokens as runs of one kind each.

    Person, agency and place share their words, so that a run of them gets the kind that its words
    speak for together: "Tamarack County Fire" is one agency, not a place and an agency.
    """
    part: list[int] = []
    for i in group:
        if part:
            both = {kinds[i], kinds[part[-1]]}
            if len(both) > 1 and not (both <= NAMES and len(group) <= RUN):
                yield from trimmed(story, weighed, part)
                part = []
        part.append(i)
    yield from trimmed(story, weighed, part)


def trimmed(story: Story, weighed: Weighed, part: list[int]) -> Iterator[Run]:
    """Yield the run of these tokens without signs and small words at its ends, if any is left."""
    if len(part) == 1:  # nearly always
        token, alone = story.tokens[part[0]], weighed[part[0]]
        if token.word:
            yield Run(part[0], [token], CLASSES[best(alone)], 1 - alone[0])
        return
    tokens, first, end = story.tokens, 0, len(part)  # of a part that may be as long as the story
    while first < end and not tokens[part[first]].word:
        first += 1
    while first < end and not tokens[part[end - 1]].word:
        initial = end - first > 1 and len(tokens[part[end - 2]].norm) == 1
        if initial and tokens[part[end - 1]].text == ".":
            break
        end -= 1
    while end - first > 1 and tokens[part[end - 1]].norm in LOOSE:
        end -= 1
    while end - first > 1 and tokens[part[first]].text in ARTICLES:
        first += 1
    if first == end:
        return
    chances = [weighed[i] for i in part[first:end]]
    sums = [*map(sum, zip(*chances, strict=True))] if len(chances) > 1 else chances[0]
    kind = CLASSES[best(sums)]
    if kind == "PERSON":
        while end - first > 1 and is_rank(story, part[first], weighed[part[first]]):
            first += 1
    part = part[first:end]
    surest = max(1 - weighed[i][0] for i in part)
    yield Run(part[0], [story.tokens[i] for i in part], kind, surest)


def is_rank(story: Story, i: int, chances: list[float]) -> bool:
    """Whether a word is a rank before a name, which stays for the reader."""
    return story.tokens[i].norm in entries("ranks") and 1 - chances[0] < CERTAIN


def span_of(story: Story, run: Run, doubt: bool = False) -> Span:
    """Return the span of a run, with its tier, its reason and what stands in its place."""
    tier = "certain" if run.probability >= CERTAIN else "possible"
    last = run.first + len(run.tokens) - 1
    owner = run.tokens[-1].owned and not owns(story, run)
    return Span(
        story.starts[run.first],
        story.stem_end(last) if owner else story.ends[last],
        run.kind,
        "doubt" if doubt else tier,
        reason(story, run),
        f"[{label(run)}]",
    )


def owns(story: Story, run: Run) -> bool:
    """Whether an 's at the end belongs to the name, as in St. Vincent's: "[person A]'s" stays."""
    if run.kind in ("AGENCY", "PLACE", "TIME") or run.tokens[0].norm == "st":
        return True
    after = run.first + len(run.tokens)
    follow = story.tokens[after] if after < len(story.tokens) else None
    if run.kind != "PERSON" or follow is None or not follow.word:
        return run.kind == "PERSON"
    return previous_word(story, run.first) in PLACING and follow.norm in entries("function")


def label(run: Run) -> str:
    """Return what a reader is told that stood there."""
    words = {token.norm for token in run.tokens}
    if run.tokens[0].norm == "st":
        words.discard("st")  # a saint, not a street
    if run.kind == "PLACE":
        if run.tokens[0].shape in ("digit", "alnum") and words & STREETS:
            return "address"
        if tuple(token.norm for token in run.tokens) in towns():
            return "town"
    for name, heads in HEADS.get(run.kind, {}).items():
        if words & heads:
            return name
    if run.kind == "TIME" and not any(token.shape in ("digit", "alnum") for token in run.tokens):
        dated = words & entries("months") or words & DAYS or not words & entries("numwords")
        return "date" if dated else "time"
    if run.kind == "NUMBER" and any(token.shape not in ("digit", "alnum") for token in run.tokens):
        signs = words & entries("phonetic") or words & entries("radiowords")
        return "call sign" if signs else "number"
    if run.kind == "CONTACT":
        return "handle"
    return LABELS[run.kind]


def reason(story: Story, run: Run) -> str:
    """Return what speaks most for the run, as an officer would say it."""
    before = previous_word(story, run.first)
    words = [token.norm for token in run.tokens if token.word]
    if run.kind in ("NUMBER", "PLACE") and listed(before, "number_labels", "place_labels"):
        return f"The word “{before}” stands before it."
    if run.kind == "PERSON":
        if before in entries("ranks"):
            return "A rank or title stands before it."
        if any(word in first_names() and not level(word) for word in words):
            return "It is a first name."
        if any(word in surnames() and not level(word) for word in words):
            return "It is a surname."
        if any(name_weight(word) for word in words):
            return "It is often a name, and the words around it read like one."
    if run.kind == "AGENCY":
        return "The words around it read like an agency or a company."
    if run.kind == "PLACE":
        return "The words around it read like a place."
    if run.kind == "TIME":
        return "It reads like a time or a date."
    if run.kind == "NUMBER":
        return "It reads like a number or a code of one person, car or case."
    if run.kind == "CONTACT":
        return "It reads like a number or an address to reach somebody."
    return "It is no ordinary word, and the words around it read like a name."


def previous_word(story: Story, i: int) -> str:
    """Return the word before a token, over a point or a space."""
    for token in reversed(story.tokens[max(0, i - 2) : i]):
        if token.word:
            return token.norm
    return ""
