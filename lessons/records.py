"""What a published story tells a machine: one form of it for the API, the feeds and the downloads.

Whatever is not named here goes out nowhere. No key of a row is: a slug names a story.
"""

import datetime
from collections.abc import Iterable
from typing import Any, cast

from django.db.models import Prefetch

from lessons.markup import lesson_html, plain_text
from lessons.models import Lesson, Story, StoryQuerySet, Term

Record = dict[str, Any]


def with_everything(stories: StoryQuerySet) -> StoryQuerySet:
    """Fetch along what the full records of stories are made of, in a fixed number of queries.

    The identifying terms among it are for `Sharing.shown` alone.
    """
    identifying = Prefetch("terms", Term.objects.identifying(), to_attr="identifying_terms")
    return stories.with_lessons().prefetch_related(  # type: ignore[no-redef]
        "corrections", identifying
    )


def published_on(story: Story) -> datetime.date:
    """Return the day of publication of a story that came through `published()`."""
    return cast(datetime.date, story.published)


def updated(story: Story) -> datetime.date:
    """Return the day of the last correction, or of publication."""
    return max([published_on(story), *(each.date for each in story.corrections.all())])


def term_record(term: Term) -> Record:
    return {"facet": term.facet, "slug": term.slug, "label": term.label}


def lesson_record(lesson: Lesson) -> Record:
    html = lesson_html(lesson.text)
    return {
        "number": lesson.position + 1,
        "text": plain_text(html),
        "html": html,
        "terms": [term_record(term) for _, terms in lesson.facts() for term in terms],
    }


def story_record(story: Story, site: str) -> Record:
    """Return a story in short, with its lessons and without any fact that could single out.

    site: scheme and host before each address, such as "https://near-miss.example".
    """
    return {
        "slug": story.slug,
        "url": site + story.get_absolute_url(),
        "title": story.title,
        "summary": story.summary,
        "published": story.published,
        "updated": updated(story),
        "terms": [
            term_record(term) for term in story.public_terms if not term.facet_info.of_lesson
        ],
        "lessons": [lesson_record(lesson) for lesson in story.lessons.all()],
    }


def full_story_record(story: Story, site: str, shown: Iterable[Term]) -> Record:
    """Return all that may be told of a story.

    shown: identifying terms that it shares with enough others, as lessons/coarsening.py has it.
    """
    record = story_record(story, site)
    record["narrative"] = story.narrative
    record["terms"] += [term_record(term) for term in shown]
    record["corrections"] = [
        {"date": correction.date, "note": correction.note} for correction in story.corrections.all()
    ]
    return record
