"""Score the engine on the seen, the unseen and our own narratives apart.

    python tests/reports/identity/score_parts.py            the figures
    python tests/reports/identity/score_parts.py --errors   and the errors on the seen part

The unseen part, every narrative whose number is divisible by five, is never looked at: its
errors are not listed, whatever is asked for. It tells whether what was built for the seen
stories holds for others. Our own are by other hands again, a third of them without any
identifier; the engine never learns from them, and their errors are not listed either.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2])]

import score  # type: ignore[import-not-found]  # noqa: E402

from reports.identity import strip  # noqa: E402

__all__ = ["main", "parts", "predict", "score"]

UNSEEN_EVERY = 5  # narratives whose number it divides are the unseen part

Marks = list[tuple[int, int, str]]
Gold = dict[str, tuple[str, Marks]]


def parts(folder: Path = HERE / "narratives") -> dict[str, Gold]:
    """Return {"seen": ..., "unseen": ..., "own": ...}, each {id: (story, marks)}."""
    found: dict[str, Gold] = {"seen": {}, "unseen": {}, "own": score.read_folder(folder / "own")}
    for name, story in score.read_folder(folder).items():
        part = "unseen" if int(name[1:]) % UNSEEN_EVERY == 0 else "seen"
        found[part][name] = story
    return found


def predict(gold: Gold, with_doubts: bool = False) -> dict[str, Marks]:
    """Return {id: spans of the engine}, the doubts among them when asked for."""
    found: dict[str, Marks] = {}
    for name, (text, _) in gold.items():
        done = strip(text)
        spans = done.spans + (done.doubts if with_doubts else ())
        found[name] = sorted((s.start, s.end, s.kind) for s in spans)
    return found


def main() -> None:
    """Print the figures of both parts, without and with the doubts."""
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n\n")[0])
    parser.add_argument("--errors", action="store_true", help="list the errors of the seen part")
    options = parser.parse_args()
    for part, gold in parts().items():
        for with_doubts in (False, True):
            started = time.perf_counter()
            predicted = predict(gold, with_doubts)
            seconds = time.perf_counter() - started
            figures, leaks, overs = score.score(gold, predicted)
            print(f"\n{part}, {'with doubts' if with_doubts else 'masked alone'}")
            score.show(figures)
            print(f"{len(gold) / seconds:.0f} narratives a second")
            if options.errors and part == "seen" and not with_doubts:
                for title, errors in (("leak", leaks), ("over", overs)):
                    for e in errors:
                        print(f"{title:6}{e['kind']:8}{e['id']}:{e['start']}  {e['context']}")


if __name__ == "__main__":
    main()
