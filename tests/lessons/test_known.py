"""The terms that a process keeps: those of the database, and never older than what is published."""

import pytest
from pytest_django import DjangoAssertNumQueries

from lessons.known import give_terms, known_terms, public_terms
from lessons.models import Story, Term
from tests.factories import make_lesson, make_story, term

pytestmark = pytest.mark.django_db


def counts() -> dict[str, tuple[int, int]]:
    return {
        term.slug: (term.stories, term.lessons)
        for term in known_terms().values()
        if term.stories or term.lessons
    }


def test_terms_are_read_once_in_their_order(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    assert list(known_terms().values()) == list(Term.objects.all())
    with django_assert_num_queries(1):
        known_terms()


def test_a_change_is_known_at_once() -> None:
    assert counts() == {}
    story = make_story(terms=[term("hazard", "ambush")])
    make_lesson(story, terms=[term("lesson_theme", "debrief")])
    make_story(terms=[term("hazard", "ambush")], published="2999-01-01")
    assert counts() == {"ambush": (1, 0), "debrief": (1, 1)}
    Term.objects.filter(slug="ambush").update(label="Okapi")
    assert "Okapi" in [term.label for term in public_terms(["hazard"])]
    Story.objects.filter(pk=story.pk).update(published=None)
    assert counts() == {}


def test_public_terms_of_facets_stand_by_label() -> None:
    expected = Term.objects.public().filter(facet__in=["light", "region"]).order_by("label", "slug")
    assert public_terms(["light", "region"]) == list(expected)


@pytest.mark.parametrize("stories", [1, 3])
def test_stories_are_given_what_they_would_fetch(
    django_assert_num_queries: DjangoAssertNumQueries, stories: int
) -> None:
    for _ in range(stories):
        facts = [("region", "west"), ("light", "glare"), ("light", "unknown"), ("role", "patrol")]
        story = make_story(terms=[term(*fact) for fact in facts])
        make_lesson(story, terms=[term("lesson_theme", "debrief"), term("hazard", "ambush")])
        make_lesson(story)
    known_terms()
    given = list(Story.objects.published().prefetch_related("lessons"))
    with django_assert_num_queries(2):  # the links, and the version
        give_terms(given)
        told = [
            (
                story.public_terms,
                story.identifying_terms,
                [lesson.public_terms for lesson in story.lessons.all()],
            )
            for story in given
        ]
    fetched = Story.objects.published().with_lessons()
    assert told == [
        (
            story.public_terms,
            story.identifying_terms,
            [lesson.public_terms for lesson in story.lessons.all()],
        )
        for story in fetched
    ]
    assert [[term.slug for term in terms] for terms in told[0][:2]] == [
        ["glare"],
        ["west", "patrol"],
    ]
    assert [[term.slug for term in terms] for terms in told[0][2]] == [["debrief"], []]
    give_terms([])
