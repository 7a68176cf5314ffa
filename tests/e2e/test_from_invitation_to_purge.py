"""A moderator's whole way: from an invitation over a question and two readings to the purge."""

import os
import re
import sqlite3
import subprocess
import sys
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PROJECT, Site, come_from
from tests.e2e.desk import choose_password, enrol_app, settle_suspects
from tests.e2e.test_accounts import link_for, with_authenticator
from tests.e2e.test_letters import at_receipt, tell
from tests.e2e.test_whole_way import open_report, press, tick_checks

pytestmark = pytest.mark.browser

STORY = (
    "I walked up to a parked van behind a bakery at dawn. The side door slid open and a pry bar "
    "came out a foot from my head. I had not called in where I was. A zilvert hung on the mirror."
)
ANSWER = "The van had stood there since the evening before, and I had walked past it once."
NOTE = "Ormandic told me of it."  # of the moderator's making: it is removed before it goes on


def enter(page: Page, link: str, *, passkey: bool) -> None:
    """Go from an invitation into the desk, with a passkey or with an authenticator app."""
    choose_password(page, link)
    if passkey:
        page.get_by_role("link", name="Set up a passkey").click()
        page.get_by_label("A name for it").fill("Phone")
        page.get_by_role("button", name="Make a passkey").click()
        expect(page.locator(".codes li")).to_have_count(10)
    else:
        enrol_app(page)
    page.get_by_role("link", name=re.compile("open the desk")).click()
    expect(page.locator("h1")).to_have_text("What waits")


def change(site: Site, statement: str, *values: str) -> None:
    """Run a statement in the site's database."""
    connection: Any
    if site.database_url:
        connection = psycopg.connect(site.database_url)
        statement = statement.replace("?", "%s")
    else:
        connection = sqlite3.connect(site.folder / "nearmiss.sqlite3")
    connection.execute(statement, values)
    connection.commit()
    connection.close()


def purge(site: Site) -> str:
    """Run `manage.py purge --yes` beside the site, and return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", "purge", "--yes"],
        cwd=PROJECT,
        env=os.environ
        | {
            "DATA_DIR": str(site.folder),
            "DJANGO_SETTINGS_MODULE": "nearmiss.settings",
            "DATABASE_URL": site.database_url,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_from_an_invitation_to_the_purge(browser: Browser, site: Site) -> None:
    officer = browser.new_context(base_url=site.url, extra_http_headers=come_from(3)).new_page()
    receipt = tell(officer, STORY)
    local = site.url.replace("127.0.0.1", "localhost")  # where passkeys are allowed

    # The first moderator comes in with a passkey, and takes the story from the queue.
    first = browser.new_context(base_url=local).new_page()
    with_authenticator(first)
    link = link_for(browser, site, "rowan").replace("127.0.0.1", "localhost")
    enter(first, link, passkey=True)
    first.get_by_role("link", name="All that waits").click()
    open_report(first, "parked van behind a bakery")
    press(first, "claim")
    path = first.url.removeprefix(local)

    # One suspect is dismissed, another removed.
    expect(first.locator(".suspects")).to_contain_text("zilvert")
    first.locator(".suspect", has_text="zilvert").locator("button[value^=dismiss]").first.click()
    expect(first.locator(".suspects")).not_to_contain_text("zilvert")
    first.fill("#id_narrative", f"{STORY} {NOTE}")
    first.fill("#id_title", "A pry bar from a van")
    first.fill("#id_summary", "A parked van, and a door that opened too near.")
    first.fill("#id_lessons-0-text", "Call in where you are before you walk up.")
    press(first, "save")
    first.locator(".suspect", has_text="Ormandic").locator("button[value^=remove]").first.click()
    expect(first.locator("#id_narrative")).not_to_have_value(re.compile("Ormandic"))
    settle_suspects(first, "dismiss")

    # A question goes to the officer, and the answer comes back.
    first.get_by_text("Ask the officer something").click()
    first.get_by_label("Your question").fill("How long had the van been there?")
    press(first, "ask")
    assert at_receipt(officer, receipt) == "There is one question for you"
    officer.fill("#id_words", ANSWER)
    officer.get_by_role("button", name="Check what is taken out").click()
    officer.get_by_role("button", name="Send", exact=True).click()
    expect(officer.locator("h1")).to_have_text("Your answer is stored")
    first.goto(path)
    expect(first.locator(".letter.of-officer")).to_contain_text("since the evening before")
    tick_checks(first)
    press(first, "pass_on")

    # The second moderator, who has an app, sees what the first one changed, and publishes.
    second = browser.new_context(base_url=site.url).new_page()
    enter(second, link_for(browser, site, "sasha"), passkey=False)
    second.goto(path)
    expect(second.locator("ins").filter(has_text="told me of it")).to_have_count(1)
    tick_checks(second)
    press(second, "publish")
    assert at_receipt(officer, receipt) == "Your story is published"
    public = officer.get_by_role("link", name="Read it as published").get_attribute("href")
    officer.goto(public or "")
    expect(officer.locator("h1")).to_have_text("A pry bar from a van")

    # When its time is over, nothing private of it is left in any table; the story stands.
    assert any("since the evening before" in row for row in site.rows())
    key = path.split("/")[4].replace("-", "")
    assert any(key in row.replace("-", "") for row in site.rows())
    change(
        site,
        "UPDATE reports_report SET closed_week = ? WHERE replace(CAST(id AS text), '-', '') = ?",
        "2020-W01",
        key,
    )
    assert "1" in purge(site)
    private = ("since the evening before", "How long had the van been there", "zilvert hung")
    kept = [row for row in site.rows() if any(words in row for words in private)]
    assert [row.split(":")[0] for row in kept if not row.startswith("lessons_story")] == []
    assert at_receipt(officer, receipt) == "Your story is published"
    officer.goto(public or "")
    expect(officer.locator("h1")).to_have_text("A pry bar from a van")
