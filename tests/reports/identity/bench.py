"""Measures the identity engine beside other tools: python -m tests.reports.identity.bench.

One run gives, for every tool and on the same texts: stories and words a second, the time from
the start of a fresh interpreter to its first stripped story, the peak memory of the process that
did it all, and recall and over of the marked narratives (score.py says what these are), those
that nobody looked at while the engine was made also on their own.

Every tool runs alone on one and the same core. A second of the speeds is one of processor time,
so that what else the machine does counts less, in the fastest of several passes, for the same
reason: nothing makes a pass faster than the tool is. The time to start is one by the clock. The
peers are much slower than the engine and get an evenly spread part of its stories.

Each peer lives in an environment of its own, .bench/PEER, made at the first run from the package
index that pip is set to. The exit status is 1 where a bound below is missed or a peer could not
be measured, unless --without PEER says that it need not be.

With --worst it measures instead how long the engine takes for what is hardest: how the time grows
with the length, and how long a megabyte takes.
"""

import argparse
import os
import platform
import re
import statistics
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from reports.identity.tokens import LONG
from tests.reports.identity.peers.runner import (
    OURS,
    PEERS,
    NotMeasured,
    interpreter,
    run,
    version,
)
from tests.reports.identity.worst import WORST, fill

HERE = Path(__file__).resolve().parent

STORY_WORDS = 200
PASSES = 9  # the fastest of so many counts, after a first one that warms the tool up
STARTS = 5  # fresh interpreters, of which the median counts
PEER_SHARE = 7  # a peer gets every seventh story, and the engine all of them

LEAST_STORIES_S = 500
MOST_START_S = 0.5
MOST_MEMORY_MB = 150
UNSEEN_EVERY = 5  # narratives whose number this divides are a reserve that nobody looks at
BUSY = 1.25  # clock over processor time from which the core is called shared

WORST_CHARACTERS = 1_000_000
WORST_S = 2.0
WORST_PATIENCE_S = 30
WORST_PASSES = 2  # the faster one counts
WORST_LEAST_S = 0.001  # below which nothing is told of how the time grows
LONGER, MOST_GROWTH = 4, 8  # times the text, times as long: sixteen would be its square

score: Any = import_module("tests.reports.identity.score")  # has no types

Gold = dict[str, tuple[str, list[tuple[int, int, str]]]]


@dataclass(frozen=True)
class Figures:
    """What was measured of one tool; recall and over are fractions, 0 to 1."""

    stories_s: float
    start_s: float
    memory_mb: float
    recall: float
    over: float
    unseen_recall: float
    unseen_over: float
    clock_share: float  # seconds by the clock for each second of processor time


def measure(tool: str, gold: Gold, stories: list[str]) -> Figures:
    """Measure everything of one tool; raise NotMeasured."""
    answer = run(tool, [text for text, _ in gold.values()], stories, 1 + PASSES)
    starts = [run(tool)["start"] for _ in range(STARTS)]
    passes = answer["seconds"][1:]
    spans = {
        name: [tuple(span) for span in found]
        for name, found in zip(gold, answer["spans"], strict=True)
    }
    unseen = {name: marked for name, marked in gold.items() if is_unseen(name)}
    whole, reserve = (score.score(part, spans)[0]["ALL"] for part in (gold, unseen or gold))
    return Figures(
        stories_s=len(stories) / min(processor for _, processor in passes),
        start_s=statistics.median(starts),
        memory_mb=answer["peak"],
        recall=whole["recall"],
        over=whole["over"],
        unseen_recall=reserve["recall"],
        unseen_over=reserve["over"],
        clock_share=sum(clock for clock, _ in passes) / sum(processor for _, processor in passes),
    )


# --- The texts -------------------------------------------------------------------------------


def is_unseen(name: str) -> bool:
    """Tell whether a narrative belongs to the reserve."""
    number = re.search(r"\d+", name)
    return number is not None and int(number.group()) % UNSEEN_EVERY == 0


def cut_stories(texts: Iterable[str]) -> list[str]:
    """Return stories of STORY_WORDS words each: the texts joined and cut.

    It cuts twice, half a story apart. Line breaks and blanks between the words stay as they are.
    """
    words = re.findall(r"\S+\s*", "\n\n".join(texts))
    starts = (
        start
        for offset in (0, STORY_WORDS // 2)
        for start in range(offset, len(words) - STORY_WORDS + 1, STORY_WORDS)
    )
    return ["".join(words[start : start + STORY_WORDS]).strip() for start in starts]


# --- What is printed -------------------------------------------------------------------------


def show(rows: list[tuple[str, ...]]) -> None:
    """Print a table, its first row the head, its first column to the left."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    head, *body = rows
    rule = ("-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:]))
    for row in (head, rule, *body):
        first, *others = (
            cell.ljust(width) if n == 0 else cell.rjust(width)
            for n, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        print("| " + " | ".join((first, *others)) + " |", flush=True)


def pinned_to_one_core() -> str:
    """Keep this process and its children on one core; say where that is."""
    where = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    if not hasattr(os, "sched_setaffinity"):
        return f"{where}, not held to one core, which this system cannot do"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    return f"{where}, one core"


def judge(checks: Iterable[tuple[str, bool]]) -> bool:
    """Print each check and whether it holds; return whether all do."""
    holding = True
    for claim, holds in checks:
        print(f"{'met   ' if holds else 'MISSED'}  {claim}")
        holding = holding and holds
    return holding


def compare(gold: Gold, without: list[str]) -> bool:
    """Measure and print all tools; return whether every bound holds and no peer is missing."""
    stories = cut_stories(text for text, _ in gold.values())
    left_out: dict[str, str] = {}
    for peer in PEERS:
        try:
            if peer in without:
                raise NotMeasured("asked for by --without")
            interpreter(peer)
        except NotMeasured as reason:
            left_out[peer] = str(reason)
    where = pinned_to_one_core()
    measured: dict[str, Figures] = {}
    for tool in (OURS, *PEERS):
        if tool not in left_out:
            print(f"Measuring {version(tool)}", file=sys.stderr, flush=True)
            part = stories if tool == OURS else stories[::PEER_SHARE]
            try:
                measured[tool] = measure(tool, gold, part)
            except NotMeasured as reason:
                left_out[tool] = str(reason)

    print(
        f"{len(stories)} stories of {STORY_WORDS} words (for a peer every {PEER_SHARE}th), "
        f"{len(gold)} marked narratives; {where}.\n"
    )
    head = ("tool", "stories/s", "words/s", "start s", "memory MB")
    table: list[tuple[str, ...]] = [
        (*head, "recall %", "over %", "unseen recall %", "unseen over %")
    ]
    for tool, f in measured.items():
        speed = (f"{f.stories_s:,.0f}", f"{f.stories_s * STORY_WORDS:,.0f}")
        costs = (f"{f.start_s:.2f}", f"{f.memory_mb:.0f}")
        shares = (f.recall, f.over, f.unseen_recall, f.unseen_over)
        table.append((version(tool), *speed, *costs, *(f"{100 * share:.1f}" for share in shares)))
    show(table)
    print()
    for tool, why in left_out.items():
        hint = "" if tool in without or tool == OURS else f" (--without {tool} accepts that)"
        print(f"Left out: {version(tool)}: {why}{hint}")
    for tool, f in measured.items():
        if f.clock_share > BUSY:
            print(
                f"The core was shared while {version(tool)} was measured: "
                f"{f.clock_share:.1f} s by the clock for each second of work."
            )
    ours = measured.get(OURS)
    if ours is None:
        return False
    checks = [
        (
            f"stories of {STORY_WORDS} words a second: {ours.stories_s:,.0f}, "
            f"at least {LEAST_STORIES_S}",
            ours.stories_s >= LEAST_STORIES_S,
        ),
        (
            f"seconds to start: {ours.start_s:.2f}, under {MOST_START_S}",
            ours.start_s < MOST_START_S,
        ),
        (
            f"megabytes of memory: {ours.memory_mb:.0f}, under {MOST_MEMORY_MB}",
            ours.memory_mb < MOST_MEMORY_MB,
        ),
    ]
    for peer in PEERS:
        if theirs := measured.get(peer):
            ahead = ours.recall > theirs.recall and ours.unseen_recall > theirs.unseen_recall
            checks.append((f"ahead of {version(peer)} in recall, unseen narratives too", ahead))
    holding = judge(checks)
    return holding and not set(left_out) - set(without)


def try_worst() -> bool:
    """Time the engine on the hardest texts, print it, and return whether all stay in bounds."""
    where = pinned_to_one_core()
    print(f"The hardest texts, of three lengths in characters; {where}.\n")
    lengths = (LONG // LONGER, LONG, WORST_CHARACTERS)
    head = ("text", *(f"{length:,}: s" for length in lengths), f"growth of {LONGER}", "memory MB")
    table: list[tuple[str, ...]] = [head]
    missed = []
    for name, pieces in WORST.items():
        print(f"Trying {name}", file=sys.stderr, flush=True)
        seconds, memory = [], 0.0
        try:
            for length in lengths:
                text = fill(pieces, length)
                answer = run(OURS, stories=[text], passes=WORST_PASSES, patience=WORST_PATIENCE_S)
                seconds.append(min(processor for _, processor in answer["seconds"]))
                memory = answer["peak"]
        except NotMeasured as reason:
            missed.append(f"{name}: {reason}")
            cells = [f"{s:.3f}" for s in seconds] + ["-"] * (len(lengths) - len(seconds))
            table.append((name, *cells, "-", "-"))
            continue
        part, long, whole = seconds
        growth = long / max(part, WORST_LEAST_S)
        table.append((name, *(f"{s:.3f}" for s in seconds), f"{growth:.1f}", f"{memory:.0f}"))
        if whole > WORST_S:
            missed.append(f"{name}: {whole:.1f} s for {WORST_CHARACTERS:,} characters")
        if growth > MOST_GROWTH:
            missed.append(f"{name}: {growth:.1f} times as long for {LONGER} times the text")
    show(table)
    print()
    return judge(
        [(line, False) for line in missed]
        or [
            (f"at most {WORST_S:.0f} s for each of {len(WORST)} texts", True),
            (f"at most {MOST_GROWTH} times as long for {LONGER} times the text", True),
        ]
    )


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument(
        "--narratives",
        type=Path,
        default=HERE / "narratives",
        metavar="FOLDER",
        help="folder of marked narratives (*.txt); the project's own when not given",
    )
    parser.add_argument(
        "--without",
        action="append",
        choices=PEERS,
        default=[],
        metavar="PEER",
        help=f"leave a peer out, of {', '.join(PEERS)}",
    )
    parser.add_argument("--worst", action="store_true", help="time the hardest texts instead")
    options = parser.parse_args(arguments)
    if options.worst:
        return 0 if try_worst() else 1
    try:
        gold: Gold = score.read_folder(options.narratives)
    except (score.Broken, OSError, UnicodeDecodeError) as error:
        print(f"bench: the narratives cannot be read: {error}", file=sys.stderr)
        return 1
    return 0 if compare(gold, options.without) else 1


if __name__ == "__main__":
    sys.exit(main())
