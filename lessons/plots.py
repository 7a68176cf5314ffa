"""Plots drawn on the server as SVG: columns and lines over time, bars over names, a table behind.

A template shows one with `{% plot %}` of the tag library `plots`; static/plots.css dresses it in
light and dark. Widths are per cent and heights pixels, so that text keeps its size on a phone and
nothing has to be scaled by a script. Whether a number may be told is for the caller to decide: a
value that is None stands as withheld, never as zero.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

HEIGHT = 200  # pixels from the axis to the highest tick
ROW = 26  # pixels that the name of a row takes, in bars
BAR = 18  # pixels that a bar is high
FULL = 86  # per cent of the width that the longest bar takes; its number stands beside it
FILLED = 70  # per cent of a slot that its columns fill
WITHHELD = 14  # pixels, the height or width of the mark of a value that is withheld
LABELS_WIDE = 14  # as many as "2026 Q1" fit below the axis of a wide screen
LABELS_NARROW = 5  # and of a phone
SERIES_MAX = 4  # as many as can be told apart without colour


class Kind(StrEnum):
    COLUMNS = "columns"
    LINES = "lines"
    BARS = "bars"


@dataclass(frozen=True)
class Series:
    """Numbers of one kind, one for each label of the plot. None: withheld."""

    name: str
    values: Sequence[float | None]


@dataclass(frozen=True)
class Tick:
    """A value at the axis, or a label below it. `at` is in pixels or per cent."""

    text: str
    at: str
    narrow: bool = True


@dataclass(frozen=True)
class Mark:
    """One value as drawn: x and width in per cent, y and height in pixels. told: in words."""

    series: int
    x: str
    y: str
    width: str
    height: str
    told: str
    value: str
    withheld: bool


@dataclass(frozen=True)
class Segment:
    """A piece of a line between two values that are both known."""

    series: int
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Row:
    """A row of the table behind the plot."""

    label: str
    cells: list[str]


@dataclass(frozen=True)
class Plot:
    """A plot to be shown by `{% plot %}`.

    title: what it shows, above it. about: what its labels are, the head of the table's first
    column. unit: stands behind every number, with its space. withheld: what a value that is None
    is called. table_id: of a table on the page that holds the same numbers; without one the plot
    brings its own.
    """

    kind: Kind
    title: str
    about: str
    labels: Sequence[str]
    series: Sequence[Series]
    unit: str = ""
    withheld: str = "withheld"
    table_id: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= SERIES_MAX:
            raise ValueError(f"A plot shows 1 to {SERIES_MAX} series, not {len(self.series)}.")
        for series in self.series:
            if len(series.values) != len(self.labels):
                raise ValueError(f"{series.name!r} has not one value for each label.")
            if any(value is not None and value < 0 for value in series.values):
                raise ValueError(f"{series.name!r} has a value below zero; a plot starts at zero.")

    # What the template draws

    @property
    def top(self) -> float:
        """The value of the highest tick."""
        return self._step * math.ceil(max(self._highest / self._step, 1))

    @property
    def height(self) -> int:
        """The height of the drawing in pixels."""
        return self._row * len(self.labels) if self.kind == Kind.BARS else HEIGHT

    @property
    def ticks(self) -> list[Tick]:
        """The values at the axis, from zero up, with their distance from the top."""
        count = round(self.top / self._step)
        values = (self._step * number for number in range(count + 1))
        return [Tick(self.number(value), _short(self._y(value))) for value in values]

    @property
    def below(self) -> list[Tick]:
        """The labels below the axis: as many as there is room for, the last one always."""
        count = len(self.labels)
        wide, narrow = (math.ceil(count / room) for room in (LABELS_WIDE, LABELS_NARROW))
        # Whatever a phone shows, a wide screen shows as well.
        narrow = math.ceil(narrow / wide) * wide if wide else narrow
        return [
            Tick(label, _short(self._middle(index)), (count - 1 - index) % narrow == 0)
            for index, label in enumerate(self.labels)
            if (count - 1 - index) % wide == 0
        ]

    @property
    def rows(self) -> list[Tick]:
        """The labels of bars, each with the height at which it stands."""
        return [Tick(label, str(self._row * n + 16)) for n, label in enumerate(self.labels)]

    @property
    def marks(self) -> list[Mark]:
        """Every value, series by series."""
        return [
            self._mark(number, index, value)
            for number, series in enumerate(self.series)
            for index, value in enumerate(series.values)
        ]

    @property
    def segments(self) -> list[Segment]:
        """What joins the values of lines. A value that is withheld leaves a gap."""
        return [*self._segments()] if self.kind == Kind.LINES else []

    @property
    def shows_withheld(self) -> bool:
        """Whether a mark stands for a value that is withheld. Lines break, and bars say so."""
        withheld = any(value is None for series in self.series for value in series.values)
        return withheld and self.kind == Kind.COLUMNS

    @property
    def has_key(self) -> bool:
        return len(self.series) > 1 or self.shows_withheld

    # What it says without a picture

    @property
    def table(self) -> list[Row]:
        """The same numbers as rows."""
        return [
            Row(label, [self.number(series.values[index]) for series in self.series])
            for index, label in enumerate(self.labels)
        ]

    @property
    def summary(self) -> str:
        """What the picture shows at a glance, for those who hear the page."""
        return " ".join(self._told(series) for series in self.series)

    def number(self, value: float | None) -> str:
        """Return a value as readers see it, with its unit."""
        return self.withheld if value is None else f"{_short(value)}{self.unit}"

    def _told(self, series: Series) -> str:
        pairs = zip(series.values, self.labels, strict=True)
        known = [(value, label) for value, label in pairs if value is not None]
        if not known:
            return f"{series.name}: nothing to show."
        low, low_at = min(known, key=lambda pair: pair[0])
        high, high_at = max(known, key=lambda pair: pair[0])
        if low == high:
            return f"{series.name}: {self.number(high)}, {high_at}."
        return (
            f"{series.name}: most {self.number(high)}, {high_at}; "
            f"least {self.number(low)}, {low_at}."
        )

    # Geometry

    @property
    def _highest(self) -> float:
        return max((v for series in self.series for v in series.values if v is not None), default=0)

    @property
    def _step(self) -> float:
        """The distance of two ticks: 1, 2 or 5 times a power of ten, at most five of them."""
        whole = all(float(v).is_integer() for s in self.series for v in s.values if v is not None)
        rough = max(self._highest / 5, 0.001)
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * by for by in (1, 2, 5, 10) if power * by >= rough * 0.9999)
        return max(step, 1.0) if whole else step

    @property
    def _row(self) -> int:
        return ROW + (BAR + 2) * len(self.series) + 8

    def _y(self, value: float) -> float:
        return HEIGHT - HEIGHT * value / self.top

    def _middle(self, index: int) -> float:
        return 100 * (index + 0.5) / len(self.labels)

    def _mark(self, number: int, index: int, value: float | None) -> Mark:
        told = f"{self.labels[index]}, {self.series[number].name}: {self.number(value)}"
        x, y, width, height = self._box(number, index, value)
        return Mark(
            series=number,
            x=_short(x),
            y=_short(y),
            width=_short(width),
            height=_short(height),
            told=told,
            value=self.number(value),
            withheld=value is None,
        )

    def _box(
        self, number: int, index: int, value: float | None
    ) -> tuple[float, float, float, float]:
        """Return x, y, width and height of a value."""
        if self.kind == Kind.BARS:
            y: float = self._row * index + ROW + (BAR + 2) * number
            return 0, y, FULL * (value or 0) / self.top, BAR
        if self.kind == Kind.LINES:
            return self._middle(index), self._y(value or 0), 0, 0
        slot = 100 / len(self.labels)
        width = slot * FILLED / 100 / len(self.series)
        x = slot * (index + (1 - FILLED / 100) / 2) + width * number
        y = self._y(value) if value is not None else HEIGHT - WITHHELD
        return x, y, width, HEIGHT - y

    def _segments(self) -> Iterator[Segment]:
        for number, series in enumerate(self.series):
            for index, (one, two) in enumerate(
                zip(series.values, list(series.values)[1:], strict=False)
            ):
                if one is not None and two is not None:
                    ends = (
                        _short(self._middle(index)),
                        _short(self._y(one)),
                        _short(self._middle(index + 1)),
                        _short(self._y(two)),
                    )
                    yield Segment(number, *ends)


def columns(title: str, labels: Sequence[str], series: Sequence[Series], **more: str) -> Plot:
    """Return upright columns, side by side where there are several series: counts over time."""
    return Plot(Kind.COLUMNS, title, more.pop("about", "When"), labels, series, **more)


def lines(title: str, labels: Sequence[str], series: Sequence[Series], **more: str) -> Plot:
    """Return a line for each series: measures over time."""
    return Plot(Kind.LINES, title, more.pop("about", "When"), labels, series, **more)


def bars(title: str, labels: Sequence[str], series: Sequence[Series], **more: str) -> Plot:
    """Return lying bars, each below its name: counts of things with long names."""
    return Plot(Kind.BARS, title, more.pop("about", "What"), labels, series, **more)


def _short(value: float) -> str:
    """Return a number with two decimals at most, and none that say nothing."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else str(round(value))
