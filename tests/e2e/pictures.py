"""The pictures of docs/moderators.md, taken from a running site: make pictures.

One story goes its whole way; each step that the page tells of is taken as a picture.
"""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.e2e.conftest import PROJECT, Site
from tests.e2e.desk import settle_suspects, sign_in
from tests.e2e.test_letters import at_receipt, tell
from tests.e2e.test_whole_way import open_report, press, tick_checks

pytestmark = pytest.mark.browser

FOLDER = PROJECT / "docs" / "moderators"
WIDTH, HEIGHT = 1100, 760  # of the window: as narrow as the desk has its two columns
PART_WIDTH = 900  # of the window for a part of a page: there the desk has one column
AROUND = 8  # pixels that a picture of a part shows around it

STORY = (
    "I stopped a van on the shoulder of the parkway at dusk and stood at the driver's window. "
    "A truck drifted over the line and took the mirror off the van, a hand away from my back. "
    "Since then I walk up on the passenger side, and I put the car further out."
)
ADVICE = "Walk up on the side away from the traffic."
TITLE = "A truck takes the mirror"
SUMMARY = "A truck drifted over the line and passed a hand away from an officer at a van."
LESSON = "Walk up on the side away from the traffic."
NAMES = " Sgt. Ramirez and Officer Delacroix came to the parkway later."
QUESTION = "How far from the line did the van stand?"
ANSWER = "The van stood two steps from the line. My car was a length behind it."
DECLINED = "I slipped on a wet step behind a house and hit my knee. It was dark and I was tired."


def take(page: Page, name: str, part: Locator | None = None, height: int = HEIGHT) -> None:
    """Save a picture of the top of a page, or of a part: all that its locator finds."""
    page.set_viewport_size({"width": PART_WIDTH if part else WIDTH, "height": height})
    page.evaluate("document.activeElement.blur()")
    path = FOLDER / f"{name}.png"
    if part is None:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=path, animations="disabled", caret="hide")
        return
    boxes = [box for each in part.all() if (box := each.bounding_box())]
    assert boxes, f"The part for {name} is not on the page."
    top = min(box["y"] for box in boxes) - AROUND
    bottom = max(box["y"] + box["height"] for box in boxes) + AROUND
    page.screenshot(
        path=path,
        clip={
            "x": 0,
            "y": top + page.evaluate("scrollY"),
            "width": PART_WIDTH,
            "height": min(bottom - top, height),
        },
        full_page=True,
        animations="disabled",
    )


def write_question(page: Page) -> None:
    field = page.get_by_label("Your question")
    if not field.is_visible():
        page.get_by_text("Ask the officer something").click()
    field.fill(QUESTION)


def purge(site: Site) -> None:
    """Purge what was closed this week, as `manage.py purge` would in three months."""
    environment = os.environ | {
        "DATA_DIR": str(site.folder),
        "DJANGO_SETTINGS_MODULE": "nearmiss.settings",
        "DATABASE_URL": site.database_url,
        "RETENTION_DAYS": "-7",
    }
    command = [sys.executable, "manage.py", "purge", "--yes"]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)


def test_pictures(browser: Browser, site: Site) -> None:
    FOLDER.mkdir(exist_ok=True)
    officer = browser.new_context(base_url=site.url).new_page()
    receipt = tell(officer, STORY)
    first = sign_in(browser, site, "moderator-one")
    second = sign_in(browser, site, "moderator-two")

    first.goto("/desk/reports/report/")
    take(first, "queue")

    open_report(first, "I stopped a van")
    press(first, "claim")
    address = first.url
    first.fill("#id_title", TITLE)
    first.fill("#id_summary", SUMMARY)
    first.fill("#id_lessons-0-text", LESSON)
    first.fill("#id_narrative", STORY + NAMES)
    press(first, "save")
    take(first, "review")
    take(first, "suspects", first.locator("#suspects"))

    write_question(first)
    take(first, "question", first.locator("details", has_text="Ask the officer something").last)
    settle_suspects(first, "remove")
    write_question(first)
    press(first, "ask")
    at_receipt(officer, receipt)
    take(officer, "question-officer", height=640)
    officer.fill("#id_words", ANSWER)
    officer.get_by_role("button", name="Check what is taken out").click()
    officer.get_by_role("button", name="Send", exact=True).click()

    first.goto(address)
    first.fill("#id_narrative", STORY)
    tick_checks(first)
    take(first, "passing-on", first.locator(".checks, .decide"))
    press(first, "pass_on")

    second.goto(address)
    take(second, "second")
    tick_checks(second)
    press(second, "publish")
    take(second, "published", height=480)
    second.get_by_role("link", name="Read it as published").click()
    take(second, "story", height=640)

    tell(officer, DECLINED)
    open_report(first, "I slipped on a wet step")
    address = first.url
    press(first, "claim")
    press(first, "decline")
    first.get_by_label("It does not tell of a near miss.").check()
    take(first, "decline")
    first.locator("main button.danger, main button[value=decline]").last.click()

    purge(site)
    first.goto(address)
    take(first, "purged", height=480)
    first.goto("/desk/reports/purge/")
    take(first, "log", height=320)
