"""The readers' pages: what each shows, in which order, and what answers 404."""

import datetime
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from lessons.models import Story
from tests.factories import make_lesson, make_story, term

pytestmark = pytest.mark.django_db


def make_full_story(title: str = "A truck takes a flashlight") -> Story:
    """Return a story with facts and two lessons that carry themes."""
    story = make_story(
        title,
        terms=[
            term("hazard", "ambush"),
            term("activity", "transport"),
            term("light", "glare"),
            term("role", "patrol"),
            term("region", "west"),
        ],
    )
    for _ in range(2):
        make_lesson(story, terms=[term("lesson_theme", "debrief"), term("audience", "recruits")])
    return story


def day(number: int) -> datetime.date:
    return timezone.now().date() - datetime.timedelta(days=number)


def titles(html: str) -> list[str]:
    return re.findall(r"<h3><a [^>]*>(.*?)</a></h3>", html)


def get(client: Client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def heading(html: str) -> str:
    found = re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def title(html: str) -> str:
    return str(re.findall(r"<title>(.*?)</title>", html)[0])


def page_links(html: str) -> list[tuple[str, str]]:
    return re.findall(r'rel="(prev|next)" href="([^"]+)"', html)


# Home


def test_home_leads_with_the_newest_story_and_lists_four_more(client: Client) -> None:
    for number in range(7):
        make_story(f"Story {number}", published=day(number))
    html = get(client, "/")
    assert titles(html) == [f"Story {number}" for number in range(5)]


def test_home_shows_the_first_lesson_of_the_lead_alone(client: Client) -> None:
    make_story("Older", lessons=["Not here"], published=day(3))
    make_story("Newest", lessons=["Seen first", "Seen on its page"])
    html = get(client, "/")
    assert re.findall(r'<article class="lesson">(.*?)</article>', html) == ["<p>Seen first</p>"]
    assert "The first of its 2 lessons" in html


def test_home_counts_the_stories_of_each_theme(client: Client) -> None:
    make_full_story()
    make_full_story()
    make_lesson(make_story(), terms=[term("lesson_theme", "keep-scanning")])
    make_lesson(make_story(published=None), terms=[term("lesson_theme", "plan-and-brief")])
    found = re.findall(
        r'href="/terms/lesson_theme/([^/]+)/"><span>([^<]+)</span> <span class="number">(\d+)',
        get(client, "/"),
    )
    assert found == [("debrief", "Debrief", "2"), ("keep-scanning", "Keep scanning", "1")]


def test_home_without_a_story_asks_for_the_first(client: Client) -> None:
    html = get(client, "/")
    assert "No story stands published yet" in html
    assert "Lessons by theme" not in html


def test_home_offers_two_actions_side_by_side(client: Client) -> None:
    actions = re.findall(r'<div class="actions">(.*?)</div>', get(client, "/"), re.DOTALL)
    assert [re.findall(r'href="([^"]+)"', each) for each in actions] == [["/share/", "/stories/"]]


# Stories


def test_stories_stand_twelve_on_a_page_newest_first(client: Client) -> None:
    for number in range(14):
        make_story(f"Story {number}", published=day(number))

    def cursor(number: int) -> str:
        story = Story.objects.get(title=f"Story {number}")
        return f"{story.published:%Y%m%d}-{story.pk}"

    first = get(client, "/stories/")
    assert page_links(first) == [("next", f"?after={cursor(11)}")]
    second = get(client, f"/stories/?after={cursor(11)}")
    assert titles(first) == [f"Story {number}" for number in range(12)]
    assert titles(second) == ["Story 12", "Story 13"]
    assert title(first) == "Stories – Near Miss"
    assert title(second) == "Stories, further – Near Miss"
    assert page_links(second) == [("prev", f"?before={cursor(12)}")]
    assert titles(get(client, f"/stories/?before={cursor(12)}")) == titles(first)


@pytest.mark.parametrize("number", ["0", "2", "-1", "x", "last", "1.5", "9" * 400])
@pytest.mark.parametrize("address", ["/stories/", "/terms/hazard/ambush/"])
def test_a_page_that_is_not_there_is_a_404(client: Client, address: str, number: str) -> None:
    make_full_story()
    html = get(client, f"{address}?page={number}", status=404)
    assert heading(html) == "There is no page at this address"


def test_the_list_without_a_story_says_so(client: Client) -> None:
    html = get(client, "/stories/")
    assert "No story stands published yet." in html
    assert titles(html) == []


# One story


def test_a_story_shows_its_lessons_before_the_story(client: Client) -> None:
    story = make_full_story()
    html = get(client, story.get_absolute_url())
    assert heading(html) == story.title
    assert title(html) == f"{story.title} – Near Miss"
    assert re.findall(r"<h2[^>]*>(.*?)</h2>", html) == [
        "Lessons",
        "The story",
        "Facts",
        "We used this",
        "Cite it",
    ]


def test_facts_stand_by_facet_and_lead_to_their_terms(client: Client) -> None:
    html = get(client, make_full_story().get_absolute_url())
    facts = html[html.index('id="facts"') : html.index('id="cite"')]
    assert re.findall(r"<dt>(.*?)</dt>|href=\"(.*?)\"", facts) == [
        ("Activity", ""),
        ("", "/terms/activity/transport/"),
        ("Hazard", ""),
        ("", "/terms/hazard/ambush/"),
        ("Light", ""),
        ("", "/terms/light/glare/"),
    ]


def test_the_day_of_publication_is_written_out(client: Client) -> None:
    story = make_story(published=datetime.date(2026, 1, 4))
    html = get(client, story.get_absolute_url())
    assert '<time datetime="2026-01-04">4 January 2026</time>' in html


def test_a_story_can_be_cited_by_its_full_address(client: Client) -> None:
    story = make_story("Struck twice")
    address = f"http://testserver{story.get_absolute_url()}"
    assert f'<a href="{address}">{address}</a>' in get(client, story.get_absolute_url())


def test_related_stories_follow_in_order(client: Client) -> None:
    ambush, glare = term("hazard", "ambush"), term("activity", "transport")
    story = make_full_story("This one")
    make_story("One in common", terms=[ambush])
    make_story("Two in common", terms=[ambush, glare], published=day(9))
    make_story("Not public", terms=[ambush, glare], published=None)
    assert titles(get(client, story.get_absolute_url())) == ["Two in common", "One in common"]


@pytest.mark.parametrize("published", [None, timezone.now().date() + datetime.timedelta(days=2)])
def test_a_story_that_is_not_public_is_nowhere(
    client: Client, published: datetime.date | None
) -> None:
    debrief, ambush = term("lesson_theme", "debrief"), term("hazard", "ambush")
    hidden = make_story("Hidden title", published=published, terms=[ambush])
    make_lesson(hidden, "Hidden lesson", terms=[debrief])
    shown = make_story("Shown", terms=[ambush])
    linked = [page.get_absolute_url() for page in (shown, debrief, ambush)]
    for address in ["/", "/stories/", *linked]:
        assert "Hidden" not in get(client, address)
    get(client, hidden.get_absolute_url(), status=404)


# Terms


def test_a_fact_lists_the_stories_that_carry_it(client: Client) -> None:
    story = make_full_story("Carries it")
    make_story("Does not")
    html = get(client, term("hazard", "ambush").get_absolute_url())
    assert heading(html) == "Ambush or trap"
    assert title(html) == "Ambush or trap – Near Miss"
    assert '<p class="lede">Attack planned or lying in wait' in html
    assert titles(html) == [story.title]
    assert story.summary in html


def test_a_theme_lists_the_lessons_that_carry_it_under_their_stories(client: Client) -> None:
    debrief = term("lesson_theme", "debrief")
    older = make_story("Older", published=day(2), lessons=["Without it"])
    make_lesson(older, "First", terms=[debrief])
    make_lesson(older, "Second", terms=[debrief])
    make_lesson(make_story("Newer"), "Third", terms=[debrief])
    html = get(client, debrief.get_absolute_url())
    assert titles(html) == ["Newer", "Older"]
    assert re.findall(r'<article class="lesson"><p>(.*?)</p></article>', html) == [
        "Third",
        "First",
        "Second",
    ]


def test_a_term_that_no_story_carries_has_a_page_that_says_so(client: Client) -> None:
    html = get(client, term("hazard", "electrical").get_absolute_url())
    assert "No published story carries this term yet." in html


@pytest.mark.parametrize(
    "address",
    [
        "/terms/hazard/no-such-term/",
        "/terms/no-such-facet/ambush/",
        "/terms/hazard/transport/",  # a term of another facet
        "/terms/region/west/",
        "/terms/role/canine/",
        "/terms/experience/20-plus/",
        "/terms/agency_size/under-25/",
        "/terms/community/remote/",
        "/terms/light/unknown/",
        "/terms/agency_type/withheld/",
        "/terms/agency_type/tribal/",
        "/terms/recurrence/unsure/",
        "/terms/protection_in_use/not-relevant/",
        "/stories/no-such-story/",
        "/nowhere/",
    ],
)
def test_what_is_not_there_is_a_404(client: Client, address: str) -> None:
    html = get(client, address, status=404)
    assert heading(html) == "There is no page at this address"


# Queries


@pytest.mark.parametrize("stories", [1, 3, 6])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        # The first query asks for the version, and one for the terms that the process keeps.
        # stories, lessons of the lead; the week's pick and turn
        ("/", 7),
        ("/stories/", 5),  # stories; how many (2)
        ("/lessons/", 4),  # lessons, their terms
        # story, lessons, corrections, uses; its terms; the most alike (2); who shares what it says
        ("/stories/story-0/", 10),
        ("/terms/hazard/ambush/", 3),  # term, stories
        # term, stories, their lessons on the theme, of how many (2)
        ("/terms/lesson_theme/debrief/", 6),
        ("/promise/", 0),
    ],
)
def test_queries_do_not_grow_with_the_stories(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
    queries: int,
    stories: int,
) -> None:
    for number in range(stories):
        story = make_full_story()
        Story.objects.filter(pk=story.pk).update(slug=f"story-{number}")
    with django_assert_num_queries(queries):
        get(client, address)


def test_addresses_are_the_ones_others_link_to() -> None:
    assert reverse("lessons:home") == "/"
    assert reverse("lessons:stories") == "/stories/"
    assert reverse("lessons:story", args=["x"]) == "/stories/x/"
    assert reverse("lessons:term", args=["hazard", "ambush"]) == "/terms/hazard/ambush/"
