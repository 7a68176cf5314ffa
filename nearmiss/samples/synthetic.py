"""Stories made up by the thousand, to measure with: sentences of the samples, shuffled, and words.

The same number and seed give the same stories. Words are as unevenly spread as in real texts: most
stories share the common ones, and some words stand in a handful.
"""

import datetime
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from lessons.models import Term
from lessons.vocabulary import FACETS, UNSAID
from nearmiss.samples import read

RARE_WORDS = 20_000  # made of syllables; the nth is found about 1/n as often as the first
# fmt: off
SYLLABLES = (
    "ba", "be", "bi", "bo", "bu", "da", "de", "di", "do", "du", "fa", "fe", "fi", "fo", "ga",
    "ge", "gi", "go", "ka", "ke", "ki", "ko", "la", "le", "li", "lo", "lu", "ma", "me", "mi",
    "mo", "mu", "na", "ne", "ni", "no", "pa", "pe", "pi", "po", "ra", "re", "ri", "ro", "ru",
    "sa", "se", "si", "so", "su", "ta", "te", "ti", "to", "tu", "va", "ve", "vi", "wa", "we",
    "wi",
)
# fmt: on
YEARS = 12  # that the stories are spread over


@dataclass(frozen=True)
class Synthetic:
    """A made-up story with its lessons: (text, terms)."""

    slug: str
    title: str
    summary: str
    narrative: str
    days_ago: int
    terms: list[int]
    lessons: list[tuple[str, list[int]]]


def sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?])\s+", text) if s]


class Generator:
    """Makes synthetic stories from the samples and the vocabulary in the database."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same again is what is wanted
        samples = [sample for _, sample in read("stories")]
        self.titles = [sample["title"] for sample in samples]
        self.summaries = [s for sample in samples for s in sentences(sample["summary"])]
        self.told = [s for sample in samples for s in sentences(sample["narrative"])]
        self.taught = [lesson["text"] for sample in samples for lesson in sample["lessons"]]
        self.rare = [self.word() for _ in range(RARE_WORDS)]
        self.rare_weights = [1 / (n + 1) for n in range(RARE_WORDS)]
        self.rare_drawn: list[str] = []
        self.by_facet: dict[str, tuple[list[int], list[float]]] = {}
        for facet in FACETS:
            # Uneven, as in life: the first answers of a facet are common, the last are rare.
            terms = list(Term.objects.filter(facet=facet).order_by("position"))
            terms = [t for t in terms if t.slug not in UNSAID]
            self.by_facet[facet] = (
                [t.pk for t in terms],
                [1 / (n + 2) for n in range(len(terms))],
            )

    def word(self) -> str:
        return "".join(self.random.choices(SYLLABLES, k=self.random.randint(2, 4)))

    def rare_words(self, number: int) -> list[str]:
        if len(self.rare_drawn) < number:
            self.rare_drawn = self.random.choices(self.rare, self.rare_weights, k=50_000)
        drawn, self.rare_drawn = self.rare_drawn[:number], self.rare_drawn[number:]
        return drawn

    def draw(self, facet: str) -> list[int]:
        terms, weights = self.by_facet[facet]
        number = self.random.choice((1, 1, 1, 2, 2, 3)) if FACETS[facet].multiple else 1
        return list(dict.fromkeys(self.random.choices(terms, weights, k=number)))

    def stories(self, number: int, first: int = 0) -> Iterator[Synthetic]:
        """Yield synthetic stories, the oldest first. first: the number in the first slug."""
        for n in range(number):
            words = self.rare_words(12)
            told = self.random.choices(self.told, k=self.random.randint(12, 40))
            for word in words[3:]:
                place = self.random.randrange(len(told))
                told[place] = f"{told[place][:-1]} {word}."
            narrative = "\n\n".join(" ".join(told[i : i + 6]) for i in range(0, len(told), 6))
            title = f"{self.random.choice(self.titles)} {words[0]}"[:120]
            summary = " ".join([*self.random.choices(self.summaries, k=2), words[1]])
            terms = [
                pk
                for facet in FACETS.values()
                # One in three leaves a question out, or would rather not say.
                if not facet.of_lesson and self.random.random() > 0.33
                for pk in self.draw(facet.slug)
            ]
            lessons = [
                (
                    f"{text} {self.random.choice(words)}.",
                    self.draw("lesson_theme") + self.draw("audience"),
                )
                for text in self.random.sample(self.taught, k=self.random.randint(2, 5))
            ]
            days_ago = (number - 1 - n) * YEARS * 365 // number
            yield Synthetic(
                f"synthetic-{first + n}", title, summary[:600], narrative, days_ago, terms, lessons
            )


def day(story: Synthetic, today: datetime.date) -> datetime.date:
    return today - datetime.timedelta(days=story.days_ago)
