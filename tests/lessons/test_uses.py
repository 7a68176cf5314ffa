"""“We used this”: counted once, for published stories, and nothing kept of who or when."""

import re
from threading import Thread

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

from lessons.models import Story, Use
from lessons.uses import count_use
from tests.factories import make_story

pytestmark = pytest.mark.django_db

ADDRESS = "/stories/a-story/used/"


@pytest.fixture
def story() -> Story:
    return make_story(slug="a-story")


def say(client: Client, kind: str = "training", **extra: str) -> tuple[int, str]:
    response = client.post(ADDRESS, {"kind": kind}, **extra)  # type: ignore[arg-type]
    assert list(response.cookies) == []
    assert response["Cache-Control"] == "no-store, private"
    headings = re.findall(r"<h1[^>]*>(.*?)</h1>", response.content.decode())
    return response.status_code, headings[0]


def counts() -> dict[str, int]:
    return dict(Use.objects.values_list("kind", "count"))


def test_one_press_counts_one_and_the_story_shows_it(client: Client, story: Story) -> None:
    page = client.get(story.get_absolute_url()).content.decode()
    assert f'<form method="post" action="{ADDRESS}">' in page
    assert re.findall(r'name="kind" value="(\w+)"', page) == Use.Kind.values
    assert "said 1 time" not in page
    assert "csrf" not in page
    assert say(client) == (200, "Thank you. That is counted.")
    assert counts() == {"training": 1}
    assert "said 1 time<" in client.get(story.get_absolute_url()).content.decode()


def test_a_second_press_is_answered_kindly_and_not_counted(client: Client, story: Story) -> None:
    say(client)
    assert say(client) == (200, "That is counted already today")
    assert counts() == {"training": 1}
    assert say(client, "policy") == (200, "Thank you. That is counted.")
    assert counts() == {"training": 1, "policy": 1}


def test_another_network_counts_as_well(client: Client, story: Story) -> None:
    say(client, REMOTE_ADDR="198.51.100.1")
    say(client, REMOTE_ADDR="198.51.100.2")
    assert counts() == {"training": 2}


def test_a_script_does_not_get_far(client: Client) -> None:
    for number in range(61):
        make_story(slug=f"story-{number}")
    answers = [
        client.post(f"/stories/story-{number}/used/", {"kind": "habit"}).status_code
        for number in range(61)
    ]
    assert answers == [200] * 60 + [429]
    assert Use.objects.count() == 60


@pytest.mark.parametrize("kind", ["", "x", "Training", "\0", "training\0", "x" * 10_000, "😀"])
def test_a_kind_that_is_none_counts_nothing(client: Client, story: Story, kind: str) -> None:
    assert say(client, kind) == (400, "What did it change?")
    assert counts() == {}


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://testserver.evil"])
def test_a_form_on_another_site_counts_nothing(client: Client, story: Story, origin: str) -> None:
    assert say(client, HTTP_ORIGIN=origin) == (403, "This was not sent from the story’s page")
    assert counts() == {}
    assert say(client, HTTP_ORIGIN="http://testserver")[0] == 200


def test_an_unpublished_story_cannot_be_used(client: Client, story: Story) -> None:
    Story.objects.update(published=None)
    assert client.post(ADDRESS, {"kind": "training"}).status_code == 404
    assert client.post("/stories/nowhere/used/", {"kind": "training"}).status_code == 404
    assert counts() == {}


def test_the_address_itself_leads_back_to_the_story(client: Client, story: Story) -> None:
    assert client.get(ADDRESS)["Location"] == story.get_absolute_url()
    assert client.put(ADDRESS).status_code == 405


def test_nothing_is_counted_while_nothing_can_be_limited(
    client: Client, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "add", lambda *args, **kwargs: False)
    monkeypatch.setattr(cache, "incr", lambda *args, **kwargs: (_ for _ in ()).throw(ValueError))
    monkeypatch.setattr(cache, "get", lambda key, default=None, version=None: default)
    assert say(client) == (429, "Enough for today")
    assert counts() == {}


def test_a_row_holds_a_story_a_kind_and_a_number_and_no_more(client: Client, story: Story) -> None:
    assert sorted(field.name for field in Use._meta.get_fields()) == [
        "count",
        "id",
        "kind",
        "story",
    ]
    say(client)
    say(client, REMOTE_ADDR="198.51.100.9")
    assert Use.objects.count() == 1
    with connection.cursor() as cursor:
        written = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            written += [repr(row) for row in cursor.fetchall()]
    assert [row for row in written if "198.51.100.9" in row] == []


@pytest.mark.django_db(transaction=True)
def test_presses_at_once_all_count(story: Story) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory runs one transaction at a time and fails the others.")

    def press() -> None:
        try:
            for _ in range(5):
                count_use(story, Use.Kind.HABIT)
        finally:
            connections.close_all()

    threads = [Thread(target=press) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts() == {"habit": 20}
