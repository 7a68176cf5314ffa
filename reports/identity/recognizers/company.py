"""Names told by the words around them, without a capital: me and pike, gene pope, pike says."""

from __future__ import annotations

from collections.abc import Iterator

from ..lexicon import entries, is_first, known, level, listed, name_weight, ordinary, word_set
from ..span import Span
from ..tokens import MIXED, Token
from .namer import Cue, Namer

ARTICLES = word_set("articles")
CLAUSE = word_set("clause")
REPORTING = word_set("reporting")
ANDS = frozenset(("and", "n", "an", "&"))
NO_COUPLE = ("roles", "ranks", "generic", "agency_heads", "place_heads")


def paired(namer: Namer, i: int) -> Cue | None:
    """Return the name beside a pronoun: me and deshawn, Ortega and I."""
    words = namer.words
    if words[i].norm not in ANDS or namer.gap(i - 1) != " " or namer.gap(i) != " ":
        return None
    before, after = words[i - 1], words[i + 1]
    reason = "Stands beside a person."
    if before.norm in ("me", "him", "her", "myself") and before.regime != MIXED:
        named = name_weight(after.norm) >= 2 or not known(after.norm)
        usual = listed(after.norm, "function", "roles", "ranks", "speech", "units")
        return Cue(i + 1, True, "possible", reason) if named and not usual else None
    if after.norm not in ("i", "me", "myself") or not namer.free(i - 1):
        return None
    if listed(before.norm, "function", "roles", "ranks"):
        return None
    if before.regime == MIXED:
        named = bool(name_weight(before.norm)) or not known(before.norm)
        if before.shape not in ("cap", "mixed") or not named:
            return None
        return Cue(start_of_name(namer, i - 1), True, "certain", reason)
    previous = words[i - 2].norm if i > 1 else ""
    if previous in ARTICLES or not stands_alone(before, previous):
        return None
    return Cue(i - 1, True, "possible", reason)


def start_of_name(namer: Namer, i: int) -> int:
    """Return the first word of the run of capitals that ends at word i."""
    words = namer.words
    while i and namer.free(i - 1) and words[i - 1].shape == "cap" and namer.gap(i - 1) == " ":
        if words[i].first or (words[i - 1].first and name_weight(words[i - 1].norm) < 2):
            break
        i -= 1
    return i


def stands_alone(token: Token, previous: str) -> bool:
    """Whether a word in ALL CAPS or lower case is a name where only a person would stand."""
    norm, weight = token.norm, name_weight(token.norm)
    if not known(norm):
        return True
    if weight < 2 or level(norm) == 1:
        return False
    return is_first(norm) or (weight == 3 and (token.first or previous in CLAUSE))


def coupled(namer: Namer, i: int) -> Cue | None:
    """Return a first name and a surname side by side, without capitals to show it: gene pope."""
    words = namer.words
    token = words[i]
    if token.regime == MIXED or token.safe or not is_first(token.norm):
        return None
    if (
        namer.gap(i) != " "
        or not namer.free(i + 1)
        or listed(token.norm, "function", "ranks", "speech")
    ):
        return None
    if i and words[i - 1].norm in ARTICLES and namer.gap(i - 1) == " ":
        return None
    after = words[i + 1]
    if after.safe or after.shape in ("digit", "alnum"):
        return None
    if listed(after.norm, "function", "trade", "units", "speech"):
        return None
    cue = Cue(i, True, "possible", "Looks like a first name and a surname.")
    first, last = name_weight(token.norm), name_weight(after.norm)
    frequent = first == 3 and last >= 2 and level(after.norm) > 1 and level(token.norm) > 1
    if frequent and not listed(after.norm, *NO_COUPLE):
        return cue
    if not ordinary(after.norm):
        return cue
    rare = level(token.norm) not in (1, 2)
    clear = level(after.norm) != 1 or (last == 3 and first > 1)
    return cue if rare and last >= 2 and clear else None


def introduced(namer: Namer, i: int) -> Cue | None:
    """Return a name behind which stands who it is: bunny, our analyst; DEB, OUR RANGE MASTER."""
    words = namer.words
    token = words[i]
    if token.regime == MIXED or token.safe or namer.gap(i) not in (", ", " ("):
        return None
    after = [w.norm for w in words[i + 1 : i + 4]]
    if after[0] not in ("my", "our", "his", "her"):
        return None
    if not any(listed(w, "roles", "ranks") for w in after[1:]):
        return None
    if listed(token.norm, "function", "units", "roles", "ranks"):
        return None
    if i and words[i - 1].norm in ARTICLES:
        return None
    if name_weight(token.norm) or level(token.norm) > 2:
        return Cue(i, True, "possible", "The words after it tell who it is.")
    return None


def spoken(namer: Namer) -> Iterator[Span]:
    """Yield ordinary words that are names and act, in ALL CAPS or lower case: pike says."""
    words = namer.words
    for i, token in enumerate(words[:-1]):
        norm, weight = token.norm, name_weight(token.norm)
        if token.regime == MIXED or weight < 2 or token.safe or not namer.free(i):
            continue
        if not known(norm) or level(norm) == 1:
            continue
        if listed(norm, "function", "trade", "roles", "ranks", "units", "generic"):
            continue
        opens = token.first or (i > 0 and words[i - 1].norm in CLAUSE and namer.gap(i - 1) == " ")
        verbs = entries("speech") if is_first(norm) and weight == 3 else entries("animate")
        after = namer.follower(i)
        acts = after in verbs or (weight == 3 and after in REPORTING)
        if opens and acts:
            span = namer.take(i, i, "possible", "Speaks or acts like a person.")
            if span is not None:
                yield span
