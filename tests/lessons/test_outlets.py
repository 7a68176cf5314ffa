"""What holds wherever stories leave the site: taken down means gone, and nobody is singled out."""

import datetime
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lessons.coarsening import K
from lessons.models import Story, Term
from tests.factories import make_lesson, make_story, term
from tests.lessons.outlets import IDENTIFYING, OUTLETS, fetch, plant

pytestmark = pytest.mark.django_db

TOMORROW = timezone.now().date() + datetime.timedelta(days=2)


@pytest.mark.parametrize("day", [None, TOMORROW])
@pytest.mark.parametrize("address", OUTLETS)
def test_what_is_taken_down_is_gone_at_once(
    client: Client, address: str, day: datetime.date | None
) -> None:
    plant()
    response = client.get(address)
    assert "planted" in b"".join(response).decode()
    Story.objects.update(published=day)
    # Asked on condition, as a reader does that has the story.
    status = 404 if address.endswith("/planted") else 200
    after = fetch(client, address, status, headers={"If-None-Match": response["ETag"]})
    assert "planted" not in after
    assert "truck" not in after
    assert "wet" not in after


@pytest.mark.parametrize("address", OUTLETS)
def test_a_story_that_comes_changes_the_etag(client: Client, address: str) -> None:
    plant()
    before = client.get(address)
    make_lesson(
        make_story("Another", terms=[term("hazard", "ambush")]),
        terms=[term("lesson_theme", "debrief")],
    ).story.corrections.create(date=timezone.now().date(), note="A word.")
    etag = before["ETag"]
    changed = client.get(address, headers={"If-None-Match": etag}).status_code == 200
    assert changed == (not address.endswith("/planted"))


@pytest.mark.parametrize("address", OUTLETS)
def test_a_correction_changes_the_etag(client: Client, address: str) -> None:
    story = plant()
    etag = client.get(address)["ETag"]
    story.corrections.create(date=TOMORROW, note="Another word.")
    Story.objects.update(narrative="Another text.", title="Another title")
    expected = 304 if "lessons" in address and "api" not in address else 200
    if address == "/data/lessons.csv":
        expected = 200  # all downloads share one state
    elif address == "/terms/lesson_theme/debrief.atom":
        expected = 200
    assert client.get(address, headers={"If-None-Match": etag}).status_code == expected


@pytest.mark.parametrize("address", OUTLETS)
def test_an_answer_may_be_kept_a_minute_and_is_known_again(client: Client, address: str) -> None:
    plant()
    response = client.get(address)
    assert response["Cache-Control"] == "public, max-age=60"
    # A day tells too little: a reader that asks by it would miss what is taken down.
    assert "Last-Modified" not in response
    known = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known["ETag"] == response["ETag"]
    assert known["Cache-Control"] == "public, max-age=60"


@pytest.mark.parametrize("address", OUTLETS)
def test_an_answer_is_open_to_every_site_and_the_same_for_everyone(
    client: Client, address: str
) -> None:
    plant()
    response = client.get(address, headers={"Origin": "https://elsewhere.example"})
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in response
    assert response.cookies.output() == ""
    assert "Cookie" not in response.get("Vary", "")
    body = b"".join(response)
    client.cookies["sessionid"] = "somebody"
    again = client.get(address)
    assert b"".join(again) == body
    assert again.cookies.output() == ""


@pytest.mark.parametrize("address", OUTLETS)
def test_a_head_tells_the_etag_without_a_body(client: Client, address: str) -> None:
    plant()
    response = client.head(address)
    assert (response.status_code, b"".join(response)) == (200, b"")
    if "/api/" in address or "/data/" in address:
        assert response["ETag"] == client.get(address)["ETag"]


@pytest.mark.parametrize("address", OUTLETS)
def test_a_script_may_ask_on_condition(client: Client, address: str) -> None:
    response = client.options(address)
    assert response.status_code == 204
    assert response["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in response["Access-Control-Allow-Headers"]


@pytest.mark.parametrize("address", OUTLETS)
def test_an_outlet_is_read_only(client: Client, address: str) -> None:
    assert client.post(address, {"a": "b"}).status_code == 405


@pytest.mark.parametrize("address", OUTLETS)
def test_eight_kilobytes_of_if_none_match_are_read(client: Client, address: str) -> None:
    plant()
    fetch(client, address, headers={"If-None-Match": '"x", ' * 1_600})
    fetch(client, address, headers={"If-None-Match": '"' + "x" * 8_192})
    fetch(client, address, headers={"If-None-Match": "W/" * 4_096})


# Singling out


def rare_and_common() -> tuple[Story, list[Story]]:
    """Return a story whose facts together are rare, and K that share theirs."""
    shared = [term("role", "patrol"), term("community", "rural")]
    common = [make_story(slug=f"common-{n}", terms=shared) for n in range(K)]
    rare = make_story(
        "Rare",
        slug="rare",
        terms=[
            term("agency_type", "tribal"),
            term("role", "canine"),
            term("region", "territories"),
        ],
    )
    for story in [rare, *common]:
        make_lesson(story, terms=[term("lesson_theme", "debrief")])
    return rare, common


RARE = [("agency_type", "tribal"), ("role", "canine"), ("region", "territories")]


@pytest.mark.parametrize(
    "address",
    [
        *(address for address in OUTLETS if "planted" not in address),
        "/api/v1/stories/rare",
        "/api/v1/terms",
        "/stories/rare/",
        "/data/",
    ],
)
def test_a_rare_combination_is_told_nowhere(client: Client, address: str) -> None:
    rare_and_common()
    told = fetch(client, address)
    for facet, slug in RARE:
        assert f'"{slug}"' not in told
        assert f"{facet}/{slug}" not in told
        assert f",{slug}," not in told
        assert term(facet, slug).label not in told


def test_what_enough_stories_share_is_told_in_full_records(client: Client) -> None:
    rare_and_common()
    api = client.get("/api/v1/stories/common-0").json()
    told = {(each["facet"], each["slug"]) for each in api["terms"] if each["facet"] in IDENTIFYING}
    assert told == {("role", "patrol"), ("community", "rural")}
    assert client.get("/api/v1/stories").json()["items"][0]["terms"] == []
    Story.objects.filter(slug="common-4").update(published=None)
    api = client.get("/api/v1/stories/common-0").json()
    assert api["terms"] == []
    assert "patrol" not in fetch(client, "/data/stories.jsonl")
    assert ",patrol," not in fetch(client, "/data/stories.csv")


@pytest.mark.parametrize("facet", IDENTIFYING)
def test_nobody_filters_by_what_could_single_out(client: Client, facet: str) -> None:
    answer = Term.objects.identifying().filter(facet=facet).first()
    assert answer is not None
    make_story(terms=[answer])
    for address in ("/api/v1/stories", "/api/v1/lessons"):
        assert client.get(f"{address}?term={facet}:{answer.slug}").status_code == 404
    assert client.get(f"/api/v1/terms?facet={facet}").status_code == 422
    assert client.get(f"/terms/{facet}/{answer.slug}.atom").status_code == 404


# Queries


def count_queries(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        ask()
    return len(queries)


@pytest.mark.parametrize(
    "address",
    [
        *OUTLETS,
        "/sitemap.xml",
        "/sitemap-terms.xml",
        "/data/",
        "/api/v1/terms",
        "/api/v1/",
        "/data/terms.csv",
    ],
)
def test_queries_do_not_grow_with_the_stories(client: Client, address: str) -> None:
    def story(number: int) -> None:
        facts = [term("role", "patrol"), term("hazard", "ambush"), term("light", "glare")]
        made = make_story(slug=f"story-{number}", terms=facts)
        for _ in range(2):
            make_lesson(made, terms=[term("lesson_theme", "debrief")])
        made.corrections.create(date=timezone.now().date(), note="A word.")

    plant().terms.add(term("role", "patrol"))
    few = count_queries(lambda: fetch(client, address))
    for number in range(29):
        story(number)
    many = count_queries(lambda: fetch(client, address))
    assert few == many
    # Downloads: seven for their state, two for who shares what, five a batch, and one at the end.
    assert many <= 16
