"""What the engine still suspects in the texts that will go out, grouped by word."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reports.drafts import Draft
from reports.identity import TIERS, Span, strip
from reports.models import Dismissal, Kind, Report

SEPARATOR = "\n\n"  # between texts: the engine takes it for the end of a paragraph
CONTEXT = 48  # characters shown on each side of a suspect
TIER_LABELS = {"certain": "certain", "possible": "possible", "doubt": "only a doubt"}
WORD_LENGTH = Dismissal._meta.get_field("word").max_length or 200  # characters


class Key(NamedTuple):
    """What a dismissal holds on to. word: casefolded, with single spaces."""

    kind: str
    word: str


@dataclass(frozen=True)
class Occurrence:
    """One place of a suspect. where: the name of the text; before, after: what is around it."""

    where: str
    before: str
    word: str
    after: str


@dataclass
class Suspect:
    """A word that may identify somebody, with every place where it stands.

    tier, reason, replacement: what the engine says where it is the most certain.
    """

    key: Key
    word: str
    tier: str
    reason: str
    replacement: str
    occurrences: list[Occurrence] = field(default_factory=list)

    @property
    def value(self) -> str:
        """The suspect as a button of the desk names it."""
        return f"{self.key.kind}:{self.key.word}"

    @property
    def kind_label(self) -> str:
        return str(Kind(self.key.kind).label)

    @property
    def tier_label(self) -> str:
        return TIER_LABELS[self.tier]


def key_of(kind: str, word: str) -> Key:
    """Return the key of a word: how it is written and broken over lines makes no difference."""
    return Key(str(kind), " ".join(word.split()).casefold()[:WORD_LENGTH])


def find(texts: Mapping[str, str], dismissed: Collection[Key] = ()) -> list[Suspect]:
    """Return the suspects of all texts, in order of appearance.

    texts: name to text. They are read by the engine as one, so that a name found in one of them
    is found in the others. dismissed: keys that a moderator has cleared.
    """
    joined = SEPARATOR.join(texts.values())
    stripped = strip(joined)
    suspects: dict[Key, Suspect] = {}
    for span in sorted([*stripped.spans, *stripped.doubts], key=lambda span: span.start):
        word = joined[span.start : span.end]
        key = key_of(span.kind, word)
        if key in dismissed:
            continue
        suspect = suspects.setdefault(
            key, Suspect(key, " ".join(word.split()), span.tier, span.reason, span.replacement)
        )
        if TIERS.index(span.tier) < TIERS.index(suspect.tier):
            suspect.tier, suspect.reason = span.tier, span.reason
            suspect.replacement = span.replacement
        suspect.occurrences.append(_occurrence(texts, span))
    return list(suspects.values())


def open_suspects(report: Report, draft: Draft | None = None) -> list[Suspect]:
    """Return what is still suspected in a report and was not dismissed.

    draft: what the report holds, where it is read already.
    """
    dismissed = {Key(kind, word) for kind, word in report.dismissals.values_list("kind", "word")}
    return find((draft or Draft.of(report)).texts(), dismissed)


def remove(texts: Mapping[str, str], *suspects: Suspect) -> dict[str, str]:
    """Return the texts with each suspect's replacement wherever its word stands.

    Other suspects stay as they are: each is a decision of its own.
    """
    joined = SEPARATOR.join(texts.values())
    replacements = {suspect.key.word: suspect.replacement for suspect in suspects}
    as_found = strip(joined)
    # Asked to remove a word, the engine also finds it where it looks like an ordinary one.
    everywhere = strip(joined, remove=[suspect.word for suspect in suspects])
    places: dict[tuple[int, int], str] = {}
    for span in (*as_found.spans, *as_found.doubts, *everywhere.spans):
        word = key_of(span.kind, joined[span.start : span.end]).word
        if word in replacements:
            places[span.start, span.end] = replacements[word]
    changed = dict(texts)
    left = len(joined)
    for (start, end), replacement in sorted(places.items(), reverse=True):
        if end > left:  # it overlaps the one behind it, which is replaced already
            continue
        left = start  # from the end, so that offsets stay true
        name, offset = _place(texts, start)
        text = changed[name]
        changed[name] = text[:offset] + replacement + text[offset + end - start :]
    return changed


def _place(texts: Mapping[str, str], offset: int) -> tuple[str, int]:
    """Return the text in which an offset of the joined texts falls, and the offset within it."""
    for name, text in texts.items():
        if offset < len(text) + len(SEPARATOR):
            return name, offset
        offset -= len(text) + len(SEPARATOR)
    raise IndexError(offset)


def _occurrence(texts: Mapping[str, str], span: Span) -> Occurrence:
    name, start = _place(texts, span.start)
    text = texts[name]
    end = start + span.end - span.start
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Occurrence(
        where=name,
        before=f"…{before}" if start > CONTEXT else before,
        word=text[start:end],
        after=f"{after}…" if end + CONTEXT < len(text) else after,
    )
