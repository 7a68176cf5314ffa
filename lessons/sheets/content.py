"""What a sheet says, in plain values: of one story, or of lessons that a reader chose."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from lessons.markup import lesson_html
from lessons.models import Lesson, Story

QUESTIONS = 3  # what ten minutes of roll call have room for
QUESTIONS_FILE = Path(__file__).with_name("questions.json")
TYPED = 200  # characters; the address of a story is shorter
DEPTH = 3  # lists in lists that a sheet still tells apart

ONE_ACCOUNT = (
    "One officer’s account, checked by two moderators for identity and sense, not investigated. "
    "It shows what can happen, not how often."
)
SEVERAL_ACCOUNTS = (
    "Accounts of officers, checked by two moderators for identity and sense, not investigated. "
    "They show what can happen, not how often."
)


@dataclass(frozen=True)
class Sheet:
    """A sheet. summary: None where the lessons come from several stories. address: of the page
    that the QR code opens, in full. invitation: what one finds there."""

    title: str
    summary: str | None
    lessons: Sequence[Lesson]
    questions: Sequence[str]
    address: str
    invitation: str
    provenance: str

    @property
    def address_shown(self) -> str:
        """The address as one would type it; only its beginning where nobody would."""
        typed = re.sub(r"^https?://", "", self.address)
        return typed if len(typed) <= TYPED else f"{typed[: TYPED // 2]}…"

    @property
    def heading(self) -> str:
        """What stands above the lessons."""
        return "The lesson" if len(self.lessons) == 1 else "Lessons"

    @property
    def names_stories(self) -> bool:
        """Whether each lesson has to say which story it comes from."""
        return self.summary is None


def sheet_of_story(story: Story, address: str) -> Sheet:
    """Return the sheet of a story that `with_lessons()` fetched. address: of its page."""
    lessons = list(story.lessons.all())
    return Sheet(
        title=story.title,
        summary=story.summary,
        lessons=lessons,
        questions=questions_on(lessons),
        address=address,
        invitation="Read the whole story",
        provenance=ONE_ACCOUNT,
    )


def sheet_of_lessons(lessons: Sequence[Lesson], address: str) -> Sheet:
    """Return the sheet of chosen lessons, each with its story. address: of the selection."""
    stories = {lesson.story_id: lesson.story for lesson in lessons}
    one = next(iter(stories.values())) if len(stories) == 1 else None
    count = len(lessons)
    return Sheet(
        title=one.title if one else f"{count} lessons from {len(stories)} near misses",
        summary=one.summary if one else None,
        lessons=lessons,
        questions=questions_on(lessons),
        address=address,
        invitation="Open this sheet, and the stories behind it",
        provenance=ONE_ACCOUNT if one else SEVERAL_ACCOUNTS,
    )


@cache
def _questions() -> dict[str, Any]:
    questions: dict[str, Any] = json.loads(QUESTIONS_FILE.read_text("utf-8"))
    return questions


def questions_on(lessons: Iterable[Lesson]) -> list[str]:
    """Return three questions to discuss: on the themes that recur most, then on what to change."""
    themes = Counter(
        term.slug
        for lesson in lessons
        for term in lesson.public_terms
        if term.facet == "lesson_theme"
    )
    known = _questions()
    # most_common keeps the order of the lessons among themes that are equally frequent.
    on_themes = [
        known["themes"][slug] for slug, _ in themes.most_common() if slug in known["themes"]
    ]
    return [*[*on_themes, *known["any"]][: QUESTIONS - 1], known["last"]]


class Blocks(HTMLParser):
    """The HTML of a lesson as nested values that a typesetter takes.

    A block is {"kind": "p", "runs": [{"text", "em", "strong"}]} or {"kind": "ul" or "ol",
    "items": [blocks]}.
    """

    def __init__(self, html: str) -> None:
        super().__init__()
        self.blocks: list[dict[str, Any]] = []
        self._within: list[list[dict[str, Any]]] = [self.blocks]  # where the next block goes
        self._lists: list[str] = []
        self._runs: list[dict[str, Any]] | None = None
        self._weight: Counter[str] = Counter()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("em", "strong"):
            self._weight[tag] += 1
            return
        self._runs = None
        if tag in ("ul", "ol"):
            self._lists.append(tag)
            if len(self._lists) <= DEPTH:
                self._within[-1].append({"kind": tag, "items": []})
        elif tag == "li" and 0 < len(self._lists) <= DEPTH:
            self._open_item()

    def handle_endtag(self, tag: str) -> None:
        if tag in ("em", "strong"):
            self._weight[tag] -= 1
            return
        self._runs = None
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        elif tag == "li" and 0 < len(self._lists) <= DEPTH and len(self._within) > 1:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        text = re.sub(r"\s+", " ", data)
        if self._runs is None:
            text = text.lstrip()
            if not text:
                return
            self._runs = []
            self._within[-1].append({"kind": "p", "runs": self._runs})
        run = {"text": text, "em": self._weight["em"] > 0, "strong": self._weight["strong"] > 0}
        self._runs.append(run)

    def _open_item(self) -> None:
        around = self._within[-1]
        if not around or around[-1]["kind"] == "p":
            around.append({"kind": self._lists[-1], "items": []})
        around[-1]["items"].append([])
        self._within.append(around[-1]["items"][-1])


def blocks_of(lesson: Lesson) -> list[dict[str, Any]]:
    """Return the text of a lesson as blocks, of the same HTML that pages show."""
    return Blocks(lesson_html(lesson.text)).blocks


def plain(blocks: Iterable[dict[str, Any]]) -> str:
    """Return blocks as one line of text."""
    parts = []
    for block in blocks:
        if block["kind"] == "p":
            parts.append("".join(run["text"] for run in block["runs"]).strip())
        else:
            parts += [plain(item) for item in block["items"]]
    return " ".join(part for part in parts if part)
