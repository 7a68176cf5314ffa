"""The query sets of the public side: what is published, what is public, what counts."""

import datetime

import pytest
import time_machine
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from lessons.models import CombinationCount, Story, Term
from lessons.vocabulary import FACETS, UNSAID
from tests.factories import make_lesson, make_story, term

pytestmark = pytest.mark.django_db


def days_from_now(days: int) -> datetime.date:
    return timezone.now().date() + datetime.timedelta(days=days)


def test_published_are_the_stories_whose_day_has_come() -> None:
    make_story("Not public", published=None)
    make_story("Tomorrow", published=days_from_now(1))
    today = make_story("Today")
    yesterday = make_story("Yesterday", published=days_from_now(-1))
    assert list(Story.objects.published().latest_first()) == [today, yesterday]


def test_a_dated_story_opens_on_its_day() -> None:
    story = make_story(published=datetime.date(2026, 11, 24))
    with time_machine.travel("2026-11-23 23:59:59Z"):
        assert list(Story.objects.published()) == []
    with time_machine.travel("2026-11-24 00:00:00Z"):
        assert list(Story.objects.published()) == [story]


def test_stories_of_one_day_stand_in_the_order_they_came() -> None:
    first, second = make_story("First"), make_story("Second")
    assert list(Story.objects.latest_first()) == [second, first]


def test_public_terms_leave_out_identifying_facets_and_what_says_nothing() -> None:
    public = {(t.facet, t.slug) for t in Term.objects.public()}
    assert public == {
        (t.facet, t.slug)
        for t in Term.objects.all()
        if not FACETS[t.facet].identifying and t.slug not in UNSAID
    }
    assert ("light", "unknown") not in public
    assert ("region", "west") not in public
    assert ("hazard", "ambush") in public


def test_every_term_that_says_something_is_public_or_identifying() -> None:
    public, identifying = set(Term.objects.public()), set(Term.objects.identifying())
    assert identifying == {
        t for t in Term.objects.exclude(slug__in=UNSAID) if FACETS[t.facet].identifying
    }
    assert public & identifying == set()
    assert public | identifying == set(Term.objects.exclude(slug__in=UNSAID))


def test_a_term_and_the_query_set_agree_on_what_is_public() -> None:
    assert {t for t in Term.objects.all() if t.is_public} == set(Term.objects.public())
    assert {t for t in Term.objects.all() if t.is_identifying} == set(Term.objects.identifying())


def test_terms_are_of_stories_or_of_lessons() -> None:
    stories, lessons = Term.objects.of_stories(), Term.objects.of_lessons()
    assert set(lessons.values_list("facet", flat=True)) == {"lesson_theme", "audience"}
    assert stories.count() + lessons.count() == Term.objects.count()


def test_a_term_counts_each_published_story_once() -> None:
    theme, hazard = term("lesson_theme", "debrief"), term("hazard", "ambush")
    twice = make_story(terms=[hazard])
    make_lesson(twice, terms=[theme])
    make_lesson(twice, terms=[theme])
    both_ways = make_story(terms=[theme, hazard])
    make_lesson(both_ways, terms=[theme])
    make_story(terms=[theme])
    make_lesson(make_story(published=None, terms=[hazard, theme]), terms=[theme])
    make_lesson(make_story(published=days_from_now(1), terms=[theme]), terms=[theme])

    counted = {t: t.stories for t in Term.objects.with_counts() if t.stories}  # type: ignore[attr-defined]
    assert counted == {theme: 3, hazard: 2}
    for each, count in counted.items():
        assert Story.objects.published().with_term(each).count() == count


def test_terms_in_lessons_stand_by_label_and_count_stories() -> None:
    scan, brief = term("lesson_theme", "keep-scanning"), term("lesson_theme", "plan-and-brief")
    for _ in range(2):
        story = make_story(terms=[term("hazard", "ambush")])
        make_lesson(story, terms=[brief, scan])
        make_lesson(story, terms=[brief])
    debrief = term("lesson_theme", "debrief")
    make_lesson(make_story(published=None), terms=[debrief, scan])
    make_lesson(make_story(published=days_from_now(1)), terms=[debrief, scan])
    found = [(t, t.stories) for t in Term.objects.in_lessons()]  # type: ignore[attr-defined]
    assert found == [(scan, 2), (brief, 2)]


def test_with_term_finds_a_story_once_by_itself_and_by_its_lessons() -> None:
    theme = term("lesson_theme", "debrief")
    story = make_story()
    for _ in range(3):
        make_lesson(story, terms=[theme])
    make_story()
    assert list(Story.objects.with_term(theme)) == [story]


def test_with_lessons_on_fetches_the_lessons_that_carry_the_term() -> None:
    theme = term("lesson_theme", "debrief")
    story = make_story()
    carries = make_lesson(story, terms=[theme])
    make_lesson(story)
    found = Story.objects.with_lessons_on(theme).get()
    assert found.lessons_on_term == [carries]  # type: ignore[attr-defined]


@pytest.mark.parametrize("stories", [1, 3])
def test_with_lessons_takes_four_queries(
    stories: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(stories):
        story = make_story(terms=[term("hazard", "ambush")])
        make_lesson(story, terms=[term("lesson_theme", "debrief")])
    with django_assert_num_queries(4):
        for story in Story.objects.published().with_lessons():
            assert [t.slug for t in story.public_terms] == ["ambush"]
            for lesson in story.lessons.all():
                assert [facet.slug for facet, _ in lesson.facts()] == ["lesson_theme"]


def test_facts_stand_by_facet_in_the_order_of_the_vocabulary() -> None:
    story = make_story(
        terms=[
            term("light", "glare"),
            term("hazard", "edged-weapon"),
            term("activity", "transport"),
            term("hazard", "ambush"),
        ]
    )
    assert [(facet.slug, [t.slug for t in terms]) for facet, terms in story.facts()] == [
        ("activity", ["transport"]),
        ("hazard", ["ambush", "edged-weapon"]),
        ("light", ["glare"]),
    ]


@pytest.mark.parametrize("stories", [1, 3])
def test_facts_take_two_queries_more(
    stories: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(stories):
        make_story(terms=[term("hazard", "ambush"), term("role", "patrol"), term("region", "west")])
    story = Story.objects.with_lessons()[0]
    with django_assert_num_queries(2):
        assert [facet.slug for facet, _ in story.facts()] == ["hazard"]


def test_combinations_count_what_stories_carry_in_themselves() -> None:
    patrol, west = term("role", "patrol"), term("region", "west")
    canine, debrief = term("role", "canine"), term("lesson_theme", "debrief")
    make_story(terms=[patrol, west, canine, debrief])
    make_story(terms=[patrol, west])
    make_story(terms=[patrol, term("region", "south")])
    make_lesson(make_story(terms=[west]), terms=[patrol])
    make_story()
    make_story(terms=[patrol, west], published=None)
    make_story(terms=[patrol, west], published=days_from_now(1))
    assert CombinationCount.objects.carrying([patrol, west]) == {
        frozenset({("role", "patrol"), ("region", "west")}): 2,
        frozenset({("role", "patrol")}): 3,
        frozenset({("region", "west")}): 3,
    }
    assert CombinationCount.objects.carrying([patrol, canine, west]) == {
        frozenset({("role", "patrol"), ("role", "canine"), ("region", "west")}): 1,
        frozenset({("role", "patrol"), ("role", "canine")}): 1,
        frozenset({("region", "west")}): 3,
    }
    assert CombinationCount.objects.stories() == 5


def test_facts_of_a_story_fetched_without_the_gate_are_those_a_page_may_show() -> None:
    story = make_story(
        terms=[
            term("role", "canine"),
            term("experience", "20-plus"),
            term("agency_size", "under-25"),
            term("region", "territories"),
            term("community", "remote"),
            term("light", "unknown"),
            term("agency_type", "withheld"),
            term("lesson_theme", "debrief"),
        ]
    )
    assert story.facts() == []
    lesson = make_lesson(story, terms=[term("role", "canine"), term("audience", "recruits")])
    assert lesson.facts() == [(FACETS["audience"], [term("audience", "recruits")])]


def test_related_stories_share_most_terms_first_then_stand_latest_first() -> None:
    stop, ambush = term("activity", "vehicle-stop"), term("hazard", "ambush")
    street = term("place", "street")
    story = make_story(terms=[stop, ambush, street])
    one = make_story("One", terms=[stop], published=days_from_now(-5))
    three = make_story("Three", terms=[stop, ambush, street], published=days_from_now(-9))
    two = make_story("Two", terms=[stop, ambush], published=days_from_now(-9))
    two_later = make_story("Two later", terms=[ambush, street], published=days_from_now(-1))
    assert list(story.related(4)) == [three, two_later, two, one]
    assert list(story.related()) == [three, two_later, two]


def test_unpublished_stories_and_common_facts_relate_nothing() -> None:
    other, night = term("hazard", "other"), term("light", "night-lit")
    ambush, tribal = term("hazard", "ambush"), term("agency_type", "tribal")
    story = make_story(terms=[other, night, ambush, tribal])
    make_story(terms=[other, night, tribal])
    make_story(terms=[ambush], published=None)
    make_story(terms=[ambush], published=days_from_now(1))
    assert list(story.related()) == []
