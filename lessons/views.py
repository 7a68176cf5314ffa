"""The readers' pages: home, one story, and what is known under one term. finding.py has the rest.

Every page is the same for everyone: no cookie, no session, no header that tells readers apart. So
each may be kept for a minute by whoever stands in between, and is named by an ETag after that.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from lessons.finding import story_page
from lessons.kept import View, kept
from lessons.known import give_terms, public_terms
from lessons.models import CombinationCount, Story, Term
from lessons.public import public_page
from lessons.uses import uses_of
from lessons.week import story_of_the_week

STORIES_ON_HOME = 5  # the lead and four more: what fits two screens of a phone


def kept_page(view: View) -> Callable[..., HttpResponseBase]:
    """Make a view one of a public page that is kept in memory as well."""
    return public_page(kept(view))


@kept_page
def home(request: HttpRequest) -> HttpResponse:
    """What the site is, the two things to do here, the latest stories and the themes."""
    stories = list(Story.objects.published().latest_first()[:STORIES_ON_HOME])
    return render(
        request,
        "lessons/home.html",
        {
            "lead": stories[0] if stories else None,
            "lead_lessons": list(stories[0].lessons.all()) if stories else [],
            "more": stories[1:],
            "of_the_week": story_of_the_week(),
            "themes": [term for term in public_terms(["lesson_theme"]) if term.lessons],
        },
    )


@kept_page
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """One story with its lessons, what became of it, and stories like it."""
    published = Story.objects.published().prefetch_related("lessons", "corrections", "uses")
    story = get_object_or_404(published, slug=slug)
    give_terms([story])
    return render(
        request,
        "lessons/story_detail.html",
        {
            "section": "stories",
            "story": story,
            "address": request.build_absolute_uri(story.get_absolute_url()),
            "uses": uses_of(story),
            "related": story.related(),
        },
    )


@kept_page
def term(request: HttpRequest, facet: str, slug: str) -> HttpResponse:
    """What is published under one term; terms that could single somebody out have no page."""
    term = get_object_or_404(Term.objects.public().with_counts(), facet=facet, slug=slug)
    of_lesson = term.facet_info.of_lesson
    rows = Story.objects.published().latest_with(term)
    page = story_page(request, rows.with_lessons_on(term) if of_lesson else rows, by_term=True)
    return render(
        request,
        "lessons/term_detail.html",
        {
            "section": "lessons" if of_lesson else "stories",
            "term": term,
            "page": page,
            "stories": page.rows,
            "all_stories": CombinationCount.objects.stories() if of_lesson else None,
        },
    )
