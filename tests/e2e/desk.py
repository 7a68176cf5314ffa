"""The way into the desk in a browser: an invitation once, and then the session that it opened."""

import re

from playwright.sync_api import Browser, Page, StorageState

from tests.e2e.conftest import Site, all_of
from tests.signing_in import code

PASSWORD = "a lamp behind the fence"

# By site and name: what the browser held when its owner had enrolled.
_sessions: dict[tuple[str, str], StorageState] = {}


def choose_password(page: Page, link: str, password: str = PASSWORD) -> None:
    """Open an invitation, and go through its first step."""
    page.goto(link)
    page.fill("#id_password1", password)
    page.fill("#id_password2", password)
    page.get_by_role("button", name="Choose this password").click()


def enrol_app(page: Page) -> str:
    """Set up an authenticator app in the second step, and return its secret."""
    page.get_by_role("link", name="Set up an app").click()
    secret = "".join(part.inner_text() for part in all_of(page, ".key span"))
    page.fill("#id_code", code(secret))
    page.get_by_role("button", name="Set it up").click()
    return secret


def sign_in(browser: Browser, site: Site, name: str) -> Page:
    """Return a page of somebody of the demo, on the desk. The first call uses the invitation."""
    known = _sessions.get((site.url, name))
    context = browser.new_context(base_url=site.url, storage_state=known)
    page = context.new_page()
    if known is None:
        choose_password(page, site.invitations[name])
        enrol_app(page)
        page.get_by_role("link", name=re.compile("open the desk")).click()
        _sessions[site.url, name] = context.storage_state()
    else:
        page.goto("/desk/")
    return page


def settle_suspects(page: Page, answer: str) -> None:
    """Give every suspect of a report the same answer, remove or dismiss, one after the other."""
    while suspects := all_of(page, f".suspect button[value^={answer}]"):
        suspects[0].click()
