"""One tokenisation for all recognizers: words, their case, and the regime of their sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

LABELS = (
    "person|K-9|agency|hospital|school|court|business|place|town|county|street|address|highway|exit|"
    "ZIP code|coordinates|time|date|number|plate|case number|call sign|SSN|phone|pager|extension|"
    "email|web address|IP address|handle|removed"
)  # every replacement that the engine gives, without its letter; a closed list, or a name in
# brackets would be safe from the engine
LABEL = re.compile(rf"\[(?:{LABELS})(?: [A-Z]{{1,3}})?\]")
TOKEN = re.compile(r"[^\W_]+(?:['’ʻʼ`‘][^\W_]+)*|\n+|[^\w\s]|_")
APOSTROPHES = str.maketrans("’ʻʼ`‘", "'''''")
PLAIN = {
    0xA0: " ",
    0x2007: " ",
    0x202F: " ",
    0x2009: " ",
    0x2010: "-",
    0x2011: "-",
    0x2012: "-",
    0x2212: "-",
}
FILLER = "￼"  # stands for each character of a label of ours that the text already holds
LOWER, MIXED, UPPER, TITLE = "lower", "mixed", "upper", "title"
MAX_WORD = 64  # characters; a longer run is no word
SENTENCE_WORDS = 400  # a "sentence" longer than this is cut, to keep the regime local
SENTENCE_END = frozenset(".!?\n")
OPENERS = frozenset("\"“'‘([{*•>-–—#|")
SHORTENED = (
    "approx apr aug ave blvd capt chas cmdr col const cpl cpt dec dep dept det dr e ext feb "
    "fri ft gen geo hon insp inv jan jas jos jr jul jun lt ltc maj mar mon mr mrs ms mt n no "
    "nov oct ofc ofcr prof ptl rd rev s sat sep sept sgt sr st sun supt thos thu thur tpr tue "
    "tues u v vs w wed wm "
)  # words whose full stop does not end a sentence
ABBREVIATIONS = frozenset(SHORTENED.split())


@dataclass(slots=True)
class Token:
    """A word, a sign or a line break; offsets in characters, end exclusive."""

    start: int
    end: int
    text: str
    norm: str  # lower case, plain apostrophes, without a possessive 's
    word: bool
    shape: str  # lower, cap, upper, mixed, digit, alnum, sign, break
    first: bool = False  # opens a sentence, a line or a quotation
    regime: str = MIXED
    stem_end: int = 0  # end without the possessive
    name: bool = False
    safe: bool = False
    brand: bool = False  # safe as a make or a product
    fixed: bool = False  # part of a phrase that stays whatever else the story says


@dataclass(slots=True)
class Story:
    """A tokenised story. ``clear`` is the text with our own labels blanked out, same length."""

    text: str
    clear: str
    tokens: list[Token]
    words: list[Token] = field(default_factory=list)
    hinted: set[str] = field(default_factory=set)


def analyse(piece: str) -> tuple[str, str, int]:
    """Return (norm, shape, characters of the possessive ending) of a word."""
    norm = piece.lower().translate(APOSTROPHES)
    cut = 2 if len(norm) > 3 and norm.endswith("'s") else 0
    stem = piece[: len(piece) - cut]
    return norm[: len(norm) - cut][:MAX_WORD], shape_of(stem), cut


def shape_of(text: str) -> str:
    """Return the shape of a word."""
    if text.isdecimal():
        return "digit"
    if any(map(str.isdecimal, text)):
        return "alnum"
    letters = text.translate(APOSTROPHES).replace("'", "")
    if letters.islower():
        return "lower"
    if letters.isupper():
        return "upper" if len(letters) > 1 else "cap"
    if letters[:1].isupper() and letters[1:].islower():
        return "cap"
    return "mixed" if letters != letters.lower() else "lower"


def tokenise(text: str) -> Story:
    """Split a story into tokens and tell the regime of each sentence."""
    clear = LABEL.sub(lambda found: FILLER * len(found.group()), text).translate(PLAIN)
    tokens: list[Token] = []
    analysed: dict[str, tuple[str, str, int]] = {}  # of this story alone: words must not outlive it
    for found in TOKEN.finditer(clear):
        piece = found.group()
        start, end = found.span()
        if piece[0].isalnum():
            known = analysed.get(piece)
            if known is None:
                known = analysed[piece] = analyse(piece)
            norm, shape, cut = known
            tokens.append(Token(start, end, piece, norm, True, shape, stem_end=end - cut))
        elif piece[0] == "\n":
            tokens.append(Token(start, end, piece, "\n", False, "break", stem_end=end))
        else:
            tokens.append(Token(start, end, piece, piece, False, "sign", stem_end=end))
    story = Story(text, clear, tokens)
    mark_sentences(story)
    story.words = [token for token in tokens if token.word]
    return story


def mark_sentences(story: Story) -> None:
    """Set ``first`` and ``regime`` of every token."""
    tokens = story.tokens
    sentences: list[list[Token]] = []
    current: list[Token] = []
    opening = True
    for i, token in enumerate(tokens):
        if token.word:
            token.first = opening
            opening = opening and token.shape in ("digit", "alnum")  # a log's time, a call sign
        elif token.text[0] in OPENERS:
            before = tokens[i - 1] if i else None
            glued = before is not None and before.end == token.start and before.word
            if not glued and token.text not in "-–—([":
                opening = True
        current.append(token)
        if token.shape == "break" or token.text in "!?":
            ended = True
        elif token.text == ".":
            before = tokens[i - 1] if i else None
            spaced = (
                token.end >= len(story.clear)
                or story.clear[token.end].isspace()
                or story.clear[token.end] in "\"”')"
            )
            short = before is not None and (
                before.norm in ABBREVIATIONS
                or (before.word and len(before.norm) == 1 and before.shape != "digit")
            )
            ended = spaced and not short
        elif token.text == ":":
            ended = False
            opening = True
        else:
            ended = len(current) > SENTENCE_WORDS
        if ended:
            opening = opening or token.shape in ("break", "sign")
            sentences.append(current)
            current = []
    if current:
        sentences.append(current)
    set_regimes(sentences)


def set_regimes(sentences: list[list[Token]]) -> None:
    """Tell ALL CAPS, lower case, Title Case and ordinary sentences apart."""
    starts = capitals = 0
    for sentence in sentences:
        opener = next((t for t in sentence if t.word and t.shape != "digit"), None)
        if opener is not None:
            starts += 1
            capitals += opener.shape != "lower"
    usual = MIXED if capitals * 2 >= starts else LOWER
    for sentence in sentences:
        words = [t for t in sentence if t.word and t.shape not in ("digit", "alnum")]
        long = [t for t in words if len(t.norm) > 1]
        upper = sum(t.shape == "upper" for t in long)
        lower = sum(t.shape == "lower" for t in long)
        caps = sum(
            t.shape in ("cap", "mixed")
            for t in words
            if not t.norm.startswith("i'") and t.norm != "i"
        )
        if long and upper * 10 >= len(long) * 6 and (len(long) > 2 or not lower):
            regime = UPPER
        elif caps == 0:
            opens = next((t for t in sentence if t.word or t.text == FILLER), None)
            plain = opens is not None and opens.shape == "lower"
            regime = LOWER if plain and not upper and len(words) > 3 else usual
        elif (
            len(long) > 3
            and sum(t.shape == "cap" for t in long if len(t.norm) > 3) * 10
            >= 7 * sum(len(t.norm) > 3 for t in long)
            and lower * 3 <= len(long)
        ):
            regime = TITLE
        else:
            regime = MIXED
        for token in sentence:
            token.regime = regime
