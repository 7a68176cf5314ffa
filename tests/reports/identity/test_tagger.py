"""The tagger gives probabilities, weighs what training read, and keeps no names."""

import gzip
import struct

import pytest

from reports.identity import evidence, lexicon, strip, tagger
from reports.identity.tagger import Weighing
from reports.identity.tokens import everyday, tokenise

STORY = (
    "Sgt. Quillonaire and I took Farrow Road. Young was hit near the Zorvexton plant, and young "
    "men ran. The Harrowgate Police sent Brisbane-Ortiz."
)


def weighed(text: str) -> dict[str, float]:
    """Return {word: probability that it identifies} of the words that are not settled."""
    story = tokenise(text)
    return {story.tokens[i].text: 1 - p[0] for i, p in Weighing(story).chances.items()}


def test_the_classes_share_one() -> None:
    for chances in Weighing(tokenise(STORY)).chances.values():
        assert sum(chances) == pytest.approx(1)
        assert min(chances) >= 0


def test_names_weigh_more_than_what_stands_around_them() -> None:
    chances = weighed(STORY)
    assert chances["Quillonaire"] > 0.9
    assert chances["Harrowgate"] > 0.8
    assert chances.get("men", 0) < 0.05
    assert chances["Young"] > chances.get("young", 0)


def trained() -> dict[str, tuple[int, ...]]:
    """Return {feature: weight of each class} as they were trained."""
    names, _, raw = gzip.decompress(tagger.DATA.read_bytes()).partition(b"\0")
    size = len(tagger.CLASSES)
    rows = [*struct.iter_unpack(f"<{size}h", raw)][size:]  # the steps come first
    return dict(zip(names.decode().split("\n"), rows, strict=True))


def test_a_doubtful_word_is_weighed_by_what_training_read_of_it() -> None:
    weights, story = trained(), tokenise(STORY)
    weighing = Weighing(story)
    features = evidence.features(story)
    doubtful = [i for i, state in enumerate(weighing.states) if state == tagger.DOUBTFUL]
    assert len(doubtful) > 5
    for i in doubtful:
        known = [weights[feature] for feature in features[i] if feature in weights]
        other, *kinds = map(sum, zip(*known, strict=True))
        row = weighing.rows[i] ^ tagger.BIAS
        against = tagger.UNPACK(row.to_bytes(tagger.BYTES, "little"))
        assert [*against] == [other - kind for kind in kinds]


def test_only_ordinary_words_are_kept_for_the_next_story() -> None:
    strip(STORY + " We didn't run 12 steps from 4471, and Zorvexton'd say so. I've told him.")
    texts = set(everyday)
    assert {"took", "plant", "hit", "didn't", "I've", "12"} <= texts
    public = lexicon.stays() | {word for word, level in lexicon.levels().items() if level <= 3}
    for text in texts:
        for token in [token for token in tokenise(text).tokens if token.word]:
            number = token.shape == "digit" and len(token.text) < 3
            head = token.norm.rpartition("'")[0]  # of a contraction: they've, didn't
            assert number or public & {token.norm, head, head.removesuffix("n")}, text
    for word in ("Quillonaire", "Zorvexton", "Zorvexton'd", "Harrowgate", "Brisbane", "4471"):
        assert word not in texts


def test_an_empty_story_and_one_word_are_weighed() -> None:
    assert Weighing(tokenise("")).chances == {}
    assert set(weighed("Quillonaire")) <= {"Quillonaire"}
