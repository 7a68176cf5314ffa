"""The production profile does not start on a missing or unsafe setting, and says which it is."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy_check import PRODUCTION as GOOD


def start(environment: dict[str, str], show: str = "'started'") -> subprocess.CompletedProcess[str]:
    """Import the settings in a process of their own, and print an expression of them."""
    code = f"from nearmiss import settings; print({show})"
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code], env=bare | environment, capture_output=True, text=True
    )


def test_production_starts_when_all_is_set() -> None:
    assert start(GOOD).stdout == "started\n"


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"PROFILE"}))
def test_a_missing_setting_stops_the_start_and_is_named(name: str) -> None:
    done = start({key: value for key, value in GOOD.items() if key != name})
    assert done.returncode == 1
    assert f"- {name} is missing" in done.stderr


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SECRET_KEY", "short", "- SECRET_KEY is missing or shorter than 50 characters"),
        ("ALLOWED_HOSTS", "*", "- ALLOWED_HOSTS is missing or '*'"),
        ("DATABASE_URL", "sqlite:///db", "- DATABASE_URL is missing or not a postgres:// address"),
        ("CACHE_URL", "locmem://", "- CACHE_URL is missing or not a redis:// address"),
        ("DEBUG", "on", "- DEBUG is on"),
        ("INVITATION_DAYS", "0", "- INVITATION_DAYS is less than 1"),
        ("IDLE_MINUTES", "-5", "- IDLE_MINUTES is less than 1"),
        ("PROFILE", "prod", "PROFILE is 'prod'"),
    ],
)
def test_an_unsafe_setting_stops_the_start_and_is_named(
    name: str, value: str, message: str
) -> None:
    done = start(GOOD | {name: value})
    assert done.returncode == 1
    assert message in done.stderr


def test_all_problems_are_told_at_once() -> None:
    done = start({"PROFILE": "production"})
    assert [line.split()[1] for line in done.stderr.splitlines() if line.startswith("- ")] == [
        "SECRET_KEY",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "CACHE_URL",
        "PROXY_HOPS",
    ]


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    key = secrets.token_urlsafe(64)
    (tmp_path / "key").write_text(key)
    environment = GOOD | {"SECRET_KEY_FILE": str(tmp_path / "key")}
    del environment["SECRET_KEY"]
    assert start(environment, "settings.SECRET_KEY").stdout == key + "\n"


def test_the_laptop_keeps_its_key_and_shows_it_to_nobody_else(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path / "data")}
    first = start(environment, "settings.SECRET_KEY").stdout
    assert start(environment, "settings.SECRET_KEY").stdout == first
    assert len(first.strip()) >= 80
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_debug_is_off_unless_asked_for(tmp_path: Path) -> None:
    environment = {"DATA_DIR": str(tmp_path)}
    assert start(environment, "settings.DEBUG").stdout == "False\n"
    assert start(environment | {"DEBUG": "on"}, "settings.DEBUG").stdout == "True\n"


@pytest.mark.parametrize("url", ["mail.example", "imap://mail.example", "smtp://host:port"])
def test_a_mail_server_that_is_none_stops_the_start_and_is_named(url: str) -> None:
    done = start(GOOD | {"EMAIL_URL": url})
    assert done.returncode == 1
    assert "EMAIL_URL is no address of a mail server" in done.stderr


def test_a_mail_server_is_read_from_its_address() -> None:
    show = (
        "settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_HOST_USER, "
        "settings.EMAIL_HOST_PASSWORD, settings.EMAIL_USE_TLS, settings.SITE_URL"
    )
    url = "smtp+tls://desk:pa%23ss@mail.example:587"
    done = start(GOOD | {"EMAIL_URL": url}, f"({show})")
    assert done.stdout == (
        "('mail.example', 587, 'desk', 'pa#ss', True, 'https://near-miss.example')\n"
    )
    assert start(GOOD, "settings.EMAIL_BACKEND").stdout.endswith("dummy.EmailBackend\n")
