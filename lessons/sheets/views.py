"""The pages of the roll-call sheet: choose and order lessons, see them in print, take the PDF.

The selection lives in the address (lessons/sheets/selection.py), so these pages need neither
account nor cookie nor script, and are the same for everyone who has the address.
"""

from functools import wraps
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import conditional_page, require_safe

from lessons.models import Lesson, Story, Term
from lessons.public import View, kept_a_minute
from lessons.sheets.content import Sheet, sheet_of_lessons, sheet_of_story
from lessons.sheets.pdf import NotMade, fit_of, make_pdf
from lessons.sheets.selection import (
    MOST_LESSONS,
    Refused,
    choices,
    chosen_lessons,
    public_lessons,
    written,
)

OFFERED = 24  # lessons of a theme, the newest, to choose from on one page


def sheet_page(view: View) -> View:
    """Make a view read-only and the same for everyone; explain what it refuses or cannot do."""

    @wraps(view)
    def explaining(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            rest = written(refused.rest)
            told = {"refused": refused, "rest": rest, "count": len(refused.rest)}
            return render(request, "lessons/sheets/refused.html", told, status=refused.status)
        except NotMade:
            print_view = request.get_full_path().replace(".pdf", "/", 1)
            told = {"print_view": print_view}
            return render(request, "lessons/sheets/not_made.html", told, status=500)

    page: View = require_safe(conditional_page(kept_a_minute(explaining)))
    return page


@sheet_page
def choose(request: HttpRequest) -> HttpResponse:
    """The chosen lessons, to order and to drop; the lessons of a theme, to add."""
    lessons = chosen_lessons(request.GET)
    themes = Term.objects.public().filter(facet="lesson_theme").in_lessons()
    theme = chosen_theme(request)
    offered: list[Lesson] = []
    if theme:
        on_theme = public_lessons().filter(terms=theme).exclude(pk__in=[x.pk for x in lessons])
        newest = on_theme.order_by("-story__published", "-story_id", "position")
        offered = list(newest[:OFFERED])
    keys = written([lesson.pk for lesson in lessons])
    return render(
        request,
        "lessons/sheets/choose.html",
        {
            "choices": choices(lessons),
            "keys": keys,
            "pages": pages_of(sheet_of_lessons(lessons, selection_address(request, keys))),
            "most": MOST_LESSONS,
            "themes": themes,
            "theme": theme,
            "offered": offered,
            "offered_most": OFFERED,
            "section": "sheet",
        },
    )


def pages_of(sheet: Sheet) -> int | None:
    """Return how many pages the sheet takes; None for a sheet without lessons, or if unknown."""
    if not sheet.lessons:
        return None
    try:
        return fit_of(sheet).pages
    except NotMade:  # the page does without; who asks for the PDF is told
        return None


def chosen_theme(request: HttpRequest) -> Term | None:
    """Return the theme whose lessons are to be shown. Raises Refused for one that is none."""
    slug = request.GET.get("theme", "")
    if not slug:
        return None
    theme = None
    if "\0" not in slug:
        theme = Term.objects.public().filter(facet="lesson_theme", slug=slug).first()
    if theme is None:
        keys = [lesson.pk for lesson in chosen_lessons(request.GET)]
        raise Refused(404, "There is no such theme", "Choose one from the list of themes.", keys)
    return theme


@sheet_page
def selection(request: HttpRequest) -> HttpResponse:
    """The sheet of the chosen lessons as a page to print."""
    sheet, keys = selected(request)
    return print_view(request, sheet, pdf="lessons:selection_pdf", keys=keys)


@sheet_page
def selection_pdf(request: HttpRequest) -> HttpResponse:
    """The sheet of the chosen lessons as a PDF."""
    sheet, _ = selected(request)
    return pdf_response(make_pdf(sheet), "roll-call-sheet")


@sheet_page
def story_sheet(request: HttpRequest, slug: str) -> HttpResponse:
    """The sheet of a story as a page to print."""
    story = get_object_or_404(Story.objects.published().with_lessons(), slug=slug)
    keys = written([lesson.pk for lesson in story.lessons.all()])
    sheet = sheet_of_story(story, request.build_absolute_uri(story.get_absolute_url()))
    return print_view(request, sheet, pdf="lessons:story_pdf", keys=keys, story=story)


@sheet_page
def story_pdf(request: HttpRequest, slug: str) -> HttpResponse:
    """The sheet of a story as a PDF of one page."""
    story = get_object_or_404(Story.objects.published().with_lessons(), slug=slug)
    sheet = sheet_of_story(story, request.build_absolute_uri(story.get_absolute_url()))
    return pdf_response(make_pdf(sheet), story.slug)


def selected(request: HttpRequest) -> tuple[Sheet, str]:
    """Return the sheet of the chosen lessons, and how an address names them."""
    lessons = chosen_lessons(request.GET)
    if not lessons:
        raise Refused(400, "No lesson is chosen yet", "A sheet needs one lesson at least.")
    keys = written([lesson.pk for lesson in lessons])
    return sheet_of_lessons(lessons, selection_address(request, keys)), keys


def selection_address(request: HttpRequest, keys: str) -> str:
    return request.build_absolute_uri(f"{reverse('lessons:selection')}?lesson={keys}")


def print_view(
    request: HttpRequest, sheet: Sheet, *, pdf: str, keys: str, story: Story | None = None
) -> HttpResponse:
    address = reverse(pdf, args=[story.slug] if story else [])
    return render(
        request,
        "lessons/sheets/print.html",
        {
            "sheet": sheet,
            "story": story,
            "pdf": address if story else f"{address}?lesson={keys}",
            "keys": keys,
            "qr": inline_qr(sheet.address),
            "section": "sheet",
        },
    )


def inline_qr(address: str) -> SafeString:
    """Return the QR code of an address for a page: dark on light in the dark, too, or no phone
    reads it."""
    drawn = segno.make(address, error="m", boost_error=False)
    svg = drawn.svg_inline(border=3, omitsize=True, dark="#000", light="#fff")
    return mark_safe(svg)  # noqa: S308 - drawn from numbers alone


def pdf_response(pdf: bytes, name: str) -> HttpResponse:
    """Return a PDF that a browser shows, and stores under the name if asked to. name: a slug."""
    disposition = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=disposition)
