"""What crawlers ask for: sitemaps, robots.txt, and whom to tell of a weakness."""

import datetime
from typing import Any

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import index, sitemap
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, Greatest
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lessons.models import Correction, Story, Term
from lessons.public import for_machines, site_address

# A sitemap may hold 50,000 addresses (sitemaps.org); a tenth is made in a quarter of a second.
ADDRESSES = 5_000

# After this a security.txt is stale; RFC 9116, 2.5.5, recommends less than a year.
SECURITY_TXT_HOLDS = datetime.timedelta(days=180)


class Pages(Sitemap):
    def items(self) -> list[str]:
        return ["lessons:home", "lessons:stories", "lessons:data", "promise"]

    def location(self, item: Any) -> str:
        return reverse(item)


class Stories(Sitemap):
    limit = ADDRESSES

    def items(self) -> QuerySet[Story]:
        # Subqueries, since counting the pages leaves them out; it would group for a join.
        corrections = Correction.objects.filter(story=OuterRef("pk")).order_by("-date")
        corrected = Coalesce(Subquery(corrections.values("date")[:1]), F("published"))
        stories = Story.objects.published().annotate(updated=Greatest("published", corrected))
        return stories.latest_first().only("slug")

    def lastmod(self, story: Any) -> datetime.date:
        day: datetime.date = story.updated
        return day

    def get_latest_lastmod(self) -> None:
        """Leave it out of the index: Django would read every story for it."""


class Terms(Sitemap):
    """The terms that a published story carries: a page without a story is nothing to find."""

    limit = ADDRESSES

    def items(self) -> QuerySet[Term]:
        return Term.objects.public().in_stories()

    def get_latest_lastmod(self) -> None:
        """Terms have no date."""


SECTIONS: "dict[str, type[Sitemap[Any]] | Sitemap[Any]]" = {
    "pages": Pages,
    "stories": Stories,
    "terms": Terms,
}


@for_machines
def sitemap_index(request: HttpRequest) -> HttpResponse:
    return index(request, SECTIONS, sitemap_url_name="lessons:sitemap")


@for_machines
def sitemap_section(request: HttpRequest, section: str) -> HttpResponse:
    return sitemap(request, SECTIONS, section=section)


@for_machines
def robots_txt(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        f"Disallow: {reverse('reports:receipt')}",
        "",
        f"Sitemap: {site_address(request)}{reverse('lessons:sitemaps')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@for_machines
def security_txt(request: HttpRequest) -> HttpResponse:
    """The contact that the operator set, as RFC 9116 wants it; without one there is no file."""
    if not settings.SECURITY_CONTACT:
        raise Http404("SECURITY_CONTACT is not set.")
    # From the first of the month, so that the file is the same for a month.
    month = timezone.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {(month + SECURITY_TXT_HOLDS).strftime('%Y-%m-%dT%H:%M:%SZ')}",
        "Preferred-Languages: en",
        f"Canonical: {site_address(request)}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
