"""The pages of the desk that count and list: what axe finds, and what works without script."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import Site, find_no_barrier
from tests.e2e.desk import sign_in
from tests.e2e.test_letters import LEAD, tell
from tests.e2e.test_whole_way import open_report, press

pytestmark = pytest.mark.browser

STORY = "I stood beside the car at dusk, and a truck passed so close that it took my flashlight."


def test_a_lead_reads_the_logs_and_takes_one_along(
    browser: Browser, site: Site, tmp_path: Path
) -> None:
    tell(browser.new_context(base_url=site.url).new_page(), STORY)
    page = sign_in(browser, site, LEAD)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    open_report(page, "I stood beside the car at dusk")
    press(page, "claim")
    for address in ("decision/", "purge/", "../figures/", "../mail/"):
        page.goto(f"/desk/reports/{address}")
        for width in (390, 1280):
            for scheme in ("light", "dark"):
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.wait_for_timeout(300)  # links fade from one colour to the other
                find_no_barrier(page, width)
    page.goto("/desk/figures/")
    table = page.locator("#turns details")
    table.locator("summary").click()
    expect(table.locator("tr", has_text="In review").first).to_have_text(re.compile(r"[1-9]\d*$"))

    page.goto("/desk/reports/decision/")
    page.locator("#changelist-filter").get_by_role("link", name="took it up").click()
    with page.expect_download() as taken:
        page.get_by_role("link", name="CSV").click()
    taken.value.save_as(tmp_path / "decisions.csv")
    with (tmp_path / "decisions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["did"] for row in rows} == {"claimed"}
    assert LEAD in {row["who"] for row in rows}
    assert complaints == []
