"""Trends: counts of what is published, small ones withheld, and the words that go with them."""

import datetime
import re

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from lessons.coarsening import K
from lessons.models import Story
from lessons.trends import TREND_FACETS, Trend, count_facet, count_trends, withhold
from lessons.vocabulary import FACETS
from tests.factories import make_story, term

day = datetime.date
SPRING = day(2026, 3, 1)


def tell(count: int, *terms: tuple[str, str], published: day | None = SPRING) -> None:
    for _ in range(count):
        make_story(terms=[term(*each) for each in terms], published=published)


def cells(trend: Trend) -> dict[str, int | None]:
    return {cell.slug: cell.stories for cell in trend.cells}


@pytest.mark.django_db
def test_a_facet_counts_published_stories_by_term() -> None:
    tell(6, ("activity", "transport"), ("activity", "foot-pursuit"))
    tell(5, ("activity", "transport"))
    tell(9, ("activity", "transport"), published=None)
    tell(9, ("activity", "court-duty"), published=day(2999, 1, 1))
    trend = count_facet("activity")
    assert cells(trend) == {"foot-pursuit": 6, "transport": 11}
    assert trend.told == 11
    assert [cell.label for cell in trend.known] == ["Prisoner transport", "Foot pursuit"]


@pytest.mark.django_db
def test_small_counts_are_withheld_and_another_with_a_lone_one() -> None:
    tell(4, ("light", "glare"))
    tell(6, ("light", "dawn-dusk"))
    tell(9, ("light", "daylight"))
    tell(5, ("light", "unknown"))
    assert cells(count_facet("light")) == {"daylight": 9, "dawn-dusk": None, "glare": None}
    assert count_facet("light").told == 19


@pytest.mark.django_db
def test_a_facet_that_few_tell_says_not_even_how_many() -> None:
    tell(4, ("hazard", "ambush"))
    trend = count_facet("hazard")
    assert (trend.told, cells(trend)) == (None, {"ambush": None})


@pytest.mark.django_db
def test_years_stand_in_order_with_those_between() -> None:
    tell(5, published=day(2023, 1, 1))
    tell(7, published=day(2025, 12, 31))
    trends = count_trends()
    year = trends.trends[-1]
    assert trends.stories == 12
    assert cells(year) == {"2023": 5, "2024": 0, "2025": 7}


def test_facets_that_could_single_out_are_never_counted() -> None:
    assert [slug for slug in TREND_FACETS if FACETS[slug].identifying] == []
    for facet in FACETS.values():
        if facet.identifying:
            with pytest.raises(ValueError, match="not counted"):
                count_facet(facet.slug)


@given(st.lists(st.integers(0, 30), max_size=12))
def test_what_is_withheld_cannot_be_reckoned(counts: list[int]) -> None:
    shown = withhold(counts, adds_up=True)
    hidden = [n for n, told in zip(counts, shown, strict=True) if told is None]
    assert [told for told in shown if told is not None and 0 < told < K] == []
    assert [told for n, told in zip(counts, shown, strict=True) if told not in (None, n)] == []
    if hidden and len(hidden) < sum(n > 0 for n in counts):
        assert len(hidden) >= 2
        assert sum(hidden) >= K
    if all(n == 0 or n >= K for n in counts):
        assert hidden == []
    apart = withhold(counts, adds_up=False)
    assert [n for n, told in zip(counts, apart, strict=True) if told is None] == [
        n for n in counts if 0 < n < K
    ]


@pytest.mark.django_db
def test_the_page_draws_each_trend_with_a_table_and_says_what_it_is_not(client: Client) -> None:
    tell(6, ("activity", "transport"), ("hazard", "ambush"), ("light", "glare"))
    tell(2, ("activity", "court-duty"))
    html = client.get("/trends/").content.decode()
    assert re.findall(r'<h2 id="([^"]+)"', html) == [*TREND_FACETS, "year"]
    assert "no rate follows from them" in html
    assert '<tr><th scope="row">Prisoner transport</th><td>6</td></tr>' in html
    assert "<strong>Withheld:</strong> Court duty." in html
    assert html.count("<svg") == html.count('role="img"') == 4
    assert html.count("<table>") == 4
    assert "Contributing factor" in html
    assert "No story says." in html


@pytest.mark.django_db
def test_the_page_without_a_story_is_sound(client: Client) -> None:
    html = client.get("/trends/").content.decode()
    assert "What the 0 published stories tell of." in html
    assert "<svg" not in html


@pytest.mark.django_db
@pytest.mark.parametrize("stories", [1, 12])
def test_queries_do_not_grow_and_the_second_reader_takes_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, stories: int
) -> None:
    tell(
        stories, *[(slug, "glare" if slug == "light" else "other") for slug in ("light", "hazard")]
    )
    # version; years; terms of each facet, and how many told of the one in which stories count twice
    with django_assert_num_queries(7):
        response = client.get("/trends/")
    with django_assert_num_queries(1):
        known = client.get("/trends/", headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, response["Cache-Control"]) == (304, "public, max-age=60")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/trends/", "/api/v1/trends"])
def test_what_is_taken_down_is_out_of_the_counts_at_once(client: Client, address: str) -> None:
    tell(6, ("activity", "transport"))
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    Story.objects.latest("pk").delete()
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200
    assert count_trends().stories == 5
