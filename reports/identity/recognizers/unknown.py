"""Default deny for words: what no list knows, and what is written like a name, is one."""

from __future__ import annotations

from collections.abc import Iterator

from ..lexicon import entries, is_first, joined, known, level, name_weight, ordinary
from ..span import Span
from ..tokens import LOWER, MIXED, TITLE, UPPER, Story, Token
from .persons import ARTICLES, Namer

WHERE = frozenset("at in on near behind past off toward towards into outside below above across around along through under over between by beside beyond down up".split())
ANIMATE = frozenset(
    "said says told tells asked asks yelled yells hollered hollers shouted screamed whispered replied answered radioed "
    "keyed grabbed grabs pulled pushed walked ran runs heard saw sees knew knows thought thinks looked looks took gave "
    "caught stepped stood stands sat sits drew threw jumped reached laughed laughs smiled nodded noticed froze wanted "
    "teaches taught drove tackled cuffed wrote writes swears swore knelt crawled climbed swam ducked shrugged grinned "
    "picked handed got gets had has went came comes backed waved watched spotted".split()
)
OPENING = frozenset("old new little big north south east west upper lower fort ft mount mt saint st san santa los las el la lake camp port cape point third fourth fifth sixth seventh eighth ninth tenth first second".split())
WHOSE = frozenset("from for of to".split())
NARROW = frozenset("old new little big north south east west upper lower fort ft mount mt saint st san santa lake camp port".split())
JOINS = (" ", "-", "  ", "'", "’")


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield names told by their capital letter or by being in no list."""
    namer = Namer(story, taken)
    i = 0
    words = namer.words
    while i < len(words):
        token = words[i]
        if taken[token.start] or token.fixed or token.shape in ("digit", "alnum") or len(token.norm) < 2:
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
                taken[span.end:words[last].end] = b"\1" * (words[last].end - span.end)
                span = Span(span.start, words[last].end, kind, tier, reason)
            yield Span(span.start, span.end, kind, tier, reason, f"[{label}]")
        i = last + 1


def capitalised(namer: Namer, i: int) -> tuple[int, str, str]:
    """Judge word i of an ordinary sentence; return (last word, tier, reason), last < i for none."""
    token = namer.words[i]
    norm = token.norm
    none = (i - 1, "", "")
    if token.safe and not (token.shape == "cap" and follows_name(namer, i)):
        return none
    if token.shape == "lower":
        if known(norm) or token.safe or not name_weight(norm) and len(norm) < 4:
            return none
        if name_weight(norm) >= 2 or not norm.isascii():
            return i, "possible", "Not an ordinary word."
        return none
    if token.shape == "upper":
        if norm.upper() in entries("acronyms") or norm.removesuffix("s").upper() in entries("acronyms") or token.safe or known(norm) and (len(norm) > 5 or level(norm) or norm in entries("trade")):
            return none
        return i, "possible", "Capital letters that are no abbreviation of the trade."
    if norm.removesuffix("s").upper() in entries("acronyms") and token.shape == "mixed":
        return none
    if i and namer.words[i - 1].brand and namer.gap(i - 1) in (" ", "-"):
        return none
    if norm in entries("safe_labels") and i + 1 < len(namer.words) and namer.words[i + 1].shape in ("digit", "alnum"):
        return none
    last = extend(namer, i)
    if norm in OPENING and last > i and not namer.words[last].safe and (not token.first or not known(namer.words[last].norm)):
        return last, "possible", "Capitals in a row look like the name of a place."
    if token.first or token.regime == TITLE:
        if not ordinary(norm):
            return last, "possible", "Not an ordinary word."
        if norm in entries("function") or norm in entries("ranks") and not name_weight(norm) == 3:
            return none
        weight = name_weight(norm)
        if last > i and token.regime != TITLE and (weight >= 2 and level(norm) != 1 or weight and not ordinary(namer.words[i + 1].norm)):
            return last, "possible", "Two capitals in a row look like a name."
        if weight == 3 and is_first(norm) and level(norm) > 2:
            return last, "possible", "Often the name of a person."
        if acts(namer, i) and (level(norm) > 2 or weight == 3 and level(norm) != 1 or weight and introduced(namer, i)):
            return last, "possible", "Speaks or acts like a person."
        if norm in ("state", "county") and acts(namer, i):
            return i, "possible", "Used like the name of an agency."
        if introduced(namer, i) and (weight or level(norm) > 1) and not alone_stays(norm):
            return last, "possible", "The words after it tell who it is."
        return none
    if norm in ("state", "county") and not (i + 1 < len(namer.words) and namer.gap(i) == " " and namer.words[i + 1].shape != "lower"):
        return i, "possible", "Used like the name of an agency."
    if norm in entries("function") or norm == "i" or norm.startswith("i'"):
        return none
    if norm in entries("weekdays") and norm not in ("summer", "autumn"):
        return none
    single = last == i
    if single and alone_stays(norm):
        return none
    if not ordinary(norm):
        return last, "certain", "A capital letter, and not an ordinary word."
    if not single or name_weight(norm) or level(norm) > 2:
        return last, "possible", "A capital letter inside a sentence."
    before = namer.words[i - 1].norm if i else ""
    if before in WHERE or before in ("the", "at", "from") and i > 1 and namer.words[i - 2].norm in WHERE | {"from", "to"}:
        return last, "possible", "A capital letter where a place would stand."
    return none


def acts(namer: Namer, i: int) -> bool:
    """Whether a verb that only persons do follows word i."""
    words = namer.words
    if namer.gap(i) != " " or words[i].norm in entries("roles") or words[i].norm in entries("ranks") or alone_stays(words[i].norm):
        return words[i].norm in ("state", "county") and i + 1 < len(words) and words[i + 1].norm in ANIMATE
    return i + 1 < len(words) and words[i + 1].norm in ANIMATE


def introduced(namer: Namer, i: int) -> bool:
    """Whether word i is followed by who it is: Sully, our breacher; Frost, the night sergeant."""
    words = namer.words
    if namer.gap(i) not in (", ", " (", " - ") or i + 2 >= len(words):
        return False
    after = [w.norm for w in words[i + 1: i + 5]]
    return after[0] in ("my", "our", "the", "his", "her", "their", "a", "an") and any(
        w in entries("roles") or w in entries("ranks") for w in after[1:]
    ) or after[0] in entries("roles") or after[0] in entries("ranks") and namer.gap(i) != " - "


def alone_stays(norm: str) -> bool:
    """Whether a capitalised word alone is a rank, a role or a unit without a name."""
    if norm in entries("ranks") or norm in entries("trade") or norm in entries("roles"):
        return name_weight(norm) < 3 or level(norm) in (1, 2)
    kinds = entries("agency_heads") | entries("place_heads") | entries("number_labels") | entries("place_labels")
    if norm in kinds or norm.endswith("s") and norm[:-1] in kinds:
        return name_weight(norm) < 3
    return norm in ("radio", "code", "god", "miranda", "internet", "spanish")


def follows_name(namer: Namer, i: int) -> bool:
    """Whether the word before is a name that this word goes on (Kyle Stone)."""
    return i > 0 and namer.gap(i - 1) == " " and namer.words[i - 1].name and not namer.words[i - 1].safe


def extend(namer: Namer, i: int) -> int:
    """Return the last word of the run of capitals that starts at word i."""
    words = namer.words
    last = i
    while last + 1 < len(words) and last - i < 5 and namer.free(last + 1):
        word, gap = words[last + 1], namer.gap(last)
        if words[last].stem_end < words[last].end and word.shape not in ("cap", "mixed"):
            break
        if gap == " " and word.shape == "lower" and word.norm in ("de", "la", "del", "van", "von", "der", "al", "of", "the", "los", "las") and last + 2 < len(words) and words[last + 2].shape in ("cap", "mixed") and namer.gap(last + 1) == " ":
            if word.norm in ("of", "the") and not (words[last + 2].shape == "cap" and not words[last + 2].first):
                break
            last += 2
            continue
        if gap not in JOINS and gap not in (" \"", "\" ", " “", "” ", " & ", " (\"", "\") "):
            break
        if gap == "-" and word.shape == "lower" and not known(word.norm):
            last += 1
            continue
        if word.shape not in ("cap", "mixed") or word.norm in entries("function") and not name_weight(word.norm) == 3:
            break
        if word.first or word.safe and not words[i].name and name_weight(word.norm) < 2:
            break
        if word.norm in entries("weekdays") and word.norm not in ("summer", "spring"):
            break
        last += 1
    return last


def plain(namer: Namer, i: int) -> tuple[int, str, str]:
    """Judge word i of a sentence in ALL CAPS or lower case."""
    token = namer.words[i]
    norm = token.norm
    usual = known(norm) if token.regime == LOWER else ordinary(norm) or joined(norm)
    if token.safe or usual:
        if token.safe or level(norm) < 3 or name_weight(norm) < 3 or not is_first(norm):
            return i - 1, "", ""
        if norm in entries("trade") or i and namer.words[i - 1].norm in ARTICLES:
            return i - 1, "", ""
        return namer.run(i), "possible", "Often the name of a person."
    if norm.upper() in entries("acronyms") or norm.removesuffix("s").upper() in entries("acronyms"):
        return i - 1, "", ""
    return namer.run(i), "possible", "Not an ordinary word."


def back(namer: Namer, i: int) -> int:
    """Return where a name starts: at the first name before word i, or at St., Fort, Old, New."""
    words = namer.words
    while i and namer.free(i - 1) and namer.gap(i - 1) in (" ", ". "):
        before = words[i - 1]
        earlier = words[i - 2].norm if i > 1 else ""
        if before.regime == MIXED and before.shape != "cap" or before.norm in entries("ranks") and not is_first(before.norm):
            break
        given = is_first(before.norm) and name_weight(before.norm) > 1 and before.norm not in entries("function") and namer.gap(i - 1) == " "
        opening = before.norm in NARROW and (earlier in WHERE | WHOSE or before.norm in ("ft", "fort", "san", "st", "saint", "mt", "mount"))
        if not (given and earlier not in ARTICLES and before.norm not in entries("roles") and not before.safe or opening and words[i].regime != MIXED):
            break
        i -= 1
    return i


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


def doubts(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield words left in the text that may be names."""
    namer = Namer(story, taken)
    words = namer.words
    for i, token in enumerate(words):
        norm = token.norm
        if taken[token.start] or token.safe or token.fixed or token.shape in ("digit", "alnum") or len(norm) < 3 or norm in entries("function"):
            continue
        if token.regime == MIXED and token.shape == "lower":
            if known(norm) or norm in entries("trade"):
                continue
            yield Span(token.start, token.stem_end, "PERSON", "doubt", "Not an ordinary word: is this a name?", "[person]")
        elif token.regime == MIXED and token.shape in ("cap", "mixed") and not token.first:
            if norm in entries("weekdays") or alone_stays(norm) and level(norm) in (1, 2):
                continue
            yield Span(token.start, token.stem_end, "PERSON", "doubt", "A capital letter inside a sentence: is this a name?", "[person]")
        elif token.first and token.regime == MIXED and token.shape == "cap":
            follow = words[i + 1].norm if i + 1 < len(words) and namer.gap(i) == " " else ""
            if name_weight(norm) == 3 and norm not in entries("ranks") and follow in entries("speech") and level(norm) != 1:
                yield Span(token.start, token.stem_end, "PERSON", "doubt", "Often a name: is this one?", "[person]")
        elif token.regime in (LOWER, UPPER) and known(norm) and name_weight(norm) == 3 and level(norm) > 1:
            follow = words[i + 1].norm if i + 1 < len(words) and namer.gap(i) == " " else ""
            before = words[i - 1].norm if i else ""
            if before not in ARTICLES and follow in entries("speech") and norm not in entries("ranks") and norm not in entries("roles"):
                yield Span(token.start, token.stem_end, "PERSON", "doubt", "Often a name: is this one?", "[person]")
