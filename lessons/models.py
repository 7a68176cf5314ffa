"""What readers see: published stories, their lessons, and the terms that describe both."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cache
from itertools import combinations
from typing import Self

from django.db import connection, models
from django.db.models import Exists, OuterRef, Prefetch
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property

from lessons.coarsening import Combination, coarsen
from lessons.vocabulary import FACETS, PUBLIC_FACETS, UNSAID, Facet, facet_choices

# Related stories are looked for among so many of the latest that carry each term: at 100,000
# stories one term may have 40,000, and older ones would hardly rank higher.
LATEST_ALIKE = 100

# Identifying facts that a story may have and be counted with: 2 ** 9 combinations, all of which the
# database keeps. An officer who names three roles and answers every question has eight.
FACTS_COUNTED = 9

# The facets that say what kind of story it is, for telling which stories are alike.
TELLING_FACETS = ("activity", "hazard", "place")


def today() -> datetime.date:
    """Return the day by which stories are published, in UTC."""
    return timezone.now().date()


def _to_come(count: str) -> RawSQL:
    """Return how many of the stories that carry a term have yet to come, from the SQL of a count.

    In SQL, since Django takes longer to put it together than the database to answer it: one index
    has the days of each term, and tells at once that there is none to come.
    """
    return RawSQL(  # noqa: S611 - the count is one of two below
        f"(SELECT {count} FROM lessons_carried "  # noqa: S608
        "WHERE term_id = lessons_term.id AND published > %s)",
        [today()],
        models.IntegerField(),
    )


class TermQuerySet(models.QuerySet["Term"]):
    def public(self) -> Self:
        """Terms that may stand on a public page: they say something and single out nobody."""
        return self.filter(facet__in=PUBLIC_FACETS).exclude(slug__in=UNSAID)

    def identifying(self) -> Self:
        """Terms that say something and could single out somebody together with others."""
        return self.exclude(facet__in=PUBLIC_FACETS).exclude(slug__in=UNSAID)

    def of_stories(self) -> Self:
        """Terms that describe a story."""
        return self.filter(facet__in=[f.slug for f in FACETS.values() if not f.of_lesson])

    def of_lessons(self) -> Self:
        """Terms that describe a lesson."""
        return self.filter(facet__in=[f.slug for f in FACETS.values() if f.of_lesson])

    def with_counts(self) -> Self:
        """Add `stories` and `lessons`: how many published ones carry the term.

        A story counts that carries the term in itself or in a lesson, and once if both. It agrees
        with `Story.objects.published().with_term(term)`. What is counted beforehand includes the
        stories whose day has not come; they are few, and taken off again.
        """
        return self.annotate(
            stories=Coalesce("counted__stories", 0) - _to_come("count(*)"),
            lessons=Coalesce("counted__lessons", 0) - _to_come("coalesce(sum(lessons), 0)"),
        )

    def in_stories(self) -> Self:
        """Terms that a published story carries, with `stories`."""
        return self.with_counts().filter(stories__gt=0)

    def in_lessons(self) -> Self:
        """Terms that a lesson of a published story carries, with `stories`, by label."""
        return self.with_counts().filter(lessons__gt=0).order_by("label", "slug")


class Term(models.Model):
    """One answer of one facet of the controlled vocabulary."""

    facet = models.CharField(max_length=40, choices=facet_choices)
    slug = models.SlugField(max_length=60)
    label = models.CharField(max_length=80)
    help = models.CharField(max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="Order within the facet.")

    objects = TermQuerySet.as_manager()

    class Meta:
        ordering = ["facet", "position", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["facet", "slug"], name="term_once_in_a_facet")
        ]

    def __str__(self) -> str:
        return f"{self.facet_info.label}: {self.label}"

    def get_absolute_url(self) -> str:
        return term_address(self.facet, self.slug)

    @property
    def path(self) -> str:
        """The term as facet/slug: as reports and the desk name it."""
        return f"{self.facet}/{self.slug}"

    @property
    def facet_info(self) -> Facet:
        """The facet that the term answers."""
        return FACETS[self.facet]

    @property
    def is_public(self) -> bool:
        """Whether the term may stand on any public page, as `Term.objects.public()` has it."""
        return not self.facet_info.identifying and self.slug not in UNSAID

    @property
    def is_identifying(self) -> bool:
        """Whether the term could single out somebody, as `Term.objects.identifying()` has it."""
        return self.facet_info.identifying and self.slug not in UNSAID


@cache
def term_address(facet: str, slug: str) -> str:
    """Return the address of a term's page. There are few terms, and thirty stand on each page."""
    return reverse("lessons:term", args=[facet, slug])


def by_facet(terms: Iterable[Term], *, of_lesson: bool) -> list[tuple[Facet, list[Term]]]:
    """Return terms by facet, in the order of the vocabulary: those of lessons, or of stories."""
    given = list(terms)
    return [
        (facet, answers)
        for facet in FACETS.values()
        if facet.of_lesson == of_lesson
        and (answers := [term for term in given if term.facet == facet.slug])
    ]


def shared_by_enough(terms: Sequence[Term], count: Callable[[Combination], int]) -> list[Term]:
    """Return those of the identifying terms of a story that it shares with enough published ones.

    count: how many published stories carry a combination of them, the story itself among them.
    """
    facts: dict[str, list[str]] = {}
    for term in terms:
        facts.setdefault(term.facet, []).append(term.slug)
    shown = coarsen(facts, count)
    return [term for term in terms if term.slug in shown.get(term.facet, ())]


class StoryQuerySet(models.QuerySet["Story"]):
    def published(self) -> Self:
        """The one gate: what every public view, feed and page reads through."""
        return self.filter(published__lte=today())

    def latest_first(self) -> Self:
        return self.order_by("-published", "-pk")

    def with_lessons(self) -> Self:
        """Fetch public terms, lessons and their terms along, in a fixed number of queries."""
        return self.prefetch_related(
            Prefetch("terms", Term.objects.public(), to_attr="public_terms"),
            Prefetch("lessons__terms", Term.objects.public().of_lessons(), to_attr="public_terms"),
        )

    def with_lessons_on(self, term: Term) -> Self:
        """Fetch as `lessons_on_term` the lessons that carry the term, in one more query."""
        lessons = Lesson.objects.filter(terms=term)
        return self.prefetch_related(Prefetch("lessons", lessons, to_attr="lessons_on_term"))

    def with_term(self, term: Term | OuterRef) -> Self:
        """Published stories that carry the term, in themselves or in one of their lessons."""
        return self.filter(Exists(Carried.objects.filter(term=term, story=OuterRef("pk"))))

    def carrying(self, term: Term) -> Self:
        """The same, for a search: who carries the term is read once, not looked up for each row."""
        return self.filter(pk__in=Carried.objects.filter(term=term).values("story"))

    def latest_with(self, term: Term) -> Self:
        """The same, latest first: one index holds them in this order, however rare the term."""
        return self.filter(carried__term=term).order_by("-carried__published", "-carried__story_id")


class Story(models.Model):
    """A near miss as readers see it. It knows nothing of the report that it came from."""

    slug = models.SlugField(max_length=140, unique=True)
    title = models.CharField(max_length=120)
    summary = models.TextField(max_length=600)
    narrative = models.TextField()
    published = models.DateField(
        null=True, blank=True, db_index=True, help_text="Empty while the story is not public."
    )
    terms = models.ManyToManyField(Term, blank=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("lessons:story", args=[self.slug])

    @cached_property
    def public_terms(self) -> list[Term]:
        """The terms that any page may show, as `with_lessons()` fetches them for many stories."""
        return list(Term.objects.public().filter(story=self))

    @cached_property
    def identifying_terms(self) -> list[Term]:
        """The terms of which no page shows more than `shared_terms()`."""
        return list(Term.objects.identifying().filter(story=self))

    def facts(self) -> list[tuple[Facet, list[Term]]]:
        """Return what a page may say of the story, by facet, in the order of the vocabulary.

        Takes two queries besides those of `with_lessons()`, one besides `give_terms()`.
        """
        return by_facet([*self.public_terms, *self.shared_terms()], of_lesson=False)

    def shared_terms(self) -> list[Term]:
        """Return the identifying terms of the story that it shares with enough published ones."""
        terms = self.identifying_terms
        if not terms:
            return []
        stories = CombinationCount.objects.carrying(terms)
        return shared_by_enough(terms, lambda combination: stories[combination])

    def related(self, limit: int = 3) -> list["Story"]:
        """Return published stories that share terms with this one, most shared first.

        Only what was done, what threatened and where count: two stories in daylight are not alike.
        """
        return [story for story in alike(self.public_terms, limit + 1) if story.pk != self.pk][
            :limit
        ]


def alike(terms: Iterable[Term], limit: int) -> list[Story]:
    """Return the published stories that share most of the terms that tell stories apart."""
    telling = [t for t in terms if t.facet in TELLING_FACETS and t.slug != "other"]
    best = Carried.objects.most_alike(telling, limit)
    found = Story.objects.published().in_bulk(best)
    return [found[pk] for pk in best if pk in found]


class LessonQuerySet(models.QuerySet["Lesson"]):
    def published(self) -> Self:
        """Lessons of published stories."""
        return self.filter(story__published__lte=today())

    def with_stories(self) -> Self:
        """Fetch the stories and the terms along, in a fixed number of queries."""
        return self.select_related("story").prefetch_related(
            Prefetch("terms", Term.objects.public().of_lessons(), to_attr="public_terms")
        )

    def with_term(self, term: Term) -> Self:
        """Published lessons that carry the term themselves, or whose story does."""
        if term.facet_info.of_lesson:
            links = Lesson.terms.through.objects.filter(term=term, lesson=OuterRef("pk"))
            return self.filter(Exists(links))
        return self.filter(Exists(Carried.objects.filter(term=term, story=OuterRef("story"))))

    def carrying(self, term: Term) -> Self:
        """The same, for a search: who carries the term is read once, not looked up for each row."""
        if term.facet_info.of_lesson:
            links = Lesson.terms.through.objects.filter(term=term)
            return self.filter(pk__in=links.values("lesson"))
        return self.filter(story__in=Carried.objects.filter(term=term).values("story"))

    def latest_first(self) -> Self:
        return self.order_by("-story__published", "-story", "pk")


class Lesson(models.Model):
    """One thing that a story teaches. Its text may hold what lessons/markup.py lets through."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="lessons")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(max_length=2000)
    terms = models.ManyToManyField(Term, blank=True)

    objects = LessonQuerySet.as_manager()

    class Meta:
        ordering = ["story", "position", "pk"]

    def __str__(self) -> str:
        return f"Lesson {self.position + 1}"

    @cached_property
    def public_terms(self) -> list[Term]:
        """The terms that any page may show, as `with_lessons()` and `with_stories()` fetch them."""
        return list(Term.objects.public().of_lessons().filter(lesson=self))

    def facts(self) -> list[tuple[Facet, list[Term]]]:
        """Return the public terms of the lesson by facet: its themes, then whom it is for."""
        return by_facet(self.public_terms, of_lesson=True)


class Correction(models.Model):
    """A change of a story after it was published, as its readers are told of it."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="corrections")
    date = models.DateField()
    note = models.TextField(max_length=600)

    class Meta:
        ordering = ["story", "date", "pk"]

    def __str__(self) -> str:
        return f"Correction of {self.date}"


class Use(models.Model):
    """How often readers said that a story changed something: a sum, and nothing of who or when."""

    class Kind(models.TextChoices):
        TRAINING = "training", "Training"
        POLICY = "policy", "Policy"
        EQUIPMENT = "equipment", "Equipment"
        HABIT = "habit", "A habit"

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="uses")
    kind = models.CharField(max_length=10, choices=Kind)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["story", "kind"], name="use_once_of_a_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.count}"


class Pick(models.Model):
    """The story that a lead chose for the home page of one week; without one they take turns."""

    week = models.CharField(max_length=8, unique=True)
    story = models.ForeignKey(Story, on_delete=models.CASCADE)

    class Meta:
        verbose_name = "story of the week"
        verbose_name_plural = "stories of the week"
        ordering = ["-week"]

    def __str__(self) -> str:
        return f"{self.week}: {self.story}"


# What is counted beforehand, so that a page of 100,000 stories costs what a page of ten does. The
# database itself keeps these tables, in the transaction that changes a story: see tallies.py.


class CarriedQuerySet(models.QuerySet["Carried"]):
    def most_alike(self, terms: Sequence[Term], limit: int) -> list[int]:
        """Return the keys of stories that carry most of the terms themselves, the latest first.

        LATEST_ALIKE of each term are read.
        """
        if not terms:
            return []
        # Each part is a walk along one index. Django's union() knows no limit of a part on SQLite.
        part = (
            "SELECT * FROM (SELECT story_id, published FROM lessons_carried WHERE term_id = %s "
            "AND own AND published <= %s ORDER BY published DESC, story_id DESC LIMIT %s) latest"
        )
        parts = " UNION ALL ".join([part] * len(terms))
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT story_id FROM ({parts}) alike GROUP BY story_id, published "  # noqa: S608
                "ORDER BY count(*) DESC, published DESC, story_id DESC LIMIT %s",
                [*(v for term in terms for v in (term.pk, today(), LATEST_ALIKE)), limit],
            )
            return [story for (story,) in cursor.fetchall()]


class Carried(models.Model):
    """A published story carries a term: in itself, or in so many of its lessons."""

    pk = models.CompositePrimaryKey("story_id", "term_id")
    story = models.ForeignKey(Story, models.DO_NOTHING, db_constraint=False, db_index=False)
    term = models.ForeignKey(
        Term, models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+"
    )
    published = models.DateField()
    own = models.BooleanField()
    lessons = models.PositiveIntegerField()

    objects = CarriedQuerySet.as_manager()

    class Meta:
        # With all that a walk through the latest of a term asks of a row.
        indexes = [
            models.Index(fields=["term", "published", "story", "own"], name="carried_latest_own")
        ]

    def __str__(self) -> str:
        return f"{self.story_id} carries {self.term_id}"


class TermCount(models.Model):
    """How many stories, and how many lessons, carry a term."""

    term = models.OneToOneField(
        Term, models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="counted"
    )
    stories = models.IntegerField()
    lessons = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.stories} stories carry {self.term_id}"


class CombinationQuerySet(models.QuerySet["CombinationCount"]):
    def stories(self) -> int:
        """Return how many stories are published: all of them share having no fact at all."""
        counted = self.filter(key="").values_list("stories", flat=True).first() or 0
        return counted - Story.objects.filter(published__gt=today()).count()

    def carrying(self, terms: Sequence[Term]) -> dict[Combination, int]:
        """Return how many published stories carry each combination of some identifying terms.

        The combinations are those of whole facets: coarsening shows all answers of one, or none.
        A story with more than FACTS_COUNTED such terms counts in no combination, and shows none:
        more than one is left out on the side of showing less.
        """
        facts: dict[str, list[Term]] = {}
        for term in terms:
            facts.setdefault(term.facet, []).append(term)
        parts = [
            [term for of_facet in some for term in of_facet]
            for size in range(1, len(facts) + 1)
            for some in combinations(facts.values(), size)
        ]
        keys = {combination_key(term.pk for term in part): part for part in parts}
        counts: dict[str, int] = {}
        to_come: dict[int, set[int]] = {}
        with connection.cursor() as cursor:  # one query for what would be two
            cursor.execute(
                f"""SELECT key, stories, NULL FROM lessons_combinationcount
                WHERE key IN ({places(keys)})
                UNION ALL SELECT NULL, story_id, term_id FROM lessons_carried
                WHERE term_id IN ({places(terms)}) AND own AND published > %s""",  # noqa: S608
                [*keys, *(term.pk for term in terms), today()],
            )
            for key, number, carried in cursor.fetchall():
                if key is None:
                    to_come.setdefault(number, set()).add(carried)
                elif len(terms) <= FACTS_COUNTED:
                    counts[key] = number
        return {
            frozenset((term.facet, term.slug) for term in part): max(
                0,
                counts.get(key, 0)
                - sum(carried.issuperset(term.pk for term in part) for carried in to_come.values()),
            )
            for key, part in keys.items()
        }


class CombinationCount(models.Model):
    """How many stories carry all of some identifying terms, whatever else they carry.

    key: the keys of the terms in ascending order, each with a dot behind.
    """

    key = models.CharField(max_length=120, primary_key=True)
    stories = models.IntegerField()

    objects = CombinationQuerySet.as_manager()

    class Meta:
        # What is left of none is looked for after every change.
        indexes = [
            models.Index(
                fields=["stories"], condition=models.Q(stories__lte=0), name="combination_of_none"
            )
        ]

    def __str__(self) -> str:
        return f"{self.stories} stories carry {self.key}"


def places(values: Collection[object]) -> str:
    """Return as many placeholders of a statement as there are values."""
    return ", ".join(["%s"] * len(values))


def combination_key(terms: Iterable[int]) -> str:
    """Return the key of the count of stories that carry all of these terms."""
    return "".join(f"{term}." for term in sorted(terms))
