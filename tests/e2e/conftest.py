"""A whole site of its own for the browser tests: a fresh database, granian, Chromium."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.services import CHROMIUM_ARGUMENTS, chromium_path

PROJECT = Path(__file__).resolve().parents[2]
INVITATION = re.compile(r"^  ([\w-]+) \([\w ]+\)\n    (http\S+/desk/invitation/\S+)$", re.M)
POSTGRES_DATABASE = "nearmiss_browser_tests"


@dataclass(frozen=True)
class Site:
    """A running site. url: without a slash at the end. invitations: of those of the demo."""

    url: str
    invitations: dict[str, str]
    folder: Path
    log: Path
    database_url: str

    def everything_stored(self) -> str:
        """Return all that the site has written: every table, and every file byte for byte."""
        files = b"\0".join(
            path.read_bytes()
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and "static" not in path.parts
        )
        return files.decode("utf-8", "replace") + "\n".join(self.rows())

    def rows(self) -> Iterator[str]:
        """Yield every row of every table."""
        connection: Any
        if self.database_url.startswith("postgres"):
            connection = psycopg.connect(self.database_url)
            tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        else:
            connection = sqlite3.connect(self.folder / "nearmiss.sqlite3")
            tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        try:
            for (table,) in connection.execute(tables).fetchall():
                for row in connection.execute(f'SELECT * FROM "{table}"'):
                    yield f"{table}: {row}"
        finally:
            connection.close()


def find_no_barrier(page: Page, width: int) -> None:
    """Fail if axe finds a breach of WCAG 2.2 AA, or if the page is wider than the screen.

    width: of the screen, in CSS pixels.
    """
    page.wait_for_load_state()
    # A bar that stays at the lower edge of the screen covers whatever is scrolled below it, and axe
    # takes that for good. At the end of a page it covers nothing.
    page.evaluate("window.scrollTo({top: document.body.scrollHeight, behavior: 'instant'})")
    found = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    )
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def all_of(page: Page, selector: str) -> list[Locator]:
    """Return what a page has of a kind, once it is there whole: all() and count() do not wait."""
    page.wait_for_load_state()
    return page.locator(selector).all()


def come_from(number: int) -> dict[str, str]:
    """Return the headers of a browser of its own address, which the limits count by itself."""
    return {"X-Forwarded-For": f"192.0.2.{number}"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def recreate(url: str, *, only_drop: bool = False) -> None:
    """Drop and create the PostgreSQL database of the browser tests."""
    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {POSTGRES_DATABASE} WITH (FORCE)")
        if not only_drop:
            server.execute(f"CREATE DATABASE {POSTGRES_DATABASE}")


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The site did not start:\n{log.read_text()}")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo as `make demo` makes it, on a database of the kind that the suite runs on."""
    folder = tmp_path_factory.mktemp("site")
    log = tmp_path_factory.mktemp("log") / "server.log"
    environment = os.environ | {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "nearmiss.settings",
        "DATABASE_URL": "",
        "PROXY_HOPS": "1",  # so that come_from() counts
    }
    on_postgres = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    if on_postgres:
        environment["DATABASE_URL"] = (
            os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{POSTGRES_DATABASE}"
        )
        recreate(environment["DATABASE_URL"])
    port = free_port()
    command = [sys.executable, "manage.py", "demo", "--port", str(port)]
    prepared = subprocess.run(
        [*command, "--prepare"], cwd=PROJECT, env=environment, capture_output=True, text=True
    )
    assert prepared.returncode == 0, prepared.stderr
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_for(url + "/", process, log)
            # Those that the server printed when it started: they replaced the ones before.
            invitations = dict(
                INVITATION.findall(log.read_text().replace("//localhost", "//127.0.0.1"))
            )
            yield Site(url, invitations, folder, log, environment["DATABASE_URL"])
        finally:
            process.terminate()
            process.wait(20)
    if on_postgres:
        recreate(environment["DATABASE_URL"], only_drop=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the machine's own Chromium."""
    return browser_type_launch_args | {
        "executable_path": chromium_path(),
        "args": list(CHROMIUM_ARGUMENTS),
    }


@pytest.fixture
def visitor(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser that has never been on the site."""
    with browser.new_context(base_url=site.url) as context:
        yield context
