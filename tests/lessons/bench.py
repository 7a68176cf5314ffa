"""Measure the readers' pages on many stories: python -m tests.lessons.bench, or `make bench`.

On each database it makes a scratch one, fills it with `manage.py seed`, and drops it in the end. Of
each page it prints the median and the 95th percentile of the whole page, in this process and with
nothing kept from before, and of the SQL that the page runs, by itself. Each page is measured in
several rounds, of which the one with the smallest percentile counts: the others were disturbed by
what else ran. Then it asks a server for a story page and for a view that does nothing. It exits
with 1 where a target is missed.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg

PROJECT = Path(__file__).resolve().parents[2]
SCRATCH = "nearmiss_bench_readers"
ROUNDS = 3
REPEATS = 40  # addresses of each page, in each round
SECONDS = 6  # of asking a server for one page
CONNECTIONS = 4

# Targets, in milliseconds, for the 95th percentile.
STORY, SEARCH, SHEET = 15.0, 150.0, 100.0
TIMES_SQL, BESIDES = 2.0, 10.0  # a whole page takes at most so many times its SQL, and so much more
OF_BARE = 0.5  # of the requests per second of a view that does nothing

# Each page with what it is measured against. An address may name {slug} of a story, {word}, {other}
# or {rare} of the texts.
PAGES: list[tuple[str, str, float | None]] = [
    ("home", "/", None),
    ("list", "/stories/", None),
    ("list, further on", "/stories/?after={cursor}", None),
    ("story", "/stories/{slug}/", STORY),
    ("sheet", "/stories/{slug}/sheet.pdf", SHEET),
    ("term", "/terms/hazard/{hazard}/", None),
    ("theme", "/terms/lesson_theme/{theme}/", None),
    ("search, one word", "/stories/?q={word}", SEARCH),
    ("search, rare word", "/stories/?q={rare}", SEARCH),
    ("search, two words", "/stories/?q={word}+{other}", SEARCH),
    ("search, phrase", "/stories/?q=%22{phrase}%22", SEARCH),
    ("search, facets", "/stories/?q={word}&hazard={hazard}&lesson_theme={theme}", SEARCH),
    ("search, misspelt", "/stories/?q={slip}", SEARCH),
    ("facets alone", "/stories/?hazard={hazard}&light={light}", SEARCH),
    ("lessons", "/lessons/", None),
    ("lessons of a theme", "/lessons/?lesson_theme={theme}", SEARCH),
    ("lessons, search", "/lessons/?q={word}", SEARCH),
    ("trends", "/trends/", None),
    ("feed", "/stories.atom", None),
    ("feed of a term", "/terms/hazard/{hazard}.atom", None),
    ("API, stories", "/api/v1/stories", None),
    ("API, one story", "/api/v1/stories/{slug}", None),
    ("API, lessons", "/api/v1/lessons?term=lesson_theme:{theme}", None),
    ("API, trends", "/api/v1/trends", None),
]

# fmt: off
WORDS = (
    "knife", "rifle", "dog", "radio", "search", "holster", "truck", "door", "hands", "shift",
    "window", "partner", "light", "rope",
)
# fmt: on
PHRASES = ["fence stop", "magazine came out", "arm's length", "in the dust", "second unit"]
SLIPS = ["hancuffs", "tourniqet", "hoster", "ovrdose", "dispacher"]


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# In the process that measures one database


def addresses(pattern: str, chance: random.Random) -> Iterator[str]:
    """Yield addresses of a pattern, with what is in the database by chance."""
    from lessons.models import Story, Term

    number = Story.objects.count()
    slugs = {
        facet: [t.slug for t in Term.objects.public().filter(facet=facet)]
        for facet in ("hazard", "lesson_theme", "light")
    }
    with_rare = list(Story.objects.values_list("title", flat=True)[:500])
    while True:
        story = Story.objects.order_by("pk")[chance.randrange(number)]
        word, other = chance.sample(WORDS, 2)
        yield pattern.format(
            slug=story.slug,
            cursor=f"{story.published:%Y%m%d}-{story.pk}",
            word=word,
            other=other,
            rare=chance.choice(with_rare).split()[-1],
            phrase=chance.choice(PHRASES).replace(" ", "+"),
            slip=chance.choice(SLIPS),
            hazard=chance.choice(slugs["hazard"][:8]),
            theme=chance.choice(slugs["lesson_theme"][:12]),
            light=chance.choice(slugs["light"]),
        )


def measure_page(pattern: str) -> dict[str, list[float]]:
    """Return median and 95th percentile of pages, and of their SQL by itself, in milliseconds."""
    from django.core.cache import caches
    from django.db import connection
    from django.test import Client

    client = Client()
    pages, alone = [], []
    for address, _ in zip(addresses(pattern, random.Random(7)), range(REPEATS), strict=False):
        statements: list[tuple[str, Any]] = []

        def note(
            execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any
        ) -> Any:
            statements.append((sql, parameters))  # noqa: B023 - called before the next
            return execute(sql, parameters, many, context)

        # Once to note the statements, and to have read from the disk what both will read.
        caches["pages"].clear()
        with connection.execute_wrapper(note):
            client.get(address)
        caches["pages"].clear()
        started = time.perf_counter()
        response = client.get(address)
        pages.append((time.perf_counter() - started) * 1000)
        if response.status_code != 200:
            raise SystemExit(f"{address} answers {response.status_code}.")
        started = time.perf_counter()
        with connection.cursor() as cursor:
            for sql, parameters in statements:
                cursor.execute(sql, parameters)
                if cursor.description:
                    cursor.fetchall()
        alone.append((time.perf_counter() - started) * 1000)
    return {
        "page": [percentile(pages, 0.5), percentile(pages, 0.95)],
        "sql": [percentile(alone, 0.5), percentile(alone, 0.95)],
    }


def measure(stories: int) -> None:
    """Fill the database of this process, and print what was measured as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("seed", stories=stories, stdout=sys.stderr)
    settings.ALLOWED_HOSTS.append("testserver")
    import_module("nearmiss.wsgi")  # from here on all is as on a server
    results = []
    for name, pattern, target in PAGES:
        rounds = [measure_page(pattern) for _ in range(ROUNDS)]
        best = min(rounds, key=lambda found: found["page"][1])
        results.append({"name": name, "target": target} | best)
        print(name, results[-1], file=sys.stderr)
    slug = next(addresses("{slug}", random.Random(7)))
    bare, story = serve(f"/stories/{slug}/")
    print(json.dumps({"pages": results, "bare": bare, "story": story}))


def serve(story: str) -> tuple[float, float]:
    """Return requests per second of a bare view and of a story page, on the same server."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    granian = Path(sys.executable).with_name("granian")
    command = [
        *(str(granian), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", "1", "--blocking-threads", "4", "--log-level", "warning"),
        "tests.lessons.bench_site:application",
    ]
    with subprocess.Popen(command, cwd=PROJECT, stdout=sys.stderr) as server:
        try:
            wait_for(port)
            rates: dict[str, list[float]] = {"/bare/": [], story: []}
            for _ in range(3):  # by turns, so that a slow moment of the machine hits both
                for address, found in rates.items():
                    found.append(requests_per_second(port, address, SECONDS / 3))
        finally:
            server.terminate()
    return percentile(rates["/bare/"], 0.5), percentile(rates[story], 0.5)


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server did not start.")


def requests_per_second(port: int, address: str, seconds: float) -> float:
    done = [0] * CONNECTIONS

    def ask(number: int) -> None:
        request = f"GET {address} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", port), 10) as connection:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                connection.sendall(request)
                answer = b""
                while b"\r\n\r\n" not in answer:
                    answer += connection.recv(65_536)
                head, _, body = answer.partition(b"\r\n\r\n")
                assert b" 200 " in head.split(b"\r\n")[0], head
                length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
                while len(body) < length:
                    body += connection.recv(65_536)
                done[number] += 1

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(CONNECTIONS)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - started)


# In the process that is started


def report(database: str, found: dict[str, Any], load: float) -> list[str]:
    """Print what was measured; return the targets that were missed."""
    print(f"\n{database}; the machine's load average was {load:.1f} when it began")
    print(f"{'milliseconds':22}{'page p50':>10}{'page p95':>10}{'SQL p50':>10}{'SQL p95':>10}")
    missed = []
    for page in found["pages"]:
        (p50, p95), (s50, s95) = page["page"], page["sql"]
        verdict = []
        if page["target"] and p95 > page["target"]:
            verdict.append(f"over {page['target']:.0f} ms")
        if page["target"] != SHEET and p95 > TIMES_SQL * s95 + BESIDES:
            verdict.append("over twice its SQL plus 10 ms")
        missed += [f"{database}, {page['name']}: {each}" for each in verdict]
        line = f"{page['name']:22}{p50:10.1f}{p95:10.1f}{s50:10.1f}{s95:10.1f}"
        print(line, " and ".join(verdict))
    share = found["story"] / found["bare"]
    print(
        f"requests per second: bare view {found['bare']:.0f}, story page {found['story']:.0f}: "
        f"{share:.0%}"
    )
    if share < OF_BARE:
        missed.append(f"{database}: the story page has less than half the requests of a bare view")
    return missed


def main() -> int:
    from tests.run import postgres_url

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stories", type=int, default=100_000)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.stories)
        return 0
    missed = []
    databases = [("SQLite", "")]
    if url := postgres_url():
        databases.append(("PostgreSQL", url.rpartition("/")[0] + f"/{SCRATCH}"))
    else:
        missed.append("PostgreSQL: none answers at TEST_DATABASE_URL or on the local port")
    for name, url in databases:
        folder = tempfile.mkdtemp(prefix="nearmiss-bench-")
        load = os.getloadavg()[0]
        if url:
            recreate(url)
        try:
            command = [sys.executable, "-m", "tests.lessons.bench", "--measure"]
            command += ["--stories", str(options.stories)]
            environment = os.environ | {
                "DATABASE_URL": url,
                "DATA_DIR": folder,
                "DJANGO_SETTINGS_MODULE": "nearmiss.settings",
            }
            output = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
            missed += report(name, json.loads(output.stdout.splitlines()[-1]), load)
        finally:
            shutil.rmtree(folder)
            if url:
                recreate(url, only_drop=True)
    for each in missed:
        print(f"Missed: {each}")
    return 1 if missed else 0


def recreate(url: str, *, only_drop: bool = False) -> None:
    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {SCRATCH} WITH (FORCE)")
        if not only_drop:
            server.execute(f"CREATE DATABASE {SCRATCH}")


if __name__ == "__main__":
    sys.exit(main())
