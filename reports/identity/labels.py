"""What stands in the stripped story instead of an identifier: [person A], [town], [call sign]."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .lexicon import split
from .span import Span

USED = re.compile(r"\[(?:person|K-9) ([A-Z]{1,3})\]")
DOGS = ("k9", "k-9", "canine", "dog", "bloodhound", "malinois", "shepherd", "puppy")
DOG = re.compile(
    rf"\b(?:{'|'.join(DOGS)})(?:'s|’s)?"
    r"(?: (?:is|was|named|name is|called|partner)){0,2}[ ,:]{1,2}$"
)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LOOK_BACK = 40  # characters before a name that may say that it is a dog's


def letters() -> Iterator[str]:
    """Yield A, B, ..., Z, AA, AB, ..., ZZZ, and then ZZZ for ever."""
    for size in (1, 2, 3):
        for number in range(26**size):
            name = ""
            for _ in range(size):
                number, rest = divmod(number, 26)
                name = LETTERS[rest] + name
            yield name
    while True:
        yield "ZZZ"


def number_persons(text: str, *groups: Sequence[Span]) -> list[list[Span]]:
    """Give each person of the story a letter, the same wherever the person is named.

    A name joins a person when it shares a word with a name that the person already has; two
    full names that share a first name alone stay apart. Letters in the text are not used again,
    and the spans of an earlier group have theirs before those of a later one.
    """
    used = set(USED.findall(text))
    free = (name for name in letters() if name not in used or name == "ZZZ")
    persons: list[set[str]] = []  # the words that name each
    holds: dict[str, int] = {}  # {word: person}
    given: dict[int, str] = {}
    numbered = []
    for spans in groups:
        unnamed = [s for s in spans if s.kind == "PERSON" and s.replacement == "[person]"]
        names = {span.start: words(text[span.start : span.end]) for span in unnamed}
        for whole in names.values():
            found = [holds[w] for w in whole if w in holds]
            if len(whole) > 1 and found and whole[-1] not in holds and len(persons[found[0]]) > 1:
                found = []
            index = found[-1] if found else len(persons)
            if not found:
                persons.append(set())
            persons[index].update(whole)
            for word in whole:
                holds.setdefault(word, index) if found else holds.__setitem__(word, index)
        lettered = {}
        for span in unnamed:
            index = next((holds[w] for w in reversed(names[span.start]) if w in holds), -1)
            if index not in given:
                dog = is_dog(text[max(0, span.start - LOOK_BACK) : span.start].lower())
                given[index] = f"[{'K-9' if dog else 'person'} {next(free)}]"
            lettered[span.start] = Span(*span[:-1], given[index])
        numbered.append([lettered.get(span.start, span) for span in spans])
    return numbered


def is_dog(before: str) -> bool:
    """Whether what stands before a name, in small letters, says that it is a dog's."""
    return any(dog in before for dog in DOGS) and DOG.search(before) is not None


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name that tell one person from another."""
    found = tuple(
        w for w in split(name) if w not in ("jr", "sr", "ii", "iii", "de", "la", "van", "von")
    )
    return found or (name.lower(),)


def apply(text: str, spans: Sequence[Span]) -> str:
    """Return the text with each span replaced; the spans are sorted and apart."""
    pieces, last = [], 0
    for span in spans:
        pieces += [text[last : span.start], span.replacement]
        last = span.end
    return "".join([*pieces, text[last:]])
