"""Which lessons a reader chose, and in which order: it stands in the address and nowhere else.

`?lesson=12,40` and `?lesson=12&lesson=40` say the same; pages write the first, forms the second.
A lesson is named by its key, which it keeps when its story is corrected.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import QueryDict

from lessons.models import Lesson

MOST_LESSONS = 24  # what an hour of training holds; a roll call has time for five

KEY = re.compile(r"[1-9][0-9]{0,17}")  # fits the 64 bits of a key


class Refused(Exception):
    """A selection that no sheet can be made of.

    status: of the answer. title, text: what to tell. rest: the part of it that would do.
    """

    def __init__(self, status: int, title: str, text: str, rest: Sequence[int] = ()) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.text = text
        self.rest = rest


@dataclass(frozen=True)
class Choice:
    """A chosen lesson, and the selections that one step away from it makes.

    Each is the value of `lesson` in an address; None where there is no such step.
    """

    lesson: Lesson
    earlier: str | None
    later: str | None
    without: str


def read_keys(query: QueryDict) -> list[int]:
    """Return the keys that an address names, each once, in its order.

    Raises Refused for what is not a key, and for more keys than a sheet holds.
    """
    named = [part for value in query.getlist("lesson") for part in value.split(",") if part]
    keys = list(dict.fromkeys(int(part) for part in named if KEY.fullmatch(part)))
    if not all(KEY.fullmatch(part) for part in named):
        raise Refused(
            400,
            "This address is damaged",
            "A lesson in it has no number. Somewhere on the way it was changed or cut short.",
            keys[:MOST_LESSONS],
        )
    if len(keys) > MOST_LESSONS:
        raise Refused(
            400,
            f"A sheet holds {MOST_LESSONS} lessons at most",
            f"This address asks for {len(keys)}. Nobody could take in so many at one briefing: "
            "make several sheets, or choose the lessons that matter most.",
            keys[:MOST_LESSONS],
        )
    return keys


def chosen_lessons(query: QueryDict) -> list[Lesson]:
    """Return the lessons that an address names, in its order, with story and public terms.

    Raises Refused as `read_keys` does, and for a lesson that is not or no longer public.
    """
    keys = read_keys(query)
    if not keys:
        return []
    public = {lesson.pk: lesson for lesson in public_lessons().filter(pk__in=keys)}
    there = [key for key in keys if key in public]
    if missing := len(keys) - len(there):
        lessons = "A lesson" if missing == 1 else f"{missing} lessons"
        raise Refused(
            404,
            f"{lessons} of this sheet cannot be found",
            "Perhaps a story was corrected or taken down since the sheet was put together.",
            there,
        )
    return [public[key] for key in there]


def public_lessons() -> QuerySet[Lesson]:
    """Return the lessons of published stories, with story and public terms, in two queries."""
    return Lesson.objects.published().with_stories()


def written(keys: Sequence[int]) -> str:
    """Return keys as the value of `lesson` in an address."""
    return ",".join(str(key) for key in keys)


def choices(lessons: Sequence[Lesson]) -> list[Choice]:
    """Return the lessons with the ways to move each up, down and out."""
    keys = [lesson.pk for lesson in lessons]

    def swapped(one: int, two: int) -> str:
        moved = [*keys]
        moved[one], moved[two] = moved[two], moved[one]
        return written(moved)

    return [
        Choice(
            lesson,
            earlier=swapped(place - 1, place) if place > 0 else None,
            later=swapped(place, place + 1) if place + 1 < len(keys) else None,
            without=written(keys[:place] + keys[place + 1 :]),
        )
        for place, lesson in enumerate(lessons)
    ]
