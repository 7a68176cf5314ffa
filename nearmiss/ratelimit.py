"""Rate limits that know nobody: django-ratelimit, keyed by an address that cannot be told again.

The key is an HMAC of the client's network under a salt that is drawn anew each day and lives in
the cache alone. When the day is over, or the cache is gone, no key can be tied to an address.
"""

import datetime
import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache
from django.http import HttpRequest
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

DAY = 24 * 60 * 60  # seconds


class RateLimitRedisCache(RedisCache):
    """Django's Redis cache, made to report an unreachable server the way django-ratelimit expects.

    RATELIMIT_FAIL_OPEN has no effect on the stock backend: it raises, and the page is a 500.
    """

    def add(self, *args: Any, **kwargs: Any) -> bool:
        try:
            return bool(super().add(*args, **kwargs))
        except RedisError:
            return False

    def incr(self, *args: Any, **kwargs: Any) -> int:
        try:
            return int(super().incr(*args, **kwargs))
        except RedisError as error:
            raise ValueError("The cache cannot be reached.") from error

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            return default


def client_address(meta: Mapping[str, Any]) -> str:
    """Return the address of the client, as the outermost trusted proxy saw it.

    meta: WSGI environment. With PROXY_HOPS = n it is the n-th address from the right of
    X-Forwarded-For: everything further left was written by the client. A request that did not
    come through all the proxies counts by the address of its peer.
    """
    if settings.PROXY_HOPS:
        hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",")]
        if len(hops) >= settings.PROXY_HOPS:
            return str(hops[-settings.PROXY_HOPS])
    return str(meta.get("REMOTE_ADDR", ""))


def network(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
    return str(parsed)


def salt_of_the_day() -> bytes:
    """Return today's salt from the cache, or a throw-away one when the cache cannot be reached."""
    name = f"ratelimit-salt-{datetime.datetime.now(datetime.UTC).date()}"
    fresh = secrets.token_hex(32)
    cache.add(name, fresh, timeout=DAY)
    return str(cache.get(name, fresh)).encode()


def client_key(group: str, request: HttpRequest) -> str:
    """Return the key under which a client is counted, for django-ratelimit."""
    address = request.client_address()  # type: ignore[attr-defined]
    return hmac.new(salt_of_the_day(), network(address).encode(), hashlib.sha256).hexdigest()


def is_limited(request: HttpRequest, *, group: str, rate: str, when_cache_is_down: bool) -> bool:
    """Count the request and return whether its sender has used up the rate.

    group: what is counted, such as "send". rate: as "20/h". when_cache_is_down: the answer when
    nothing can be counted. A story is let through then, and a log-in is not.
    """
    usage = get_usage(request, group=group, key=client_key, rate=rate, increment=True)
    if usage is None:  # limits are switched off
        return False
    if usage["time_left"] < 0:  # django-ratelimit's sign that the cache did not answer
        return when_cache_is_down
    return bool(usage["should_limit"])
