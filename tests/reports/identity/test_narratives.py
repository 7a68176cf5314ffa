"""The engine does not get worse: thresholds on the seen narratives, aggregates on the others."""

from typing import Any

import pytest

from .score_parts import parts, predict, score

# Rounded down from what the engine reached when they were set; raise them with the engine.
LEAST_RECALL = {
    "PERSON": 0.99,
    "AGENCY": 0.98,
    "PLACE": 0.99,
    "TIME": 0.99,
    "NUMBER": 0.99,
    "CONTACT": 1.0,
    "ALL": 0.99,
}
MOST_OVER = 0.015
MOST_OVER_WITH_DOUBTS = 0.045
FOR_STRANGERS = {"recall": 0.97, "clean": 0.8, "over": 0.02}


@pytest.fixture(scope="module")
def figures() -> dict[tuple[str, bool], dict[str, dict[str, Any]]]:
    """Return the figures by part and by whether the doubts count as masked."""
    return {
        (part, doubts): score.score(gold, predict(gold, doubts))[0]
        for part, gold in parts().items()
        for doubts in (False, True)
    }


@pytest.mark.parametrize("kind", LEAST_RECALL)
def test_recall_on_the_seen_part(figures: Any, kind: str) -> None:
    assert figures["seen", False][kind]["recall"] >= LEAST_RECALL[kind]


def test_little_is_masked_that_should_stay(figures: Any) -> None:
    assert figures["seen", False]["ALL"]["over"] <= MOST_OVER
    assert figures["seen", True]["ALL"]["over"] <= MOST_OVER_WITH_DOUBTS


@pytest.mark.parametrize("part", ["unseen", "own"])
def test_what_was_built_holds_for_stories_by_strangers(figures: Any, part: str) -> None:
    whole = figures[part, False]["ALL"]
    assert whole["recall"] >= FOR_STRANGERS["recall"]
    assert whole["clean"] >= FOR_STRANGERS["clean"]
    assert whole["over"] <= FOR_STRANGERS["over"]
    assert figures[part, True]["ALL"]["over"] <= MOST_OVER_WITH_DOUBTS


def test_the_parts_are_whole() -> None:
    assert {part: len(gold) for part, gold in parts().items()} == {
        "seen": 168,
        "unseen": 42,
        "own": 66,
    }
