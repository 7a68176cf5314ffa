"""Run the whole suite on every database and service that this machine has: python -m tests.run.

It runs on SQLite always, and again on PostgreSQL where one answers at TEST_DATABASE_URL (or on
the local default port). Tests that need Redis (TEST_REDIS_URL, or the local default port) or
Chromium (CHROMIUM, or on the path) run where these are there. The summary names what was left
out, and why; --leave-nothing-out makes that a failure. Other arguments go to pytest.
"""

import getpass
import os
import subprocess
import sys
from collections.abc import Iterable

import psycopg
import redis

from tests.services import REDIS_URL, chromium_path

SUITE_DATABASE = "nearmiss"  # pytest-django works in test_nearmiss, and drops it


def postgres_url() -> str | None:
    """Return the address for the suite of a PostgreSQL that answers, or None."""
    user = getpass.getuser()
    candidates = [os.environ.get("TEST_DATABASE_URL", "")] + [
        f"postgres://{name}@127.0.0.1:5432/{SUITE_DATABASE}" for name in (user, "postgres")
    ]
    for url in filter(None, candidates):
        server = url.rpartition("/")[0] + "/postgres"
        try:
            psycopg.connect(server, connect_timeout=3).close()
        except psycopg.OperationalError:
            continue
        return url
    return None


def redis_answers() -> bool:
    try:
        redis.Redis.from_url(REDIS_URL, socket_connect_timeout=3).ping()
    except redis.RedisError:
        return False
    return True


def pytest(database_url: str, unwanted: Iterable[str], arguments: list[str]) -> int:
    """Run pytest on a database, without the tests of the unwanted markers; return its status."""
    environment = os.environ | {"DATABASE_URL": database_url}
    expression = " and ".join(f"not {marker}" for marker in unwanted)
    command = [sys.executable, "-m", "pytest", *(("-m", expression) if expression else ())]
    return subprocess.run(command + arguments, env=environment).returncode


def main(arguments: list[str]) -> int:
    complete = "--leave-nothing-out" in arguments
    arguments = [argument for argument in arguments if argument != "--leave-nothing-out"]
    postgres = postgres_url()
    left_out, unwanted = [], []
    if not redis_answers():
        left_out.append("the tests of the Redis cache: no Redis answers at TEST_REDIS_URL")
        unwanted.append("redis")
    if chromium_path() is None:
        left_out.append("the browser tests: no Chromium on the path or at CHROMIUM")
        unwanted.append("browser")

    results = []
    print("SQLite", flush=True)
    results.append(("SQLite", pytest("", unwanted, arguments)))
    if postgres:
        print("PostgreSQL", flush=True)
        results.append(("PostgreSQL", pytest(postgres, unwanted, arguments)))
    else:
        left_out.append("PostgreSQL: none answers at TEST_DATABASE_URL or on the local port")

    print()
    for name, status in results:
        print(f"{name}: {'passed' if status == 0 else f'failed (pytest says {status})'}")
    for line in left_out:
        print(f"Left out: {line}")
    if not left_out:
        print("Nothing was left out.")
    return 1 if any(status for _, status in results) or (complete and left_out) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
