"""The sample content that `make demo` loads; README.md beside this file tells what it is."""

import datetime
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from lessons.models import Lesson, Story, Term
from reports import receipts, review
from reports.checking import check

FOLDER = Path(__file__).parent


def read(folder: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (name without number, content) of each sample in a folder, in order."""
    for path in sorted((FOLDER / folder).glob("*.json")):
        yield path.stem.partition("-")[2], json.loads(path.read_text("utf-8"))


def terms(facts: Mapping[str, list[str]]) -> list[Term]:
    """Return the rows of {facet: slugs}. Raises Term.DoesNotExist for one that is not there."""
    return [
        Term.objects.get(facet=facet, slug=slug) for facet, slugs in facts.items() for slug in slugs
    ]


@transaction.atomic
def publish_stories() -> int:
    """Put the sample stories on the public side; return how many were not there before."""
    added = 0
    today = timezone.now().date()
    for slug, sample in read("stories"):
        story, is_new = Story.objects.get_or_create(
            slug=slug,
            defaults={
                "title": sample["title"],
                "summary": sample["summary"],
                "narrative": sample["narrative"],
                "published": today - datetime.timedelta(weeks=sample["weeks_ago"]),
            },
        )
        if not is_new:
            continue
        added += 1
        story.terms.set(terms(sample["terms"]))
        for position, lesson in enumerate(sample["lessons"]):
            row = Lesson.objects.create(story=story, position=position, text=lesson["text"])
            row.terms.set(terms(lesson["terms"]))
    return added


def receive_reports() -> int:
    """Send the sample reports in as officers would; return how many. Their receipts are lost."""
    count = 0
    for _, sample in read("incoming"):
        checked = check(sample["story"], sample["advice"])
        review.receive(
            story=checked.stored_story,
            advice=checked.stored_advice,
            terms=terms(sample["terms"]),
            receipt_hash=receipts.digest(receipts.draw()),
        )
        count += 1
    return count
