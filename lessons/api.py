"""A read-only API over what is published: stories, lessons, terms and trends as JSON, at /api/v1/.

Asking needs no key and leaves no trace: no cookie, no count by address.
"""

import base64
import binascii
import datetime
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, Literal, Self, cast

from django.db import InterfaceError, OperationalError
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import HttpError, ValidationError
from ninja.openapi.docs import DocsBase
from pydantic import Field, ValidationInfo, model_validator

from lessons.coarsening import K
from lessons.known import give_terms
from lessons.models import Lesson, LessonQuerySet, Story, Term
from lessons.public import for_machines, open_to_all, site_address
from lessons.records import (
    Record,
    full_story_record,
    lesson_record,
    story_record,
    term_record,
)
from lessons.trends import NO_RATES, WHAT_IS_COUNTED, trends
from lessons.vocabulary import FACETS, PUBLIC_FACETS

PAGE, LONGEST_PAGE = 20, 100  # stories or lessons; a hundred are some 200 KB
TERMS_AT_ONCE = 10  # in a filter; each is a subquery

SLUG = r"^[-a-zA-Z0-9_]+$"

FacetName = Literal[*PUBLIC_FACETS]  # type: ignore[valid-type]
TermName = Annotated[str, Field(pattern=r"^[a-z_]+:[-a-z0-9_]+$", max_length=101)]


class Asked(Schema):
    """Parameters of a query. Other names are refused: a typing error would find everything."""

    @model_validator(mode="after")
    def only_what_there_is(self, info: ValidationInfo) -> Self:
        known = type(self).model_fields
        if info.context and info.context["request"].GET.keys() - known:
            raise ValueError(f"The only parameters here are: {', '.join(known)}.")
        return self


class Page(Asked):
    """How to page: as long as `next_cursor` is not null, there is more."""

    term: Annotated[list[TermName], Field(max_length=TERMS_AT_ONCE)] = Field(
        [],
        description="Only what carries this term, as facet:slug, such as hazard:ambush. "
        "Given several times, all of them. /terms has the list.",
    )
    cursor: str | None = Field(
        None,
        max_length=200,
        pattern=r"^[-_A-Za-z0-9]+$",
        description="The next_cursor of the page before.",
    )
    limit: int = Field(PAGE, ge=1, le=LONGEST_PAGE, description="How many to a page.")


class TermAsked(Asked):
    facet: FacetName | None = Field(None, description="Only the terms of this facet.")


class Problem(Schema):
    """Why there is no answer."""

    status: int
    detail: str = Field(description="What is wrong, and what to do, in plain words.")


class TermRef(Schema):
    facet: str
    slug: str
    label: str


class TermFull(TermRef):
    facet_label: str
    help: str
    stories: int = Field(description="How many published stories carry it.")


class LessonBrief(Schema):
    number: int = Field(description="Which lesson of its story, from 1.")
    text: str = Field(description="Plain, with a line for each paragraph or point.")
    html: str = Field(description="The same with p, ul, ol, li, em and strong, no other tag.")
    terms: list[TermRef]


class StoryBrief(Schema):
    slug: str
    url: str = Field(description="Its page.")
    title: str
    summary: str
    published: datetime.date
    updated: datetime.date = Field(description="The last correction, or the publication.")
    terms: list[TermRef]
    lessons: list[LessonBrief]


class CorrectionNote(Schema):
    date: datetime.date
    note: str


class StoryFull(StoryBrief):
    narrative: str
    corrections: list[CorrectionNote]


class StoryRef(Schema):
    slug: str
    url: str
    title: str
    published: datetime.date


class LessonFull(LessonBrief):
    story: StoryRef


class Stories(Schema):
    items: list[StoryBrief]
    next_cursor: str | None


class Lessons(Schema):
    items: list[LessonFull]
    next_cursor: str | None


class Terms(Schema):
    items: list[TermFull]


class TrendCell(Schema):
    slug: str = Field(description="Of the term, or the year.")
    label: str
    stories: int | None = Field(description="How many published stories; null if withheld.")


class TrendFull(Schema):
    facet: str = Field(description="What the stories are counted by: a facet, or year.")
    label: str
    told: int | None = Field(
        description="How many stories say anything of it; null if withheld, for there are so few."
    )
    adds_up: bool = Field(description="Whether each story counts in one cell at most.")
    cells: list[TrendCell] = Field(description="Terms that no story carries have none.")


class Trends(Schema):
    stories: int = Field(description="How many are published.")
    least: int = Field(
        description="Counts from 1 to below it are withheld, and where one of them could be "
        "reckoned from the others, another one with it."
    )
    caveat: str = Field(description="What the counts do not say. Show it with them.")
    items: list[TrendFull]


# What answers hold, from the whole to its parts, as the docs page shows it.
SHAPES = (
    *(Stories, StoryBrief, StoryFull, Lessons, LessonBrief, LessonFull, StoryRef),
    *(Terms, TermFull, TermRef, Trends, TrendFull, TrendCell, CorrectionNote, Problem),
)

EXAMPLES = {
    "stories": ["", "?limit=5", "?term=activity:vehicle-stop&term=light:night-unlit"],
    "lessons": ["", "?term=audience:recruits"],
    "terms": ["", "?facet=lesson_theme"],
    "trends": [""],
}


class Docs(DocsBase):
    """The description as a page of the site: no script, and what it shows can be clicked."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        schema = api.get_openapi_schema()
        newest = Story.objects.published().latest_first().first()
        operations = []
        for address, methods in schema["paths"].items():
            short = address.removeprefix(schema.path_prefix)
            examples = [address + query for query in EXAMPLES.get(short, ())]
            if newest and "{slug}" in address:
                examples = [address.replace("{slug}", newest.slug)]
            operations.append({"short": f"/{short}", "examples": examples} | methods["get"])
        shapes = {shape.__name__: fields(shape, schema) for shape in SHAPES}
        return render(request, "lessons/api.html", {"operations": operations, "shapes": shapes})


def fields(shape: type[Schema], description: dict[str, Any]) -> list[dict[str, str]]:
    """Return name, kind and meaning of each field of an answer, from the OpenAPI description."""
    properties = description["components"]["schemas"][shape.__name__]["properties"]
    return [
        {"name": name, "kind": kind(about), "about": about.get("description", "")}
        for name, about in properties.items()
    ]


def kind(schema: dict[str, Any]) -> str:
    """Return the type of a field in words, from its JSON Schema."""
    if "anyOf" in schema:
        return " or ".join(map(kind, schema["anyOf"]))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if schema["type"] == "array":
        return f"list of {kind(schema['items'])}"
    return str(schema.get("format", schema["type"]))


api = NinjaAPI(
    title="Near Miss",
    version="1.0.0",
    description=(
        "Near misses told by law enforcement officers without names, and their lessons. "
        "Read-only, no key. Everything answers with an ETag and may be kept for a minute. "
        "Stories come from volunteers: numbers say what happens, not how often."
    ),
    urls_namespace="lessons:api",
    docs=Docs(),
    docs_url="/",
    openapi_url="/openapi.json",
)


def answer(request: HttpRequest, record: Record) -> HttpResponse:
    """Return a record as it is. It has the shape that the description gives: a test sees to that.

    Ninja would put each of its values through the shape once more, for half of the time of a page.
    """
    return api.create_response(request, record, status=200)


def problem(request: HttpRequest, status: int, detail: str) -> HttpResponse:
    return api.create_response(request, {"status": status, "detail": detail}, status=status)


@api.exception_handler(Http404)
def not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(request, 404, str(error))


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(request, error.status_code, error.message)


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name each parameter that is wrong, without repeating what was sent."""
    told = []
    for each in error.errors:
        # Where it is: "query", the name of the function's parameter, ours, and a place in a list.
        name = next((part for part in each["loc"] if part not in ("query", "path", "asked")), "")
        message = each["msg"].removeprefix("Value error, ").rstrip(".") + "."
        told.append(f"{name}: {message}" if name else message)
    return problem(request, 422, " ".join(dict.fromkeys(told)))


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def database_away(request: HttpRequest, error: Any) -> HttpResponse:
    return problem(request, 503, "The database does not answer. Try again in a few minutes.")


def write_cursor(day: datetime.date, *keys: int) -> str:
    """Return where a page ended. It is opaque to tell clients that they cannot make their own."""
    text = "/".join([day.isoformat(), *map(str, keys)])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str, keys: int) -> tuple[datetime.date, list[int]]:
    """Return what `write_cursor` was given. Any place is as good as another: nothing is secret.

    Raises HttpError if it was not made by `write_cursor` with so many keys.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        day, *numbers = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("/")
        after = datetime.date.fromisoformat(day), [int(number) for number in numbers]
    except (binascii.Error, ValueError):
        after = datetime.date.min, []
    if len(after[1]) != keys or not all(0 <= number < 2**63 for number in after[1]):
        raise HttpError(422, "cursor: It is not one of ours. Ask for the first page without it.")
    return after


def asked_terms(names: Sequence[str]) -> list[Term]:
    """Return the terms of a filter, in one query. Raises Http404 if one is not there.

    Only public terms filter: with others, filters would tell what coarsening leaves out.
    """
    pairs = [tuple(name.split(":")) for name in dict.fromkeys(names)]
    wanted = Q(pk__in=[])
    for facet, slug in pairs:
        wanted |= Q(facet=facet, slug=slug)
    found = {(term.facet, term.slug): term for term in Term.objects.public().filter(wanted)}
    for facet, slug in pairs:
        if (facet, slug) not in found:
            raise Http404(f"There is no term {facet}:{slug} to filter by. /terms lists them.")
    return [found[facet, slug] for facet, slug in pairs]


ERRORS = {422: Problem, 503: Problem}


@api.get("/stories", response={200: Stories, 404: Problem, **ERRORS}, url_name="stories")
def stories(request: HttpRequest, asked: Query[Page]) -> HttpResponse:
    """List published stories, newest first, with their lessons and without their narratives."""
    found = Story.objects.published().latest_first().prefetch_related("lessons", "corrections")
    for term in asked_terms(asked.term):
        found = found.with_term(term)
    if asked.cursor:
        day, (key,) = read_cursor(asked.cursor, 1)
        found = found.filter(published__lte=day).filter(Q(published__lt=day) | Q(pk__lt=key))
    page = list(found[: asked.limit + 1])
    more, page = len(page) > asked.limit, page[: asked.limit]
    give_terms(page)
    last = page[-1] if more else None
    site = site_address(request)
    return answer(
        request,
        {
            "items": [story_record(story, site) for story in page],
            "next_cursor": write_cursor(last.published, last.pk)
            if last and last.published
            else None,
        },
    )


@api.get("/stories/{slug:slug}", response={200: StoryFull, 404: Problem, **ERRORS})
def story(
    request: HttpRequest,
    slug: Annotated[str, Path(pattern=SLUG, description="As in /stories.")],
) -> HttpResponse:
    """Return one story in full, with its narrative and what was corrected.

    Kind and size of the agency, region, community, role and experience are told only as far as
    enough published stories share them.
    """
    published = Story.objects.published().prefetch_related("lessons", "corrections")
    found = published.filter(slug=slug).first()
    if found is None:
        raise Http404("There is no published story with this slug. It may have been taken down.")
    give_terms([found])
    record = full_story_record(found, site_address(request), found.shared_terms())
    return answer(request, record)


def after_lesson(lessons: LessonQuerySet, cursor: str) -> LessonQuerySet:
    """Return the lessons after a cursor: newest story first, in each the order of its lessons."""
    day, (story, position, key) = read_cursor(cursor, 3)
    later = Q(position__gt=position) | Q(position=position, pk__gt=key)
    same_day = Q(story__lt=story) | Q(story=story) & later
    return lessons.filter(story__published__lte=day).filter(Q(story__published__lt=day) | same_day)


@api.get("/lessons", response={200: Lessons, 404: Problem, **ERRORS}, url_name="lessons")
def lessons(request: HttpRequest, asked: Query[Page]) -> HttpResponse:
    """List the lessons of published stories, those of the newest story first.

    A term is one of the lesson (lesson_theme, audience) or one of its story.
    """
    found = (
        Lesson.objects.published()
        .with_stories()
        .order_by("-story__published", "-story", "position", "pk")
    )
    for term in asked_terms(asked.term):
        found = found.with_term(term)
    if asked.cursor:
        found = after_lesson(found, asked.cursor)
    page = list(found[: asked.limit + 1])
    more, page = len(page) > asked.limit, page[: asked.limit]
    last = page[-1] if more else None
    site = site_address(request)
    return answer(
        request,
        {
            "items": [
                lesson_record(lesson) | {"story": story_reference(lesson, site)} for lesson in page
            ],
            "next_cursor": last
            and last.story.published
            and write_cursor(last.story.published, last.story_id, last.position, last.pk),
        },
    )


def story_reference(lesson: Lesson, site: str) -> Record:
    story = lesson.story
    return {
        "slug": story.slug,
        "url": site + story.get_absolute_url(),
        "title": story.title,
        "published": story.published,
    }


@api.get("/terms", response={200: Terms, **ERRORS}, url_name="terms")
def terms(request: HttpRequest, asked: Query[TermAsked]) -> HttpResponse:
    """List the terms that filter stories and lessons, with how many stories carry each.

    Stories come from volunteers: the numbers say nothing of how often a thing happens.
    """
    found = Term.objects.public().with_counts()
    if asked.facet:
        found = found.filter(facet=asked.facet)
    ordered = {facet: number for number, facet in enumerate(FACETS)}
    return answer(
        request,
        {
            "items": [
                term_record(term)
                | {
                    "facet_label": term.facet_info.label,
                    "help": term.help,
                    "stories": term.stories,  # type: ignore[attr-defined]
                }
                for term in sorted(found, key=lambda term: ordered[term.facet])
            ]
        },
    )


@api.get("/trends", response={200: Trends, **ERRORS}, url_name="trends")
def counts(request: HttpRequest) -> HttpResponse:
    """Count published stories by activity, hazard, contributing factor, light and year.

    Stories come from volunteers: no rate follows from these counts, no risk, and no comparison of
    one year with another. Small counts are withheld.
    """
    if request.GET:
        raise HttpError(422, "There are no parameters here.")
    counted = trends()
    return answer(
        request,
        {
            "stories": counted.stories,
            "least": K,
            "caveat": f"{WHAT_IS_COUNTED} {NO_RATES}",
            "items": [
                {
                    "facet": trend.slug,
                    "label": trend.label,
                    "told": trend.told,
                    "adds_up": trend.adds_up,
                    "cells": [asdict(cell) for cell in trend.cells],
                }
                for trend in counted.trends
            ],
        },
    )


def nothing_here(request: HttpRequest, rest: str = "") -> HttpResponse:
    return problem(request, 404, "There is nothing at this address. /api/v1/ lists what there is.")


def json_refusal(view: Any) -> Any:
    """Let a view say in JSON that a method is not allowed; GET serves HEAD."""

    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            response = problem(request, 405, "The API only reads: use GET.")
            response["Allow"] = "GET, HEAD, OPTIONS"
            return response
        if request.method != "HEAD":
            return view(request, *args, **kwargs)
        request.method = "GET"  # so that the ETag is that of GET; the server leaves out the body
        response = view(request, *args, **kwargs)
        request.method = "HEAD"
        return response

    return inner


def addresses() -> tuple[list[URLPattern], str, str]:
    """Return the addresses of the API, each open to all, with JSON for whatever is not there."""
    urls, app, namespace = api.urls
    patterns = cast(list[URLPattern], urls)
    for pattern in patterns:
        pattern.callback = json_refusal(for_machines(pattern.callback))
    nowhere = json_refusal(open_to_all(nothing_here))
    return [*patterns, path("<path:rest>", nowhere)], app, namespace
