"""The API: what each address answers, how it pages, and how it refuses."""

import base64
import datetime
import re
from typing import Any
from unittest import mock
from urllib.parse import quote

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from ninja import Schema
from openapi_spec_validator import validate

from lessons import api
from lessons.api import PAGE, write_cursor
from lessons.models import Story, Term
from tests.factories import make_lesson, make_story, term
from tests.lessons.outlets import plant

pytestmark = pytest.mark.django_db

TODAY = timezone.now().date()


def get(client: Client, address: str, status: int = 200, **query: Any) -> dict[str, Any]:
    """Return the JSON of an answer; a problem has its status and plain words."""
    response = client.get(f"/api/v1/{address}", query)
    assert response["Content-Type"] == "application/json; charset=utf-8"
    assert response.status_code == status, response.content
    answer: dict[str, Any] = response.json()
    if status != 200:
        assert answer.keys() == {"status", "detail"}
        assert answer["status"] == status
        assert "Cache-Control" not in response
    return answer


def pages(client: Client, address: str, **query: Any) -> list[list[dict[str, Any]]]:
    """Return the items of each page, from the first to the last."""
    answer = get(client, address, **query)
    found = [answer["items"]]
    while answer["next_cursor"] is not None:
        answer = get(client, address, **query, cursor=answer["next_cursor"])
        found.append(answer["items"])
    return found


def test_a_story_is_told_in_full(client: Client) -> None:
    story = make_story(
        "Struck twice",
        slug="struck-twice",
        published=datetime.date(2026, 1, 4),
        terms=[term("hazard", "ambush"), term("light", "unknown"), term("region", "west")],
    )
    make_lesson(story, "Stand <em>behind</em> it.", terms=[term("audience", "recruits")])
    story.corrections.create(date=datetime.date(2026, 2, 3), note="The road was wet.")
    assert get(client, "stories/struck-twice") == {
        "slug": "struck-twice",
        "url": "http://testserver/stories/struck-twice/",
        "title": "Struck twice",
        "summary": story.summary,
        "narrative": story.narrative,
        "published": "2026-01-04",
        "updated": "2026-02-03",
        "terms": [{"facet": "hazard", "slug": "ambush", "label": "Ambush or trap"}],
        "lessons": [
            {
                "number": 1,
                "text": "Stand behind it.",
                "html": "<p>Stand <em>behind</em> it.</p>",
                "terms": [{"facet": "audience", "slug": "recruits", "label": "Recruits"}],
            }
        ],
        "corrections": [{"date": "2026-02-03", "note": "The road was wet."}],
    }


def test_a_lesson_names_its_story(client: Client) -> None:
    plant()
    (lesson,) = get(client, "lessons")["items"]
    assert lesson["story"] == {
        "slug": "planted",
        "url": "http://testserver/stories/planted/",
        "title": "A truck takes a flashlight",
        "published": TODAY.isoformat(),
    }


def test_the_html_of_a_lesson_runs_nothing(client: Client) -> None:
    make_lesson(make_story(), "<script>a()</script><p onclick='b()'>Stand back.</p>")
    (lesson,) = get(client, "lessons")["items"]
    assert lesson["html"] == "a()<p>Stand back.</p>"


def test_terms_are_those_that_filter_with_their_counts(client: Client) -> None:
    plant()
    found = {(t["facet"], t["slug"]): t for t in get(client, "terms")["items"]}
    assert found.keys() == set(Term.objects.public().values_list("facet", "slug"))
    assert found["hazard", "ambush"]["stories"] == 1
    assert found["lesson_theme", "debrief"]["stories"] == 1
    assert found["hazard", "electrical"]["stories"] == 0
    themes = get(client, "terms", facet="lesson_theme")["items"]
    assert {each["facet"] for each in themes} == {"lesson_theme"}


def test_trends_are_those_of_the_page_with_small_counts_withheld(client: Client) -> None:
    for number, activity in [(6, "transport"), (2, "court-duty")]:
        for _ in range(number):
            make_story(
                terms=[term("activity", activity), term("light", "glare")],
                published=datetime.date(2026, 1, 4),
            )
    make_story(terms=[term("activity", "transport"), term("region", "west")], published=None)
    answer = get(client, "trends")
    assert (answer["stories"], answer["least"]) == (8, 5)
    assert "no rate follows from them" in answer["caveat"]
    assert answer["caveat"] in " ".join(
        re.sub("<[^>]+>", "", client.get("/trends/").content.decode()).split()
    )
    trends = {trend["facet"]: trend for trend in answer["items"]}
    assert list(trends) == ["activity", "hazard", "contributing_factor", "light", "year"]
    assert trends["activity"] == {
        "facet": "activity",
        "label": "Activity",
        "told": 8,
        "adds_up": False,
        "cells": [
            {"slug": "transport", "label": "Prisoner transport", "stories": 6},
            {"slug": "court-duty", "label": "Court duty", "stories": None},
        ],
    }
    assert trends["year"]["cells"] == [{"slug": "2026", "label": "2026", "stories": 8}]
    assert get(client, "trends", 422, facet="region")["detail"] == "There are no parameters here."


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8, 100])
def test_pages_hold_each_story_once_in_order(client: Client, limit: int) -> None:
    for number in range(7):  # several of one day
        make_story(slug=f"s{number}", published=TODAY - datetime.timedelta(days=number // 3))
    expected = list(Story.objects.latest_first().values_list("slug", flat=True))
    found = pages(client, "stories", limit=limit)
    assert [story["slug"] for page in found for story in page] == expected
    assert [len(page) for page in found[:-1]] == [limit] * (len(found) - 1)
    assert len(found) == -(-7 // limit)


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_pages_hold_each_lesson_once_newest_story_first(client: Client, limit: int) -> None:
    for number in range(4):
        make_story(
            slug=f"s{number}",
            lessons=["a", "b", "c"][: number + 1],
            published=TODAY - datetime.timedelta(days=number // 2),
        )
    found = pages(client, "lessons", limit=limit)
    told = [(each["story"]["slug"], each["text"]) for page in found for each in page]
    assert told == [
        *(("s1", "a"), ("s1", "b"), ("s0", "a")),
        *(("s3", "a"), ("s3", "b"), ("s3", "c"), ("s2", "a"), ("s2", "b"), ("s2", "c")),
    ]


def test_a_story_that_comes_while_paging_moves_nothing(client: Client) -> None:
    for number in range(4):
        make_story(slug=f"s{number}", published=TODAY - datetime.timedelta(days=number + 1))
    first = get(client, "stories", limit=2)
    make_story(slug="new")
    Story.objects.filter(slug="s1").update(published=None)  # the one that the cursor is made of
    second = get(client, "stories", limit=2, cursor=first["next_cursor"])
    assert [story["slug"] for story in second["items"]] == ["s2", "s3"]


def test_a_page_without_a_limit_is_of_ordinary_length(client: Client) -> None:
    for _ in range(PAGE + 1):
        make_story()
    assert len(get(client, "stories")["items"]) == PAGE


def test_terms_filter_together(client: Client) -> None:
    ambush, debrief, glare = (
        term("hazard", "ambush"),
        term("lesson_theme", "debrief"),
        term("light", "glare"),
    )
    both = make_story(slug="both", terms=[ambush, glare])
    make_lesson(both, "With", terms=[debrief])
    make_lesson(both, "Without")
    make_story(slug="one", terms=[ambush], lessons=["Other"])

    def slugs(*names: str) -> list[str]:
        return [s["slug"] for s in get(client, "stories", term=names)["items"]]

    def texts(*names: str) -> list[str]:
        return [each["text"] for each in get(client, "lessons", term=names)["items"]]

    assert slugs("hazard:ambush") == ["one", "both"]
    assert slugs("hazard:ambush", "light:glare") == ["both"]
    assert slugs("lesson_theme:debrief") == ["both"]
    assert texts("lesson_theme:debrief") == ["With"]
    assert texts("hazard:ambush") == ["Other", "With", "Without"]
    assert texts("hazard:ambush", "lesson_theme:debrief") == ["With"]
    assert slugs("light:daylight") == []


# Bad input

REFUSED = [
    ("stories?limit=1000000000", 422, "limit: Input should be less than or equal to 100."),
    ("stories?limit=0", 422, "limit: Input should be greater than or equal to 1."),
    ("stories?limit=x", 422, "limit: "),
    ("stories?limit=" + "9" * 5_000, 422, "limit: "),
    ("stories?term=hazard", 422, "term: "),
    ("stories?term=hazard:%00", 422, "term: "),
    ("stories?term=hazard:ambush%00", 422, "term: "),
    ("stories?term=" + "a" * 10_000, 422, "term: "),
    ("stories?" + "term=hazard:ambush&" * 11, 422, "term: "),
    ("stories?term=nothing:ambush", 404, "There is no term nothing:ambush to filter by."),
    ("lessons?term=hazard:nothing", 404, "There is no term hazard:nothing to filter by."),
    ("lessons?term=light:unknown", 404, "There is no term light:unknown to filter by."),
    ("terms?facet=nothing", 422, "facet: "),
    ("terms?facet=%00", 422, "facet: "),
    ("stories?terms=hazard:ambush", 422, "The only parameters here are: term, cursor, limit."),
    ("stories?cursor=%00", 422, "cursor: "),
    ("stories?cursor=" + quote("'; DROP TABLE--"), 422, "cursor: "),
    ("stories?cursor=forged", 422, "cursor: It is not one of ours."),
    ("stories?cursor=" + "A" * 8_192, 422, "cursor: "),
    ("stories/unpublished", 404, "There is no published story with this slug."),
    ("stories/" + "a" * 5_000, 404, "There is no published story with this slug."),
    ("stories/%00", 404, "There is nothing at this address."),
    ("stories/a%2Fb", 404, "There is nothing at this address."),
    ("stories/", 404, "There is nothing at this address."),
    ("nothing", 404, "There is nothing at this address."),
    ("%F0%9F%9A%93", 404, "There is nothing at this address."),
]


@pytest.mark.parametrize(("address", "status", "words"), REFUSED)
def test_what_cannot_be_answered_is_refused_in_plain_words(
    client: Client, address: str, status: int, words: str
) -> None:
    make_story(slug="unpublished", published=None)
    assert words in get(client, address, status)["detail"]


@pytest.mark.parametrize(
    "text",
    [
        *("2026-01-01", "2026-01-01/x", "2026-13-01/1", "2026-01-01/1/2", "x/1", "2026-01-01/-1"),
        *("2026-01-01/" + "9" * 30, "2026-01-01/١٢/", "\ud7ff/1"),
    ],
)
def test_a_forged_cursor_is_refused(client: Client, text: str) -> None:
    cursor = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    for address in ("stories", "lessons"):
        detail = get(client, address, 422, cursor=cursor)["detail"]
        assert detail == "cursor: It is not one of ours. Ask for the first page without it."


def test_a_cursor_of_another_list_is_refused(client: Client) -> None:
    get(client, "lessons", 422, cursor=write_cursor(TODAY, 1))
    get(client, "stories", 422, cursor=write_cursor(TODAY, 1, 2, 3))


def test_a_cursor_far_away_is_an_empty_page(client: Client) -> None:
    make_story()
    assert get(client, "stories", cursor=write_cursor(datetime.date.min, 2**63 - 1)) == {
        "items": [],
        "next_cursor": None,
    }


def test_a_refusal_repeats_nothing_of_what_was_sent(client: Client) -> None:
    planted = "Delacroix"
    for query in ({"limit": planted}, {"cursor": f"{planted}!"}, {"term": planted}):
        assert planted not in get(client, "stories", 422, **query)["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
@pytest.mark.parametrize("address", ["stories", "stories/x", "", "openapi.json", "nothing"])
def test_nothing_but_reading_is_allowed(client: Client, method: str, address: str) -> None:
    response = getattr(client, method)(f"/api/v1/{address}")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert response.json() == {"status": 405, "detail": "The API only reads: use GET."}


def test_a_database_that_is_away_is_told_in_json(client: Client) -> None:
    away = OperationalError("the connection has a row in it")
    with mock.patch("lessons.api.give_terms", side_effect=away):
        detail = get(client, "stories", 503)["detail"]
    assert detail == "The database does not answer. Try again in a few minutes."


# The description


def test_the_description_is_valid_openapi(client: Client) -> None:
    response = client.get("/api/v1/openapi.json")
    validate(response.json())
    assert response["Access-Control-Allow-Origin"] == "*"
    assert (
        client.get("/api/v1/openapi.json", headers={"If-None-Match": response["ETag"]}).status_code
        == 304
    )


@pytest.mark.parametrize(
    ("address", "shape"),
    [
        ("stories", api.Stories),
        ("stories/planted", api.StoryFull),
        ("lessons", api.Lessons),
        ("terms", api.Terms),
        ("trends", api.Trends),
    ],
)
def test_answers_have_the_shape_of_the_description(
    client: Client, address: str, shape: type[Schema]
) -> None:
    plant()
    answer = get(client, address)
    assert shape.model_validate(answer).model_dump(mode="json") == answer


def test_the_description_names_what_there_is(client: Client) -> None:
    description = client.get("/api/v1/openapi.json").json()
    assert {path: list(methods) for path, methods in description["paths"].items()} == {
        "/api/v1/stories": ["get"],
        "/api/v1/stories/{slug}": ["get"],
        "/api/v1/lessons": ["get"],
        "/api/v1/terms": ["get"],
        "/api/v1/trends": ["get"],
    }


def test_every_example_on_the_docs_page_answers(client: Client) -> None:
    plant()
    html = client.get("/api/v1/").content.decode()
    examples = re.findall(r'href="(/api/v1/[^"]+)"><code>', html)
    assert len(examples) == 9
    assert {client.get(each.replace("&amp;", "&")).status_code for each in examples} == {200}


def test_every_shape_of_the_description_is_on_the_docs_page(client: Client) -> None:
    html = client.get("/api/v1/").content.decode()
    shapes = client.get("/api/v1/openapi.json").json()["components"]["schemas"]
    asked = {"Page", "TermAsked"}
    assert [name for name in shapes if name not in asked and f"<h3>{name}</h3>" not in html] == []
