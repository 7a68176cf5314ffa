"""The story of the week: what a lead picked for it, or else one whose turn it is.

Weeks are ISO weeks (ISO 8601), written as 2026-W07.
"""

import datetime

from django.utils import timezone

from lessons.models import Pick, Story

GOLDEN = (5**0.5 - 1) / 2


def week_of(day: datetime.date) -> str:
    """Return the ISO week of a day, as 2026-W07."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def story_of_the_week(day: datetime.date | None = None) -> Story | None:
    """Return the published story of the week of a day (today), with its lessons, or None.

    A pick counts only while its story is published. Otherwise stories take turns: the week alone
    decides among those published before it began, so that the choice stays all week, whatever is
    published meanwhile. Seven queries at most, each by a key.
    """
    day = day or timezone.now().date()
    published = Story.objects.published().prefetch_related("lessons")
    picked = published.filter(pk__in=Pick.objects.filter(week=week_of(day)).values("story")).first()
    if picked:
        return picked
    monday = day - datetime.timedelta(days=day.weekday())
    candidates = published.filter(published__lt=monday)
    # By key, which is as good as dense: counting and skipping would read half of the stories.
    # Every key is above 0; saying so has SQLite walk along them, where it would sort by the day.
    keys = candidates.filter(pk__gt=0).values_list("pk", flat=True)
    first, last = keys.order_by("pk").first(), keys.order_by("-pk").first()
    if first is None or last is None:
        return None
    turn = first + turn_of(monday, last - first + 1)
    return candidates.filter(pk__gte=turn).order_by("pk").first()


def turn_of(monday: datetime.date, count: int) -> int:
    """Return a number below count that the week decides, and not that of the week before.

    Counting on by one would stand still where one story is published each week. Steps of the golden
    ratio come round to every story evenly, however many there are.
    """
    week = monday.toordinal() // 7
    if count < 3:  # too few for such steps
        return week % count
    return int(week * GOLDEN % 1 * count)


def weeks_ahead(day: datetime.date, count: int) -> list[tuple[str, str]]:
    """Return the week of a day and those after it, each with its Monday in words, for a form."""
    monday = day - datetime.timedelta(days=day.weekday())
    mondays = [monday + datetime.timedelta(weeks=number) for number in range(count)]
    return [(week_of(each), f"{week_of(each)}, from {each:%-d %B %Y}") for each in mondays]
