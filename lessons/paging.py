"""Pages of a list by what stands at their ends, not by number: page 5,000 costs what page 2 does.

A cursor names the last row of a page by what the list is ordered by, as in `after=20260104-123`. It
is no secret and nothing hangs on it: a cursor that somebody made up shows what would stand there.
An address stays good when rows come and go before it.
"""

import datetime
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest

T = TypeVar("T")
Key = tuple[int, ...]

CURSOR = re.compile(r"[0-9]{1,18}(?:-[0-9]{1,18}){1,2}", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """Where a page begins: after a row, or before one."""

    key: Key
    backwards: bool


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows of a list. newer, older: cursors of the pages beside it, None where there is none."""

    rows: list[T]
    newer: str | None = None
    older: str | None = None
    first: bool = True


def asked_cursor(request: HttpRequest, length: int) -> Cursor | None:
    """Return the cursor in an address, with a key of so many numbers; None on the first page.

    Raises Http404 for a cursor that names no place, and for a page number, which no page has.
    """
    if "page" in request.GET:
        raise Http404("Pages have no numbers.")
    for name, backwards in (("after", False), ("before", True)):
        if (text := request.GET.get(name)) is not None:
            if not CURSOR.fullmatch(text) or text.count("-") != length - 1:
                raise Http404("No such cursor.")
            return Cursor(tuple(int(number) for number in text.split("-")), backwards)
    return None


def page_of_rows(
    rows: QuerySet[Any],
    order: Sequence[str],
    key: Callable[[Any], tuple[Any, ...]],
    size: int,
    cursor: Cursor | None,
) -> Page[Any]:
    """Return a page of a query set by an index. order: as for order_by(), the first a date.

    key: gives the values of `order` of a row. Raises Http404 where a cursor leaves no row.
    """
    backwards = cursor is not None and cursor.backwards
    if cursor:
        rows = rows.filter(_beyond(order, _values(cursor.key), backwards))
    if backwards:
        order = [field[1:] if field.startswith("-") else f"-{field}" for field in order]
    found = list(rows.order_by(*order)[: size + 1])
    return _page(found, size, cursor, lambda row: _text(key(row)))


def page_of_list(
    rows: Sequence[T], key: Callable[[T], Key], size: int, cursor: Cursor | None
) -> Page[T]:
    """Return a page of a list in memory that is ordered by `key`, descending."""
    if cursor and cursor.backwards:
        found = [row for row in rows if key(row) > cursor.key][::-1][: size + 1]
    elif cursor:
        found = [row for row in rows if key(row) < cursor.key][: size + 1]
    else:
        found = list(rows[: size + 1])
    return _page(found, size, cursor, lambda row: _text(key(row)))


def _page(found: list[T], size: int, cursor: Cursor | None, text: Callable[[T], str]) -> Page[T]:
    if cursor and not found:
        raise Http404("Nothing stands there.")
    rows, further = found[:size], len(found) > size
    if cursor and cursor.backwards:
        rows.reverse()
        return Page(rows, text(rows[0]) if further else None, text(rows[-1]), not further)
    return Page(
        rows,
        text(rows[0]) if cursor else None,
        text(rows[-1]) if further else None,
        cursor is None,
    )


def _values(key: Key) -> tuple[Any, ...]:
    day, *rest = key
    try:
        date = datetime.date(day // 10_000, day // 100 % 100, day % 100)
    except (ValueError, OverflowError):
        raise Http404("No such day.") from None
    return date, *rest


def _text(key: tuple[Any, ...]) -> str:
    return "-".join(
        f"{value:%Y%m%d}" if isinstance(value, datetime.date) else str(value) for value in key
    )


def _beyond(order: Sequence[str], values: tuple[Any, ...], backwards: bool) -> Q:
    """Return the condition that a row stands behind these values, or before them if backwards."""
    condition = Q()
    same: dict[str, Any] = {}
    for field, value in zip(order, values, strict=True):
        name, descending = field.removeprefix("-"), field.startswith("-")
        less = descending != backwards
        condition |= Q(**same, **{f"{name}__{'lt' if less else 'gt'}": value})
        same[name] = value
    # Says again what the first part says, in a form that an index answers.
    first = order[0].removeprefix("-")
    bound = "lte" if order[0].startswith("-") != backwards else "gte"
    return Q(**{f"{first}__{bound}": values[0]}) & condition
