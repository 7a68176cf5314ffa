"""The files to take along: they load again into what is published, and spreadsheets run nothing."""

import csv
import datetime
import io
import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from lessons.coarsening import K
from lessons.downloads import COLUMNS, STORIES_AT_ONCE, csv_lines, harmless, json_lines
from lessons.models import Lesson, Story, Term
from lessons.vocabulary import FACETS
from tests.factories import make_lesson, make_story, term
from tests.lessons.outlets import fetch, plant

SITE = "https://near-miss.example"


def text_of(cell: str) -> str:
    """Undo what CSV files do to cells, as /data/ says how."""
    return cell[1:] if cell.startswith("'") else cell


def read_csv(client: Client, name: str) -> list[dict[str, str]]:
    response = client.get(f"/data/{name}.csv")
    assert response.status_code == 200
    text = b"".join(response).decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    assert rows.fieldnames == [column.name for column in COLUMNS[name]]
    return [{name: text_of(cell) for name, cell in row.items()} for row in rows]


def read_jsonl(client: Client) -> list[dict[str, Any]]:
    return [json.loads(line) for line in fetch(client, "/data/stories.jsonl").splitlines()]


NASTY = [
    '=HYPERLINK("https://elsewhere.example")',
    "+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "＝1",
    "'quoted'",
    "''=1",
    'He said "stop", then; a\ttab, a\nline, a\r\nline.',
    "[person A] – “ran” 🚓",
    " ",
]


@pytest.fixture
def stories(db: None) -> list[Story]:
    """Stories with facts, lessons and corrections, whose texts are as bad as texts can be."""
    made = []
    for number, text in enumerate(NASTY):
        story = make_story(
            text,
            slug=f"story-{number}",
            summary=text,
            narrative=f"{text}\n\n{text}",
            published=datetime.date(2026, 1, 1 + number),
            terms=[term("hazard", "ambush"), term("hazard", "electrical"), term("role", "patrol")],
        )
        for _ in range(number % 3):
            make_lesson(story, text, terms=[term("lesson_theme", "debrief")])
        if number % 2:
            story.corrections.create(date=datetime.date(2026, 3, 1), note=text)
        made.append(story)
    make_story("Not public", published=None, lessons=["Not public"])
    return made


def test_both_forms_load_again_into_the_same_numbers(client: Client, stories: list[Story]) -> None:
    lines = read_jsonl(client)
    rows, lessons, corrections = (
        read_csv(client, name) for name in ("stories", "lessons", "corrections")
    )
    published = Story.objects.published()
    assert len(lines) == len(rows) == published.count() == len(NASTY)
    assert (
        sum(len(line["lessons"]) for line in lines)
        == sum(int(row["lessons"]) for row in rows)
        == len(lessons)
        == Lesson.objects.filter(story__in=published).count()
    )
    assert sum(len(line["corrections"]) for line in lines) == len(corrections) == len(NASTY) // 2
    for counted in Term.objects.filter(facet="hazard"):
        in_lines = [
            line
            for line in lines
            if {"facet": "hazard", "slug": counted.slug, "label": counted.label} in line["terms"]
        ]
        in_rows = [row for row in rows if counted.slug in row["hazard"].split("|")]
        assert len(in_lines) == len(in_rows) == counted.story_set.filter(pk__in=published).count()


def test_both_forms_hold_the_texts_as_they_are(client: Client, stories: list[Story]) -> None:
    expected = [(s.slug, s.title, s.summary, s.narrative, str(s.published)) for s in stories]
    names = ("slug", "title", "summary", "narrative", "published")
    assert [tuple(row[name] for name in names) for row in read_csv(client, "stories")] == expected
    assert [tuple(line[name] for name in names) for line in read_jsonl(client)] == expected


def test_a_correction_goes_along(client: Client, db: None) -> None:
    plant()
    (line,) = read_jsonl(client)
    assert [each["note"] for each in line["corrections"]] == ["The road was wet."]
    (row,) = read_csv(client, "corrections")
    assert (row["story"], row["note"]) == ("planted", "The road was wet.")


def test_every_slug_in_a_file_is_explained_in_terms(client: Client, db: None) -> None:
    every = list(Term.objects.all())
    for _ in range(K):
        make_lesson(make_story(terms=every), terms=every)
    explained = {(row["facet"], row["slug"]) for row in read_csv(client, "terms")}
    used = {
        (facet, slug)
        for name in ("stories", "lessons")
        for row in read_csv(client, name)
        for facet in FACETS
        for slug in filter(None, row.get(facet, "").split("|"))
    }
    assert used == explained


@given(st.text())
def test_no_cell_begins_a_formula_and_each_is_told_again(text: str) -> None:
    cell = harmless(text)
    assert not cell.startswith(tuple("=+-@\t\r＝＋－＠"))
    assert text_of(cell) == text


def test_a_spreadsheet_is_told_the_encoding(client: Client, stories: list[Story]) -> None:
    response = client.get("/data/stories.csv")
    assert b"".join(response).startswith(b"\xef\xbb\xbfslug,url,title")
    assert response["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert response["Content-Disposition"] == 'attachment; filename="near-miss-stories.csv"'
    jsonl = client.get("/data/stories.jsonl")
    assert jsonl["Content-Disposition"] == 'attachment; filename="near-miss-stories.jsonl"'


def test_batches_hold_every_story_once(client: Client, db: None) -> None:
    number = 2 * STORIES_AT_ONCE + 1
    Story.objects.bulk_create(
        Story(slug=f"s{n}", title="T", summary="S", narrative="N", published="2026-01-01")
        for n in range(number)
    )
    assert [line["slug"] for line in read_jsonl(client)] == [f"s{n}" for n in range(number)]


def test_what_is_taken_down_on_the_way_is_not_in_what_follows(db: None) -> None:
    Story.objects.bulk_create(
        Story(slug=f"s{n}", title="T", summary="S", narrative="N", published="2026-01-01")
        for n in range(STORIES_AT_ONCE + 2)
    )
    lines = json_lines(SITE)
    next(lines)
    Story.objects.filter(slug=f"s{STORIES_AT_ONCE}").update(published=None)
    rest = [json.loads(line)["slug"] for line in lines]
    assert rest == [f"s{n}" for n in [*range(1, STORIES_AT_ONCE), STORIES_AT_ONCE + 1]]


def peak(lines: Iterator[str]) -> tuple[int, int]:
    """Return how many characters there are, and the most bytes that were in use meanwhile."""
    tracemalloc.start()
    try:
        return sum(len(line) for line in lines), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_stories(db: None) -> None:
    def more(start: int, number: int) -> None:
        Story.objects.bulk_create(
            Story(
                slug=f"s{n}",
                title="T",
                summary="S",
                narrative="long " * 4_000,
                published="2026-01-01",
            )
            for n in range(start, start + number)
        )

    more(0, STORIES_AT_ONCE)
    once, few = peak(csv_lines("stories", SITE))
    more(STORIES_AT_ONCE, 3 * STORIES_AT_ONCE)
    fourfold, many = peak(csv_lines("stories", SITE))
    assert fourfold > 3.9 * once
    assert many < 2.2 * few  # a batch goes while the next one comes


def test_there_is_no_other_file(client: Client, db: None) -> None:
    for address in ("/data/reports.csv", "/data/stories.json", "/data/%00.csv", "/data/a/b.csv"):
        fetch(client, address, status=404)


def test_the_package_describes_the_files(client: Client, db: None) -> None:
    package = client.get("/data/datapackage.json").json()
    assert package["licenses"] == [
        {"name": settings.DATA_LICENCE, "path": settings.DATA_LICENCE_URL}
    ]
    described = {each["name"]: each for each in package["resources"]}
    assert described.keys() == {*COLUMNS, "stories-jsonl"}
    for name in COLUMNS:
        assert described[name]["path"] == f"http://testserver/data/{name}.csv"
        fields = [field["name"] for field in described[name]["schema"]["fields"]]
        header = fetch(client, f"/data/{name}.csv").removeprefix("\ufeff").splitlines()[0]
        assert header.split(",") == fields


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "Ours, ask us"])
def test_the_licence_is_the_operators_choice(
    client: Client, db: None, settings: Any, licence: str
) -> None:
    settings.DATA_LICENCE, settings.DATA_LICENCE_URL = licence, "https://near-miss.example/licence"
    link = f'<a rel="license" href="https://near-miss.example/licence">{licence}</a>'
    assert link in fetch(client, "/data/")
    assert licence in fetch(client, "/stories.atom")


def test_the_page_leads_to_everything(client: Client, db: None) -> None:
    html = fetch(client, "/data/")
    names = ["atom", "rss", "jsonl", "data-package", "api:openapi-view", "api:openapi-json"]
    addresses = [reverse(f"lessons:{name}") for name in names]
    addresses += [reverse("lessons:csv", args=[name]) for name in COLUMNS]
    addresses.append("/terms/activity/vehicle-stop.atom")
    for address in addresses:
        assert f'href="{address}"' in html
        fetch(client, address)
    for columns in COLUMNS.values():
        for column in columns:
            assert f"<dt><code>{column.name}</code></dt><dd>{column.about}.</dd>" in html
