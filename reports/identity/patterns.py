"""Compiles data/patterns.toml and tries each pattern at the words that can start its find."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from .lexicon import entries, word_set
from .recognizers.chains import MOST_RUNS
from .span import Span, take
from .tokens import SIGN, Story

SOURCE = Path(__file__).parent / "data" / "patterns.toml"
NEAR = 120  # characters on each side of a sign of the web that are read
FAR = 330  # characters of a web address that are read
RUN_WORDS = 6  # words of a run with digits at which a pattern may start
LETTERS = 4  # single letters before a number in words that belong to it

# The order in which the patterns are tried: of two finds that overlap, the earlier stays.
WHEN = (
    "web",
    "digit",
    "line",
    "before digit",
    "spelt",
    "as",
    "number",
    "before number",
    "month",
    "before month",
    "weekday",
    "radio",
    "account",
    "label",
)
Places = dict[str, list[int]]  # {when: places in the text, in order}


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a find of one pattern is; ``group`` is the group of the identifier in its regex."""

    kind: str
    label: str
    reason: str
    tier: str
    group: int


@dataclass(frozen=True, slots=True)
class Patterns:
    """All patterns that are tried at the same places of the same text, joined into one regex.

    Each is a named group of it, its name in ``members``. ``signs`` are what a pattern of the web
    needs near it.
    """

    when: str
    cased: bool
    regex: re.Pattern[str]
    members: dict[str, Pattern]
    signs: re.Pattern[str]


def _alternation(name: str) -> str:
    words = sorted((re.escape(w) for w in entries(name)), key=lambda w: (-len(w), w))
    return "(?:" + "|".join(words) + ")"


@cache
def patterns() -> dict[bool, tuple[Patterns, ...]]:
    """Return {whether they are of kind CONTACT: the joined patterns, in the order of WHEN}."""
    data = tomllib.loads(SOURCE.read_text("utf-8"))
    names: dict[str, str] = dict(data["words"])
    names["PHONETIC"] = _alternation("phonetic")
    names["RADIOWORD"] = _alternation("radiowords")
    names["NUMWORD"] = _alternation("numwords")

    def expand(text: str) -> str:
        while (wider := re.sub(r"\{([A-Z]+)\}", lambda found: names[found[1]], text)) != text:
            text = wider
        return text

    rows: dict[tuple[int, bool, bool, int], list[dict]] = {}
    for number, row in enumerate(data["pattern"]):
        for when in [row["when"]] if isinstance(row["when"], str) else row["when"]:
            alone = number if when == "web" else 0
            key = (WHEN.index(when), row.get("case", False), row["kind"] == "CONTACT", alone)
            rows.setdefault(key, []).append(row)
    found: dict[bool, list[Patterns]] = {True: [], False: []}
    for (order, cased, contact, _), group in sorted(rows.items(), key=lambda item: item[0]):
        joined = re.compile(
            "|".join(f"(?P<p{n}>{expand(row['pattern'])})" for n, row in enumerate(group))
        )
        members = {
            f"p{n}": Pattern(
                kind=row["kind"],
                label=row["label"],
                reason=row["reason"],
                tier=row.get("tier", "certain"),
                group=joined.groupindex[f"p{n}"] + row.get("group", 0),
            )
            for n, row in enumerate(group)
        }
        signs = re.compile("|".join(map(re.escape, group[0].get("signs", ()))))
        found[contact].append(Patterns(WHEN[order], cased, joined, members, signs))
    return {contact: tuple(joined) for contact, joined in found.items()}


@cache
def triggers() -> dict[str, tuple[str, ...]]:
    """Return {word: the kinds of places that it opens}."""
    found: dict[str, tuple[str, ...]] = {}
    for when, words in (
        ("number", entries("numwords") | entries("ordinals")),
        ("month", entries("months")),
        ("weekday", entries("weekdays")),
        ("spelt", entries("phonetic")),
        ("radio", entries("phonetic") | entries("radiowords")),
        ("account", word_set("accounts")),
        ("label", word_set("pattern_labels")),
        ("as", frozenset(("as",))),
    ):
        for word in words:
            found[word] = (*found.get(word, ()), when)
    return found


def windows(story: Story, runs: Sequence[tuple[int, int]], opening: Iterable[int]) -> Places:
    """Return the places of the story at which the patterns are tried.

    runs: those with digits. opening: the tokens with which a pattern may begin, and others.
    """
    places: Places = {when: [] for when in WHEN}
    near_digits(story, runs, places)
    opened, norms, starts = triggers(), story.norms, story.starts
    for i in opening:
        start = starts[i]
        for when in opened.get(norms[i], ()):
            if when == "number":
                if i and "number" in opened.get(norms[i - 1], ()):
                    places["number"].append(start)
                    continue
                first = letters_before(story, i)
                places["number"].append(starts[first])
                if first < i:
                    places["number"].append(start)
                places["before number"].append(place_before(story, first))
            elif when == "as":
                places["as"].append(place_before(story, i))
            else:
                places[when].append(start)
                if when == "month":
                    places["before month"].append(place_before(story, i))
    return places


def near_digits(story: Story, runs: Sequence[tuple[int, int]], places: Places) -> None:
    """Add the places at and before the runs of characters that hold a digit."""
    starts, forms = story.starts, story.forms
    digit, before = places["digit"], places["before digit"]
    if len(runs) > MOST_RUNS:
        return
    for i, j in runs:
        start = starts[i]
        digit.append(start - (start > 0 and story.clear[start - 1] in "(+-"))
        if digit[-1] < start:
            digit.append(start)
        for k in range(i + 1, min(j + 1, i + 2 * RUN_WORDS)):
            if forms[k] in "da":
                digit.append(starts[k])
        if opens_line(forms, i):
            places["line"].append(start)
        else:
            before.append(place_before(story, i))
        if forms[i] not in "da":
            before.append(start)


def opens_line(forms: str, i: int) -> bool:
    """Whether nothing but a few signs stands between token i and the start of its line."""
    before = forms[max(0, i - 4) : i].rstrip(SIGN + '"')
    return before.endswith("\n") or (not before and i < 4)


def letters_before(story: Story, i: int) -> int:
    """Return the first of the single letters that lead to token i: H P two three."""
    first = i
    if i and story.norms[i] == "quarter" and story.norms[i - 1] == "a":
        return i - 1
    while first and first > i - LETTERS and story.forms[first - 1] in "sk":
        letter = story.norms[first - 1]
        if letter == "a" or (letter == "i" and first == i):
            break
        first -= 1
    return first


def place_before(story: Story, i: int) -> int:
    """Return the start of the word before token i, or of the token when there is none near."""
    tokens, forms = story.tokens, story.forms
    k = i - 1
    while k >= 0 and k > i - 4 and not tokens[k].word and forms[k] != "\n":
        k -= 1
    if k < 0 or not tokens[k].word:
        return story.starts[i]
    dotted = k > 1 and forms[k] in "ku" and forms[k - 1] == "." and forms[k - 2] == "k"
    return story.starts[k - 2 if dotted else k]  # U.S. 41


def find(story: Story, places: Places, taken: bytearray, contacts: bool) -> Iterator[Span]:
    """Yield what the patterns find and mark it in ``taken`` (one byte a character).

    ``contacts`` chooses the patterns of kind CONTACT or all others. A find that touches a
    character already taken is dropped: the earlier pattern has it.
    """
    matches: Iterable[re.Match[str]]
    for joined in patterns()[contacts]:
        text = story.clear if joined.cased else story.lower
        if joined.when == "web":
            if not joined.signs.search(text):
                continue
            matches = near_signs(text, joined)
        elif places[joined.when]:
            match = joined.regex.match
            matches = [m for at in places[joined.when] if (m := match(text, at))]
        else:
            continue
        for found in matches:
            pattern = joined.members[found.lastgroup or ""]
            start, end = trim(text, *found.span(pattern.group))
            if start >= end or 1 in taken[start:end]:
                continue
            take(taken, start, end)
            yield Span(start, end, pattern.kind, pattern.tier, pattern.reason, f"[{pattern.label}]")


def near_signs(text: str, joined: Patterns) -> Iterator[re.Match[str]]:
    """Yield the matches of a pattern near its signs: @, www., (at)."""
    places = [sign.start() for sign in joined.signs.finditer(text)]
    i = 0
    while i < len(places):
        start, end = max(0, places[i] - NEAR), places[i] + FAR
        i += 1
        while i < len(places) and places[i] - NEAR <= end:
            end = places[i] + FAR
            i += 1
        least = max(0, start - FAR)
        while start > least and not text[start - 1].isspace():
            start -= 1
        yield from joined.regex.finditer(text, start, min(len(text), end))


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the stretch without the punctuation that ends a sentence after it."""
    while start < end and not text[end - 1].isalnum() and text[end - 1] not in ')\'"’”"°.':
        end -= 1
    return start, end
