"""Default deny for words: what no list knows, and what is written like a name, is one."""

from __future__ import annotations

from collections.abc import Iterator

from ..lexicon import (
    entries,
    is_first,
    joined,
    known,
    level,
    listed,
    name_weight,
    ordinary,
    word_set,
)
from ..span import Span
from ..tokens import LOWER, MIXED, TITLE, Story, Token
from .growth import ARTICLES
from .namer import Namer
from .spread import back, extend, follows_name, kind_of

AGENCIES = frozenset(("state", "county"))
CLAUSE = word_set("clause")
NEVER = ("function", "units", "generic", "roles", "ranks", "agency_heads", "place_heads", "speech")
OPENING = word_set("unknown_opening")


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield names told by their capital letter or by being in no list."""
    namer = Namer(story, taken)
    i = 0
    words = namer.words
    while i < len(words):
        token = words[i]
        if (
            taken[token.start]
            or token.fixed
            or token.shape in ("digit", "alnum")
            or len(token.norm) < 2
        ):
            i += 1
            continue
        if token.regime in (MIXED, TITLE):
            last, tier, reason = capitalised(namer, i)
        else:
            last, tier, reason = plain(namer, i)
        if last < i:
            i += 1
            continue
        first = back(namer, i)
        kind, label = kind_of(namer, first, last)
        if words[i].norm in ("state", "county") and reason.startswith("Used"):
            kind, label = "AGENCY", "agency"
        span = namer.take(first, last, tier, reason)
        if span is not None:
            if kind != "PERSON" and words[last].end > span.end:
                taken[span.end : words[last].end] = b"\1" * (words[last].end - span.end)
                span = Span(span.start, words[last].end, kind, tier, reason)
            yield Span(span.start, span.end, kind, tier, reason, f"[{label}]")
        i = last + 1


Verdict = tuple[str, str]  # tier and reason


def capitalised(namer: Namer, i: int) -> tuple[int, str, str]:
    """Judge word i of an ordinary sentence; return (last word, tier, reason), last < i for none."""
    token = namer.words[i]
    last = i
    verdict: Verdict | None = None
    if token.safe and not (token.shape == "cap" and follows_name(namer, i)):
        pass
    elif token.shape == "lower":
        verdict = uncapitalised(token)
    elif token.shape == "upper":
        verdict = abbreviated(token)
    elif not of_a_model(namer, i):
        last = extend(namer, i)
        if opens_a_place(namer, i, last):
            verdict = "possible", "Capitals in a row look like the name of a place."
        elif token.norm in AGENCIES and nicknames(namer, i):
            last, verdict = i, ("possible", "Used like the name of an agency.")
        elif token.first or token.regime == TITLE:
            verdict = opening(namer, i, last)
        else:
            verdict = inside(namer, i, last)
    return (last, *verdict) if verdict else (i - 1, "", "")


def uncapitalised(token: Token) -> Verdict | None:
    """Judge a word without a capital among words that have theirs."""
    if known(token.norm) or (len(token.norm) < 4 and not name_weight(token.norm)):
        return None
    if name_weight(token.norm) >= 2 or not token.norm.isascii():
        return "possible", "Not an ordinary word."
    return None


def abbreviated(token: Token) -> Verdict | None:
    """Judge a word in capitals among words that are not."""
    if acronym(token.norm) or known(token.norm):
        return None
    return "possible", "Capital letters that are no abbreviation of the trade."


def acronym(norm: str) -> bool:
    """Whether a word, or what it is the plural of, is an abbreviation that stays."""
    found = entries("acronyms")
    return norm.upper() in found or norm.removesuffix("s").upper() in found


def of_a_model(namer: Namer, i: int) -> bool:
    """Whether a capital belongs to a product (Axon Body), a code (Model 19) or a plural (SROs)."""
    words = namer.words
    norm = words[i].norm
    if words[i].shape == "mixed" and acronym(norm):
        return True
    if i and words[i - 1].brand and namer.gap(i - 1) in (" ", "-"):
        return True
    if i + 1 < len(words) and words[i + 1].brand and namer.gap(i) == " " and ordinary(norm):
        return True
    numbered = i + 1 < len(words) and words[i + 1].shape in ("digit", "alnum")
    return norm in entries("safe_labels") and numbered


def opens_a_place(namer: Namer, i: int, last: int) -> bool:
    """Whether a run of capitals starts like a place: Old Jefferson, Third West."""
    words = namer.words
    if words[i].norm not in OPENING or last == i or words[last].safe:
        return False
    return not words[i].first or not known(words[last].norm)


def nicknames(namer: Namer, i: int) -> bool:
    """Whether "State" or "County" stands alone, as the nickname of an agency."""
    words = namer.words
    if words[i].first:
        return acts(namer, i)
    return i + 1 >= len(words) or namer.gap(i) != " " or words[i + 1].shape == "lower"


def opening(namer: Namer, i: int, last: int) -> Verdict | None:
    """Judge a word whose capital may be that of the sentence."""
    words = namer.words
    token, norm = words[i], words[i].norm
    if not ordinary(norm):
        return "possible", "Not an ordinary word."
    weight, rank = name_weight(norm), level(norm)
    if norm in entries("function") or (norm in entries("ranks") and weight != 3):
        return None
    if last > i and token.regime != TITLE:
        follows = not ordinary(words[i + 1].norm)
        if (weight >= 2 and rank != 1) or (weight and follows):
            return "possible", "Two capitals in a row look like a name."
    if weight == 3 and is_first(norm) and rank > 2:
        return "possible", "Often the name of a person."
    if acts(namer, i) and (rank > 2 or (weight > 1 and rank != 1)):
        return "possible", "Speaks or acts like a person."
    if weight == 3 and rank != 1 and not alone_stays(norm):
        verb = i + 1 < len(words) and namer.gap(i) == " " and words[i + 1].norm in entries("speech")
        if verb or namer.gap(i)[:1] == ",":
            return "possible", "Often a name, and stands where a name would."
    if introduced(namer, i) and (weight or rank > 1) and not alone_stays(norm):
        return "possible", "The words after it tell who it is."
    return None


def inside(namer: Namer, i: int, last: int) -> Verdict | None:
    """Judge a word with a capital inside a sentence."""
    norm = namer.words[i].norm
    if norm in entries("function") or norm == "i" or norm.startswith("i'"):
        return None
    if norm in entries("weekdays") and norm not in ("summer", "autumn"):
        return None
    if last == i and alone_stays(norm):
        return None
    if not ordinary(norm):
        return "certain", "A capital letter, and not an ordinary word."
    return "possible", "A capital letter inside a sentence."


def acts(namer: Namer, i: int) -> bool:
    """Whether a verb that only persons do follows word i."""
    words = namer.words
    if (
        namer.gap(i) != " "
        or words[i].norm in entries("roles")
        or words[i].norm in entries("ranks")
        or alone_stays(words[i].norm)
    ):
        return (
            words[i].norm in ("state", "county")
            and i + 1 < len(words)
            and words[i + 1].norm in entries("animate")
        )
    return i + 1 < len(words) and words[i + 1].norm in entries("animate")


def introduced(namer: Namer, i: int) -> bool:
    """Whether word i is followed by who it is: Sully, our breacher; Frost, the night sergeant."""
    words = namer.words
    if namer.gap(i) not in (", ", " (", " - ") or i + 2 >= len(words):
        return False
    after = [w.norm for w in words[i + 1 : i + 5]]
    return (
        (
            after[0] in ("my", "our", "the", "his", "her", "their", "a", "an")
            and any(w in entries("roles") or w in entries("ranks") for w in after[1:])
        )
        or after[0] in entries("roles")
        or (after[0] in entries("ranks") and namer.gap(i) != " - ")
    )


def alone_stays(norm: str) -> bool:
    """Whether a capitalised word alone is a rank, a role or a unit without a name."""
    if norm in entries("ranks") or norm in entries("trade") or norm in entries("roles"):
        return name_weight(norm) < 3 or level(norm) in (1, 2)
    kinds = (
        entries("agency_heads")
        | entries("place_heads")
        | entries("number_labels")
        | entries("place_labels")
    )
    if norm in kinds or (norm.endswith("s") and norm[:-1] in kinds):
        return name_weight(norm) < 3
    return norm in ("radio", "code", "god", "miranda", "internet", "spanish")


def plain(namer: Namer, i: int) -> tuple[int, str, str]:
    """Judge word i of a sentence in ALL CAPS or lower case."""
    token = namer.words[i]
    norm = token.norm
    usual = known(norm) if token.regime == LOWER else ordinary(norm) or joined(norm)
    if token.safe or acronym(norm):
        return i - 1, "", ""
    if not usual:
        return namer.run(i), "possible", "Not an ordinary word."
    if often(namer, i):
        return namer.run(i), "possible", "Often the name of a person."
    return i - 1, "", ""


def often(namer: Namer, i: int) -> bool:
    """Whether an ordinary word is rarer as a word than as a name, or stands where a name would."""
    words = namer.words
    norm, rank, weight = words[i].norm, level(words[i].norm), name_weight(words[i].norm)
    before = words[i - 1].norm if i and namer.gap(i - 1) == " " else ""
    if before in ARTICLES or listed(norm, "trade") or rank == 1 or weight < 2:
        return False
    if rank > 2:
        return True
    if weight < 3 or listed(norm, *NEVER):
        return False
    opens = words[i].first or before in CLAUSE or before in ("with", "by", "told", "asked")
    verb = listed(namer.follower(i), "speech", "animate")
    return opens and (verb or namer.gap(i)[:1] == ",")
