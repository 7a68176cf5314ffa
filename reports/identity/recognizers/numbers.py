"""Numbers: every run with a digit is an identifier unless shown to be harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..lexicon import entries, known, level, split
from ..span import Span
from ..tokens import LOWER, Story, Token

JOINTS = frozenset("-/.:#+–,'’&")
MEASURE = re.compile(
    r"\d{1,6}(?:[.,]\d+)?(?:mph|kph|ft|feet|in|lbs?|mm|cm|km|kg|mg|mcg|ml|g|gr|oz|cc|yds?|yo|y/o|hrs?|mins?|"
    r"secs?|s|x|k|st|nd|rd|th|ish|rds|ga|cal|psi|hz|mhz|ghz|gb|tb|mb|v|kv|w|hp|am|pm|d|p|plus|deg|f|c|er|round|min)"
)
TEN_CODE = re.compile(r"1[0-3]-\d{1,3}[a-z]?|10-?\d{2}s?")
YEAR = re.compile(r"(?:19|20)\d{2}s?|'\d{2}")
LAW = frozenset("usc u.s.c cfr nrs rcw orc ors ars crs krs mcl vtl cpl ucmj § section sec pc vc hs code statute penal".split())
SHORT_LABELS = frozenset("no nos num ref rpt rept inc lic ser reg sec apt bldg ste rm hwy rt rte rd sta veh plt tag".split())
BETWEEN = frozenset("no num number numbers nos is was are were ending ends end fragment ids id's # : . ( \" “ ' ' called of".split())
VEHICLES = frozenset("car cars unit units van truck boat bike bus engine vehicle units cruiser trailer train engine rescue".split())
CLOCK = re.compile(r"(?:0\d|1[0-8]|2[1-3])[0-5]\d")
MONEY = frozenset("$€£")
BARE_LIMIT = 3  # digits; a longer bare number is taken for an identifier


def chains(story: Story) -> Iterator[tuple[int, int]]:
    """Yield (first, last) token indexes of runs without a space that hold a digit."""
    tokens = story.tokens
    i = 0
    while i < len(tokens):
        if not tokens[i].word:
            i += 1
            continue
        j, digit = i, tokens[i].shape in ("digit", "alnum")
        while (
            j + 2 < len(tokens)
            and tokens[j + 1].text in JOINTS
            and tokens[j + 2].word
            and tokens[j].end == tokens[j + 1].start
            and tokens[j + 1].end == tokens[j + 2].start
        ):
            j += 2
            digit = digit or tokens[j].shape in ("digit", "alnum")
        if digit:
            yield i, j
        i = j + 1


def neighbour(story: Story, index: int, step: int) -> Token | None:
    """Return the word beside a token, on the same line and not past a full stop."""
    tokens = story.tokens
    index += step
    while 0 <= index < len(tokens):
        token = tokens[index]
        if token.word:
            return token
        if token.shape == "break" or token.text in ".;!?￼":
            return None
        index += step
    return None


def label_before(story: Story, index: int) -> tuple[str, bool]:
    """Return (label word, adjacent) that stands before a token, skipping "no.", "is", ":"."""
    tokens = story.tokens
    steps, index = 0, index - 1
    while index >= 0 and steps < 5:
        token = tokens[index]
        if token.shape == "break":
            return "", False
        norm = token.norm
        if token.word and norm not in BETWEEN:
            return norm, steps == 0
        if norm in ("no", "number", "numbers", "num", "nos", "id", "ids") and token.word:
            before = neighbour(story, index, -1)
            word = before.norm if before else ""
            if word in entries("number_labels") or word in entries("place_labels"):
                return word, False
            dotted = norm != "no" or index + 1 < len(tokens) and tokens[index + 1].text == "."
            return ("no" if norm == "no" else "number") if dotted else "", norm == "no"
        if token.text == "." and not (index and tokens[index - 1].norm in SHORT_LABELS):
            return "", False
        if not token.word and token.text not in BETWEEN and token.text not in "#:.(\"“'-=":
            return "", False
        index -= 1
        steps += 1
    return "", False


def find(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield the identifying numbers that no pattern has taken."""
    for i, j in chains(story):
        tokens = story.tokens
        start, end = tokens[i].start, tokens[j].end
        if any(taken[start:end]):
            if all(taken[start:end]):
                continue
            while i < j and taken[tokens[i].start]:
                i += 1
            while j > i and taken[tokens[j].end - 1]:
                j -= 1
            start, end = tokens[i].start, tokens[j].end
            if any(taken[start:end]) or not any(c.isdecimal() for c in story.clear[start:end]):
                continue
        found = judge(story, i, j, story.clear[start:end])
        if found is None:
            continue
        kind, label, reason, tier = found
        if j + 1 < len(tokens) and kind == "NUMBER":
            start, end = widen(story, i, j, start, end, label)
        taken[start:end] = b"\1" * (end - start)
        yield Span(start, end, kind, tier, reason, f"[{label}]")


def widen(story: Story, i: int, j: int, start: int, end: int, label: str) -> tuple[int, int]:
    """Take in the letters before and the groups after a plate or number written apart."""
    tokens = story.tokens
    if label == "plate" or label == "number":
        k = j + 1
        while k < len(tokens) and tokens[k].word and tokens[k].shape in ("digit", "alnum", "upper") and (
            len(tokens[k].text) <= 5 and tokens[k].start - end == 1 and (tokens[k].shape != "upper" or len(tokens[k].text) < 4)
            and (tokens[k].shape != "digit" or len(tokens[k].text) > 1 or label == "plate")
            and tokens[k].norm not in entries("units")
        ):
            if tokens[k].shape == "upper" and (tokens[k].regime == "upper" and known(tokens[k].norm) and len(tokens[k].text) > 1):
                break
            end = tokens[k].end
            k += 1
    return start, end


def label_name(word: str) -> str:
    """Return the replacement for a number with this label word."""
    if word in ("plate", "plates", "plt", "tag", "tags", "license", "licence", "lic", "reg", "registration"):
        return "plate"
    if word in ("case", "cases", "cad", "incident", "inc", "event", "report", "rpt", "complaint", "docket",
                "warrant", "writ", "citation", "file", "cr", "dr", "ia", "iab"):
        return "case number"
    if word in ("callsign", "sign"):
        return "call sign"
    return "number"


PLACE_NAMES = {
    "exit": "exit", "route": "highway", "rt": "highway", "rte": "highway", "highway": "highway",
    "hwy": "highway", "interstate": "highway", "zip": "ZIP code",
}


def judge(story: Story, i: int, j: int, text: str) -> tuple[str, str, str, str] | None:
    """Return (kind, label, reason, tier) of a run with digits, or None when it is harmless."""
    tokens = story.tokens
    low = text.lower().strip("'’")
    before = tokens[i - 1] if i else None
    glued = before is not None and before.end == tokens[i].start
    sign = before.text if before is not None and glued and not before.word else ""
    left = neighbour(story, i, -1)
    right = neighbour(story, j, 1)
    if right is not None and right.start - tokens[j].end > 1:
        right = None
    lword = left.norm if left else ""
    rword = right.norm if right else ""
    label, adjacent = label_before(story, i)
    digits = low.replace(",", "").replace("-", "").replace(".", "")
    plain = digits.isdecimal()
    if low in entries("safe_codes") or "." + low in entries("safe_codes") and sign == ".":
        return None
    if sign in MONEY or (j + 1 < len(tokens) and tokens[j + 1].text in "%°" and tokens[j + 1].start == tokens[j].end):
        return None
    if lword in LAW or rword in LAW or "§" in sign or (before is not None and before.text == "§"):
        return None
    parts = re.split(r"[-/.,:]", low)
    unit_part = len(parts) > 1 and any(p in entries("units") for p in parts[1:])
    if label in entries("place_labels") and (adjacent or label_is_near(story, i)):
        if not (plain and rword in entries("units") and rword not in ("in", "to", "by", "out", "or", "of", "and", "up", "down", "back")):
            if label not in ("section", "sec", "area", "box", "block", "road", "house", "room", "mile", "zone", "i", "us", "trail", "space", "pad", "bridge", "store", "camp", "site", "well", "post", "business", "loop", "pole", "cell", "pct", "bunk", "tract", "ward", "marker", "spot") or adjacent:
                if label in ("i", "us", "fs", "sr") and story.tokens[i - 1].shape != "upper":
                    pass
                elif not (label == "mile" and not adjacent):
                    return "PLACE", PLACE_NAMES.get(label, "number"), f"The word “{label}” stands before it.", "certain"
    if label == "class" and len(digits) < 2 or re.fullmatch(r"(?:mk|tlr|gen|lvl|cat|type|mod|ver)-?\d{1,2}", low):
        return None
    if label in entries("number_labels"):
        counted = rword in entries("units") and rword not in ("in", "to", "by", "out", "or", "of", "and", "up", "down", "back", "people", "head")
        if not (plain and counted and len(digits) < 4 and label in VEHICLES) and not (
            plain and not adjacent and len(digits) < 3 and label in VEHICLES and label_gap_is_verb(story, i)
        ) and label not in entries("safe_labels"):
            if not (TEN_CODE.fullmatch(low) and label in ("unit", "units")):
                return "NUMBER", label_name(label), f"The word “{label}” stands before it.", "certain"
    if MEASURE.fullmatch(low) and not (sign == "-" and False):
        return None
    if unit_part and parts[0].replace("/", "").isdecimal():
        return None
    if TEN_CODE.fullmatch(low) or (re.fullmatch(r"\d{1,2}-\d{1,3}", low) and tokens[i].regime != LOWER and not known_case(low)):
        return None
    if plain and (rword in entries("units") and len(digits) < 7):
        return None
    if label in entries("safe_labels") and len(digits) < 5 and (plain or low[:1].isdecimal() or len(low) < 5):
        return None
    if YEAR.fullmatch(low) or re.fullmatch(r"(?:19|20)\d\d[-–/](?:\d\d|(?:19|20)\d\d)", low):
        return None
    if plain:
        return judge_plain(story, i, j, low, digits, sign, left, right)
    if re.fullmatch(r"\d{1,3}/\d{1,3}", low) or re.fullmatch(r"\d{1,2}[a-d]", low) and tokens[i].regime == LOWER and False:
        return None
    if all(not any(c.isdecimal() for c in p) or p.isdecimal() for p in parts) and len(parts) > 1 and parts[0].isdecimal() and len(digits) < 40:
        words = [p for p in parts if not p.isdecimal() and p]
        if words and all(len(w) > 3 and known(w) and w not in entries("phonetic") for w in words):
            return None  # 40-foot, 5-pound-test
    if len(parts) > 1 and all(p.isalpha() and level(p) or p.isdecimal() and len(p) < 3 for p in parts) and parts[0].isalpha() and len(parts[0]) > 3 and parts[0] not in entries("phonetic"):
        return None
    if re.fullmatch(r"[a-z]{1,4}-?\d{1,3}", low) and tokens[i].shape in ("lower", "alnum") and label in ("the",) and False:
        return None
    name = "plate" if re.fullmatch(r"(?:[a-z]{2,3}-?\d{3,4}|\d[a-z]{3}\d{3}|\d{3}-?[a-z]{3})", low) else "number"
    return "NUMBER", name, "Letters and digits together look like a code.", "certain"


def known_case(low: str) -> bool:
    """Whether two hyphened numbers look like a case number rather than a code or a range."""
    first, _, second = low.partition("-")
    return first.startswith("0") or second.startswith("0") or len(second) > 2 and first not in ("10", "11", "12", "13")


def label_is_near(story: Story, i: int) -> bool:
    """Whether only signs stand between the label and the number."""
    index = i - 1
    while index >= 0 and not story.tokens[index].word:
        index -= 1
    return index >= 0 and (story.tokens[index].norm not in ("is", "was", "are", "were", "called", "of"))


def label_gap_is_verb(story: Story, i: int) -> bool:
    """Whether a verb stands between the label and the number ("the car was 20 feet off")."""
    return i > 0 and story.tokens[i - 1].norm in ("is", "was", "are", "were", "of", "called")


def judge_plain(
    story: Story, i: int, j: int, low: str, digits: str, sign: str, left: Token | None, right: Token | None
) -> tuple[str, str, str, str] | None:
    """Judge a run of digits alone, by its length and the words beside it."""
    tokens = story.tokens
    thing = ("NUMBER", "number", "A bare number may stand for a person, a vehicle or a case.", "possible")
    if "," in low or sign == "." or ("." in low and len(digits) < 8):
        return None
    if "-" in low:
        return None if len(digits) < 6 and not known_case(low) else (
            "NUMBER", "case number", "Looks like a case number.", "certain")
    if sign == "#":
        return "NUMBER", "number", "A number sign stands before it.", "certain"
    after = story.clear[tokens[j].end: tokens[j].end + 1]
    adjacent = right is not None and right.start - tokens[j].end == 1
    if CLOCK.fullmatch(digits) and not (right is not None and right.norm.endswith("s")):
        return "TIME", "time", "Looks like a clock time.", "possible"
    if digits.startswith("0") and len(digits) > 2:
        return thing
    if len(digits) < BARE_LIMIT:
        return None
    if adjacent and right is not None and after == " ":
        counted = level(right.norm) and right.norm not in entries("function") and right.shape in ("lower", "upper")
        if counted and len(digits) < 6 and (right.norm.endswith("s") or len(digits) == 3 or right.shape == "lower"):
            if not (tokens[i].first and tokens[i].regime == "upper" and not right.norm.endswith("s")):
                return None
    if len(digits) == 3 and left is not None and left.start >= tokens[i].start - 20:
        if left.norm in ("to", "or", "and", "about", "maybe", "over", "under", "at", "doing", "of", "around", "than",
                         "nearly", "almost", "only", "hit", "was", "were", "like", "some", "every", "all", "roughly", "be", "said", "through", "by", "top", "topped", "past", "into", "a", "the", "least", "most", "weighed", "weighs"):
            return None
    return thing


def find_spelt(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield numbers in words after a label: badge eleven oh four, exit one nineteen."""
    numbers, tokens = entries("numwords"), story.tokens
    for i, token in enumerate(tokens):
        if not token.word or token.norm not in numbers or taken[token.start]:
            continue
        if i and tokens[i - 1].word and tokens[i - 1].norm in numbers:
            continue
        letters = i
        while letters and tokens[letters - 1].word and (len(tokens[letters - 1].text) == 1 or tokens[letters - 1].norm == "dash") and tokens[letters - 1].norm not in ("a", "i"):
            letters -= 1
        label, adjacent = label_before(story, letters)
        if any(t.text == "." for t in tokens[max(0, letters - 2): letters]):
            continue
        place = label in entries("place_labels") and adjacent
        strong = label in entries("number_labels") and label not in entries("safe_labels")
        if not place and not strong:
            continue
        j = i
        while j + 1 < len(tokens) and tokens[j + 1].word and (
            tokens[j + 1].norm in numbers or tokens[j + 1].norm in ("dash", "hyphen") or tokens[j + 1].norm in entries("phonetic")
        ):
            j += 1
        right = neighbour(story, j, 1)
        follows = right is not None and right.start - tokens[j].end == 1
        if follows and right is not None and (right.norm in entries("units") or right.norm.endswith("s")) and right.norm not in ("in", "to", "is", "was", "of", "and", "by"):
            continue
        if j == i and (label in ("number", "no", "car", "cars", "unit", "units", "van", "truck") and token.norm in ("one", "two", "three") and not adjacent):
            continue
        if label in ("number", "no", "road", "house", "room", "block", "box", "cell", "section", "space", "area", "mile", "us", "i", "post", "loop", "trail", "event", "order", "control") and j - i < 1:
            continue
        start, end = tokens[letters].start, tokens[j].end
        if any(taken[start:end]):
            continue
        taken[start:end] = b"\1" * (end - start)
        kind = "PLACE" if place else "NUMBER"
        name = PLACE_NAMES.get(label, "number") if place else label_name(label)
        yield Span(start, end, kind, "certain", f"The word “{label}” stands before it.", f"[{name}]")


def find_plates(story: Story, taken: bytearray) -> Iterator[Span]:
    """Yield plates written in groups after a label: tag HZB 771, V28 4KD, kdz 914."""
    tokens = story.tokens
    for i, token in enumerate(tokens):
        if not token.word or token.norm not in ("plate", "plates", "plt", "tag", "tags", "registration", "reg", "lp", "report", "case", "number", "no", "hull", "id"):
            continue
        j = i + 1
        while j < len(tokens) and (tokens[j].text in ":.#-(\"“" or tokens[j].norm in ("number", "no", "is", "was", "read", "reads", "of", *split("came back"))):
            j += 1
        start, last, digits = j, j - 1, 0
        while j < len(tokens) and tokens[j].word and len(tokens[j].text) <= 8 and j - start < 5 and not taken[tokens[j].start]:
            word = tokens[j]
            single = len(word.text) <= 3 and (word.shape in ("upper", "cap") or not level(word.norm) or len(word.text) == 1)
            if word.shape in ("digit", "alnum"):
                digits += 1
            elif not single or word.norm in entries("function") and word.shape != "upper":
                break
            last = j
            j += 1
        if digits and last > start and tokens[start].start < tokens[last].start:
            while tokens[last].shape not in ("digit", "alnum") and len(tokens[last].text) > 1:
                last -= 1
            begin, end = tokens[start].start, tokens[last].end
            if last > start and not any(taken[begin:end]):
                taken[begin:end] = b"\1" * (end - begin)
                yield Span(begin, end, "NUMBER", "certain", f"The word “{token.norm}” stands before it.",
                           f"[{label_name(token.norm)}]")
