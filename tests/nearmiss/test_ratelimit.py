"""Rate limits count each client alone, know no address, and let stories through when blind."""

from collections.abc import Iterator

import pytest
import redis
from django.core.cache import cache
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from nearmiss.middleware import forget_the_client
from nearmiss.ratelimit import client_address, client_key, is_limited, network
from tests.services import REDIS_URL


def request_from(address: str) -> HttpRequest:
    request = RequestFactory().post("/share/", REMOTE_ADDR=address)
    forget_the_client(lambda request: None)(request)  # type: ignore[arg-type,return-value]
    return request


def limited(address: str) -> bool:
    return is_limited(request_from(address), group="send", rate="2/h", when_cache_is_down=False)


@pytest.fixture
def redis_cache(settings: Settings) -> Iterator[None]:
    """The suite's cache, in a real Redis."""
    use_redis(settings, REDIS_URL)
    cache.clear()
    yield
    cache.clear()


def use_redis(settings: Settings, url: str) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "nearmiss.ratelimit.RateLimitRedisCache",
            "LOCATION": url,
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }


def test_each_client_is_counted_alone() -> None:
    assert [limited("198.51.100.7") for _ in range(3)] == [False, False, True]
    assert limited("198.51.100.8") is False


@pytest.mark.redis
def test_each_client_is_counted_alone_in_redis(redis_cache: None) -> None:
    assert [limited("198.51.100.7") for _ in range(3)] == [False, False, True]
    assert limited("198.51.100.8") is False


@pytest.mark.redis
def test_redis_holds_no_address(redis_cache: None) -> None:
    address = "198.51.100.7"
    limited(address)
    server = redis.Redis.from_url(REDIS_URL)
    keys = list(server.scan_iter())
    assert len(keys) == 2  # the salt of the day, and one counter
    held = repr(keys) + repr([server.get(key) for key in keys])
    assert address not in held


@pytest.mark.parametrize("answer", [True, False])
def test_with_the_cache_away_the_caller_decides(settings: Settings, answer: bool) -> None:
    use_redis(settings, "redis://127.0.0.1:1/0")  # nothing listens there
    request = request_from("198.51.100.7")
    for _ in range(5):
        assert is_limited(request, group="g", rate="1/h", when_cache_is_down=answer) is answer


def test_the_key_changes_with_the_salt() -> None:
    request = request_from("198.51.100.7")
    first = client_key("send", request)
    assert client_key("send", request) == first
    assert "198.51.100.7" not in first
    cache.clear()
    assert client_key("send", request) != first


def test_ipv6_counts_by_its_network() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::1") == "2001:db8:1:2::"
    assert network("2001:db8:1:3::1") == "2001:db8:1:3::"
    assert network("::ffff:198.51.100.7") == network("198.51.100.7") == "198.51.100.7"
    assert network("unknown") == "unknown"


@pytest.mark.parametrize(
    ("hops", "forwarded", "expected"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
    ],
)
def test_behind_proxies_each_officer_counts_alone(
    settings: Settings, hops: int, forwarded: str, expected: str
) -> None:
    settings.PROXY_HOPS = hops
    meta = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    assert client_address(meta) == expected
