"""The engine does not get worse: thresholds on the seen narratives, aggregates on the unseen."""

from typing import Any

import pytest

from .score_parts import parts, predict, score

# Rounded down from what the engine reached when they were set; raise them with the engine.
LEAST_RECALL = {
    "PERSON": 0.93,
    "AGENCY": 0.87,
    "PLACE": 0.90,
    "TIME": 0.98,
    "NUMBER": 0.98,
    "CONTACT": 1.0,
    "ALL": 0.94,
}
MOST_OVER = 0.01
MOST_OVER_WITH_DOUBTS = 0.02
UNSEEN_LEAST_RECALL = 0.88
UNSEEN_MOST_OVER = 0.02


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


def test_what_was_built_holds_for_unseen_stories(figures: Any) -> None:
    assert figures["unseen", False]["ALL"]["recall"] >= UNSEEN_LEAST_RECALL
    assert figures["unseen", False]["ALL"]["over"] <= UNSEEN_MOST_OVER


def test_the_parts_are_whole() -> None:
    assert {part: len(gold) for part, gold in parts().items()} == {"seen": 168, "unseen": 42}
