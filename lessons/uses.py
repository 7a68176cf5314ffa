"""“We used this”: a reader says that a story changed something. Counted, and not who or when.

There is a number for each story and kind and nothing else: no row, and no time, for each click.
What keeps one reader from counting twice is the rate limit alone (nearmiss/ratelimit.py), whose
keys cannot be tied to anyone once the day is over. As on the officers' pages there is no CSRF
token: nobody is signed in, and its cookie would be a trace. A form on another site could make its
visitors say it, so a request that names another site as its origin is not counted.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods

from lessons.models import Story, Use
from nearmiss.ratelimit import is_limited

ONE_RATE = "1/d"  # of one story and kind, from one network
ALL_RATE = "60/d"  # of all: an academy class behind one address gets through, a script not far


@dataclass(frozen=True)
class UseCount:
    """A kind of use, with how many readers said it of a story."""

    kind: Use.Kind
    count: int


def uses_of(story: Story) -> list[UseCount]:
    """Return every kind of use with its count, in order, from the rows at hand or in one query."""
    counts = {use.kind: use.count for use in story.uses.all()}
    return [UseCount(kind, counts.get(kind.value, 0)) for kind in Use.Kind]


def count_use(story: Story, kind: Use.Kind) -> None:
    """Add one. Any number may do so at once."""
    with transaction.atomic():
        Use.objects.get_or_create(story=story, kind=kind)
        Use.objects.filter(story=story, kind=kind).update(count=F("count") + 1)


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def used(request: HttpRequest, slug: str) -> HttpResponse:
    """Count what the form on a story's page says, and answer in words."""
    story = get_object_or_404(Story.objects.published(), slug=slug)
    if request.method != "POST":  # a bookmark, or the way back: the form stands on the story
        return redirect(story)
    kind = request.POST.get("kind", "")
    if kind not in Use.Kind.values:
        return answer(request, story, "unclear", status=400)
    if from_elsewhere(request):
        return answer(request, story, "elsewhere", status=403)
    if is_limited(request, group="used", rate=ALL_RATE, when_cache_is_down=True):
        return answer(request, story, "too many", status=429)
    one = f"used-{story.pk}-{kind}"
    if is_limited(request, group=one, rate=ONE_RATE, when_cache_is_down=True):
        return answer(request, story, "already")
    count_use(story, Use.Kind(kind))
    return answer(request, story, "counted")


def from_elsewhere(request: HttpRequest) -> bool:
    """Return whether the browser says that another site's page sent the request."""
    origin = request.META.get("HTTP_ORIGIN")
    return origin is not None and urlsplit(origin).netloc != request.get_host()


def answer(request: HttpRequest, story: Story, outcome: str, status: int = 200) -> HttpResponse:
    told = {"story": story, "outcome": outcome, "uses": uses_of(story), "section": "stories"}
    return render(request, "lessons/used.html", told, status=status)
