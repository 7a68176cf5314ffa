"""The story of the week: a lead's pick, or else turns that hold for the week."""

import datetime
from itertools import pairwise

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.test import Client

from lessons.models import Pick, Story
from lessons.week import story_of_the_week, turn_of, week_of
from tests.factories import make_administrator, make_lead, make_moderator, make_story
from tests.signing_in import sign_in

pytestmark = pytest.mark.django_db

MONDAY = datetime.date(2026, 11, 23)
WEEK = "2026-W48"


def stories(count: int) -> list[Story]:
    return [
        make_story(f"Story {number}", slug=f"s{number}", published=datetime.date(2026, 1, 1))
        for number in range(count)
    ]


def of(day: datetime.date) -> Story | None:
    return story_of_the_week(day)


def test_no_story_no_choice() -> None:
    assert of(MONDAY) is None


def test_the_turn_holds_all_week_whatever_is_published_meanwhile() -> None:
    stories(7)
    chosen = of(MONDAY)
    make_story(published=MONDAY)
    make_story(published=MONDAY + datetime.timedelta(days=1))
    days = [MONDAY + datetime.timedelta(days=number) for number in range(7)]
    with time_machine.travel(datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)):
        assert {of(day) for day in days} == {chosen}


@pytest.mark.parametrize("count", [1, 2, 3, 5, 16])
def test_every_story_has_its_turn_within_a_year(count: int) -> None:
    gone = stories(40)  # keys do not start at one
    Story.objects.filter(pk__in=[story.pk for story in gone]).delete()
    every = set(stories(count))
    year = [of(MONDAY + datetime.timedelta(weeks=number)) for number in range(52)]
    assert set(year) == every


@pytest.mark.parametrize(
    ("count", "growth"),
    [(2, 0), (3, 0), (4, 0), (16, 0), (2_950, 0), (16, 1), (2_950, 1), (100_000, 40)],
)
def test_no_story_two_weeks_running(count: int, growth: int) -> None:
    mondays = [MONDAY + datetime.timedelta(weeks=number) for number in range(520)]
    turns = [turn_of(monday, count + growth * n) for n, monday in enumerate(mondays)]
    assert [one for one, two in pairwise(turns) if one == two] == []
    assert {0 <= turn < count + growth * n for n, turn in enumerate(turns)} == {True}


def test_a_pick_comes_before_the_turn() -> None:
    every = stories(5)
    for story in every:
        Pick.objects.all().delete()
        Pick.objects.create(week=WEEK, story=story)
        assert of(MONDAY) == story
        assert of(MONDAY + datetime.timedelta(days=6)) == story
    Pick.objects.update(week="2026-W49")
    assert of(MONDAY + datetime.timedelta(days=7)) == every[-1]


def test_an_unpublished_story_gives_way_at_once(client: Client) -> None:
    stories(3)
    picked = make_story("Picked", published=datetime.date(2026, 1, 1))
    make_story("Newest")
    Pick.objects.create(week=week_of(datetime.datetime.now(datetime.UTC).date()), story=picked)
    html = client.get("/").content.decode()
    assert "Story of the week" in html
    assert "Picked" in html
    Story.objects.filter(pk=picked.pk).update(published=None)
    html = client.get("/").content.decode()
    assert "Picked" not in html
    assert "Story of the week" in html


def test_home_shows_the_first_lesson_of_the_story_of_the_week(client: Client) -> None:
    make_story("Older", lessons=["Told first", "Not told"], published=datetime.date(2026, 1, 1))
    make_story("Newest")
    html = client.get("/").content.decode()
    assert '<div class="lesson first"><p>Told first</p></div>' in html
    assert "Not told" not in html


def test_home_does_not_show_its_lead_twice(client: Client) -> None:
    make_story("Only one", published=datetime.date(2026, 1, 1))
    html = client.get("/").content.decode()
    assert html.count("Only one") == 1
    assert "· story of the week" in html


def test_weeks_are_iso_weeks() -> None:
    assert week_of(datetime.date(2027, 1, 3)) == "2026-W53"
    assert week_of(MONDAY) == WEEK


# At the desk

LIST, ADD = "/desk/lessons/pick/", "/desk/lessons/pick/add/"


def this_week() -> str:
    return week_of(datetime.datetime.now(datetime.UTC).date())


def test_a_lead_picks_and_the_desk_notes_it(client: Client) -> None:
    story, _ = stories(2)
    sign_in(client, make_lead())
    assert client.get("/desk/").content.decode().count("Stories of the week") == 1
    form = client.get(ADD).content.decode()
    assert f'<option value="{this_week()}"' in form
    response = client.post(ADD, {"week": this_week(), "story": story.pk})
    assert response["Location"] == LIST
    assert story_of_the_week() == story
    noted = LogEntry.objects.get()
    assert (noted.user.username, noted.object_repr) == ("lee", f"{this_week()}: Story 0")
    assert client.get(LIST).status_code == 200


@pytest.mark.parametrize("change", [{"week": "2020-W01"}, {"week": "x\0"}, {"story": "999"}])
def test_a_pick_that_cannot_be_is_explained(client: Client, change: dict[str, str]) -> None:
    (story,) = stories(1)
    sign_in(client, make_lead())
    response = client.post(ADD, {"week": this_week(), "story": str(story.pk)} | change)
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not Pick.objects.exists()


def test_a_story_that_is_not_public_cannot_be_picked(client: Client) -> None:
    hidden = make_story(published=None)
    sign_in(client, make_lead())
    response = client.post(ADD, {"week": this_week(), "story": hidden.pk})
    assert "This story is not public" in response.content.decode()
    assert not Pick.objects.exists()


def test_a_lead_finds_published_stories_by_their_title(client: Client) -> None:
    address = "/desk/autocomplete/?app_label=lessons&model_name=pick&field_name=story&term=truck"
    story = make_story("A truck takes a flashlight")
    make_story("Another truck", published=None)
    make_story("Something else")
    sign_in(client, make_lead())
    found = client.get(address).json()["results"]
    assert found == [{"id": str(story.pk), "text": "A truck takes a flashlight"}]
    sign_in(client, make_moderator())
    assert client.get(address).status_code == 403


def test_a_week_has_one_story(client: Client) -> None:
    one, two = stories(2)
    sign_in(client, make_lead())
    client.post(ADD, {"week": this_week(), "story": one.pk})
    assert client.post(ADD, {"week": this_week(), "story": two.pk}).status_code == 200
    assert [pick.story for pick in Pick.objects.all()] == [one]


def test_only_a_lead_picks(client: Client) -> None:
    (story,) = stories(1)
    sign_in(client, make_moderator())
    assert "Stories of the week" not in client.get("/desk/").content.decode()
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"week": this_week(), "story": story.pk}).status_code == 403
    assert client.get(LIST).status_code == 403
    assert not Pick.objects.exists()
    sign_in(client, make_administrator())
    assert client.get(ADD).status_code == 403
