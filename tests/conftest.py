"""What every test starts from."""

import os

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches

from lessons import known


def pytest_configure() -> None:
    # Playwright leaves an event loop running in the thread of the tests; nothing here is async.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    # The suite neither collects static files nor spends time on password hashing.
    settings.STORAGES["staticfiles"]["BACKEND"] = (
        "django.contrib.staticfiles.storage.StaticFilesStorage"
    )
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # No test fails because the machine is slow: the benches measure time.
    hypothesis.settings.register_profile(
        "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """No test inherits the rate limit counters, or the pages, of another."""
    for cache in caches.all(initialized_only=False):
        cache.clear()
    known.forget()
