"""A sheet as a PDF that a screen reader can read: PDF/UA-1, set by typst, with fonts of our own."""

import io
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import segno
import typst

from lessons.sheets.content import Sheet, blocks_of, plain

FOLDER = Path(__file__).parent
TEMPLATE = FOLDER / "sheet.typ"
FONTS = FOLDER / "fonts"
LONGEST_WORD = 28  # characters; a longer one may break anywhere, so that it stays on the page
# More than one page holds at the smallest size. Nobody waits for the typesetter to find that out.
PAGE_LETTERS = 7_000
PAGE_LINES = 80
PAGE_LESSONS = 40
ZERO_WIDTH_SPACE = "\u200b"

Made = TypeVar("Made")

log = logging.getLogger(__name__)


class NotMade(Exception):
    """typst made no PDF."""


@dataclass(frozen=True)
class Fit:
    """How a sheet fits. pages: how many it takes. shortened: whether it says less than it holds."""

    pages: int
    shortened: bool


@cache
def fonts() -> typst.Fonts:
    """Return our fonts, and for other alphabets those that typst brings, read once a process."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def qr_svg(address: str) -> str:
    """Return the QR code of an address as SVG, without a margin."""
    drawn = io.BytesIO()
    segno.make(address, error="m", boost_error=False).save(
        drawn, kind="svg", border=0, xmldecl=False, dark="#000", light="#fff"
    )
    return drawn.getvalue().decode()


def make_pdf(sheet: Sheet) -> bytes:
    """Return the sheet as a tagged PDF. Raises NotMade, and logs that, but no word of the sheet."""
    return _set(sheet, _compile)


def fit_of(sheet: Sheet) -> Fit:
    """Return how the sheet will fit, without making it. Raises NotMade."""
    return _set(sheet, _measure)


def _compile(data: str) -> bytes:
    return typst.compile(
        TEMPLATE,
        root=FOLDER,
        font_paths=fonts(),
        ignore_system_fonts=True,
        format="pdf",
        pdf_standards="ua-1",
        sys_inputs={"data": data},
    )


def _measure(data: str) -> Fit:
    compiler = typst.Compiler(
        TEMPLATE,
        root=FOLDER,
        font_paths=fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": data},
    )
    return Fit(**json.loads(compiler.query("<fit>", field="value", one=True)))


def _set(sheet: Sheet, make: Callable[[str], Made]) -> Made:
    data = sheet_data(sheet)
    # PDF/UA refuses a character that no font has. That is rare, so it is looked for afterwards.
    for characters in (printable, common):
        try:
            return make(json.dumps(_each_text(data, characters)))
        except RuntimeError:  # TypstError is one, and `query` raises others as well
            continue
    # The message of the error quotes the sheet: it stays out of the log.
    log.error("typst made no sheet.")
    raise NotMade


def sheet_data(sheet: Sheet) -> dict[str, Any]:
    """Return what the template takes: the sheet as JSON values."""
    lessons = []
    for lesson in sheet.lessons[:PAGE_LESSONS]:
        blocks = blocks_of(lesson)
        themes = [term.label for term in lesson.public_terms if term.facet == "lesson_theme"]
        below = f"From “{lesson.story.title}”" if sheet.names_stories else " · ".join(themes)
        lessons.append({"blocks": blocks, "plain": plain(blocks), "below": below})
    return {
        "title": sheet.title,
        "summary": sheet.summary,
        "heading": sheet.heading,
        "lessons": lessons,
        "questions": list(sheet.questions),
        "invitation": sheet.invitation,
        "provenance": sheet.provenance,
        "address": sheet.address,
        "address_shown": sheet.address_shown,
        "qr": qr_svg(sheet.address),
        "qr_alt": f"QR code that opens {sheet.address_shown}",
        "left_out": len(sheet.lessons) - len(lessons),
        "may_fit": may_fit(lessons),
        "may_turn": sheet.summary is None,
    }


def may_fit(lessons: Sequence[dict[str, Any]]) -> bool:
    """Return whether it is worth trying to set the lessons whole on one page."""
    letters = sum(len(lesson["plain"]) for lesson in lessons)
    lines = sum(lines_of(lesson["blocks"]) for lesson in lessons)
    return letters <= PAGE_LETTERS and lines <= PAGE_LINES


def lines_of(blocks: Iterable[dict[str, Any]]) -> int:
    """Return how many lines blocks take at least."""
    return sum(
        1 if block["kind"] == "p" else sum(lines_of(item) for item in block["items"])
        for block in blocks
    )


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """Return JSON values with each text changed, but for what is not set as text."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(item, change) for item in value]
    if isinstance(value, dict):
        as_is = ("qr", "address", "kind")
        return {k: v if k in as_is else _each_text(v, change) for k, v in value.items()}
    return value


def printable(text: str) -> str:
    """Return a text without what no font shows, its longest words made to break."""
    shown = "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") else c for c in text)
    return re.sub(
        rf"[^\s/-]{{{LONGEST_WORD}}}(?=[^\s/-])", lambda word: word[0] + ZERO_WIDTH_SPACE, shown
    )


def common(text: str) -> str:
    """Return a text in Latin letters and common signs, a box in place of each other character."""
    return "".join(
        c if c < "\u0250" or "\u2010" <= c <= "\u2027" or c in "\u200b€™−" else "□"
        for c in printable(text)
    )
