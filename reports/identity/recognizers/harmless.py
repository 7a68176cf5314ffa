"""What shows a run with digits to be harmless: its form, the words beside it, its label."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..lexicon import entries, known, level, word_set
from ..tokens import LOWER, UPPER, Story, index_at, where
from .chains import label_before, neighbour

MEASURE = re.compile(
    r"\d{1,6}(?:[.,]\d+)?(?:mph|kph|ft|feet|in|lbs?|mm|cm|km|kg|mg|mcg|ml|g|gr|oz|cc|yds?|yo|y/o|hrs?|"
    r"mins?|secs?|s|x|k|st|nd|rd|th|ish|rds|ga|cal|psi|hz|mhz|ghz|gb|tb|mb|v|kv|w|hp|am|pm|plus|deg|"
    r"er|round|min|h)|x\d{1,2}|\d{1,4}x\d{1,4}|\d{1,3}['’]\d{0,2}"
)
TEN_CODE = re.compile(r"1[0-3]-\d{1,3}[a-z]?|10-?\d{2}s?")
SHORT_PAIR = re.compile(r"\d{1,2}-\d{1,3}")
FRACTION = re.compile(r"\d{1,3}/\d{1,3}")
YEARS = re.compile(r"(?:19|20)\d{2}s?|'\d{2}|(?:19|20)\d\d[-–/](?:\d\d|(?:19|20)\d\d)")
VERSION = re.compile(r"(?:mk|tlr|gen|lvl|cat|type|mod|ver)-?\d{1,2}")
SECTION = re.compile(r"\d{1,2}(?:\.\d{1,2}){2,3}")
NO_SEPARATORS = str.maketrans("", "", ",-.")
MORE = frozenset("$€£+")  # money, and what is on top: +00:40
LAW = word_set("law")
# Letters that are no initials: who speaks in a list of questions and answers, and those of R/O.
SPEAKER = re.compile(r"^[ \t]{0,8}([QA])[.:)]", re.MULTILINE)
SLASHED = re.compile(r"\b[A-Z](?=/[A-Za-z])|(?<=[A-Za-z]/)[A-Z]\b")
HEIGHTS = frozenset(("ht", "hgt", "height"))
FILL = word_set("fill")
BEFORE_COUNTS = word_set("before_counts")
MEASURED_DIGITS = 7  # digits; nothing is counted in longer numbers
LABELLED_DIGITS = 5  # digits; a code of the trade, a floor or a model has fewer


def mark_letters(story: Story) -> None:
    """Mark the letters that stand for nobody's name: Q. and A. of an interview, R/O, W/M."""
    clear, letters = story.clear, []
    if "Q" in clear:
        speakers = [*SPEAKER.finditer(clear)]
        if any(found[1] == "Q" for found in speakers):
            letters += [found.start(1) for found in speakers]
    if "/" in clear:
        letters += [found.start() for found in SLASHED.finditer(clear)]
    for start in letters:
        i = index_at(story, start)
        story.safe[i] = story.fixed[i] = True


def mark_shares(story: Story) -> None:
    """Mark the numbers in words that tell a share: four hours out of forty-eight."""
    if " out of " not in story.lower:
        return
    norms, numbers = story.norms, entries("numwords")
    for i in where(norms, ("out",)):
        first = i + 2
        if norms[i + 1 : first] == ["of"] and numbers & {*norms[max(0, i - 2) : i]}:
            last = first
            while last < len(norms) and (norms[last] in numbers or norms[last] == "-"):
                story.safe[last] = story.fixed[last] = True
                last += 1


@dataclass(slots=True)
class Run:
    """Characters without a space that hold a digit: tokens i to j, and what stands beside them."""

    story: Story
    i: int
    j: int
    text: str  # lower case
    sign: str  # the sign that touches it on the left, or ""
    left: int | None  # place of the word before it
    right: int | None  # place of the word behind it, when only one character parts them
    label: str  # the label word before it, or ""
    adjacent: bool  # whether nothing stands between the label and the run
    digits: str  # the text without separators

    @property
    def plain(self) -> bool:
        """Whether it is digits and separators alone."""
        return self.digits.isdecimal()

    @property
    def parts(self) -> list[str]:
        """Return what its separators part."""
        return re.split(r"[-/.,:]", self.text)

    @property
    def before(self) -> str:
        """Return the word on its left."""
        return "" if self.left is None else self.story.norms[self.left]

    @property
    def after(self) -> str:
        """Return the word on its right."""
        return "" if self.right is None else self.story.norms[self.right]


def read(story: Story, i: int, j: int) -> Run:
    """Return the run of the tokens i to j."""
    tokens, starts, ends = story.tokens, story.starts, story.ends
    text = story.clear[starts[i] : ends[j]].lower().strip("'’")
    glued = i and ends[i - 1] == starts[i] and not tokens[i - 1].word
    right = neighbour(story, j, 1)
    if right is not None and starts[right] - ends[j] > 1:
        right = None
    label, adjacent = label_before(story, i)
    sign = tokens[i - 1].text if glued else ""
    left, digits = neighbour(story, i, -1), text.translate(NO_SEPARATORS)
    return Run(story, i, j, text, sign, left, right, label, adjacent, digits)


def is_model(run: Run) -> bool:
    """Whether it is a model, a calibre, a substance: an M4, two M4s, a .40."""
    known_codes, text = entries("safe_codes"), run.text
    return (
        text in known_codes
        or (run.sign == "." and "." + text in known_codes)
        or text.removesuffix("s") in known_codes
    )


def by_form(run: Run) -> bool:
    """Whether the form alone shows it: a model, a calibre, money, a share, a statute."""
    story = run.story
    if is_model(run):
        return True
    if run.sign in MORE and run.sign:
        return True
    behind = story.clear[story.ends[run.j] : story.ends[run.j] + 1]
    if behind in ("%", "°"):
        return True
    if run.before in HEIGHTS or run.before in LAW or run.after in LAW:
        return True
    if run.i and story.tokens[run.i - 1].text == "§":
        return True
    if SECTION.fullmatch(run.text) or (run.label == "no" and len(run.digits) < 2):
        return True
    return (run.label == "class" and len(run.digits) < 2) or bool(VERSION.fullmatch(run.text))


def by_measure(run: Run) -> bool:
    """Whether it is a measure, a count, a radio code, a year, or has a harmless label."""
    parts = run.parts
    if MEASURE.fullmatch(run.text) or TEN_CODE.fullmatch(run.text):
        return True
    if len(parts) > 1 and parts[0].isdecimal() and any(p in entries("units") for p in parts[1:]):
        return True
    pair = SHORT_PAIR.fullmatch(run.text) and run.story.regimes[run.i] != LOWER
    if pair and not like_a_case(run.text):
        return True
    size = len(run.digits)
    few = size < 3 or "," in run.text or (run.after not in FILL and size < MEASURED_DIGITS)
    if run.plain and few and run.after in entries("units"):
        return True
    if run.label == "number" and run.plain and size > 2:
        return False
    short = run.plain or run.text[:1].isdecimal() or len(run.text) < LABELLED_DIGITS
    if short and size < LABELLED_DIGITS and run.label in entries("safe_labels"):
        return True
    return bool(YEARS.fullmatch(run.text))


def by_words(run: Run) -> bool:
    """Whether letters and digits together are ordinary words: 40-foot, 5-pound-test, lane-2."""
    parts = run.parts
    if FRACTION.fullmatch(run.text):
        return True
    if len(parts) < 2:
        return False
    words = [p for p in parts if p and not p.isdecimal()]
    phonetic = entries("phonetic")
    if parts[0].isdecimal() and words and not any(c.isdecimal() for w in words for c in w):
        return all(len(w) > 3 and known(w) and w not in phonetic for w in words)
    spelled = all((p.isalpha() and level(p)) or (p.isdecimal() and len(p) < 3) for p in parts)
    return bool(spelled and parts[0].isalpha() and len(parts[0]) > 3 and parts[0] not in phonetic)


def counted(run: Run) -> bool:
    """Whether a plain number of three and more digits counts what stands beside it."""
    story, size, after = run.story, len(run.digits), run.after
    if run.right is not None and level(after) and after not in entries("function"):
        shape = story.tokens[run.right].shape
        gap = story.clear[story.ends[run.j] : story.starts[run.right]]
        several = after.endswith("s")
        fits = size == 3 or several or shape == "lower"
        log = story.first[run.i] and story.regimes[run.i] == UPPER and not several
        if gap == " " and size < 6 and shape in ("lower", "upper") and fits and not log:
            return True
    near = run.left is not None and story.starts[run.left] >= story.starts[run.i] - 20
    return size == 3 and near and run.before in BEFORE_COUNTS


def like_a_case(text: str) -> bool:
    """Whether two hyphened numbers look like a case number rather than a code or a range."""
    first, _, second = text.partition("-")
    if first.startswith("0") or second.startswith("0"):
        return True
    return len(second) > 2 and first not in ("10", "11", "12", "13")
