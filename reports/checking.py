"""The check: story and advice go through the engine as one text and come apart as pages show them.

They are stripped together so that a name told in one is known in the other, and the same person
has the same label in both.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from reports.identity import Span, Stripped, strip

# Between story and advice while they are one text. Blank lines and a sign that nobody types
# keep the engine from reading across.
SEAM = "\n\n⁂\n\n"


@dataclass(frozen=True)
class Segment:
    """A stretch of a checked text.

    typed: as its author wrote it. stored: as it would be stored. span: what the engine says of
    it, or None where it says nothing. can_be_kept: whether the author may put the word back.
    """

    typed: str
    stored: str
    span: Span | None = None
    can_be_kept: bool = False

    @property
    def is_doubt(self) -> bool:
        return self.span is not None and self.span.tier == "doubt"

    @property
    def is_removed(self) -> bool:
        return self.span is not None and self.span.tier != "doubt"

    @property
    def is_uncertain(self) -> bool:
        """Whether it was removed, and the author is asked whether to keep it."""
        return self.span is not None and self.span.tier == "possible"


@dataclass(frozen=True)
class Checked:
    """A story and its advice after the engine, in segments."""

    story: tuple[Segment, ...]
    advice: tuple[Segment, ...]

    @property
    def stored_story(self) -> str:
        return "".join(segment.stored for segment in self.story)

    @property
    def stored_advice(self) -> str:
        return "".join(segment.stored for segment in self.advice)

    @property
    def removed(self) -> int:
        """How many stretches were removed."""
        return sum(segment.is_removed for segment in self.story + self.advice)

    @property
    def uncertain(self) -> int:
        """How many of the removed stretches the engine is not certain of."""
        return sum(segment.is_uncertain for segment in self.story + self.advice)

    @property
    def doubts(self) -> int:
        """How many stretches the engine only wonders about."""
        return sum(segment.is_doubt for segment in self.story + self.advice)


def check(story: str, advice: str, keep: Iterable[str] = (), remove: Iterable[str] = ()) -> Checked:
    """Strip a story and its advice.

    keep: words that the author wants back. remove: further words that the author wants gone.
    """
    remove = tuple(remove)
    typed = story + SEAM + advice
    stripped = strip(typed, keep=keep, remove=remove)
    asked = {word.casefold() for word in remove}
    return Checked(
        story=segments(typed, stripped, 0, len(story), asked),
        advice=segments(typed, stripped, len(story) + len(SEAM), len(typed), asked),
    )


def segments(
    typed: str, stripped: Stripped, start: int, end: int, asked: set[str]
) -> tuple[Segment, ...]:
    """Return the segments of typed[start:end]; a span that reaches beyond is cut at the border."""
    found = []
    at = start
    for span in sorted(stripped.spans + stripped.doubts, key=lambda span: span.start):
        first, last = max(span.start, start), min(span.end, end)
        if first >= last:
            continue
        if at < first:
            found.append(Segment(typed[at:first], typed[at:first]))
        word = typed[first:last]
        found.append(
            Segment(
                typed=word,
                stored=word if span.tier == "doubt" else span.replacement,
                span=span,
                can_be_kept=span.tier != "doubt" and word.casefold() not in asked,
            )
        )
        at = last
    if at < end:
        found.append(Segment(typed[at:end], typed[at:end]))
    return tuple(found)
