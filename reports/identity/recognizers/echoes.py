"""Once a name, everywhere a name: the second pass over a story with what the first one found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..lexicon import entries, known, level, listed, name_weight, ordinary, word_set
from ..span import Span
from ..tokens import MIXED, TITLE, Story
from .company import CLAUSE
from .growth import ARTICLES, PREPOSITIONS
from .namer import Namer

SMALL = word_set("small")
BEFORE_PERSONS = word_set("before_persons")


def vocabulary(story: Story, spans: Sequence[Span]) -> tuple[dict[str, str], dict[str, str]]:
    """Return {word of a name: kind} and {acronym of an organisation: kind}."""
    names: dict[str, str] = {}
    acronyms: dict[str, str] = {}
    starts = {token.start: k for k, token in enumerate(story.words)}
    for span in spans:
        if span.kind not in ("PERSON", "AGENCY", "PLACE"):
            continue
        k = starts.get(span.start)
        if k is None:
            continue
        words = []
        while k < len(story.words) and story.words[k].start < span.end:
            words.append(story.words[k])
            k += 1
        letters = [w for w in words if w.shape != "digit"]
        if span.kind == "PERSON":
            for word in letters:
                if (
                    len(word.norm) > 2
                    and word.norm
                    not in entries("function") - {"may", "will", "early", "long", "little"}
                ) or (len(word.norm) == 2 and word.norm.isalpha() and not known(word.norm)):
                    names[word.norm] = "PERSON"
        else:
            if span.kind == "AGENCY" and len(letters) > 1:
                full = "".join(
                    w.norm[0] for w in letters if w.norm not in ("the", "of", "and", "for")
                )
                if len(full) > 2:
                    acronyms[full] = "AGENCY"
            heads = entries("agency_heads") | entries("place_heads") | entries("generic")
            for word in letters:
                if (
                    len(word.norm) > 3
                    and word.norm not in heads
                    and word.norm not in SMALL
                    and word.norm not in entries("function")
                ):
                    names.setdefault(word.norm, span.kind)
    return names, acronyms


def find(
    story: Story, taken: bytearray, spans: Sequence[Span], shouted: bool = False
) -> Iterator[Span]:
    """Yield the further places where a name or a code of the story stands.

    ``shouted`` chooses the words in capitals inside ordinary sentences alone, which would be
    taken for abbreviations otherwise.
    """
    if not shouted:
        yield from codes(story, taken, spans)
    names, acronyms = vocabulary(story, spans)
    if not names and not acronyms:
        return
    namer = Namer(story, taken)
    for i, token in enumerate(namer.words):
        if taken[token.start] or token.fixed:
            continue
        if shouted and (token.shape != "upper" or token.regime != MIXED):
            continue
        norm = token.norm
        kind = names.get(norm) or acronyms.get(norm, "")
        if not kind and norm.endswith("s") and len(norm) > 4:
            kind = names.get(norm[:-1], "")
        if not kind:
            continue
        if norm in acronyms and norm not in names:
            if known(norm) and token.shape != "upper":
                continue
        elif not sounds(namer, i, kind):
            continue
        start, end = token.start, token.stem_end
        taken[start:end] = b"\1" * (end - start)
        token.name = True
        label = {"PERSON": "person", "AGENCY": "agency", "PLACE": "place"}[kind]
        yield Span(
            start,
            end,
            kind,
            "certain" if kind == "PERSON" else "possible",
            "The story uses it as a name elsewhere.",
            f"[{label}]",
        )


def codes(story: Story, taken: bytearray, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield the further places of a number or code of three and more characters."""
    found = {
        story.text[s.start : s.end].lower(): s
        for s in spans
        if s.kind in ("NUMBER", "PLACE")
        and s.end - s.start > (2 if s.end - s.start > 2 else 1)
        and any(map(str.isdecimal, story.text[s.start : s.end]))
        and story.text[s.start : s.end].isalnum()
    }
    for token in story.words if found else ():
        span = found.get(token.norm)
        if span is None and token.shape == "alnum":
            continue
        if (
            span is not None
            and not taken[token.start]
            and not (
                story.clear[token.start - 1 : token.start] in ("-", ".", ",", "$")
                or (
                    story.clear[token.end : token.end + 2][:1] in "-%,"
                    and story.clear[token.end + 1 : token.end + 2].isalnum()
                )
            )
        ):
            taken[token.start : token.end] = b"\1" * (token.end - token.start)
            yield Span(
                token.start,
                token.end,
                span.kind,
                "possible",
                "The story uses it as a number elsewhere.",
                span.replacement,
            )


def sounds(namer: Namer, i: int, kind: str) -> bool:
    """Whether a word that is a name elsewhere can be one here."""
    words = namer.words
    token, norm = words[i], words[i].norm
    unusual = not (known(norm) and level(norm)) if token.shape == "lower" else not ordinary(norm)
    if unusual:
        return True
    if token.regime in (MIXED, TITLE):
        return sounds_in_capitals(namer, i, kind)
    if kind != "PERSON":
        return level(norm) not in (1, 2)
    before = words[i - 1] if i and namer.gap(i - 1) == " " else None
    follow = namer.follower(i, (" ", ", "))
    if before is not None and before.norm in ARTICLES:
        return False
    if listed(norm, "function") and not listed(follow, "speech"):
        return False
    if token.stem_end < token.end or listed(follow, "speech") or level(norm) != 1:
        return True
    if not listed(norm, "function"):
        return before is None or before.norm not in entries("generic") | PREPOSITIONS
    return token.first or (before is not None and before.norm in CLAUSE | BEFORE_PERSONS)


def sounds_in_capitals(namer: Namer, i: int, kind: str) -> bool:
    """Whether a word of an ordinary sentence, a name elsewhere, is written as one here."""
    token, norm = namer.words[i], namer.words[i].norm
    if token.shape == "lower":
        return False
    if not token.first:
        return token.shape != "upper" or level(norm) != 1 or kind == "PERSON"
    if token.stem_end < token.end:
        return True
    if kind != "PERSON":
        return False
    if name_weight(norm) == 3 and level(norm) != 1:
        return True
    follow, sign = namer.follower(i, (" ", ", ")), namer.gap(i)[:1]
    ends = sign in ",.!?" or (sign in '"” \n' and level(norm) > 2)
    return listed(follow, "speech") or ends
