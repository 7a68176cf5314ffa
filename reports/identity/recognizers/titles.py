"""Names told by a rank or a title before them: Officer Ramirez, SGT MAY, ofc price."""

from __future__ import annotations

from ..lexicon import entries, known, level, listed, name_weight, ordinary, word_set
from ..tokens import LOWER, MIXED, UPPER, Token
from .namer import Cue, Namer

SHORT_RANKS = word_set("short_ranks")
ARTICLES = word_set("articles")
TITLES = word_set("titles")
REPORTING = word_set("reporting")
WORDS = word_set("ranks_that_are_words")
COMMONEST = word_set("commonest_surnames")
GAPS = (" ", "  ", ". ", ".", "/", "./")
NEVER = ("function", "trade", "roles", "units", "generic", "speech", "ranks")
RANK = "A rank or title stands before it."


def ranked(namer: Namer, i: int) -> Cue | None:
    """Return the name behind the rank or title at word i."""
    words = namer.words
    token = words[i]
    if not listed(token.norm, "ranks") or token.stem_end < token.end or not namer.free(i + 1):
        return None
    if namer.gap(i) not in GAPS or ends_a_sentence(namer, i) or leads_on(namer, i + 1):
        return None
    name = words[i + 1]
    if len(name.norm) == 1:
        initial = name.shape == "cap" and namer.story.clear[name.end : name.end + 1] == "."
        return Cue(i + 1, True, "certain", RANK) if initial else None
    if name.regime == MIXED:
        found = in_a_sentence(namer, token, name)
    else:
        article = i > 0 and words[i - 1].norm in ARTICLES
        found = without_capitals(namer, i, article)
    return Cue(i + 1, True, found, RANK) if found else None


def ends_a_sentence(namer: Namer, i: int) -> bool:
    """Whether the full stop behind a rank ends the sentence rather than shortens the rank."""
    norm = namer.words[i].norm
    return namer.gap(i) == ". " and norm not in SHORT_RANKS and len(norm) > 4


def leads_on(namer: Namer, i: int) -> bool:
    """Whether word i is one more rank before the name (Deputy Chief Moua)."""
    words = namer.words
    norm = words[i].norm
    if not listed(norm, "ranks"):
        return False
    if name_weight(norm) < 2:
        return True
    behind = namer.free(i + 1) and namer.gap(i) in (" ", ". ")
    capital = behind and words[i + 1].shape in ("cap", "upper")
    return capital and not listed(words[i + 1].norm, "function")


def in_a_sentence(namer: Namer, rank: Token, name: Token) -> str:
    """Return the tier of a name in an ordinary sentence, or ""."""
    capital = name.shape in ("cap", "mixed")
    if rank.shape == "lower":
        if capital and name.first and rank.norm not in SHORT_RANKS:
            return ""
        if name.shape == "lower" and rank.norm in WORDS and rank.norm != "officer":
            return ""
    if rank.norm in TITLES and capital and not listed(name.norm, "function", "speech"):
        return "certain"
    return "certain" if namer.nameable(name, True) else ""


def without_capitals(namer: Namer, i: int, article: bool) -> str:
    """Return the tier of a name in ALL CAPS or lower case, or ""."""
    rank, name = namer.words[i], namer.words[i + 1]
    norm, weight, common = name.norm, name_weight(name.norm), level(name.norm) == 1
    if rank.norm == "off" or (article and known(norm)):
        return ""
    if rank.norm == "miss" and name.regime == LOWER and known(norm):
        return ""
    if rank.norm in TITLES and not listed(norm, "function", "speech"):
        return "certain"
    doubtful = weight < 3 or (common and norm not in COMMONEST)
    if doubtful and name.regime == LOWER and rank.norm in WORDS and known(norm):
        return ""
    if name.regime == UPPER and ordinary(norm) and weight < 3:
        if weight and not common and closes(namer, i + 1) and not listed(norm, *NEVER):
            return "possible" if norm not in REPORTING else ""
        if rank.norm not in SHORT_RANKS:
            behind = namer.follower(i + 1)
            return "certain" if weight and behind and not ordinary(behind) else ""
    return "certain" if namer.nameable(name, True) else ""


def closes(namer: Namer, i: int) -> bool:
    """Whether a sign or a verb follows word i, as it follows a whole name."""
    if namer.gap(i)[:1] in (",", ".", ";", ":", ")"):
        return True
    behind = namer.words[i + 1].norm if i + 1 < len(namer.words) else ""
    return behind in entries("speech") or behind in REPORTING
