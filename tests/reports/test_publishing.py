"""A correction keeps the rows of lessons where it can: sheets and links name them."""

import pytest

from lessons.models import Lesson, Story
from reports import publishing
from reports.drafts import Draft, DraftedLesson
from tests.factories import make_story

pytestmark = pytest.mark.django_db


def rewritten(before: list[str], after: list[str]) -> list[tuple[int | None, str]]:
    """Return the lessons of a story after a correction, each with the place that its row had."""
    story = make_story(lessons=before)
    was = {lesson.pk: lesson.position for lesson in story.lessons.all()}
    lessons = tuple(DraftedLesson(text) for text in after)
    draft = Draft("Title", "Summary", "Narrative", lessons=lessons)
    publishing.rewrite(story, draft)
    now = Story.objects.get(pk=story.pk).lessons.all()
    assert [lesson.position for lesson in now] == list(range(len(after)))
    assert Lesson.objects.count() == len(after)
    return [(was.get(lesson.pk), lesson.text) for lesson in now]


@pytest.mark.parametrize(
    ("after", "rows"),
    [
        (["a", "b", "c"], [0, 1, 2]),
        (["a", "better b", "c"], [0, 1, 2]),  # reworded: the same lesson
        (["c", "a", "b"], [2, 0, 1]),
        (["b", "c"], [1, 2]),
        (["new", "a", "b", "c"], [None, 0, 1, 2]),
        (["a", "b", "c", "d"], [0, 1, 2, None]),
        (["a", "a"], [0, 1]),
        ([], []),
    ],
)
def test_a_lesson_keeps_its_row(after: list[str], rows: list[int | None]) -> None:
    assert rewritten(["a", "b", "c"], after) == list(zip(rows, after, strict=True))


def test_lessons_of_the_same_words_stay_two() -> None:
    assert [text for _, text in rewritten(["a", "a"], ["a", "a"])] == ["a", "a"]
