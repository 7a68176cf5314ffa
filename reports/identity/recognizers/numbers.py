"""Numbers: every run with a digit is an identifier unless shown to be harmless."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..lexicon import entries, known, word_set
from ..span import Span, take
from ..tokens import UPPER, Story
from .chains import MOST_RUNS, PLACE_NAMES, label_name
from .harmless import (
    TEN_CODE,
    Run,
    by_form,
    by_measure,
    by_words,
    counted,
    is_model,
    like_a_case,
    read,
)

CLOCK = re.compile(r"(?:0\d|1[0-8]|2[1-3])[0-5]\d")
PLATE = re.compile(r"(?:[a-z]{2,3}-?\d{3,4}|\d[a-z]{3}\d{3}|\d{3}-?[a-z]{3})")
VEHICLES = word_set("vehicles")
UNCOUNTED = word_set("uncounted")
GAPS = word_set("gaps")
WEAK_PLACE_LABELS = word_set("weak_place_labels")
CAPITAL_LABELS = word_set("capital_labels")
AFTER_CALL_SIGNS = word_set("after_call_signs")
NO_GAP = 3  # characters between the numbers of a table
BARE_LIMIT = 3  # digits; a longer bare number is taken for an identifier

Verdict = tuple[str, str, str, str]  # kind, label, reason, tier


def find(story: Story, runs: Sequence[tuple[int, int]], taken: bytearray) -> Iterator[Span]:
    """Yield the identifying numbers that no pattern has taken; runs: those with digits."""
    if len(runs) > MOST_RUNS:
        yield from table(story, runs, taken)
        return
    for i, j in runs:
        rest = untaken(story, i, j, taken)
        if rest is None:
            continue
        i, j = rest
        run = read(story, i, j)
        verdict = judge(run)
        if verdict is None:
            if is_model(run) and not run.plain:
                story.safe[i : j + 1] = b"\1" * (j + 1 - i)
            continue
        kind, label, reason, tier = verdict
        start, end = story.starts[i], story.ends[j]
        if kind == "NUMBER" and label in ("plate", "number"):
            start, end = widen(story, i, j, label, taken)
        if kind == "PLACE" and i and story.norms[i - 1] in CAPITAL_LABELS:
            start = story.starts[i - 1]  # us 95
        take(taken, start, end)
        yield Span(start, end, kind, tier, reason, f"[{label}]")


def table(story: Story, runs: Sequence[tuple[int, int]], taken: bytearray) -> Iterator[Span]:
    """Yield all numbers, those with little between them as one."""
    reason = "Stands among more numbers than can be told apart."
    starts, ends, k = story.starts, story.ends, 0
    while k < len(runs):
        start, end = starts[runs[k][0]], ends[runs[k][1]]
        k += 1
        if 1 in taken[start:end]:
            continue
        while k < len(runs):
            i, j = runs[k]
            if starts[i] - end > NO_GAP or 1 in taken[end : ends[j]]:
                break
            end = ends[j]
            k += 1
        take(taken, start, end)
        yield Span(start, end, "NUMBER", "possible", reason, "[number]")


def untaken(story: Story, i: int, j: int, taken: bytearray) -> tuple[int, int] | None:
    """Return the tokens of a run that nothing has taken, or None when they hold no digit."""
    starts, ends = story.starts, story.ends
    while i < j and taken[starts[i]]:
        i += 1
    while j > i and taken[ends[j] - 1]:
        j -= 1
    start, end = starts[i], ends[j]
    if 1 in taken[start:end] or not any(map(str.isdecimal, story.clear[start:end])):
        return None
    return i, j


def widen(story: Story, i: int, j: int, label: str, taken: bytearray) -> tuple[int, int]:
    """Take in the letters before and the groups behind a plate or number written apart."""
    tokens, starts, ends = story.tokens, story.starts, story.ends
    start, end = starts[i], ends[j]
    k = j + 1
    while k < len(tokens) and starts[k] - end == 1 and is_group(story, k, label):
        if taken[starts[k]]:
            break
        end = ends[k]
        k += 1
    if i and start - ends[i - 1] == 1 and not taken[starts[i - 1]]:
        before = tokens[i - 1]
        letters = before.shape == "upper" and len(before.text) < 4 and not story.safe[i - 1]
        usual = known(before.norm) or before.text in entries("acronyms")
        if letters and not usual and (label == "plate" or end - start > 2):
            start = starts[i - 1]
    return start, end


def is_group(story: Story, k: int, label: str) -> bool:
    """Whether token k behind a plate or number is a further group of it."""
    token = story.tokens[k]
    if len(token.text) > 5 or token.norm in entries("units"):
        return False
    if label == "number" and token.shape == "upper":
        return False  # 3B12 ADV
    if token.shape == "upper":
        word = story.regimes[k] == UPPER and known(token.norm) and len(token.text) > 1
        return len(token.text) < 4 and not word
    if token.shape == "digit":
        return len(token.text) > 1 or label == "plate"
    return token.shape == "alnum"


def judge(run: Run) -> Verdict | None:
    """Return what a run with digits is, or None when it is harmless."""
    if by_form(run):
        return None
    verdict = labelled(run)
    if verdict is not None:
        return verdict
    if by_measure(run):
        return None
    if run.label == "number" and run.plain and len(run.digits) >= BARE_LIMIT:
        return "NUMBER", "number", "The word “number” stands before it.", "possible"
    if run.plain:
        return bare(run)
    if by_words(run):
        return None
    label = "plate" if PLATE.fullmatch(run.text) else "number"
    return "NUMBER", label, "Letters and digits together look like a code.", "certain"


def labelled(run: Run) -> Verdict | None:
    """Judge a run by the label word before it: badge, unit, exit, room."""
    label, reason = run.label, f"The word “{run.label}” stands before it."
    counts = run.plain and run.after in entries("units") and run.after not in UNCOUNTED
    token = run.story.tokens[run.i - 1] if run.i else None
    verb = token is not None and token.norm in GAPS
    if label in entries("place_labels") and (run.adjacent or not verb) and not counts:
        small = label in CAPITAL_LABELS and (token is None or token.shape != "upper")
        if not small and (run.adjacent or label not in WEAK_PLACE_LABELS):
            return "PLACE", PLACE_NAMES.get(label, "number"), reason, "certain"
    if label not in entries("number_labels") or label in entries("safe_labels"):
        return None
    size = len(run.digits)
    if counts and size < 4:
        return None  # the van 6 feet away
    if run.plain and label in VEHICLES and verb and not run.adjacent and size < 3:
        return None  # the car was 20 off
    if TEN_CODE.fullmatch(run.text) and label in ("unit", "units"):
        return None
    return "NUMBER", label_name(label), reason, "certain"


def bare(run: Run) -> Verdict | None:
    """Judge digits that have neither a label nor a unit, by their length and their company."""
    text, digits = run.text, run.digits
    if "," in text or run.sign == "." or ("." in text and len(digits) < 8):
        return None
    if "-" in text:
        if len(digits) < 6 and not like_a_case(text):
            return None
        return "NUMBER", "case number", "Looks like a case number.", "certain"
    if run.sign == "#":
        return "NUMBER", "number", "A number sign stands before it.", "certain"
    if CLOCK.fullmatch(digits) and not run.after.endswith("s"):
        return "TIME", "time", "Looks like a clock time.", "possible"
    if not digits.startswith("0") or len(digits) < BARE_LIMIT:
        if len(digits) <= BARE_LIMIT and radio_word(run):
            return "NUMBER", "call sign", "Looks like a call sign.", "possible"
        if len(digits) < BARE_LIMIT or counted(run):
            return None
    reason = "A bare number may stand for a person, a vehicle or a case."
    return "NUMBER", "number", reason, "possible"


def radio_word(run: Run) -> bool:
    """Whether a capitalised word before a short number makes a call sign of both (Rocky 6)."""
    story, i = run.story, run.left
    if i is None or story.safe[i] or story.fixed[i] or story.regimes[i] == UPPER:
        return False
    left = story.tokens[i]
    if left.shape != "cap" or story.clear[story.ends[i] : story.starts[run.i]] not in (" ", "-"):
        return False
    if any(
        left.norm in entries(kind) for kind in ("function", "safe_labels", "weekdays", "speech")
    ):
        return False
    if (story.first[i] and left.norm not in entries("callwords")) or left.owned:
        return False
    if run.right is None:
        return True
    after = run.after
    return after in entries("speech") or after in entries("function") or after in AFTER_CALL_SIGNS
