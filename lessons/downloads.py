"""All published stories to take along: JSON Lines, CSV, and a description of both.

Rows are read a few hundred stories at a time and sent as they come: what is in memory does not grow
with the stories, and a story that is taken down while a file is on its way is not in what follows.
"""

import csv
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Max, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, conditional_page, require_safe

from lessons.models import Correction, Lesson, Story, Term
from lessons.public import MINUTE, for_machines, kept_a_minute, open_to_all, site_address
from lessons.records import Record, full_story_record, with_everything
from lessons.sharing import Sharing
from lessons.vocabulary import FACETS, UNSAID

STORIES_AT_ONCE = 200  # in memory; a story with its lessons takes some 20 KB there

# A spreadsheet takes a cell that begins with one of these for a formula, and may run it. An
# apostrophe goes before it, and before an apostrophe, so that taking one off restores every cell:
# https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = tuple("=+-@\t\r\n＝＋－＠'")

STORY_FACETS = [facet for facet in FACETS.values() if not facet.of_lesson]
LESSON_FACETS = [facet for facet in FACETS.values() if facet.of_lesson]
BETWEEN_TERMS = "|"  # never in a slug


@dataclass(frozen=True)
class Column:
    """A column of a CSV file. kind: its type in the words of Frictionless Table Schema."""

    name: str
    about: str
    kind: str = "string"


def facet_columns(facets: Iterable[Any]) -> list[Column]:
    return [
        Column(
            facet.slug,
            f"{facet.label}: slugs of terms"
            + (f", with {BETWEEN_TERMS} between them" if facet.multiple else "")
            + ("; empty where too few stories share them" if facet.identifying else ""),
        )
        for facet in facets
    ]


STORY = Column("story", "The slug of the story")
COLUMNS = {
    "stories": [
        Column("slug", "Names the story, in its address and in the other files"),
        Column("url", "The address of its page"),
        Column("title", "In one line"),
        Column("summary", "In one or two sentences"),
        Column("narrative", "As the officer told it, stripped and edited; empty lines part it"),
        Column("published", "The day of publication", "date"),
        Column("updated", "The day of the last correction, or of publication", "date"),
        Column("lessons", "How many lessons it has", "integer"),
        *facet_columns(STORY_FACETS),
    ],
    "lessons": [
        STORY,
        Column("number", "Which of its lessons, from 1", "integer"),
        Column("text", "The lesson, plain; a line for each of its points"),
        *facet_columns(LESSON_FACETS),
    ],
    "corrections": [
        STORY,
        Column("date", "The day on which it was corrected", "date"),
        Column("note", "What was corrected, as its page says it"),
    ],
    "terms": [
        Column("facet", "The question that the term answers; a column of stories or lessons"),
        Column("facet_label", "The same, as pages show it"),
        Column("slug", "Names the term within its facet"),
        Column("label", "The term, as pages show it"),
        Column("help", "What it means, where the label does not say it"),
    ],
}


def records(site: str) -> Iterator[Record]:
    """Yield every published story in full, as it may be told, in the order of publication.

    site: scheme and host before each address.
    """
    sharing = Sharing()
    stories = with_everything(Story.objects.published().order_by("pk"))
    last = 0
    while batch := list(stories.filter(pk__gt=last)[:STORIES_AT_ONCE]):
        for story in batch:
            yield full_story_record(story, site, sharing.shown(story.identifying_terms))
        last = batch[-1].pk
        let_go(batch)


def let_go(batch: Iterable[Story]) -> None:
    """Undo the circles that prefetching makes: a fetched row and what was fetched for it.

    They would stay in memory until Python's collector comes by, which may be after all stories.
    """
    for story in batch:
        for lesson in story.lessons.all():
            vars(lesson).pop("_prefetched_objects_cache", None)
        vars(story).pop("_prefetched_objects_cache", None)


def slugs(record: Record, facets: Iterable[Any]) -> list[str]:
    """Return the cell of each facet: the slugs of a story's or a lesson's terms."""
    return [
        BETWEEN_TERMS.join(term["slug"] for term in record["terms"] if term["facet"] == facet.slug)
        for facet in facets
    ]


Row = list[Any]


def story_rows(site: str) -> Iterator[Row]:
    whole = ("slug", "url", "title", "summary", "narrative", "published", "updated")
    for record in records(site):
        cells = [record[name] for name in whole]
        yield [*cells, len(record["lessons"]), *slugs(record, STORY_FACETS)]


def lesson_rows(site: str) -> Iterator[Row]:
    for record in records(site):
        for lesson in record["lessons"]:
            yield [record["slug"], lesson["number"], lesson["text"], *slugs(lesson, LESSON_FACETS)]


def correction_rows(site: str) -> Iterator[Row]:
    for record in records(site):
        for correction in record["corrections"]:
            yield [record["slug"], correction["date"], correction["note"]]


def term_rows(site: str) -> Iterator[Row]:
    for term in Term.objects.exclude(slug__in=UNSAID):
        yield [term.facet, term.facet_info.label, term.slug, term.label, term.help]


ROWS: dict[str, Callable[[str], Iterator[Row]]] = {
    "stories": story_rows,
    "lessons": lesson_rows,
    "corrections": correction_rows,
    "terms": term_rows,
}


class Echo:
    """A file whose write gives back what is written, so that csv makes one row at a time."""

    def write(self, text: str) -> str:
        return text


def harmless(cell: Any) -> str:
    """Return a cell that no spreadsheet takes for a formula; see FORMULA."""
    text = str(cell)
    return "'" + text if text.startswith(FORMULA) else text


def csv_lines(name: str, site: str) -> Iterator[str]:
    """Yield the lines of a CSV file as RFC 4180 has them.

    It begins with a byte order mark: without one, spreadsheets take UTF-8 for something else.
    """
    writer = csv.writer(Echo())
    yield "\ufeff" + writer.writerow(column.name for column in COLUMNS[name])
    for row in ROWS[name](site):
        yield writer.writerow(map(harmless, row))


def json_lines(site: str) -> Iterator[str]:
    """Yield a line for each story (jsonlines.org)."""
    for record in records(site):
        yield json.dumps(record, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"


def state(request: HttpRequest, **kwargs: Any) -> str:
    """Return an ETag that changes with whatever a download is made of, and the host that asks.

    A text changes through a correction alone, which adds a row; all else adds, removes or renames.
    """
    stories = Story.objects.published()
    told: list[Any] = [
        site_address(request),
        timezone.now().date(),
        stories.aggregate(Count("pk"), Sum("pk"), Max("published")),
        rows_of(Correction.objects.filter(story__in=stories)),
        rows_of(Lesson.objects.filter(story__in=stories)),
        rows_of(Story.terms.through.objects.filter(story__in=stories)),
        rows_of(Lesson.terms.through.objects.filter(lesson__story__in=stories)),
        list(Term.objects.values_list("pk", "label", "help", "position")),
    ]
    return f'W/"{hashlib.sha256(repr(told).encode()).hexdigest()[:32]}"'


def rows_of(rows: QuerySet[Any]) -> dict[str, Any]:
    return rows.order_by().aggregate(Count("pk"), Sum("pk"), Max("pk"))


def download(lines: Iterable[str], request: HttpRequest, file: str, kind: str) -> HttpResponseBase:
    """Send lines as they are made. A HEAD makes none."""
    response: HttpResponseBase = (
        StreamingHttpResponse(lines) if request.method == "GET" else HttpResponse()
    )
    response["Content-Type"] = kind
    response["Content-Disposition"] = f'attachment; filename="near-miss-{file}"'
    return response


@open_to_all
@require_safe
@kept_a_minute
@condition(etag_func=state)
def csv_file(request: HttpRequest, name: str) -> HttpResponseBase:
    if name not in COLUMNS:
        raise Http404("There is no such file.")
    kind = "text/csv; charset=utf-8; header=present"
    return download(csv_lines(name, site_address(request)), request, f"{name}.csv", kind)


@open_to_all
@require_safe
@kept_a_minute
@condition(etag_func=state)
def jsonl_file(request: HttpRequest) -> HttpResponseBase:
    kind = "application/jsonl; charset=utf-8"
    return download(json_lines(site_address(request)), request, "stories.jsonl", kind)


def resource(name: str, site: str) -> Record:
    """Return a CSV file as the Data Package specification describes one."""
    return {
        "name": name,
        "path": site + reverse("lessons:csv", args=[name]),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [
                {"name": column.name, "type": column.kind, "description": column.about}
                for column in COLUMNS[name]
            ],
            "missingValues": [""],
        },
    }


@for_machines
def data_package(request: HttpRequest) -> HttpResponse:
    """The files, their columns and their licence, for machines (specs.frictionlessdata.io)."""
    site = site_address(request)
    return JsonResponse(
        {
            "profile": "data-package",
            "name": "near-miss",
            "title": "Near misses told by law enforcement officers",
            "homepage": site + reverse("lessons:data"),
            "licenses": [{"name": settings.DATA_LICENCE, "path": settings.DATA_LICENCE_URL}],
            "resources": [
                *(resource(name, site) for name in COLUMNS),
                {
                    "name": "stories-jsonl",
                    "path": site + reverse("lessons:jsonl"),
                    "format": "jsonl",
                    "mediatype": "application/jsonl",
                    "encoding": "utf-8",
                    "description": "A story a line, with its lessons, terms and corrections.",
                },
            ],
        }
    )


@require_safe
@cache_control(public=True, max_age=MINUTE)
@conditional_page
def data(request: HttpRequest) -> HttpResponse:
    """What there is to take along, and how: feeds, API, files, and what each column means."""
    return render(
        request,
        "lessons/data.html",
        {
            "count": Story.objects.published().count(),
            "licence": settings.DATA_LICENCE,
            "licence_url": settings.DATA_LICENCE_URL,
            "files": [
                (f"{name}.csv", reverse("lessons:csv", args=[name]), columns)
                for name, columns in COLUMNS.items()
            ],
            "site_address": site_address(request),
        },
    )
