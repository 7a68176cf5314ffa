"""The sample content of the demo is complete, loads once, and identifies nobody."""

import pytest

from lessons.models import Lesson, Story, Term
from lessons.vocabulary import FACETS
from nearmiss import samples
from reports.identity import strip
from reports.models import Report, State

pytestmark = pytest.mark.django_db


def test_the_stories_are_published_once() -> None:
    assert samples.publish_stories() == 16
    assert samples.publish_stories() == 0
    assert Story.objects.published().count() == 16
    assert Lesson.objects.count() == 78


def test_an_edit_is_kept() -> None:
    samples.publish_stories()
    Story.objects.filter(slug="struck-twice-in-a-snowstorm").update(title="Edited")
    samples.publish_stories()
    assert Story.objects.get(slug="struck-twice-in-a-snowstorm").title == "Edited"


def test_they_show_every_facet() -> None:
    samples.publish_stories()
    shown = Term.objects.filter(story__isnull=False) | Term.objects.filter(lesson__isnull=False)
    assert set(shown.values_list("facet", flat=True)) == set(FACETS)


def test_the_reports_wait_for_review_without_identities() -> None:
    assert samples.receive_reports() == 5
    assert set(Report.objects.values_list("state", flat=True)) == {State.RECEIVED}
    typed = " ".join(sample["story"] for _, sample in samples.read("incoming"))
    stored = " ".join(Report.objects.values_list("story", flat=True))
    for word in ("Ferrante", "Joanne Pell", "Hadden", "Tanner Mill Road", "6 Bravo 11"):
        assert word in typed
        assert word not in stored


def test_the_engine_finds_nothing_certain_in_the_stories() -> None:
    samples.publish_stories()
    for story in Story.objects.all():
        assert [
            (story.slug, story.narrative[span.start : span.end])
            for span in strip(story.narrative).spans
            if span.tier == "certain"
        ] == []
