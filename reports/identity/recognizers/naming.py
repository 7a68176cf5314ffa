"""Names told by a word of naming or a role before them: named Kilo, my partner Dot."""

from __future__ import annotations

from ..lexicon import is_first, known, level, listed, name_weight, word_set
from ..tokens import LOWER, MIXED, UPPER, Token
from .namer import Cue, Namer

NAMING = word_set("naming")
NAME_IS = word_set("name_is")
DOGS = word_set("dogs")
OWNERS = word_set("owners")
NO_NAME = word_set("no_name")
ARTICLES = word_set("articles")
BEFORE_NAMES = word_set("before_names")
VERBS = frozenset(("is", "was", "of", "being", "were"))
ROLE_GAPS = (" ", ", ", " - ", " (", ": ", ' "', " “")


def called(namer: Namer, i: int) -> Cue | None:
    """Return the name behind a word of naming at word i, or behind a dog's or a horse's cue."""
    token = namer.words[i]
    norm = token.norm
    if norm in DOGS or (norm == "9" and i and namer.words[i - 1].norm == "k"):
        return animal(namer, i)
    k = i
    if norm in NAME_IS and norm not in NAMING:
        if namer.follower(i) in VERBS:
            k = i + 1
            if owned(namer, i) and nameless_case(namer, k + 1):
                return cue(k + 1, token)
        elif norm not in ("name's", "names") and token.end == token.stem_end:
            return None
    elif norm in ("call", "calls", "called"):
        pronoun = namer.follower(i) in ("him", "her", "me", "it") and norm != "called"
        k = i + 1 if pronoun else i
        if (norm != "called" and not pronoun) or not i or not capital(namer, k + 1):
            return None
    elif norm not in NAMING:
        return None
    return behind(namer, token, k)


def cue(i: int, token: Token, tier: str = "certain", strong: bool = True) -> Cue:
    """Return the cue that a word before the name gives."""
    return Cue(i, strong, tier, f"“{token.text}” stands before it.")


def capital(namer: Namer, i: int) -> bool:
    """Whether word i has a capital that is not that of the sentence, and is no function word."""
    if i >= len(namer.words):
        return False
    token = namer.words[i]
    inside = token.shape in ("cap", "mixed") and token.regime == MIXED and not token.first
    return inside and not listed(token.norm, "function")


def owned(namer: Namer, i: int) -> bool:
    """Whether the name at word i is somebody's: his name, the dog's name, guys name."""
    owner = namer.words[i - 1] if i else namer.words[i]
    return owner.norm in OWNERS or owner.end > owner.stem_end or owner.norm.endswith("s")


def nameless_case(namer: Namer, i: int) -> bool:
    """Whether word i, in ALL CAPS or lower case, can stand behind "his name was"."""
    if not namer.free(i) or namer.gap(i - 1) not in (" ", ", ", ' "', " “"):
        return False
    token = namer.words[i]
    worded = token.norm not in NO_NAME and token.shape not in ("digit", "alnum")
    return worded and token.regime != MIXED


def behind(namer: Namer, token: Token, k: int) -> Cue | None:
    """Return the name behind word k, past a rank or a filler word."""
    words = namer.words
    n = k + 1
    while n < len(words) and words[n].norm in BEFORE_NAMES:
        n += 1
    if not namer.free(n) or n - k > 3:
        return None
    gap = namer.story.clear[words[k].end : words[n].start]
    if "\n" in gap or (n == k + 1 and gap.strip(" ,:\"“'‘(-.")):
        return None
    name = words[n]
    if namer.nameable(name, True):
        return cue(n, token)
    if token.norm in NAMING and not listed(name.norm, "function"):
        shouted = name.shape == "upper" and name.regime == UPPER
        quiet = name.regime == LOWER and level(name.norm) and name.norm != "after"
        if shouted or quiet:
            return cue(n, token)
    inside = name.shape in ("cap", "mixed") and name.regime == MIXED and not name.first
    if inside and token.norm in NAMING | NAME_IS and name.norm != "i":
        return cue(n, token)
    return None


def animal(namer: Namer, i: int) -> Cue | None:
    """Return the name of the dog or horse at word i: K-9 Rex; my dog is Halligan; DOG: DIESEL."""
    words = namer.words
    verb = namer.follower(i) in ("is", "was")
    k = i + 1 if verb else i
    if not namer.free(k + 1):
        return None
    name, apart = words[k + 1], namer.gap(k) in (", ", ": ")
    if listed(name.norm, "function", "roles", "units"):
        return None
    if name.regime == MIXED and name.shape in ("cap", "mixed"):
        inside = (not name.first or apart) and not listed(name.norm, "agency_heads")
        return cue(k + 1, words[i]) if inside else None
    closed = namer.gap(k + 1)[:1] in ",.;)\n"
    if name.regime == UPPER and apart and closed and not verb:
        return cue(k + 1, words[i])
    return None


def roled(namer: Namer, i: int) -> Cue | None:
    """Return the name behind a role: my partner Dot; my backup, Tomasz; the trainee teresa page."""
    words = namer.words
    token = words[i]
    if not listed(token.norm, "roles") or token.stem_end < token.end:
        return None
    if namer.gap(i) not in ROLE_GAPS or not namer.free(i + 1):
        return None
    name, spaced = words[i + 1], namer.gap(i) == " "
    norm, weight = name.norm, name_weight(name.norm)
    if name.shape in ("digit", "alnum") or len(norm) < 2:
        return None
    if name.regime == MIXED:
        if name.shape in ("cap", "mixed"):
            good = not name.first and namer.nameable(name, False) and not name.safe
            return cue(i + 1, token) if good else None
        good = name.shape == "lower" and not known(norm) and weight > 0 and spaced
        return cue(i + 1, token, "possible", strong=False) if good else None
    if listed(norm, "function", "roles") or name.safe:
        return None
    if not known(norm):
        return cue(i + 1, token)
    if (not spaced and name.regime == LOWER) or listed(norm, "trade", "units", "speech"):
        return None
    if level(norm) == 1 or weight < 2:
        return None
    after = namer.follower(i + 1, (" ", ", "))
    possessed = i > 0 and words[i - 1].norm in ARTICLES
    given = listed(after, "speech") or level(norm) > 3 or is_first(norm)
    if (weight == 3 and possessed and given) or (namer.follower(i + 1) and not known(after)):
        return cue(i + 1, token, "possible")
    return None
