"""How far an unknown or capitalised name goes, and what kind of name it is."""

from __future__ import annotations

from ..lexicon import is_first, known, level, listed, name_weight, ordinary, word_set
from ..tokens import MIXED
from .growth import ARTICLES
from .namer import Namer

WHERE = word_set("where")
WHOSE = word_set("whose")
NARROW = word_set("narrow")
JOINS = (" ", "-", "  ", "'", "’", ' "', '" ', " “", "” ", " & ", ' ("', '") ')
NAME_JOINS = word_set("name_joins")
PLACES_SHORT = word_set("places_short")
NO_FIRST = ("ranks", "roles", "agency_heads", "number_labels", "weekdays")
LONGEST = 6  # words


def extend(namer: Namer, i: int) -> int:
    """Return the last word of the run of capitals that starts at word i."""
    words = namer.words
    last = i
    while last - i < LONGEST - 1 and namer.free(last + 1):
        word, gap = words[last + 1], namer.gap(last)
        after = over_joins(namer, last + 1) if gap == " " else 0
        if after:
            last = after
            continue
        if gap not in JOINS:
            break
        if gap == "-" and word.shape == "lower":
            if known(word.norm) and ordinary(words[last].norm):
                break
        elif not goes_on(namer, i, last):
            break
        last += 1
    return last


def over_joins(namer: Namer, i: int) -> int:
    """Return the capital behind the small words from word i on (de la, of, the), else 0."""
    words = namer.words
    after = namer.after_particles(i)
    if after:
        return after
    if words[i].shape != "lower" or words[i].norm not in NAME_JOINS:
        return 0
    if i + 1 >= len(words) or namer.gap(i) != " " or words[i + 1].shape not in ("cap", "mixed"):
        return 0
    clear = words[i + 1].shape == "cap" and not words[i + 1].first
    return i + 1 if clear or words[i].norm not in ("of", "the") else 0


def goes_on(namer: Namer, i: int, last: int) -> bool:
    """Whether the run that starts at word i goes on behind its last word."""
    words = namer.words
    word, norm = words[last + 1], words[last + 1].norm
    if word.shape not in ("cap", "mixed") or word.first:
        return False
    if word.safe and not words[i].name and name_weight(norm) < 2:
        return False
    if listed(norm, "weekdays") and norm not in ("summer", "spring"):
        return False
    if listed(norm, "function") and name_weight(norm) != 3:
        beyond = last + 2 < len(words) and namer.gap(last + 1) == " "
        return beyond and words[last + 2].shape == "cap" and norm != "i"
    return True


def back(namer: Namer, i: int) -> int:
    """Return where a name starts: at the first name before word i, or at St., Fort, Old, New."""
    while i and namer.free(i - 1) and namer.gap(i - 1) in (" ", ". ") and belongs(namer, i - 1):
        i -= 1
    return i


def belongs(namer: Namer, i: int) -> bool:
    """Whether word i belongs to the name that starts behind it."""
    words = namer.words
    word, name = words[i], words[i + 1]
    spaced = namer.gap(i) == " "
    earlier = words[i - 1].norm if i else ""
    if listed(word.norm, "ranks") and not is_first(word.norm):
        return False
    if word.regime == MIXED:
        if word.shape != "cap":
            return False
        inside = not word.first and word.norm != "i" and not word.safe and spaced
        if inside and name.regime == MIXED and not listed(word.norm, *NO_FIRST):
            return True
    frequent = name_weight(word.norm) > 1 or level(word.norm) not in (1, 2)
    given = is_first(word.norm) and frequent and spaced and not word.safe
    if given and earlier not in ARTICLES and not listed(word.norm, "function", "roles"):
        return True
    opens = earlier in WHERE | WHOSE or word.norm in PLACES_SHORT
    return word.norm in NARROW and opens and name.regime != MIXED


def kind_of(namer: Namer, i: int, last: int) -> tuple[str, str]:
    """Tell a place or an organisation from a person by the words before."""
    words = namer.words
    first = words[i]
    if first.shape == "upper" and first.regime == MIXED and i == last:
        return "AGENCY", "agency"
    if any(is_first(words[k].norm) and name_weight(words[k].norm) >= 2 for k in range(i, last + 1)):
        return "PERSON", "person"
    before = words[i - 1].norm if i and namer.gap(i - 1) == " " else ""
    if before in ("the", "a") and i > 1:
        before = words[i - 2].norm
        if before in WHERE | WHOSE:
            return "PLACE", "place"
    if before in WHERE and before not in ("by", "over", "under", "between", "up", "down"):
        return "PLACE", "place"
    if before in ("from", "to") and name_weight(first.norm) < 3:
        return "PLACE", "place"
    return "PERSON", "person"


def follows_name(namer: Namer, i: int) -> bool:
    """Whether the word before is a name that this word goes on (Kyle Stone)."""
    return (
        i > 0
        and namer.gap(i - 1) == " "
        and namer.words[i - 1].name
        and not namer.words[i - 1].safe
    )
