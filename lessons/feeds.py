"""Atom and RSS: the newest stories, of all or under one term, full enough to read in the reader."""

import datetime
import re
from io import StringIO
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.xmlutils import SimplerXMLGenerator

from lessons.kept import kept
from lessons.known import give_terms
from lessons.markup import lesson_html
from lessons.models import TELLING_FACETS, Story, Term
from lessons.public import for_machines, tag_uri
from lessons.records import published_on, updated
from lessons.templatetags.story_text import with_labels

STORIES_IN_A_FEED = 20  # a reader that looks once a month misses none of a story a working day
CONTENT = "http://purl.org/rss/1.0/modules/content/"

# XML 1.0 has no way to write these, and Django's generator raises on some of them.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def in_xml(text: str) -> str:
    return NOT_IN_XML.sub("", text)


def midnight(day: datetime.date) -> datetime.datetime:
    """Return the start of a day: nothing finer is known of a story."""
    return datetime.datetime.combine(day, datetime.time.min, datetime.UTC)


class WrittenAtOnce(SyndicationFeed):
    """A feed that reaches the response in one piece: Django encodes each tag by itself."""

    def write(self, outfile: Any, encoding: str) -> None:
        text = StringIO()
        super().write(text, encoding)
        outfile.write(text.getvalue().encode(encoding))


class StoryAtom(WrittenAtOnce, Atom1Feed):
    """Atom with a plain summary, and the lessons as content (RFC 4287, 4.1.3 and 4.2.13)."""

    def latest_post_date(self) -> datetime.datetime:
        # Django says "now" of an empty feed, which would make it another one each second.
        return latest(self.items)

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item | {"description": None})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        handler.addQuickElement("content", item["content"], {"type": "html"})


class StoryRss(WrittenAtOnce, Rss201rev2Feed):
    """RSS 2.0, whose descriptions are HTML, with the lessons as `content:encoded`."""

    def latest_post_date(self) -> datetime.datetime:
        return latest(self.items)

    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {"xmlns:content": CONTENT}

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        super().add_item_elements(handler, item | {"description": escape(item["description"])})
        handler.addQuickElement("content:encoded", item["content"])


def entry(story: Story) -> str:
    """Return what a feed reader shows of a story, as HTML.

    Made here and not in a template: there are twenty of them in a feed.
    """
    parts = [f"<p>{with_labels(story.summary)}</p>"]
    for correction in story.corrections.all():
        day = dateformat.format(correction.date, "j F Y")
        parts.append(f"<p><strong>Corrected {day}.</strong> {escape(correction.note)}</p>")
    if points := [f"<li>{lesson_html(lesson.text)}</li>" for lesson in story.lessons.all()]:
        title = "The lesson" if len(points) == 1 else "Lessons"
        parts += [f"<h2>{title}</h2>", "<ol>", *points, "</ol>"]
    return "\n".join(parts)


def latest(items: list[dict[str, Any]]) -> datetime.datetime:
    dates = [item["updateddate"] for item in items]
    return max(dates, default=midnight(timezone.now().date()))


class Stories(Feed):
    """The newest stories, or those under the term that the address names, as Atom."""

    feed_type: Any = StoryAtom
    language = "en"
    author_name = "Near Miss"
    item_guid_is_permalink = False

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Term | None:
        return get_object_or_404(Term.objects.public(), **kwargs) if kwargs else None

    def title(self, term: Term | None) -> str:
        return in_xml(f"Near Miss: {term.label}" if term else "Near Miss")

    def subtitle(self, term: Term | None) -> str:
        about = f"{term.facet_info.label}: {term.label}. {term.help}" if term else ""
        return in_xml(
            about or "Near misses told by law enforcement officers, and what they teach."
        ).strip()

    description = subtitle

    def link(self, term: Term | None) -> str:
        return term.get_absolute_url() if term else reverse("lessons:stories")

    def feed_guid(self, term: Term | None) -> str:
        return tag_uri(f"terms/{term.facet}/{term.slug}" if term else "stories")

    def feed_copyright(self) -> str:
        return f"{settings.DATA_LICENCE} {settings.DATA_LICENCE_URL}"

    def items(self, term: Term | None) -> list[Story]:
        published = Story.objects.published()
        stories = published.latest_with(term) if term else published.latest_first()
        stories = stories.defer("narrative").prefetch_related("lessons", "corrections")
        found = list(stories[:STORIES_IN_A_FEED])
        give_terms(found)
        return found

    def item_title(self, story: Any) -> str:
        return in_xml(story.title)

    def item_description(self, story: Any) -> str:
        return in_xml(story.summary)

    def item_extra_kwargs(self, story: Any) -> dict[str, Any]:
        return {"content": in_xml(entry(story))}

    def item_guid(self, story: Story) -> str:
        return tag_uri(f"stories/{story.slug}")

    def item_pubdate(self, story: Story) -> datetime.datetime:
        return midnight(published_on(story))

    def item_updateddate(self, story: Story) -> datetime.datetime:
        return midnight(updated(story))

    def item_categories(self, story: Story) -> list[str]:
        # What it is about: all that it carries would be half of the feed.
        return [in_xml(t.label) for t in story.public_terms if t.facet in TELLING_FACETS]


class StoriesAsRss(Stories):
    feed_type = StoryRss


atom = for_machines(kept(Stories()))
rss = for_machines(kept(StoriesAsRss()))
