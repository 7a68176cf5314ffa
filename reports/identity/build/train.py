"""Train the tagger on marked narratives: python -m reports.identity.build.train FOLDER [FOLDER ...]

Needs python-crfsuite, which the site does not. Learns a conditional random field with L1 and L2
penalties (Lafferty, McCallum and Pereira 2001; Okazaki's CRFsuite) over the features of
reports/identity/evidence.py, and writes it to data/tagger.bin.gz, which is all that the engine
needs. The narratives whose name ends in a number divisible by five are never read from a folder
named "narratives" of the tests: they measure.
"""

import array
import gzip
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pycrfsuite

from reports.identity import evidence
from reports.identity.lexicon import level
from reports.identity.tagger import CLASSES, DATA, NEVER, SCALE, Weighing
from reports.identity.tokens import Story, tokenise

MARK = re.compile(r"\[\[([A-Z]+):(.*?)\]\]", re.S)
L1, L2 = 0.05, 0.5  # penalties; found by what leaks from narratives that were left out
ROUNDS = 150
LOWERED, RAISED = 0.25, 0.15  # shares of the stories learned once more in lower case, in capitals
LABELLED, HIDDEN = 0.35, 0.6  # share of the stories learned once more with labels, and of marks
OFTEN, CHANCE = 10, 0.012  # times that a settled word was seen, and the most it was ever given
LEAST = 0.02  # a weight smaller than this is dropped

REPLACED = {
    "PERSON": "[person A]",
    "AGENCY": "[agency]",
    "PLACE": "[place]",
    "TIME": "[time]",
    "NUMBER": "[number]",
    "CONTACT": "[phone]",
}

Marked = tuple[str, list[tuple[int, int, str]]]


def parse(marked: str) -> Marked:
    """Return a story without its marks, and the marks as (start, end, kind)."""
    text, marks, last = "", [], 0
    for found in MARK.finditer(marked):
        text += marked[last : found.start()]
        marks.append((len(text), len(text) + len(found[2]), found[1]))
        text += found[2]
        last = found.end()
    return text + marked[last:], marks


def narratives(folders: list[str]) -> Iterator[Marked]:
    """Yield every narrative that may be learned from."""
    for folder in folders:
        for path in sorted(Path(folder).glob("*.txt")):
            if not (path.stem.startswith("v") and int(path.stem[1:]) % 5 == 0):
                yield parse(path.read_text("utf-8"))


def recased(stories: list[Marked]) -> Iterator[Marked]:
    """Yield a part of the stories again, without capitals or in them alone."""
    draw = random.Random(3)  # noqa: S311 - the same draw each time
    for text, marks in stories:
        share = draw.random()
        if share < LOWERED:
            other = text.lower()
        elif share < LOWERED + RAISED:
            other = text.upper()
        else:
            continue
        if len(other) == len(text):
            yield other, marks


def labelled(stories: list[Marked]) -> Iterator[Marked]:
    """Yield a part of the stories again with some identifiers already replaced by labels.

    Moderators' texts hold labels, and the engine reads what it has stripped once more.
    """
    draw = random.Random(7)  # noqa: S311 - the same draw each time
    for text, marks in stories:
        if draw.random() >= LABELLED:
            continue
        pieces, kept, last, length = [], [], 0, 0
        for start, end, kind in marks:
            hidden = kind != "OPT" and draw.random() < HIDDEN
            piece = REPLACED[kind] if hidden else text[start:end]
            pieces += [text[last:start], piece]
            length += start - last
            if not hidden:
                kept.append((length, length + len(piece), kind))
            length += len(piece)
            last = end
        yield "".join([*pieces, text[last:]]), kept


def answers(story: Story, marks: list[tuple[int, int, str]]) -> list[str]:
    """Return the class of every token."""
    return [
        next((k for s, e, k in marks if s < end and start < e and k != "OPT"), "O")
        for start, end in zip(story.starts, story.ends, strict=True)
    ]


def train(stories: list[Marked], path: str) -> None:
    """Train on the stories and leave CRFsuite's model at the path."""
    trainer = pycrfsuite.Trainer(verbose=False)
    for text, marks in [*stories, *recased(stories), *labelled(stories)]:
        story = tokenise(text)
        trainer.append(evidence.features(story), answers(story, marks))
    trainer.set_params({"c1": L1, "c2": L2, "max_iterations": ROUNDS})
    trainer.train(path)


def write(path: str, target: Path) -> int:
    """Write CRFsuite's model as the engine reads it; return the number of features."""
    tagger = pycrfsuite.Tagger()
    tagger.open(path)
    model = tagger.info()
    rows: dict[str, list[int]] = {}
    for (feature, name), weight in model.state_features.items():
        if abs(weight) >= LEAST:
            row = rows.setdefault(feature, [0] * len(CLASSES))
            row[CLASSES.index(name)] = round(weight * SCALE)
    steps = [
        round(model.transitions.get((before, after), 0.0) * SCALE)
        for before in CLASSES
        for after in CLASSES
    ]
    names = sorted(rows)
    numbers = array.array("h", steps + [weight for name in names for weight in rows[name]])
    if sys.byteorder == "big":
        numbers.byteswap()
    packed = "\n".join(names).encode() + b"\0" + numbers.tobytes()
    target.write_bytes(gzip.compress(packed, 9, mtime=0))
    return len(names)


def never(stories: list[Marked]) -> list[str]:
    """Return the words that, in small letters, never came near to being identifiers.

    They have been seen often enough, marked nowhere, and the tagger has given them next to no
    chance in any surroundings.
    """
    seen: Counter[str] = Counter()
    near: set[str] = set()
    for text, marks in [*stories, *recased(stories), *labelled(stories)]:
        story = tokenise(text)
        weighed = Weighing(story).chances
        for i, (token, answer) in enumerate(zip(story.tokens, answers(story, marks), strict=True)):
            if token.word and token.shape == "lower":
                seen[token.norm] += 1
                if answer != "O" or (i in weighed and 1 - weighed[i][0] > CHANCE):
                    near.add(token.norm)
    return sorted(w for w, n in seen.items() if n >= OFTEN and w not in near and level(w))


if __name__ == "__main__":
    learned = list(narratives(sys.argv[1:]))
    with tempfile.NamedTemporaryFile() as model:
        train(learned, model.name)
        count = write(model.name, DATA)
    NEVER.write_text("", "utf-8")
    words = never(learned)
    NEVER.write_text("\n".join(words) + "\n", "utf-8")
    print(f"{len(learned)} narratives, {count} features, {len(words)} settled words")  # noqa: T201
