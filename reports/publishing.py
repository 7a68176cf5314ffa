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
    _describe(story, draft)


def _describe(story: Story, draft: Draft) -> None:
    """Give the story the draft's terms and lessons.

    A lesson keeps its row where it can, since sheets and links name it: the row of the same words,
    or else the one at its place.
    """
    story.terms.set(draft.terms)
    before = list(story.lessons.all())
    texts = {drafted.text for drafted in draft.lessons}
    same = {lesson.text: lesson for lesson in before if lesson.text in texts}
    at_place = {lesson.position: lesson for lesson in before if lesson.text not in texts}
    for position, drafted in enumerate(draft.lessons):
        lesson = same.pop(drafted.text, None) or at_place.pop(position, None) or Lesson(story=story)
        lesson.position, lesson.text = position, drafted.text
        lesson.save()
        lesson.terms.set(drafted.terms)
        before = [other for other in before if other.pk != lesson.pk]
    Lesson.objects.filter(pk__in=[lesson.pk for lesson in before]).delete()


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
