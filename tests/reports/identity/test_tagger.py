"""The tagger gives probabilities, weighs parts as it weighs the whole, and keeps no names."""

import pytest

from reports.identity import lexicon, strip, tagger
from reports.identity.tokens import tokenise

STORY = (
    "Sgt. Quillonaire and I took Farrow Road. Young was hit near the Zorvexton plant, and young "
    "men ran. The Harrowgate Police sent Brisbane-Ortiz."
)


def weighed(text: str) -> dict[str, float]:
    """Return {word: probability that it identifies} of the words that are not settled."""
    story = tokenise(text)
    return {story.tokens[i].text: 1 - p[0] for i, p in tagger.doubtful(story).items()}


def test_the_classes_share_one() -> None:
    for chances in tagger.doubtful(tokenise(STORY)).values():
        assert sum(chances) == pytest.approx(1)
        assert min(chances) >= 0


def test_names_weigh_more_than_what_stands_around_them() -> None:
    chances = weighed(STORY)
    assert chances["Quillonaire"] > 0.9
    assert chances["Harrowgate"] > 0.9
    assert chances.get("men", 0) < 0.05
    assert chances["Young"] > chances.get("young", 0)


def test_a_part_is_weighed_as_in_the_whole() -> None:
    story = tokenise(STORY)
    whole = tagger.doubtful(story)
    half = range(len(story.tokens) // 2)
    inside = {i: p for i, p in whole.items() if i in half}
    part = tagger.doubtful(story, half)
    last = max(half)
    run_at_the_border = {i for i in inside if all(j in whole for j in range(i, last + 2))}
    for i in inside.keys() - run_at_the_border:
        assert part[i] == pytest.approx(inside[i])


def test_only_ordinary_words_are_kept_for_the_next_story() -> None:
    strip(STORY)
    model = tagger.model()
    texts = set(model.kept)
    assert {"took", "plant", "hit"} <= texts
    kept = [token for text in texts for token in tokenise(text).tokens if token.word]
    assert [token.text for token in kept if not 0 < lexicon.level(token.norm) <= 3] == []
    for word in ("Quillonaire", "Zorvexton", "Harrowgate", "Brisbane"):
        assert word not in texts


def test_an_empty_story_and_one_word_are_weighed() -> None:
    assert tagger.doubtful(tokenise("")) == {}
    assert set(weighed("Quillonaire")) <= {"Quillonaire"}
