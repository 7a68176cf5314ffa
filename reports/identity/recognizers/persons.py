"""Names of persons told by what stands beside them: a rank, a role, "named", initials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import entries, is_first, known, level, name_weight, ordinary
from ..span import Span
from ..tokens import LOWER, MIXED, UPPER, Story, Token

PARTICLES = frozenset("de la las los del della da dos di du van von der den el al bin ibn st st. mac mc o le san abu ben".split())
SUFFIXES = frozenset("jr sr ii iii iv".split())
NAMING = frozenset("named nicknamed surnamed aka a.k.a alias".split())
NAME_IS = frozenset("name names named name's".split())
SPOUSE = frozenset("me him her us".split())
SHORT_RANKS = frozenset("ofc ofcr sgt ssgt lt capt cpl dep tpr det insp inv ptl supt cmdr mr mrs ms dr const sa po pco".split())
ARTICLES = frozenset("the a an my our his her their your this that these those its some any every each no another one".split())
CLAUSE = frozenset("and but so then when because cause cuz that while if as where before after until till since than once except or plus".split())
TITLES = frozenset("mr mrs ms dr mister missus".split())
DOGS = frozenset("dog dogs horse k9 canine bloodhound malinois shepherd mare gelding mount puppy pup mule".split())
QUOTES = "\"“”'‘’«»"
INITIALS = re.compile(r"(?<![\w.])(?:[A-Z]\. ?){2,3}(?![a-z]{0,1}\d)(?!\w\.)")
INITIAL_NAME = re.compile(r"(?<![\w.'’])(?:[A-Z]\. ?){1,2}(?=[^\W\d_a-z][^\W\d_]{1,30})")
SPELLED = re.compile(r"(?<![\w.])[A-Za-z](?:[ -]{1,2}[A-Za-z](?![\w'’])){2,15}")
ROLE_GAP = (" ", ", ", " - ", " (", "'s ", ": ", " (my ")


class Namer:
    """Marks names in one story; ``taken`` holds one byte a character."""

    def __init__(self, story: Story, taken: bytearray) -> None:
        self.story, self.taken, self.words = story, taken, story.words

    def gap(self, i: int) -> str:
        """Return the text between word i and the next, "\\n" at the end."""
        if i < 0 or i + 1 >= len(self.words):
            return "\n"
        return self.story.clear[self.words[i].end: self.words[i + 1].start]

    def free(self, i: int) -> bool:
        """Whether word i exists, nothing has taken it and it is not part of a phrase that stays."""
        return 0 <= i < len(self.words) and not self.taken[self.words[i].start] and not self.words[i].fixed

    def nameable(self, token: Token, strong: bool) -> bool:
        """Whether a word can be a name where a cue stands before it (``strong``: a clear one)."""
        norm = token.norm
        if token.shape in ("digit", "alnum") or len(norm) == 1 and token.shape != "cap":
            return False
        if token.regime == MIXED and token.shape in ("cap", "mixed"):
            if norm in entries("function") and name_weight(norm) < 2:
                return False
            if norm in entries("ranks") and name_weight(norm) < 3:
                return False
            return not (token.first and ordinary(norm) and not name_weight(norm))
        if norm in entries("function") and not (strong and token.shape == "upper" and name_weight(norm) == 3 and norm in ("may", "will", "long", "little", "best", "early", "justice", "small", "short", "good", "black", "major")):
            return False
        if token.regime == MIXED and token.shape == "upper":
            return len(norm) > 1 and norm.upper() not in entries("acronyms")
        if not (ordinary(norm) if strong else known(norm)):
            return True
        if norm in entries("ranks") or norm in entries("units") or norm in entries("trade") or norm in entries("roles"):
            return strong and name_weight(norm) == 3 and level(norm) > 2
        if norm in entries("speech"):
            return False
        return strong and name_weight(norm) >= (2 if token.regime != MIXED else 3) and (token.regime != MIXED or level(norm) > 2)

    def run(self, i: int, strong: bool = True) -> int:
        """Return the last word of the name that starts at word i."""
        last = i
        while last + 1 < len(self.words) and last - i < 5 and self.free(last + 1):
            gap, word = self.gap(last), self.words[last + 1]
            if gap not in (" ", "-", ". ", ".", "  ", " \"", "\" ", " “", "” ", ", ", " '", "' ", " ‘", "’ ", " (\"", "\") "):
                break
            current = self.words[last]
            if gap == ", ":
                if word.norm not in SUFFIXES:
                    break
            elif gap in (". ", ".") and len(current.norm) > 1 and current.norm not in ("wm", "thos", "chas", "geo", "jas", "jos", "st", "jr", "sr"):
                break
            if current.stem_end < current.end:
                break  # a possessive ends the name
            if word.norm in SUFFIXES:
                last += 1
                continue
            if word.regime == MIXED:
                if word.norm in PARTICLES and self.free(last + 2) and self.words[min(last + 2, len(self.words) - 1)].shape in ("cap", "mixed") and gap in (" ", "-"):
                    last += 1
                    continue
                if word.shape not in ("cap", "mixed") and not (word.shape == "upper" and len(word.norm) < 4 and current.shape == "cap" and False):
                    glued = gap == "-" and word.shape == "lower" and not ordinary(word.norm)
                    if not glued and not (word.shape == "upper" and current.shape == "upper" and not ordinary(word.norm)):
                        break
                if word.first and gap not in (" \"", " “", " '", " ‘", " (\""):
                    break
                if word.norm in entries("weekdays") and not name_weight(word.norm) or word.norm == "i":
                    break
            else:
                if word.norm in entries("function") or word.norm in entries("speech"):
                    break
                single = len(word.norm) == 1 and gap == " " and word.norm not in ("a", "i")
                given = is_first(current.norm) and not level(current.norm) and name_weight(word.norm) == 3
                if not single and ordinary(word.norm) and not given and not (name_weight(word.norm) >= 2 and (gap == "-" or level(word.norm) > 1 and word.norm not in entries("trade") or word.regime == UPPER and name_weight(word.norm) == 3)):
                    break
                if not single and word.norm in entries("roles") and name_weight(word.norm) < 3:
                    break
            last += 1
        while last > i and (self.words[last].norm in PARTICLES and self.words[last].shape == "lower"):
            last -= 1
        return last

    def take(self, i: int, last: int, tier: str, reason: str) -> Span | None:
        """Claim the words i to last as a name."""
        start, end = self.words[i].start, self.words[last].stem_end
        if len(self.words[last].norm) == 1 and self.story.clear[end: end + 1] == "." and self.words[last].shape == "cap":
            end += 1
        if any(self.taken[start:end]):
            return None
        self.taken[start:end] = b"\1" * (end - start)
        for k in range(i, last + 1):
            self.words[k].name = True
        return Span(start, end, "PERSON", tier, reason, "[person]")


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield the names that a cue beside them tells."""
    namer = Namer(story, taken)
    yield from initials(namer)
    words = namer.words
    for i, token in enumerate(words):
        if taken[token.start] or token.fixed:
            continue
        for rule in (ranked, called, roled, paired):
            found = rule(namer, i)
            if found is not None:
                first, strong, tier, reason = found
                span = namer.take(first, namer.run(first, strong), tier, reason)
                if span is not None:
                    yield span
                break
    yield from spoken(namer)


def ranked(namer: Namer, i: int) -> tuple[int, bool, str, str] | None:
    """A rank or title before it: Officer Ramirez, SGT MAY, ofc price."""
    words = namer.words
    token = words[i]
    if token.norm not in entries("ranks") or i + 1 >= len(words) or not namer.free(i + 1):
        return None
    if namer.gap(i) not in (" ", ". ", "  ", "./", ".", "/") or token.stem_end < token.end:
        return None
    name = words[i + 1]
    short = token.norm in SHORT_RANKS
    if name.norm in entries("ranks") and (name_weight(name.norm) < 2 or i + 2 < len(words) and namer.gap(i + 1) in (" ", ". ") and namer.free(i + 2) and words[i + 2].shape in ("cap", "upper") and words[i + 2].norm not in entries("function")):
        return None
    if len(name.norm) == 1 and name.shape != "cap":
        return None
    if namer.gap(i) == ". " and not short and len(token.norm) > 4:
        return None
    article = i > 0 and words[i - 1].norm in ARTICLES
    if name.regime == MIXED and token.shape == "lower" and name.shape in ("cap", "mixed") and name.first and not short:
        return None
    if name.regime == MIXED and token.norm in ("off", "no", "so", "da", "co", "doc", "sa", "po", "fr", "ol", "inv", "rev", "const", "major", "private", "justice", "senior", "sister", "brother", "clerk", "tech") and token.shape == "lower" and name.shape == "lower":
        return None
    if token.norm in ("off", "ol", "da", "sa", "po", "fr", "co", "clerk", "private", "senior", "specialist", "petty", "father", "sister", "brother", "cousin", "major", "justice", "coach", "director", "technician", "tech", "operator", "pilot", "driver", "nurse", "doctor", "medic", "reserve", "aux", "foreman", "engineer", "supervisor", "recruit", "handler", "instructor", "principal", "agent", "chief", "sir", "mister", "miss", "dispatcher", "detective", "officer", "marshal", "cadet", "trainee") and name.regime in (LOWER,) and known(name.norm):
        if token.norm == "off" or article or name_weight(name.norm) < 3 or level(name.norm) == 1 and name.norm not in ("price", "green", "may", "stone", "long", "page", "young", "king", "law"):
            return None
    if token.norm == "off" and name.regime != MIXED:
        return None
    if token.norm in ("miss", "ms") and name.regime == LOWER and known(name.norm):
        return None
    if article and name.regime != MIXED and known(name.norm):
        return None
    if token.norm in TITLES and name.norm not in entries("function") and name.norm not in entries("speech") and (
        name.regime != MIXED or name.shape in ("cap", "mixed")
    ):
        return i + 1, True, "certain", "A title stands before it."
    if name.regime == UPPER and not short and ordinary(name.norm) and name_weight(name.norm) < 3:
        if not (name_weight(name.norm) and namer.gap(i + 1) == " " and i + 2 < len(words) and not ordinary(words[i + 2].norm)):
            return None
        return i + 1, True, "certain", "A rank or title stands before it."
    if namer.nameable(name, True):
        return i + 1, True, "certain", "A rank or title stands before it."
    if name.shape == "cap" and len(name.norm) == 1 and namer.story.clear[name.end: name.end + 1] == ".":
        return i + 1, True, "certain", "A rank or title stands before it."
    return None


def called(namer: Namer, i: int) -> tuple[int, bool, str, str] | None:
    """A word of naming before it: named Kilo, by the name of Rosa, his name was gus."""
    words = namer.words
    token = words[i]
    k = i
    if token.norm in NAMING:
        pass
    elif token.norm in NAME_IS:
        if i + 1 < len(words) and words[i + 1].norm in ("is", "was", "of", "being", "were") and namer.gap(i) == " ":
            k = i + 1
        elif token.norm not in ("name's", "names") and not (token.end > token.stem_end):
            return None
    elif token.norm in ("call", "calls", "called") and i + 1 < len(words):
        if words[i + 1].norm in ("him", "her", "me", "it") and i and token.norm != "called":
            k = i + 1
            if not (k + 1 < len(words) and words[k + 1].shape in ("cap", "mixed") and not words[k + 1].first and words[k + 1].norm not in entries("function")):
                return None
        elif token.norm != "called" or i == 0 or words[i + 1].shape not in ("cap", "mixed") or words[i + 1].regime != MIXED or words[i + 1].norm in entries("function"):
            return None
    elif token.norm in DOGS or token.norm == "9" and i and words[i - 1].norm == "k":
        if i + 2 >= len(words):
            return None
        verb = words[i + 1].norm in ("is", "was") and namer.gap(i) == " "
        k = i + 1 if verb else i
        name = words[k + 1] if k + 1 < len(words) else token
        apart = namer.gap(k) in (", ", ": ")
        closed = namer.gap(k + 1)[:1] in ",.;)\n"
        if not namer.free(k + 1) or name.norm in entries("function") or name.norm in entries("roles") or name.norm in entries("units"):
            return None
        if name.regime == MIXED and name.shape in ("cap", "mixed") and (not name.first or apart) and not name.norm in entries("agency_heads"):
            return k + 1, True, "certain", f"“{token.text}” stands before it."
        if name.regime == UPPER and apart and closed and not verb:
            return k + 1, True, "certain", f"“{token.text}” stands before it."
        return None
    else:
        return None
    n = k + 1
    while n < len(words) and words[n].norm in ("is", "was", "sgt", "officer", "deputy", "uh", "um", "like", "just", "old", "mr", "ms", "mrs", "dr", "k9"):
        n += 1
    if not namer.free(n) or n - k > 3:
        return None
    gap = namer.story.clear[words[k].end: words[n].start]
    if len(gap.strip(" ,:\"“'‘(-.")) and n == k + 1 or "\n" in gap:
        return None
    if namer.nameable(words[n], True) or words[n].shape == "upper" and words[n].regime == UPPER and words[n].norm not in entries("function") and token.norm in NAMING:
        return n, True, "certain", f"“{token.text}” stands before it."
    if words[n].shape in ("cap", "mixed") and words[n].regime == MIXED and not words[n].first and token.norm in NAMING | NAME_IS and words[n].norm not in entries("function"):
        return n, True, "certain", f"“{token.text}” stands before it."
    if token.norm in NAMING and words[n].norm not in entries("function") and words[n].regime == LOWER and words[n].norm not in ("by", "after") and level(words[n].norm) > 0:
        return n, True, "certain", f"“{token.text}” stands before it."
    return None


def roled(namer: Namer, i: int) -> tuple[int, bool, str, str] | None:
    """A role before it: my partner Dot; my backup, Tomasz; the dispatcher teresa page."""
    words = namer.words
    token = words[i]
    if token.norm not in entries("roles") or token.stem_end < token.end or namer.gap(i) not in (" ", ", ", " - ", " (", ": ", " \"", " “") or not namer.free(i + 1):
        return None
    name = words[i + 1]
    if name.shape in ("digit", "alnum") or len(name.norm) < 2:
        return None
    reason = f"“{token.text}” stands before it."
    comma = namer.gap(i) != " "
    if name.regime == MIXED:
        if name.shape in ("cap", "mixed") and not name.first and namer.nameable(name, False) and not name.safe:
            return i + 1, True, "certain", reason
        if name.shape == "lower" and not known(name.norm) and name_weight(name.norm) and not comma:
            return i + 1, False, "possible", reason
        return None
    if name.norm in entries("function") or name.norm in entries("roles") or name.safe:
        return None
    if not known(name.norm):
        return i + 1, True, "certain", reason
    if comma and name.regime == LOWER:
        return None
    weight = name_weight(name.norm)
    after = words[i + 2].norm if i + 2 < len(words) and namer.gap(i + 1) in (" ", ", ") else ""
    if name.norm in entries("trade") or name.norm in entries("units") or name.norm in entries("speech"):
        return None
    possessed = i > 0 and words[i - 1].norm in ARTICLES
    if weight == 3 and level(name.norm) > 1 and possessed and (after in entries("speech") or level(name.norm) > 3 or is_first(name.norm)):
        return i + 1, True, "possible", reason
    if weight >= 2 and i + 2 < len(words) and namer.gap(i + 1) == " " and not known(words[i + 2].norm) and level(name.norm) > 1:
        return i + 1, True, "possible", reason
    return None


def paired(namer: Namer, i: int) -> tuple[int, bool, str, str] | None:
    """Beside a pronoun: me and deshawn, ortega and me, him and pike."""
    words = namer.words
    token = words[i]
    if token.norm not in ("and", "n", "an", "&") or i == 0 or i + 1 >= len(words):
        return None
    before, after = words[i - 1], words[i + 1]
    if namer.gap(i - 1) != " " or namer.gap(i) != " ":
        return None
    reason = "Stands beside a person."
    if before.norm in ("me", "him", "her", "myself") and before.regime != MIXED and namer.free(i + 1):
        if after.norm not in entries("function") and after.norm not in entries("roles") and after.norm not in entries("ranks") and (name_weight(after.norm) >= 2 or not known(after.norm)) and after.norm not in entries("speech") and after.norm not in entries("units"):
            return i + 1, True, "possible", reason
    if after.norm in ("i", "me", "myself") and namer.free(i - 1) and before.norm not in entries("function") and before.norm not in entries("roles") and before.norm not in entries("ranks"):
        if before.regime == MIXED and before.shape in ("cap", "mixed") and (name_weight(before.norm) or not known(before.norm)):
            first = i - 1
            while first > 0 and namer.free(first - 1) and words[first - 1].shape == "cap" and not words[first].first and namer.gap(first - 1) == " " and (not words[first - 1].first or name_weight(words[first - 1].norm) >= 2):
                first -= 1
            return first, True, "certain", reason
        previous = words[i - 2].norm if i > 1 else ""
        if before.regime != MIXED and previous not in ARTICLES and (not known(before.norm) or name_weight(before.norm) >= 2 and level(before.norm) != 1 and (is_first(before.norm) or name_weight(before.norm) == 3 and (before.first or previous in CLAUSE))):
            return i - 1, True, "possible", reason
    return None


def spoken(namer: Namer) -> Iterator[Span]:
    """Yield ordinary words that are names and act: pike says, frost was, in ALL CAPS or lower case."""
    words = namer.words
    for i, token in enumerate(words):
        if token.regime == MIXED or taken_or_safe(namer, i) or i + 1 >= len(words):
            continue
        norm = token.norm
        if not known(norm) or norm in entries("function") or norm in entries("trade") or level(norm) == 1 or name_weight(norm) < 2:
            continue
        if norm in entries("roles") or norm in entries("ranks") or norm in entries("units") or not (is_first(norm) and name_weight(norm) == 3):
            continue
        opens = token.first or i > 0 and words[i - 1].norm in CLAUSE and namer.gap(i - 1) == " "
        if opens and words[i + 1].norm in entries("speech") and namer.gap(i) == " ":
            span = namer.take(i, i, "possible", "Speaks or acts like a person.")
            if span is not None:
                yield span


def taken_or_safe(namer: Namer, i: int) -> bool:
    """Whether word i is taken or known to stay."""
    return not namer.free(i) or namer.words[i].safe


def initials(namer: Namer) -> Iterator[Span]:
    """Yield initials used as a name: J.T., J. Wendt, T H I B."""
    text, taken = namer.story.clear, namer.taken
    skip = -1
    for i, token in enumerate(namer.words):
        if i <= skip or token.shape != "cap" or len(token.norm) != 1 or not namer.free(i):
            continue
        if text[token.end: token.end + 1] != "." or token.norm == "i" and namer.gap(i) != ". ":
            continue
        last = i
        while last + 1 < len(namer.words) and last - i < 3 and namer.free(last + 1) and namer.gap(last) in (".", ". "):
            word = namer.words[last + 1]
            if len(word.norm) > 1 and (word.shape not in ("cap", "mixed", "upper") or word.norm in entries("function") and name_weight(word.norm) < 3):
                break
            if word.shape in ("digit", "alnum", "lower"):
                break
            last += 1
            if len(word.norm) > 1:
                break
        if last == i:
            continue
        size = len(namer.words[last].norm)
        whole = text[token.start: namer.words[last].end].replace(".", "").replace(" ", "").upper()
        if size == 1 and whole in entries("acronyms") | {"AM", "PM", "US", "USA", "DC", "ID", "PD", "SO", "MOU", "IE", "EG"}:
            skip = last
            continue
        if token.first and token.norm in ("a", "q") and size > 1 and last == i + 1 and ordinary(namer.words[last].norm):
            continue
        if namer.words[last].norm == "i" or namer.words[i - 1].norm in ("channel", "side", "plan", "class", "type", "level", "section", "part", "option", "vitamin", "hepatitis") and i:
            continue
        if size > 1:
            last = namer.run(last)
        span = namer.take(i, last, "certain", "Initials stand for a person.")
        if span is not None:
            if text[span.end: span.end + 1] == "." and size == 1:
                pass
            yield span
    for found in SPELLED.finditer(text):
        start, end = found.span()
        letters = [c for c in found.group() if c.isalpha()]
        if any(taken[start:end]) or len(letters) < 3 or all(c in "aioAIO" for c in letters):
            continue
        taken[start:end] = b"\1" * (end - start)
        yield Span(start, end, "PERSON", "certain", "Letters spelled one by one may be a name.", "[person]")
