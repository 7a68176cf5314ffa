"""A later reading is the same as a first one of the story with its finds blanked out."""

import random

import pytest

from reports.identity.blanks import fill, reread
from reports.identity.span import Span
from reports.identity.tagger import Weighing
from reports.identity.tokens import split, tokenise

from .score_parts import parts

SEEN = [text for text, _ in parts()["seen"].values()]


def stretches(length: int, seed: int) -> list[Span]:
    """Return stretches of a text that touch, part and cut its words at random."""
    draw = random.Random(seed)
    found, at = [], draw.randrange(40)
    while at < length:
        end = min(length, at + draw.choice((1, 2, 5, 9, 30)))
        found.append(Span(at, end, "PERSON", "certain", "Drawn.", "[person]"))
        at = end + draw.choice((0, 1, 1, 2, 40, 120))
    return found


@pytest.mark.parametrize("seed", range(3))
def test_it_has_the_same_tokens_and_the_same_chances(seed: int) -> None:
    for text in SEEN:
        story = tokenise(text)
        weighing = Weighing(story)
        spans = stretches(len(text), seed)
        whole = split(fill(story.clear, spans))
        later, places = reread(story, spans)
        assert later == whole
        assert Weighing(later, weighing, places).chances == Weighing(whole).chances


@pytest.mark.parametrize("seed", range(3))
def test_it_remembers_the_reading_in_which_a_word_was_likeliest_to_identify(seed: int) -> None:
    likelier = 0
    for text in SEEN[:40]:
        story = tokenise(text)
        first = Weighing(story)
        later, places = reread(story, stretches(len(text), seed))
        second = Weighing(later, first, places)
        nothing = [1.0]
        for i, place in enumerate(places):
            now, before = second.chances.get(i, nothing), first.chances.get(place, nothing)
            assert second.most.get(i, nothing)[0] == min(now[0], before[0])
            likelier += before[0] < now[0]
        assert [*second.most] == sorted(second.most)
    assert likelier


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Ann's dog", 0, 3),
        ("J.T.'s dog", 0, 4),
        ("Ann’sBob ran", 5, 8),
        ("[town]'sBob ran", 8, 11),
        ("O'Brien", 2, 7),
        ("ran", 0, 3),
    ],
)
def test_words_are_cut_as_in_a_first_reading(text: str, start: int, end: int) -> None:
    story = tokenise(text)
    spans = [Span(start, end, "PERSON", "certain", "Drawn.", "[person]")]
    whole = split(fill(story.clear, spans))
    assert reread(story, spans)[0] == whole
