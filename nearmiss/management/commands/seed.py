"""`manage.py seed --stories N`: fill the database with made-up stories, to measure with."""

import time
from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from lessons import structures
from lessons.models import Lesson, Story
from nearmiss.samples.synthetic import Generator, Synthetic, day

STORIES_AT_ONCE = 2_000
ROWS_AT_ONCE = 5_000


class Command(BaseCommand):
    help = "Add made-up stories with lessons and terms, and count and index them. For benchmarks."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--stories", type=int, required=True, help="how many to add")
        parser.add_argument("--seed", type=int, default=1, help="the same seed, the same stories")
        parser.add_argument(
            "--yes", action="store_true", help="do it in the production profile, too"
        )

    def handle(self, *args: Any, stories: int, seed: int, yes: bool, **options: Any) -> None:
        if stories < 1:
            raise CommandError("--stories takes a number from 1 on.")
        if settings.PRODUCTION and not yes:
            raise CommandError(
                "This is the production profile, and made-up stories would stand among the real "
                "ones. Nothing was added. If the database is a scratch one, add --yes."
            )
        started = time.monotonic()
        synthetic = Generator(seed).stories(stories, first=Story.objects.count())
        added = 0
        with transaction.atomic():
            # One count and one index of everything in the end, instead of one per row.
            structures.remove()
            while some := list(islice(synthetic, STORIES_AT_ONCE)):
                self.add(some)
                added += len(some)
                self.stdout.write(f"{added:,} of {stories:,} stories", ending="\r")
                self.stdout.flush()
            self.stdout.write(f"\nCounting and indexing after {time.monotonic() - started:.0f} s …")
            structures.ensure(fill=True)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
        self.stdout.write(f"Done after {time.monotonic() - started:.0f} s.")

    def add(self, some: list[Synthetic]) -> None:
        today = timezone.now().date()
        rows = Story.objects.bulk_create(
            Story(
                slug=story.slug,
                title=story.title,
                summary=story.summary,
                narrative=story.narrative,
                published=day(story, today),
            )
            for story in some
        )
        links = Story.terms.through
        links.objects.bulk_create(
            [
                links(story_id=row.pk, term_id=term)
                for row, story in zip(rows, some, strict=True)
                for term in story.terms
            ],
            batch_size=ROWS_AT_ONCE,
        )
        taught = [
            (Lesson(story=row, position=position, text=text), terms)
            for row, story in zip(rows, some, strict=True)
            for position, (text, terms) in enumerate(story.lessons)
        ]
        Lesson.objects.bulk_create([lesson for lesson, _ in taught], batch_size=ROWS_AT_ONCE)
        lesson_links = Lesson.terms.through
        lesson_links.objects.bulk_create(
            [
                lesson_links(lesson_id=lesson.pk, term_id=term)
                for lesson, terms in taught
                for term in terms
            ],
            batch_size=ROWS_AT_ONCE,
        )
