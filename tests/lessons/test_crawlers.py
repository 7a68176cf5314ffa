"""What crawlers and link previews get: sitemaps, robots.txt, security.txt, Open Graph, JSON-LD."""

import datetime
import json
import re
from typing import Any
from xml.etree import ElementTree

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from lessons.sitemaps import Stories
from tests.factories import make_lesson, make_story, term
from tests.lessons.outlets import fetch, plant

pytestmark = pytest.mark.django_db

MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SECTIONS = ["pages", "stories", "terms"]


def locations(client: Client, address: str) -> list[str]:
    """Return the addresses in a sitemap, without the host."""
    found = ElementTree.fromstring(fetch(client, address)).iter(f"{MAP}loc")
    return [str(each.text).removeprefix("http://testserver") for each in found]


def test_the_index_leads_to_sections_whose_every_page_is_there(client: Client) -> None:
    plant()
    sections = locations(client, "/sitemap.xml")
    assert sections == [f"/sitemap-{section}.xml" for section in SECTIONS]
    pages = [page for section in sections for page in locations(client, section)]
    assert set(pages) == {
        *("/", "/stories/", "/data/", "/promise/", "/stories/planted/"),
        *("/terms/hazard/ambush/", "/terms/lesson_theme/debrief/"),
    }
    for page in pages:
        fetch(client, page)


def test_a_term_that_no_published_story_carries_is_not_in_it(client: Client) -> None:
    make_story(terms=[term("hazard", "ambush"), term("region", "west"), term("light", "unknown")])
    make_lesson(make_story(published=None), terms=[term("lesson_theme", "debrief")])
    assert locations(client, "/sitemap-terms.xml") == ["/terms/hazard/ambush/"]


def test_a_story_says_when_it_changed(client: Client) -> None:
    story = make_story(published=datetime.date(2026, 1, 4))
    make_story(published=datetime.date(2026, 1, 3))
    story.corrections.create(date=datetime.date(2026, 2, 3), note="A word.")
    story.corrections.create(date=datetime.date(2026, 2, 1), note="A word.")
    xml = ElementTree.fromstring(fetch(client, "/sitemap-stories.xml"))
    assert [each.text for each in xml.iter(f"{MAP}lastmod")] == ["2026-02-03", "2026-01-03"]


def test_many_stories_stand_on_several_pages(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stories, "limit", 2)
    for number in range(5):
        make_story(slug=f"s{number}")
    index = locations(client, "/sitemap.xml")
    pages = ["/sitemap-stories.xml", "/sitemap-stories.xml?p=2", "/sitemap-stories.xml?p=3"]
    assert [page for page in index if "stories" in page] == pages
    found = [each for page in pages for each in locations(client, page)]
    assert found == [f"/stories/s{number}/" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("page", ["0", "2", "-1", "x", "%00", "9" * 5_000, "999999"])
def test_a_sitemap_page_that_is_not_there_is_a_404(client: Client, page: str) -> None:
    make_story()
    fetch(client, f"/sitemap-stories.xml?p={page}", status=404)
    fetch(client, "/sitemap-reports.xml", status=404)


def test_robots_are_led_to_the_sitemap_and_kept_off_the_desk(client: Client) -> None:
    assert fetch(client, "/robots.txt").splitlines() == [
        "User-agent: *",
        "Disallow: /desk/",
        "Disallow: /receipt/",
        "",
        "Sitemap: http://testserver/sitemap.xml",
    ]


def test_without_a_contact_there_is_no_security_txt(client: Client, settings: Any) -> None:
    settings.SECURITY_CONTACT = ""
    fetch(client, "/.well-known/security.txt", status=404)


@pytest.mark.parametrize("now", ["2026-01-01 00:00Z", "2026-11-30 23:59Z", "2027-12-24 12:00Z"])
def test_security_txt_names_the_contact_and_holds_for_months(
    client: Client, settings: Any, now: str
) -> None:
    settings.SECURITY_CONTACT = "mailto:security@near-miss.example"
    with time_machine.travel(now, tick=False):
        response = client.get("/.well-known/security.txt")
        today = timezone.now()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    told = dict(line.split(": ", 1) for line in response.content.decode().splitlines())
    assert told["Contact"] == "mailto:security@near-miss.example"
    assert told["Canonical"] == "http://testserver/.well-known/security.txt"
    left = datetime.datetime.fromisoformat(told["Expires"]) - today
    assert datetime.timedelta(days=140) < left <= datetime.timedelta(days=180)


# Link previews


def properties(html: str) -> dict[str, str]:
    return dict(re.findall(r'<meta property="(og:[^"]+)" content="([^"]*)">', html))


def test_a_story_has_a_card_of_its_own(client: Client) -> None:
    story = plant()
    told = properties(fetch(client, "/stories/planted/"))
    assert told["og:title"] == story.title
    assert told["og:description"] == story.summary
    assert told["og:type"] == "article"
    assert told["og:url"] == "http://testserver/stories/planted/"
    assert told["og:image"] == "http://testserver/static/card.png"


@pytest.mark.parametrize("address", ["/", "/stories/", "/terms/hazard/ambush/", "/data/"])
def test_other_pages_have_a_card_of_the_site(client: Client, address: str) -> None:
    plant()
    told = properties(fetch(client, f"{address}?utm=x"))
    assert told["og:type"] == "website"
    assert told["og:url"] == f"http://testserver{address}"
    assert told["og:title"] == (
        "Ambush or trap" if "ambush" in address else "What almost went wrong, told by officers"
    )


# schema.org


def linked_data(html: str) -> dict[str, Any]:
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data: dict[str, Any] = json.loads(block)
    assert data["@context"] == "https://schema.org"
    return data


def test_a_story_is_an_article_to_search_engines(client: Client) -> None:
    story = make_story("Struck twice", slug="struck", published=datetime.date(2026, 1, 4))
    story.corrections.create(date=datetime.date(2026, 2, 3), note="The road was wet.")
    told = linked_data(fetch(client, "/stories/struck/"))
    assert (told["@type"], told["headline"]) == ("Article", "Struck twice")
    assert (told["datePublished"], told["dateModified"]) == ("2026-01-04", "2026-02-03")
    assert told["correction"][0]["text"] == "The road was wet."
    assert told["author"]["@type"] == "Organization"  # never a person


def test_all_stories_are_a_data_set_to_search_engines(client: Client) -> None:
    told = linked_data(fetch(client, "/data/"))
    assert told["@type"] == "Dataset"
    for file in told["distribution"]:
        fetch(client, file["contentUrl"].removeprefix("http://testserver"))


def test_no_text_ends_the_block_of_data(client: Client) -> None:
    attack = "</script><script>a()</script><!--&"
    make_story(attack, summary=attack, slug="planted")
    html = fetch(client, "/stories/planted/")
    assert linked_data(html)["headline"] == attack
    assert html.count("<script") == 1
