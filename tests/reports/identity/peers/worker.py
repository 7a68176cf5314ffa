"""Runs one tool in a process of its own: python -P worker.py ADAPTER, the job on standard input.

The job is a JSON object: "texts" to strip once, whose spans come back, and "stories" to strip
"passes" times, which are timed. The answer is one line of JSON on standard output:

started    the monotonic clock, in seconds, when the tool had stripped its first, short text
spans      for each text its spans [start, end, kind], trimmed, in order, none touching another
seconds    for each pass the seconds by the clock and the seconds of processor time
peak       the peak resident memory of the process in megabytes (2 to the power of 20 bytes)

It needs nothing but the standard library, since it runs in the peers' environments.
"""

import importlib.util
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

SHORT = "Officer Ramirez, badge 4471, stopped a car on Elm Street at 2215 hours."

Span = tuple[int, int, str]


def load(name: str) -> Callable[[str], list[Span]]:
    """Return the strip function of an adapter, whose file may bear the name of its package."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"adapter_{name}", path)
    assert spec is not None and spec.loader is not None
    adapter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(adapter)
    strip: Callable[[str], list[Span]] = adapter.strip
    return strip


def tidy(text: str, spans: Iterable[Span]) -> list[Span]:
    """Return the spans trimmed, in order and apart: the earlier and longer ones win."""
    result, last = [], 0
    for start, end, kind in sorted(spans, key=lambda s: (s[0], -s[1])):
        start, end = max(start, last, 0), min(end, len(text))
        while start < end and text[start].isspace():
            start += 1
        while start < end and text[end - 1].isspace():
            end -= 1
        if start < end:
            result.append((start, end, kind))
            last = end
    return result


def peak_megabytes() -> float:
    """Return this process's peak resident memory in megabytes.

    getrusage would do, but on Linux it counts what the parent held before it started us.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)


def timed(strip: Callable[[str], object], stories: list[str]) -> tuple[float, float]:
    """Strip the stories; return the seconds by the clock and of processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    for story in stories:
        strip(story)
    return time.perf_counter() - clock, time.process_time() - processor


def main(name: str) -> None:
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a tool prints must not get into the answer
    strip = load(name)
    strip(SHORT)
    started = time.monotonic()
    job = json.load(sys.stdin)
    spans = [tidy(text, strip(text)) for text in job["texts"]]
    seconds = [timed(strip, job["stories"]) for _ in range(job["passes"])]
    found = {"started": started, "spans": spans, "seconds": seconds, "peak": peak_megabytes()}
    json.dump(found, answer)
    answer.close()


if __name__ == "__main__":
    main(sys.argv[1])
