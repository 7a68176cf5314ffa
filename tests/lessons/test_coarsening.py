"""What a story may say of its officer and agency: the rule by itself, and on the story's page."""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from lessons.coarsening import NEED, Combination, K, coarsen
from lessons.models import Story, Term
from lessons.vocabulary import FACETS, UNSAID
from tests.factories import make_lesson, make_story, term

Facts = dict[str, set[str]]


def counted(*groups: tuple[int, Facts]) -> dict[Combination, int]:
    """Return how many stories have which facts, from (number of stories, facts)."""
    published: Counter[Combination] = Counter()
    for number, facts in groups:
        published[combination(facts)] += number
    return dict(published)


def combination(facts: Mapping[str, Iterable[str]]) -> Combination:
    return frozenset((facet, slug) for facet, slugs in facts.items() for slug in slugs)


def shared_by(combination: Combination, published: Mapping[Combination, int]) -> int:
    """Return how many stories have every fact of a combination, whatever else they have."""
    return sum(stories for facts, stories in published.items() if combination <= facts)


def shown_of(facts: Facts, published: Mapping[Combination, int]) -> dict[str, frozenset[str]]:
    return coarsen(facts, lambda combination: shared_by(combination, published))


def test_the_rule_covers_the_identifying_facets_and_no_other() -> None:
    assert set(NEED) == {facet.slug for facet in FACETS.values() if facet.identifying}
    assert NEED == ("agency_type", "role", "community", "agency_size", "experience", "region")
    assert K == 5


# The rule by itself

WEST: Facts = {"region": {"west"}}
SHERIFF: Facts = {"agency_type": {"sheriff"}}
TRIBAL: Facts = {"agency_type": {"tribal"}}
PATROL: Facts = {"role": {"patrol"}}
BOTH_ROLES: Facts = {"role": {"patrol", "canine"}}


@pytest.mark.parametrize(
    ("facts", "published", "shown"),
    [
        (WEST, counted((5, WEST)), WEST),
        (WEST, counted((4, WEST)), {}),
        (WEST, counted((4, WEST), (1, WEST | PATROL)), WEST),
        (WEST, counted((4, WEST), (9, PATROL)), {}),
        (WEST, {}, {}),
        ({}, counted((9, WEST)), {}),
        # Each is common, both together are not: the region goes.
        (SHERIFF | WEST, counted((4, SHERIFF | WEST), (9, SHERIFF), (9, WEST)), SHERIFF),
        (SHERIFF | WEST, counted((5, SHERIFF | WEST)), SHERIFF | WEST),
        # A kind of agency that is rare by itself goes, and what others share may stay.
        (TRIBAL | PATROL, counted((4, TRIBAL | PATROL), (1, PATROL)), PATROL),
        (TRIBAL | PATROL, counted((4, TRIBAL | PATROL)), {}),
        # A rare role does not take with it what is needed less.
        (
            SHERIFF | {"role": {"canine"}} | WEST,
            counted((1, SHERIFF | {"role": {"canine"}} | WEST), (4, SHERIFF | WEST)),
            SHERIFF | WEST,
        ),
        # All answers of a facet, or none.
        (BOTH_ROLES, counted((9, PATROL), (4, BOTH_ROLES)), {}),
        (PATROL, counted((1, PATROL), (4, BOTH_ROLES)), PATROL),
        # Of two that cannot both be shown, the one that is needed more stays.
        (
            {"community": {"rural"}, "agency_size": {"under-25"}},
            counted(
                (1, {"community": {"rural"}, "agency_size": {"under-25"}}),
                (9, {"community": {"rural"}}),
                (9, {"agency_size": {"under-25"}}),
            ),
            {"community": {"rural"}},
        ),
        # What says nothing is not shown, however many say it.
        ({"region": {"withheld"}}, counted((9, {"region": {"withheld"}})), {}),
        (WEST | {"experience": {"withheld"}}, counted((5, WEST)), WEST),
        ({"hazard": {"ambush"}}, counted((9, {"hazard": {"ambush"}})), {}),
    ],
)  # fmt: skip
def test_what_is_shown(facts: Facts, published: dict[Combination, int], shown: Facts) -> None:
    assert shown_of(facts, published) == shown


SLUGS = st.sets(st.sampled_from(["a", "b", "withheld"]), min_size=1, max_size=2)
FACTS = st.fixed_dictionaries({}, optional=dict.fromkeys((*NEED, "hazard"), SLUGS))
GROUPS = st.lists(st.tuples(st.integers(1, 6), FACTS), min_size=1, max_size=6)


def said(facts: Facts) -> Facts:
    """Return the facts that the rule is about."""
    return {f: slugs - UNSAID for f, slugs in facts.items() if f in NEED and slugs - UNSAID}


@given(GROUPS)
def test_what_is_shown_is_a_part_that_enough_stories_share(groups: list[tuple[int, Facts]]) -> None:
    published, facts = counted(*groups), groups[0][1]
    shown = shown_of(facts, published)
    assert shown.items() <= said(facts).items()
    sharing = sum(n for n, other in groups if combination(shown) <= combination(other))
    assert not shown or sharing >= K
    assert shared_by(combination(shown), published) == sharing


@given(GROUPS)
def test_what_is_shown_is_the_best_of_all_parts(groups: list[tuple[int, Facts]]) -> None:
    """Try every part: the best has the most needed facet on which two differ."""
    published, facts = counted(*groups), groups[0][1]
    given = said(facts)
    parts = [
        {facet: given[facet] for facet in facets}
        for size in range(len(given) + 1)
        for facets in combinations(given, size)
    ]
    common = [p for p in parts if not p or shared_by(combination(p), published) >= K]
    best = max(common, key=lambda part: [facet in part for facet in NEED])
    assert shown_of(facts, published) == best
    # So nothing could be shown besides.
    assert [part for part in common if part.items() > best.items()] == []


@given(GROUPS)
def test_no_order_makes_a_difference(groups: list[tuple[int, Facts]]) -> None:
    facts = groups[0][1]
    first = shown_of(facts, counted(*groups))
    backwards = dict(reversed(facts.items()))
    again = shown_of(backwards, dict(reversed(counted(*reversed(groups)).items())))
    assert again == first
    assert list(again) == list(first) == [facet for facet in NEED if facet in first]


@given(GROUPS, FACTS, st.integers(1, 6))
def test_more_stories_never_show_less(
    groups: list[tuple[int, Facts]], more: Facts, number: int
) -> None:
    """Less in the order of need: a facet may only go for the sake of one that is needed more."""
    facts = groups[0][1]
    before, after = (
        shown_of(facts, counted(*groups)),
        shown_of(facts, counted(*groups, (number, more))),
    )
    assert [f in after for f in NEED] >= [f in before for f in NEED]


@given(GROUPS)
def test_a_part_is_never_rarer_than_the_whole(groups: list[tuple[int, Facts]]) -> None:
    published, facts = counted(*groups), groups[0][1]
    whole = combination(facts)
    for left_out in facts:
        part = combination({f: slugs for f, slugs in facts.items() if f != left_out})
        assert shared_by(part, published) >= shared_by(whole, published) >= groups[0][0]


@given(GROUPS)
def test_facts_that_the_story_does_not_have_make_no_difference(
    groups: list[tuple[int, Facts]],
) -> None:
    """So the database need count only what the story has."""
    facts = groups[0][1]
    mine = combination(said(facts))
    narrowed: Counter[Combination] = Counter()
    for carried, stories in counted(*groups).items():
        narrowed[carried & mine] += stories
    assert shown_of(facts, narrowed) == shown_of(facts, counted(*groups))


# On the page of a story

SINGLING_OUT = [
    ("agency_type", "campus"),
    ("role", "canine"),
    ("role", "trainer"),
    ("community", "remote"),
    ("agency_size", "under-25"),
    ("experience", "20-plus"),
    ("region", "territories"),
]


def plant(number: int, *facts: tuple[str, str], **fields: Any) -> None:
    for _ in range(number):
        make_story(terms=[term(*fact) for fact in facts], **fields)


def facts_on(client: Client, story: Story) -> list[tuple[str, str]]:
    """Return (facet, label) of all facts on the page of a story."""
    html = client.get(story.get_absolute_url()).content.decode()
    section = html.partition('id="facts"')[2].partition("</section>")[0]
    found = []
    for facet, rest in re.findall(r"<dt>(.*?)</dt>(.*?)</div>", section, re.DOTALL):
        found += [(facet, label) for label in re.findall(r"<(?:a|span)[^>]*>(.*?)</", rest)]
    return found


def labelled(*facts: tuple[str, str]) -> list[tuple[str, str]]:
    """Return (facet, label) of facts, in the order of a page."""
    order = list(FACETS)
    terms = sorted((term(*f) for f in facts), key=lambda t: (order.index(t.facet), t.position))
    return [(t.facet_info.label, t.label) for t in terms]


@pytest.fixture
def story(db: None) -> Story:
    return make_story(terms=[term("light", "glare"), *(term(*fact) for fact in SINGLING_OUT)])


def test_with_three_others_a_page_shows_nothing_that_singles_out(
    client: Client, story: Story
) -> None:
    plant(3, *SINGLING_OUT)
    assert facts_on(client, story) == labelled(("light", "glare"))
    html = client.get(story.get_absolute_url()).content.decode()
    texts = {text.strip() for text in re.findall(r">([^<>]+)<", html)}
    assert texts & {term(*fact).label for fact in SINGLING_OUT} == set()


def test_with_four_others_a_page_shows_all_that_they_share(client: Client, story: Story) -> None:
    plant(4, *SINGLING_OUT)
    assert facts_on(client, story) == labelled(("light", "glare"), *SINGLING_OUT)
    html = client.get(story.get_absolute_url()).content.decode()
    linked = set(re.findall(r'href="/terms/([^/"]+)/([^/"]+)/"', html))
    assert linked == {("light", "glare")}
    for fact in SINGLING_OUT:
        assert client.get(term(*fact).get_absolute_url()).status_code == 404


def test_what_five_share_only_in_part_is_shown_in_part(client: Client, story: Story) -> None:
    plant(3, *SINGLING_OUT)
    plant(1, ("agency_type", "campus"), ("community", "remote"), ("role", "canine"))
    assert facts_on(client, story) == labelled(
        ("light", "glare"), ("agency_type", "campus"), ("community", "remote")
    )


@pytest.mark.parametrize(
    "published", [None, timezone.now().date() + datetime.timedelta(days=1)]
)  # fmt: skip
def test_stories_that_are_not_public_do_not_count(
    client: Client, story: Story, published: datetime.date | None
) -> None:
    plant(3, *SINGLING_OUT)
    plant(9, *SINGLING_OUT, published=published)
    assert facts_on(client, story) == labelled(("light", "glare"))


def test_terms_of_lessons_do_not_count(client: Client, story: Story) -> None:
    plant(3, *SINGLING_OUT)
    make_lesson(make_story(), terms=[term(*fact) for fact in SINGLING_OUT])
    assert facts_on(client, story) == labelled(("light", "glare"))


@pytest.mark.django_db
def test_what_says_nothing_is_not_shown_however_many_say_it(client: Client) -> None:
    unsaid = [(t.facet, t.slug) for t in Term.objects.filter(slug__in=UNSAID)]
    assert len(unsaid) >= 5
    plant(9, *unsaid)
    assert facts_on(client, Story.objects.latest("pk")) == []
