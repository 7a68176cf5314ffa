"""Public rows from a draft: the story with its lessons, written once and rewritten by corrections.

Only reports/review.py calls this, in the transaction that changes the report.
"""

import datetime

from django.db import IntegrityError, transaction

from lessons.models import Lesson, Story
from reports.drafts import Draft


def publish(draft: Draft, day: datetime.date) -> Story:
    """Return a new public story with the draft's texts, terms and lessons."""
    story = _story_with_free_slug(draft, day)
    _describe(story, draft)
    return story


def rewrite(story: Story, draft: Draft) -> None:
    """Put the draft in place of what the story says. Its address and its day stay."""
    Story.objects.filter(pk=story.pk).update(
        title=draft.title, summary=draft.summary, narrative=draft.narrative
    )
    story.lessons.all().delete()
    _describe(story, draft)


def _describe(story: Story, draft: Draft) -> None:
    story.terms.set(draft.terms)
    for position, drafted in enumerate(draft.lessons):
        lesson = Lesson.objects.create(story=story, position=position, text=drafted.text)
        lesson.terms.set(drafted.terms)


def _story_with_free_slug(draft: Draft, day: datetime.date) -> Story:
    base = draft.slug
    number = 1
    while True:
        slug = base if number == 1 else f"{base}-{number}"
        try:
            with transaction.atomic():
                return Story.objects.create(
                    slug=slug,
                    title=draft.title,
                    summary=draft.summary,
                    narrative=draft.narrative,
                    published=day,
                )
        except IntegrityError:
            if not Story.objects.filter(slug=slug).exists():
                raise  # something else than a slug that is taken
            number += 1
