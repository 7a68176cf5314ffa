"""One tokenisation for all recognizers: words, their case, and the regime of their sentence."""

from __future__ import annotations

import gc
import re
from bisect import bisect_left
from collections.abc import Container
from dataclasses import dataclass, field
from itertools import compress, count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .tagger import Word

LABELS = (
    "person|K-9|agency|hospital|school|court|business|place|town|county|street|address|highway|exit|"
    "ZIP code|coordinates|time|date|number|plate|case number|call sign|SSN|phone|pager|extension|"
    "email|web address|IP address|handle|removed"
)  # every replacement that the engine gives, without its letter; a closed list, or a name in
# brackets would be safe from the engine
LABEL = re.compile(rf"\[(?:{LABELS})(?: [A-Z]{{1,3}})?\]")
FILLER, FILLED = "\ufffb", "\ufffc"  # stand for the characters of a label, and for its last one
LABELLED = "[]"  # the text of the token that a label is
TOKEN = re.compile(
    r"[^\W_]+(?:['’ʻʼ`‘][^\W_]+)*|\n+|\ufffb*\ufffc(?:['’][sS](?![^\W_]))?|[^\w\s]|_"
)
# The same for a text of ASCII alone: it takes two thirds of the time.
ASCII_TOKEN = re.compile(r"[A-Za-z0-9]+(?:['`][A-Za-z0-9]+)*|\n+|[^\sA-Za-z0-9]")
APOSTROPHES = str.maketrans("’ʻʼ`‘", "'''''")
PLAIN = {
    "\u00a0": " ",
    "\u2007": " ",
    "\u202f": " ",
    "\u2009": " ",
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2212": "-",
    FILLER: "\ufffd",  # a story's own, which is no label
    FILLED: "\ufffd",
}
PLAINER = re.compile(f"[{''.join(PLAIN)}]")
# The regime of a sentence is even, so that how a word stands is one number: the regime of its
# sentence, and one more where it opens something.
MIXED, LOWER, UPPER, TITLE = 0, 2, 4, 6
STANDINGS = 8
LONG = 50_000  # characters; a story has a few thousand
MAX_WORD = 64  # characters; a longer run is no word
SENTENCE_WORDS = 400  # a "sentence" longer than this is cut, to keep the regime local
SHORTENED = (
    "approx apr aug ave blvd capt chas cmdr col const cpl cpt dec dep dept det dr e ext feb "
    "fri ft gen geo hon insp inv jan jas jos jr jul jun lt ltc maj mar mon mr mrs ms mt n no "
    "nov oct ofc ofcr prof ptl rd rev s sat sep sept sgt sr st sun supt thos thu thur tpr tue "
    "tues u v vs w wed wm "
)  # words whose full stop does not end a sentence
ABBREVIATIONS = frozenset(SHORTENED.split())


def table(forms: str) -> bytes:
    """Return the table by which bytes.translate() gives 1 for these forms of tokens, else 0."""
    return bytes(chr(code) in forms for code in range(256))


# The form of a token is one letter, so that a whole sentence can be counted and searched as a
# string. Words: digit, alnum; then by shape, for one letter, two or three, and more of them.
DIGIT, ALNUM = "d", "a"
FORMS = {"lower": "slL", "cap": "kcC", "upper": "uuU", "mixed": "mmM"}
FIRST_PERSON = "ivw"  # I, I'm, I've: capitals that tell nothing
SIGN_FORMS = {".": ".", "!": "!", "?": "!", ":": ":", "\n": "\n"}
SIGN_FORMS.update(dict.fromkeys("\"“'‘{*•>|#", '"'))  # what is behind them opens a sentence
LABEL_FORM, SIGN = "[", "-"
TELLING = re.compile('[.!:"\n]')  # forms of signs that end or open something
WORDS = "daslLkcCuUmMivw"
NO_NUMBER = re.compile(f"[{WORDS[1:]}]")
_SPOKEN = table(WORDS)
LETTERED = frozenset(WORDS[2:])
NO_CODE = re.compile(f"[{WORDS[2:]}]")
CAPITAL = re.compile("[kcCmM]")
OPENS = re.compile(rf"[{WORDS}\[]")
ENDS = frozenset("\"”')")  # signs that a full stop may stand before

Told = dict[int, dict[str, int]]


@dataclass(slots=True)
class Token:
    """A word, a sign, a line break or a label of ours as it is written, wherever it stands.

    ``norm`` is in lower case, with plain apostrophes and without a possessive 's, of which
    ``owned`` counts the characters; ``shape`` is one of lower, cap, upper, mixed, digit, alnum,
    sign, break, label, and ``form`` the letter for it. ``known`` is what the tagger knows of it.
    """

    text: str
    norm: str
    word: bool
    shape: str
    owned: int
    form: str
    known: Word | None = field(default=None, compare=False, repr=False)


Tokens = dict[str, Token]  # by the piece of the text that they stand for


@dataclass(slots=True)
class Story:
    """A tokenised story.

    ``clear`` is the text with our own labels blanked out, ``lower`` that in small letters, both
    of the same length. ``tokens`` are its tokens, each word the same one wherever it stands; what
    differs from place to place is told by lists with an item for each: ``starts`` and ``ends``
    (offsets in characters, the end exclusive), ``first`` (1 where it opens a sentence, a line or a
    quotation), ``regimes`` (of its sentence), and what stays in the text: ``safe``, of these
    ``brand`` (a make or a product), and ``fixed`` (part of a phrase, whatever else the story says).
    ``forms`` has one letter for each token, ``norms`` their norms. ``words`` has the places of the
    tokens that are words, ``spoken`` the norms of these. ``told``: {usual regime: {forms of a
    sentence: its regime}}. ``own``: the tokens that are no everyday ones.
    """

    clear: str
    lower: str
    tokens: list[Token]
    starts: list[int]
    ends: list[int]
    forms: str
    norms: list[str]
    words: list[int]
    spoken: list[str]
    first: bytearray
    regimes: bytearray
    safe: bytearray
    brand: bytearray
    fixed: bytearray
    told: Told = field(compare=False)
    own: Tokens = field(compare=False)

    def stem_end(self, i: int) -> int:
        """Return the end of token i without its possessive."""
        return self.ends[i] - self.tokens[i].owned

    def is_flat(self, i: int) -> bool:
        """Whether token i stands where capitals tell nothing."""
        return self.regimes[i] in (LOWER, UPPER)


# The tokens of everyday words, for the process; other words of a story must not outlive it.
everyday: Tokens = {}
OUR_LABEL = Token(LABELLED, LABELLED, False, "label", 0, LABEL_FORM)
OWNING_LABEL = Token(LABELLED, LABELLED, False, "label", 2, LABEL_FORM)  # [person A]'s, as Ann's


def analyse(piece: str) -> Token:
    """Return the token of a piece of the text."""
    if piece.isalpha() and piece.islower() and piece.isascii():
        size = len(piece)  # nearly always
        norm = piece if size <= MAX_WORD else piece[:MAX_WORD]
        return Token(piece, norm, True, "lower", 0, "L" if size > 3 else "l" if size > 1 else "s")
    if not piece[0].isalnum():
        if piece[0] in (FILLER, FILLED):
            return OUR_LABEL if piece[-1] == FILLED else OWNING_LABEL
        form = SIGN_FORMS.get(piece[0], SIGN)
        if form == "\n":
            return Token(piece, "\n", False, "break", 0, form)
        return Token(piece, piece, False, "sign", 0, form)
    norm = piece.lower()
    if not (piece.isascii() and piece.isalpha()):  # Hawaiian ʻ is a letter
        norm = norm.translate(APOSTROPHES)
    cut = 2 if len(norm) > 3 and norm.endswith("'s") else 0
    shape = shape_of(piece[: len(piece) - cut])
    norm = norm[: len(norm) - cut][:MAX_WORD]
    if shape in FORMS:
        forms = FIRST_PERSON if norm[:1] == "i" and is_i(norm, shape) else FORMS[shape]
        form = forms[0 if len(norm) == 1 else 1 if len(norm) < 4 else 2]
    else:
        form = DIGIT if shape == "digit" else ALNUM
    return Token(piece, norm, True, shape, cut, form)


def token_of(piece: str, own: Tokens) -> Token:
    """Return the token of a piece of a story; own: of those that are no everyday ones."""
    token = everyday.get(piece) or own.get(piece)
    if token is None:
        token = own[piece] = analyse(piece)
    return token


def is_i(norm: str, shape: str) -> bool:
    """Whether a word is I, alone or with what is joined to it."""
    return shape in ("cap", "mixed") and (norm == "i" or norm.startswith("i'"))


def shape_of(text: str) -> str:
    """Return the shape of a word."""
    if text.isdecimal():
        return "digit"
    if not text.isalpha() and any(map(str.isdecimal, text)):
        return "alnum"
    plain = text.isascii() and text.isalpha()
    letters = text if plain else text.translate(APOSTROPHES).replace("'", "")
    if letters.islower():
        return "lower"
    if letters.isupper():
        return "upper" if len(letters) > 1 else "cap"
    if letters[:1].isupper() and letters[1:].islower():
        return "cap"
    return "mixed" if letters != letters.lower() else "lower"


def blank(size: int) -> str:
    """Return what stands for a label of so many characters."""
    return FILLER * (size - 1) + FILLED


def lowered(text: str) -> str:
    """Return a text in small letters, of the same length."""
    lower = text.lower()
    return lower if len(lower) == len(text) else text.replace("İ", "i").lower()


def cleared(text: str) -> str:
    """Return a text with plain blanks and hyphens and our own labels blanked out, as long as it."""
    if not text.isascii():
        text = PLAINER.sub(lambda found: PLAIN[found.group()], text)
    return LABEL.sub(lambda found: blank(len(found.group())), text) if "[" in text else text


def tokenise(text: str) -> Story:
    """Split a story into tokens and tell the regime of each sentence."""
    return split(cleared(text))


def split(clear: str) -> Story:
    """Split a text whose labels are blanked out."""
    watched = gc.isenabled() and len(clear) > LONG
    if watched:  # it would go through the growing list again and again, and there is no cycle in it
        gc.disable()
    try:
        return _split(clear)
    finally:
        if watched:
            gc.enable()


def _split(clear: str) -> Story:
    own: Tokens = {}
    usual = everyday.get
    found = [*(ASCII_TOKEN if clear.isascii() else TOKEN).finditer(clear)]
    tokens = [usual(piece[0]) or token_of(piece[0], own) for piece in found]
    starts, ends = [piece.start() for piece in found], [piece.end() for piece in found]
    return read(clear, lowered(clear), tokens, starts, ends, {}, own)


def read(
    clear: str,
    lower: str,
    tokens: list[Token],
    starts: list[int],
    ends: list[int],
    told: Told,
    own: Tokens,
) -> Story:
    """Return a story of these tokens, with their sentences told apart."""
    size, norms = len(tokens), [token.norm for token in tokens]
    forms = "".join([token.form for token in tokens])
    spoken = forms.encode().translate(_SPOKEN)
    story = Story(
        clear,
        lower,
        tokens,
        starts,
        ends,
        forms=forms,
        norms=norms,
        words=[*compress(count(), spoken)],
        spoken=[*compress(norms, spoken)],
        first=bytearray(size),
        regimes=bytearray([MIXED]) * size,
        safe=bytearray(size),
        brand=bytearray(size),
        fixed=bytearray(size),
        told=told,
        own=own,
    )
    set_regimes(story, mark_sentences(story))
    return story


def index_at(story: Story, offset: int) -> int:
    """Return the place of the first token that starts at an offset or behind it."""
    return bisect_left(story.starts, offset)


def where(norms: list[str], wanted: Container[str]) -> list[int]:
    """Return the places of the norms that are wanted, in order."""
    return [*compress(count(), map(wanted.__contains__, norms))]


def mark_sentences(story: Story) -> list[tuple[int, int]]:
    """Set ``first`` of every token; return the sentences as (first token, behind the last)."""
    forms, sentences = story.forms, []
    start = 0
    opened = opening(story, 0)  # up to which word "first" has been settled
    for found in TELLING.finditer(forms):
        i, form = found.start(), found.group()
        if form == '"':
            if i >= opened and not glued(story, i):
                opened = opening(story, i + 1)
            continue
        if form == "." and not is_full_stop(story, i):
            continue
        if i >= opened:
            opened = opening(story, i + 1)
        if form != ":":
            sentences.append((start, i + 1))
            start = i + 1
    if start < len(forms):
        sentences.append((start, len(forms)))
    if len(forms) <= SENTENCE_WORDS:  # nearly always: none is too long
        return sentences
    return [part for sentence in sentences for part in cut(*sentence)]


def cut(start: int, end: int) -> list[tuple[int, int]]:
    """Return a sentence in parts of a bearable length."""
    size = SENTENCE_WORDS + 1
    return [(i, min(i + size, end)) for i in range(start, end, size)]


def opening(story: Story, i: int) -> int:
    """Set ``first`` from token i up to the first word without a digit; return its place.

    A log's time and a call sign leave the next word the first one.
    """
    if story.forms[i : i + 1] in LETTERED:  # nearly always
        story.first[i] = True
        return i
    found = NO_CODE.search(story.forms, i)
    last = found.start() if found else len(story.forms)
    for k, token in enumerate(story.tokens[i : last + 1], i):
        story.first[k] = token.word
    return last


def glued(story: Story, i: int) -> bool:
    """Whether a sign touches the word before it."""
    return bool(i) and story.tokens[i - 1].word and story.ends[i - 1] == story.starts[i]


def is_full_stop(story: Story, i: int) -> bool:
    """Whether a dot ends a sentence: white space is behind it and no abbreviation before it."""
    end = story.ends[i]
    if end < len(story.clear) and not (story.clear[end].isspace() or story.clear[end] in ENDS):
        return False
    if not i:
        return True
    before = story.tokens[i - 1]
    letter = before.word and len(before.norm) == 1 and before.shape != "digit"
    return not letter and before.norm not in ABBREVIATIONS


def set_regimes(story: Story, sentences: list[tuple[int, int]]) -> None:
    """Tell ALL CAPS, lower case, Title Case and ordinary sentences apart."""
    forms = story.forms
    starts = capitals = 0
    for start, end in sentences:
        form = forms[start]
        if form not in LETTERED:
            found = NO_NUMBER.search(forms, start, end)
            if not found:
                continue
            form = found[0]
        starts += 1
        capitals += form not in FORMS["lower"]
    usual = MIXED if capitals * 2 >= starts else LOWER
    told = story.told.setdefault(usual, {})
    for start, end in sentences:
        sentence = forms[start:end]
        regime = told.get(sentence)
        if regime is None:
            regime = told[sentence] = regime_of(sentence, usual)
        if regime != MIXED:
            story.regimes[start:end] = bytes([regime]) * (end - start)


def regime_of(sentence: str, usual: int) -> int:
    """Return the regime of a sentence, given as the forms of its tokens."""
    count = sentence.count
    upper = count("u") + count("U")
    lower = count("l") + count("L")
    if not upper and lower * 3 > len(sentence) and CAPITAL.search(sentence):
        return MIXED  # nearly always
    capital, mixed = count("C"), count("M")
    caps = count("c") + capital + count("m") + mixed
    long = upper + lower + caps + count("v") + count("w")
    if long and upper * 10 >= long * 6 and (long > 2 or not lower):
        return UPPER
    if not caps and not count("k"):
        words = long + count("s") + count("i")
        opens = OPENS.search(sentence)
        plain = opens is not None and opens.group() in "slL"
        return LOWER if plain and not upper and words > 3 else usual
    titles, longer = capital + count("w"), count("L") + count("U") + capital + mixed + count("w")
    if long > 3 and titles * 10 >= 7 * longer and lower * 3 <= long:
        return TITLE
    return MIXED
