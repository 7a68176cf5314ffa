"""Looking for stories and for lessons: the two pages with a search box, facets and results.

All that was asked for stands in the address, so that a page can be kept, sent on and gone back to.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe

from lessons import paging, search
from lessons.kept import one_version
from lessons.known import known_terms, public_terms
from lessons.models import Carried, CombinationCount, Lesson, Story, Term
from lessons.public import public_page
from lessons.search.index import END, START
from lessons.search.query import CHARACTERS_READ, Query, only_common, parse
from lessons.search.vendor import index
from lessons.vocabulary import FACETS, Facet

STORIES_ON_A_PAGE = 12
LESSONS_ON_A_PAGE = 12
FILTERS_AT_ONCE = 8  # more would find nothing, and each costs a look-up per story

# What stories and lessons can be narrowed down by. None of them can single out an agency.
STORY_FACETS = (
    "activity", "hazard", "contributing_factor", "place", "light", "equipment", "lesson_theme",
    "audience",
)  # fmt: skip
LESSON_FACETS = ("lesson_theme", "audience", "activity")


@dataclass(frozen=True)
class Asked:
    """What an address asks for. text: as typed. terms: that all have to be carried."""

    text: str
    terms: tuple[Term, ...]
    by_date: bool

    def address(self, **changes: Any) -> str:
        """Return the query of the address that asks for this, with changes."""
        text = changes.get("text", self.text)
        terms = changes.get("terms", self.terms)
        by_date = changes.get("by_date", self.by_date)
        given = [("q", text)] if text else []
        given += [(term.facet, term.slug) for term in terms]
        given += [("sort", "date")] if by_date and text else []
        return "?" + urlencode(given)

    def without(self, term: Term) -> "Asked":
        return Asked(self.text, tuple(t for t in self.terms if t != term), self.by_date)


@dataclass
class Loosening:
    """Something that could be left out, and how much would be found then."""

    what: str
    address: str
    number: int
    more: bool = field(default=False)


def asked_for(request: HttpRequest, facets: Sequence[str]) -> Asked:
    """Return what a request asks for. Raises Http404 for a term that is none to narrow down by."""
    chosen: list[tuple[str, str]] = []
    for facet in FACETS:
        slugs = [slug for slug in request.GET.getlist(facet) if slug]
        if slugs and facet not in facets:
            raise Http404("Not a facet to narrow down by.")
        chosen += [(facet, slug) for slug in slugs]
    chosen = list(dict.fromkeys(chosen))[: FILTERS_AT_ONCE + 1]
    if len(chosen) > FILTERS_AT_ONCE:
        raise Http404("More terms than anything carries.")
    terms: list[Term] = []
    if chosen:
        public = {
            (term.facet, term.slug): term
            for term in Term.objects.public().filter(
                facet__in={facet for facet, _ in chosen},
                slug__in={slug.replace("\0", "") for _, slug in chosen},
            )
        }
        if any(pair not in public for pair in chosen):
            raise Http404("No such term.")
        terms = [public[pair] for pair in chosen]
    text = request.GET.get("q", "").replace("\0", " ")
    return Asked(text, tuple(terms), request.GET.get("sort") == "date")


def choices(
    facets: Sequence[str], asked: Asked, numbers: dict[int, int] | None
) -> list[tuple[Facet, SafeString]]:
    """Return the options of each facet to narrow down by, with numbers if they are known.

    Made here and not in a template: there are two hundred of them on each page.
    """
    chosen = {term.pk for term in asked.terms}
    by_facet: dict[str, list[str]] = {facet: [] for facet in facets}
    for term in public_terms(facets):
        number = None if numbers is None else numbers.get(term.pk, 0)
        if number != 0 or term.pk in chosen:
            selected = " selected" if term.pk in chosen else ""
            text = escape(term.label) + ("" if number is None else f" ({number})")
            option = f'<option value="{escape(term.slug)}"{selected}>{text}</option>'
            by_facet[term.facet].append(option)
    return [
        (FACETS[facet], mark_safe("\n".join(options)))  # noqa: S308 - escaped above
        for facet, options in by_facet.items()
        if options
    ]


def lesson_numbers(lessons: Sequence[int]) -> dict[int, int]:
    """Return how many of some lessons carry each theme, and are for whom."""
    rows = Lesson.terms.through.objects.filter(lesson__in=lessons)
    return dict(rows.values_list("term").annotate(number=Count("lesson")))


class Finder(ABC):
    """What stories and lessons have in common when they are looked for."""

    template: str
    facets: Sequence[str]
    size: int

    @abstractmethod
    def rows(self) -> Any:
        """Return all that is published of the kind."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = asked_for(request, self.facets)
        capped = bool(asked.text.strip() or asked.terms)
        try:
            limit = index().time_limit(search.TIME_LIMIT) if capped else nullcontext()
            with limit, one_version():
                context = self.context(request, asked)
        except OperationalError as error:
            if not took_too_long(error):
                raise
            return render(request, "lessons/too_slow.html", {"asked": asked}, status=503)
        return render(request, self.template, context)

    def context(self, request: HttpRequest, asked: Asked) -> dict[str, Any]:
        narrowed = self.rows()
        for term in asked.terms:
            narrowed = narrowed.carrying(term)
        query = parse(asked.text)
        found = search.find(narrowed, asked.text) if query else None
        context: dict[str, Any] = {
            "asked": asked,
            "found": found,
            "chosen": [(term, asked.without(term).address()) for term in asked.terms],
            "only_common": only_common(asked.text),
            "nothing_to_find": bool(asked.text.strip()) and not query,
            "too_long": len(asked.text) > CHARACTERS_READ,
            "address": asked.address(),
            "sorted_otherwise": asked.address(by_date=not asked.by_date),
        }
        if found:
            hits, more = found.hits, found.more
            page = self.page_of_hits(request, asked, hits)
            context |= self.shown(page, found.query)
        elif asked.terms:
            hits, more = search.hits_of(self.latest(narrowed, asked.terms))
            page = self.page_of_all(request, narrowed, asked.terms)
            context |= self.shown(page, Query())
        else:
            page = self.page_of_all(request, narrowed, ())
            return context | self.shown(page, Query()) | self.everything(asked, page)
        context |= {"number": len(hits), "more": more}
        if not hits:
            context["loosen"] = self.loosenings(asked, query)
        numbers = self.numbers([hit.pk for hit in hits])
        return context | {"facets": choices(self.facets, asked, numbers)}

    def page_of_hits(
        self, request: HttpRequest, asked: Asked, hits: list[search.Hit]
    ) -> paging.Page[int]:
        """Return a page of what was found, as keys."""
        cursor = paging.asked_cursor(request, 2)
        if asked.by_date:
            hits = sorted(hits, key=lambda hit: (hit.day, hit.pk), reverse=True)
        page = paging.page_of_list(
            hits,
            lambda hit: (hit.day if asked.by_date else hit.score, hit.pk),
            self.size,
            cursor,
        )
        return paging.Page([hit.pk for hit in page.rows], page.newer, page.older, page.first)

    def loosenings(self, asked: Asked, query: Query) -> list[Loosening]:
        """Return what finds something when it is left out: each filter, then each word."""
        tries: list[tuple[str, Asked, Query]] = [
            (f"without “{term.label}”", asked.without(term), query) for term in asked.terms
        ]
        if len(asked.terms) > 1:
            tries.append(("without any filter", Asked(asked.text, (), asked.by_date), query))
        if len(query.parts) > 1:
            for part in query.parts:
                less = query.without(part)
                again = Asked(less.typed(), asked.terms, asked.by_date)
                tries.append((f"without “{part.typed}”", again, less))
        found = []
        for what, looser, words in tries:
            rows = self.rows()
            for term in looser.terms:
                rows = rows.carrying(term)
            if number := search.count(rows, words):
                more = number > search.HITS
                found.append(Loosening(what, looser.address(), min(number, search.HITS), more))
        return found

    @abstractmethod
    def latest(self, narrowed: Any, terms: Sequence[Term]) -> Any:
        """Return what carries the terms, latest first."""

    @abstractmethod
    def page_of_all(
        self, request: HttpRequest, narrowed: Any, terms: Sequence[Term]
    ) -> paging.Page[Any]:
        """Return a page of what carries the terms, without words to look for."""

    @abstractmethod
    def shown(self, page: paging.Page[Any], query: Query) -> dict[str, Any]:
        """Return what the template shows of a page; of keys, where words were looked for."""

    @abstractmethod
    def numbers(self, keys: Sequence[int]) -> dict[int, int]:
        """Return how many of what was found carry each term."""

    @abstractmethod
    def everything(self, asked: Asked, page: paging.Page[Any]) -> dict[str, Any]:
        """Return what the template shows besides a page of all there is."""


class StoryFinder(Finder):
    template = "lessons/story_list.html"
    facets = STORY_FACETS
    size = STORIES_ON_A_PAGE

    def rows(self) -> Any:
        return Story.objects.published()

    def latest(self, narrowed: Any, terms: Sequence[Term]) -> Any:
        """The rarest term leads, along the index that has its stories by date."""
        rare = rarest(terms)
        rows = Story.objects.published().latest_with(rare)
        for term in terms:
            rows = rows if term == rare else rows.with_term(term)
        return rows

    def page_of_all(
        self, request: HttpRequest, narrowed: Any, terms: Sequence[Term]
    ) -> paging.Page[Story]:
        rows = self.latest(narrowed, terms) if terms else narrowed
        return story_page(request, rows, by_term=bool(terms))

    def shown(self, page: paging.Page[Any], query: Query) -> dict[str, Any]:
        stories = page.rows
        if query:
            by_key = Story.objects.published().in_bulk(page.rows)
            stories = [by_key[key] for key in page.rows if key in by_key]
            passages = index().story_passages(page.rows, query) if page.rows else {}
            for story in stories:
                story.passage = passages.get(story.pk)
        return {"page": page, "stories": stories, "section": "stories"}

    def numbers(self, keys: Sequence[int]) -> dict[int, int]:
        rows = Carried.objects.filter(story__in=keys)
        return dict(rows.values_list("term").annotate(number=Count("story")))

    def everything(self, asked: Asked, page: paging.Page[Any]) -> dict[str, Any]:
        numbers = {term.pk: term.stories for term in public_terms(self.facets)}
        return {
            "number": CombinationCount.objects.stories(),
            "facets": choices(self.facets, asked, numbers),
        }


class LessonFinder(Finder):
    template = "lessons/lesson_list.html"
    facets = LESSON_FACETS
    size = LESSONS_ON_A_PAGE

    def rows(self) -> Any:
        return Lesson.objects.published()

    def latest(self, narrowed: Any, terms: Sequence[Term]) -> Any:
        rare = rarest(terms)
        stories = Lesson.objects.published().filter(story__carried__term=rare)
        for term in terms:
            if term != rare or rare.facet_info.of_lesson:
                stories = stories.with_term(term)
        return stories.order_by("-story__carried__published", "-story__carried__story", "pk")

    def page_of_all(
        self, request: HttpRequest, narrowed: Any, terms: Sequence[Term]
    ) -> paging.Page[Lesson]:
        rows = self.latest(narrowed, terms) if terms else narrowed
        order = (
            ("-story__carried__published", "-story__carried__story", "pk")
            if terms
            else ("-story__published", "-story", "pk")
        )
        return paging.page_of_rows(
            rows.with_stories(),
            order,
            lambda lesson: (lesson.story.published, lesson.story_id, lesson.pk),
            self.size,
            paging.asked_cursor(request, 3),
        )

    def shown(self, page: paging.Page[Any], query: Query) -> dict[str, Any]:
        lessons = page.rows
        if query:
            by_key = Lesson.objects.published().with_stories().in_bulk(page.rows)
            lessons = [by_key[key] for key in page.rows if key in by_key]
            texts = index().lesson_texts(page.rows, query) if page.rows else {}
            for lesson in lessons:
                marked = texts.get(lesson.pk, "")
                # The index knows no tags; a lesson that has some is shown without marks.
                if marked.replace(START, "").replace(END, "") == lesson.text:
                    lesson.found = marked
        return {"page": page, "lessons": lessons, "section": "lessons"}

    def numbers(self, keys: Sequence[int]) -> dict[int, int]:
        numbers: Counter[int] = Counter(lesson_numbers(keys))
        taught = Counter(
            Lesson.objects.filter(pk__in=keys).order_by().values_list("story", flat=True)
        )
        activities = Term.objects.filter(facet="activity")
        rows = Carried.objects.filter(story__in=list(taught), term__in=activities)
        for term, story in rows.values_list("term_id", "story_id"):
            numbers[term] += taught[story]
        return numbers

    def everything(self, asked: Asked, page: paging.Page[Any]) -> dict[str, Any]:
        counted = public_terms(("lesson_theme", "audience"))
        numbers = {term.pk: term.lessons for term in counted}
        facets = choices(("lesson_theme", "audience"), asked, numbers)
        # How many lessons come from each activity would take a count of all.
        facets += choices(("activity",), asked, None)
        themes = [term for term in counted if term.facet == "lesson_theme" and term.lessons]
        return {"facets": facets, "themes": themes if page.first else ()}


def rarest(terms: Sequence[Term]) -> Term:
    """Return the term that the fewest stories carry, by what was counted beforehand."""
    if len(terms) == 1:
        return terms[0]
    known = known_terms()
    return min(terms, key=lambda term: known[term.pk].stories)


def story_page(request: HttpRequest, rows: Any, *, by_term: bool) -> paging.Page[Story]:
    """Return a page of stories, latest first. by_term: whether latest_with() ordered them."""
    fields = ("carried__published", "carried__story_id") if by_term else ("published", "pk")
    return paging.page_of_rows(
        rows,
        [f"-{field}" for field in fields],
        lambda story: (story.published, story.pk),
        STORIES_ON_A_PAGE,
        paging.asked_cursor(request, 2),
    )


def took_too_long(error: OperationalError) -> bool:
    """Return whether a statement was ended by index().time_limit(), rather than a database away."""
    cause = type(error.__cause__).__name__
    return cause == "QueryCanceled" or str(error) == "interrupted"


stories = public_page(StoryFinder().__call__)
lessons = public_page(LessonFinder().__call__)
