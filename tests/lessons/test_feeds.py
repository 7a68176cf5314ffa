"""The feeds: what feed readers get, by the letter of RFC 4287 and RSS 2.0."""

import datetime
import re
from pathlib import Path

import feedparser
import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from lxml import etree

from lessons.feeds import STORIES_IN_A_FEED
from lessons.models import Story, Term
from tests.factories import make_lesson, make_story, term
from tests.lessons.outlets import fetch, plant

pytestmark = pytest.mark.django_db

FEEDS = ["/stories", "/terms/hazard/ambush", "/terms/lesson_theme/debrief"]
ATOM = "{http://www.w3.org/2005/Atom}"
HERE = Path(__file__).parent


def parsed(client: Client, address: str) -> feedparser.FeedParserDict:
    feed = feedparser.parse(fetch(client, address).encode())
    assert feed.bozo == False, feed.get("bozo_exception")  # noqa: E712
    return feed


@pytest.mark.parametrize("stories", [0, 1, 3])
@pytest.mark.parametrize("address", FEEDS)
def test_a_feed_is_as_its_standard_has_it(client: Client, address: str, stories: int) -> None:
    for number in range(stories):
        plant(f"planted-{number}")
    for kind, version in (("atom", "atom10"), ("rss", "rss20")):
        schema = etree.RelaxNG(etree.parse(HERE / f"{kind}.rng"))
        schema.assertValid(etree.fromstring(fetch(client, f"{address}.{kind}").encode()))
        feed = parsed(client, f"{address}.{kind}")
        assert feed.version == version
        rels = [link.rel for link in feed.feed.links]
        assert rels == ["alternate", "self"]
        assert all(e.link.startswith("http://testserver/stories/") for e in feed.entries)
        assert len({entry.id for entry in feed.entries}) == len(feed.entries) == stories


@pytest.mark.parametrize("kind", ["atom", "rss"])
def test_an_entry_has_the_story_in_short_and_its_lessons(client: Client, kind: str) -> None:
    story = make_story(
        "A <b> in a title & more",
        slug="struck",
        published=datetime.date(2026, 1, 4),
        summary="Less < more, and [person A].",
        terms=[term("hazard", "ambush"), term("region", "west"), term("light", "unknown")],
    )
    make_lesson(story, "Stand <em>back</em>.<script>a()</script>")
    story.corrections.create(date=datetime.date(2026, 2, 3), note="The road was wet.")
    (entry,) = parsed(client, f"/stories.{kind}").entries
    assert entry.link == "http://testserver/stories/struck/"
    assert re.fullmatch(r"tag:localhost,2026:stories/struck", entry.id)
    assert [tag.term for tag in entry.tags] == ["Ambush or trap"]
    xml = etree.fromstring(fetch(client, f"/stories.{kind}").encode())
    name = (
        f"{ATOM}content" if kind == "atom" else "{http://purl.org/rss/1.0/modules/content/}encoded"
    )
    content = next(xml.iter(name)).text or ""
    assert "<p>Less &lt; more, and <mark>[person A]</mark>.</p>" in content
    assert "<p>Stand <em>back</em>.a()</p>" in content
    assert "<strong>Corrected 3 February 2026.</strong> The road was wet." in content
    if kind == "atom":
        assert next(xml.iter(f"{ATOM}summary")).text == "Less < more, and [person A]."
        assert entry.title_detail.type == "text/plain"
        assert (entry.published, entry.updated) == (
            "2026-01-04T00:00:00+00:00",
            "2026-02-03T00:00:00+00:00",
        )
    else:
        assert xml.findtext("channel/item/description") == "Less &lt; more, and [person A]."


def test_the_id_of_an_entry_stays(client: Client) -> None:
    """It is the same in every feed, under every host name, and after all else has changed."""
    story = plant()

    def ids() -> set[str]:
        found = {
            parsed(client, f"{feed}.{kind}").entries[0].id
            for feed in FEEDS
            for kind in ("atom", "rss")
        }
        xml = client.get("/stories.atom", headers={"Host": "127.0.0.1"}).content
        return found | {feedparser.parse(xml).entries[0].id}

    before = ids()
    assert before == {"tag:localhost,2026:stories/planted"}
    yesterday = timezone.now().date() - datetime.timedelta(days=1)
    Story.objects.filter(pk=story.pk).update(title="New", published=yesterday)
    assert ids() == before


def test_a_feed_holds_the_newest(client: Client) -> None:
    for number in range(STORIES_IN_A_FEED + 2):
        day = timezone.now().date() - datetime.timedelta(days=number)
        make_story(slug=f"s{number}", published=day)
    entries = parsed(client, "/stories.atom").entries
    assert [entry.id.rpartition("/")[2] for entry in entries] == [
        f"s{number}" for number in range(STORIES_IN_A_FEED)
    ]


def test_a_feed_under_a_term_holds_what_carries_it(client: Client) -> None:
    plant("carries-it")
    make_story(slug="does-not")
    for address in FEEDS[1:]:
        (entry,) = parsed(client, f"{address}.atom").entries
        assert entry.id.endswith("/carries-it")
    feed = parsed(client, "/terms/hazard/ambush.atom").feed
    assert feed.title == "Near Miss: Ambush or trap"
    assert feed.id == "tag:localhost,2026:terms/hazard/ambush"
    assert feed.link == "http://testserver/terms/hazard/ambush/"


def test_what_xml_cannot_hold_is_left_out(client: Client) -> None:
    planted = "a\x0bb\x1fc\ufffed]]>e🚓"
    story = make_story(planted, summary=planted, terms=[term("hazard", "ambush")])
    make_lesson(story, planted, terms=[term("lesson_theme", "debrief")])
    story.corrections.create(date=timezone.now().date(), note=planted)
    Term.objects.filter(slug="ambush").update(label=planted, help=planted)
    for address in FEEDS:
        for kind in ("atom", "rss"):
            (entry,) = parsed(client, f"{address}.{kind}").entries
            assert entry.title == "abcd]]>e🚓"


def test_an_empty_feed_is_the_same_all_day(client: Client) -> None:
    with time_machine.travel("2026-11-24 08:00Z", tick=False):
        morning = client.get("/stories.atom")
    with time_machine.travel("2026-11-24 20:00Z", tick=False):
        evening = client.get("/stories.atom")
    assert morning["ETag"] == evening["ETag"]


@pytest.mark.parametrize(
    "address",
    [
        "/terms/region/west.atom",
        "/terms/light/unknown.rss",
        "/terms/hazard/nothing.atom",
        "/terms/nothing/ambush.rss",
        "/terms/hazard/%00.atom",
        "/stories.xml",
    ],
)
def test_there_is_no_feed_of_what_is_not_there(client: Client, address: str) -> None:
    fetch(client, address, status=404)


@pytest.mark.parametrize(
    ("page", "feeds"),
    [
        ("/", ["/stories.atom"]),
        ("/stories/", ["/stories.atom"]),
        ("/stories/planted/", ["/stories.atom"]),
        ("/data/", ["/stories.atom"]),
        ("/terms/hazard/ambush/", ["/stories.atom", "/terms/hazard/ambush.atom"]),
    ],
)
def test_a_page_leads_readers_to_its_feeds(client: Client, page: str, feeds: list[str]) -> None:
    plant()
    found = re.findall(
        r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">',
        fetch(client, page),
    )
    assert found == feeds
    for feed in feeds:
        assert client.get(feed)["Content-Type"] == "application/atom+xml; charset=utf-8"
