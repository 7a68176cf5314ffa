"""Pages kept in memory: made once, and never a moment longer than what they show is true."""

import datetime
from collections.abc import Callable

import pytest
import time_machine
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from lessons.models import Lesson, Story, Term
from tests.factories import make_lesson, make_story, term

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    story = make_story("Zebra", slug="zebra", terms=[term("hazard", "ambush")])
    make_lesson(story, "Mind the zebra.", terms=[term("lesson_theme", "debrief")])
    return story


ADDRESSES = [
    "/",
    "/stories/zebra/",
    "/terms/hazard/ambush/",
    "/terms/lesson_theme/debrief/",
    "/stories.atom",
    "/terms/hazard/ambush.rss",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_second_visit_takes_one_query_and_gets_the_same(
    client: Client, story: Story, django_assert_num_queries: DjangoAssertNumQueries, address: str
) -> None:
    first = client.get(address)
    with django_assert_num_queries(1):
        second = client.get(address)
    assert second.content == first.content
    assert dict(second.headers) == dict(first.headers)


CHANGES: dict[str, Callable[[Story], object]] = {
    "title": lambda story: Story.objects.update(title="Okapi"),
    "taken down": lambda story: Story.objects.update(published=None),
    "deleted": lambda story: story.delete(),
    "lesson": lambda story: Lesson.objects.update(text="Mind the okapi."),
    "lesson gone": lambda story: story.lessons.all().delete(),
    "label": lambda story: Term.objects.filter(slug="ambush").update(label="Okapi"),
    "fact": lambda story: story.terms.add(term("light", "glare")),
    "fact gone": lambda story: story.terms.clear(),
    "theme": lambda story: story.lessons.get().terms.clear(),
    "correction": lambda story: story.corrections.create(date="2026-01-04", note="Okapi"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_at_once(client: Client, story: Story, change: str) -> None:
    first = client.get("/stories/zebra/").content
    CHANGES[change](story)
    second = client.get("/stories/zebra/")
    assert second.content != first
    assert second.status_code == (404 if change in ("taken down", "deleted") else 200)


def test_a_day_that_comes_is_seen(client: Client, story: Story) -> None:
    tomorrow = timezone.now().date() + datetime.timedelta(days=1)
    make_story("Okapi", published=tomorrow)
    assert b"Okapi" not in client.get("/").content
    with time_machine.travel(datetime.datetime.combine(tomorrow, datetime.time(1), datetime.UTC)):
        assert b"Okapi" in client.get("/").content


def test_what_was_looked_for_is_kept_nowhere(client: Client, story: Story) -> None:
    for address in ("/stories/?q=zebra", "/lessons/?q=zebra", "/?q=zebra", "/stories/zebra/?a=b"):
        assert client.get(address).status_code == 200
    assert caches["pages"]._cache == {}  # type: ignore[attr-defined]


def test_a_page_is_kept_for_the_host_that_it_names(client: Client, story: Story) -> None:
    for host in ("localhost", "127.0.0.1"):
        html = client.get("/stories/zebra/", headers={"Host": host}).content.decode()
        assert f"http://{host}/stories/zebra/" in html


def test_what_is_not_there_is_not_kept(client: Client, story: Story) -> None:
    assert client.get("/stories/okapi/").status_code == 404
    assert caches["pages"]._cache == {}  # type: ignore[attr-defined]
