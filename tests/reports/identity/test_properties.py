"""What holds for every text: offsets, order, idempotence, and no error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.identity import KINDS, TIERS, Stripped, strip

from .score_parts import parts
from .worst import WORST, fill

SEEN = [text for text, _ in parts()["seen"].values()]
PIECES = [
    "Officer ",
    "Sgt. ",
    "Ramirez",
    "PRICE ",
    "may ",
    "May ",
    "the ",
    "said ",
    "at ",
    "Elm ",
    "Street",
    "I-80 ",
    "0214 ",
    "hours ",
    "4471",
    "badge ",
    "3-Adam-12",
    "[person A]",
    "[town]",
    "[person",
    "]",
    ". ",
    "\n",
    ", ",
    "'s ",
    "’",
    '"',
    "K-9 ",
    "Rex ",
    "County ",
    "so ",
    "police ",
    "555-0148",
    "dan at x dot gov ",
    "@a_b ",
    "March ",
    "3/14 ",
    "half past ",
    "two ",
    "A. ",
    "zorvex ",
    "\ud800",
    "\x00",
    "😀",
    "é",
    "İ",
    "ß",
    "²",
    "｡",
    "\u2028",
    "\u00a0",
    "-",
    "/",
    "_",
    "&",
]

texts = st.one_of(
    st.text(max_size=120),
    st.text(
        alphabet=st.characters(categories=["Cs", "Cc", "Nd", "No", "Lu", "Ll", "Po"]), max_size=60
    ),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
    st.sampled_from(SEEN).flatmap(
        lambda story: st.integers(0, len(story)).map(lambda at: story[at : at + 300])
    ),
)
relaxed = settings(max_examples=150, derandomize=True)


def check(text: str, done: Stripped) -> None:
    """Assert that the spans are sound and that the text is the story with them replaced."""
    pieces, last = [], 0
    for span in done.spans:
        assert 0 <= last <= span.start < span.end <= len(text)
        assert (span.kind in KINDS, span.tier in TIERS, bool(span.reason)) == (True, True, True)
        assert (span.replacement[0], span.replacement[-1], span.tier != "doubt") == ("[", "]", True)
        pieces += [text[last : span.start], span.replacement]
        last = span.end
    assert done.text == "".join([*pieces, text[last:]])
    taken = {i for span in done.spans for i in range(span.start, span.end)}
    last = 0
    for doubt in done.doubts:
        assert 0 <= last <= doubt.start < doubt.end <= len(text)
        assert (doubt.tier, taken & set(range(doubt.start, doubt.end))) == ("doubt", set())
        last = doubt.end


@relaxed
@given(texts)
def test_spans_are_sound_and_a_stripped_story_comes_back_unchanged(text: str) -> None:
    done = strip(text)
    check(text, done)
    again = strip(done.text)
    assert (again.text, again.spans) == (done.text, ())


@relaxed
@given(texts, st.lists(st.sampled_from(PIECES)), st.lists(st.sampled_from(PIECES)))
def test_keep_and_remove_take_any_words(text: str, keep: list[str], remove: list[str]) -> None:
    check(text, strip(text, keep, remove))


@pytest.mark.parametrize("case", [str, str.upper, str.lower, str.title])
def test_the_seen_stories_come_back_unchanged_in_every_case(case: type[str]) -> None:
    for story in SEEN:
        done = strip(case(story))
        check(case(story), done)
        again = strip(done.text)
        assert (again.text, again.spans) == (done.text, ())


def test_the_same_story_gives_the_same_result() -> None:
    assert [strip(story) for story in SEEN[:20]] == [strip(story) for story in SEEN[:20]]


@pytest.mark.parametrize("pieces", WORST.values(), ids=WORST)
def test_the_hardest_texts_are_stripped_soundly(pieces: str | list[str]) -> None:
    text = fill(pieces, 2_000)
    done = strip(text)
    check(text, done)
    again = strip(done.text)
    assert (again.text, again.spans) == (done.text, ())
