"""Sharing agrees with the coarsening of single stories, whatever they carry."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lessons.models import Story, Term
from lessons.sharing import Sharing
from tests.factories import make_story, term

ANSWERS = [
    *(("agency_type", "sheriff"), ("agency_type", "tribal")),
    *(("role", "patrol"), ("role", "canine"), ("role", "supervisor")),
    *(("community", "rural"), ("region", "west"), ("region", "withheld")),
]


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from(ANSWERS)), min_size=1, max_size=14))
def test_each_story_shows_what_its_page_shows(facts: list[set[tuple[str, str]]]) -> None:
    Story.objects.all().delete()
    for answers in facts:
        make_story(terms=[term(*answer) for answer in sorted(answers)])
    make_story(published=None, terms=[term(*answer) for answer in ANSWERS])
    sharing = Sharing()
    for story in Story.objects.published():
        assert sharing.shown(story.identifying_terms) == story.shared_terms()


@pytest.mark.django_db
def test_without_stories_nothing_is_shared() -> None:
    assert Sharing().shown(Term.objects.identifying()) == []
