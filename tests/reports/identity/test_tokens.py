"""The tokeniser, and the patterns' places: offsets, forms, our own labels, and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.identity import patterns
from reports.identity.recognizers import numbers
from reports.identity.recognizers.chains import MOST_RUNS, chains
from reports.identity.tokens import (
    ASCII_TOKEN,
    LABELLED,
    LOWER,
    MIXED,
    TOKEN,
    UPPER,
    tokenise,
)

ASCII = st.characters(max_codepoint=127) | st.sampled_from("aZ9'` \n_.")


@given(st.text(ASCII))
def test_a_text_of_ascii_is_cut_as_any_other(text: str) -> None:
    assert ASCII_TOKEN.findall(text) == TOKEN.findall(text)


def test_a_label_of_ours_is_one_token() -> None:
    story = tokenise("Officer [person A][town] left.")
    assert [(t.text, t.norm, t.shape, t.word) for t in story.tokens[1:3]] == [
        (LABELLED, LABELLED, "label", False)
    ] * 2
    assert [*zip(story.starts, story.ends, strict=True)][1:3] == [(8, 18), (18, 24)]


@pytest.mark.parametrize("text", ["\ufffc", "\ufffb\ufffc", "[person", "[Ramirez]", "[]"])
def test_what_only_looks_like_a_label_is_none(text: str) -> None:
    assert "label" not in [t.shape for t in tokenise(text).tokens]


@pytest.mark.parametrize(
    "text", ["İstanbul ẞ ﬁ", "a\u00a0b‑c", "O’Neil’s K-9’s", "x" * 99, "", "\ud800"]
)
def test_every_view_of_a_story_is_as_long_as_the_story(text: str) -> None:
    story = tokenise(text)
    assert {len(story.clear), len(story.lower)} == {len(text)}
    columns = (story.forms, story.norms, story.starts, story.ends, story.first, story.regimes)
    marks = (story.safe, story.brand, story.fixed)
    assert {len(column) for column in (*columns, *marks)} == {len(story.tokens)}
    for i, token in enumerate(story.tokens):
        start, end = story.starts[i], story.ends[i]
        assert story.clear[start:end] == token.text
        assert start < story.stem_end(i) <= end


def test_a_word_is_one_token_wherever_it_stands() -> None:
    story = tokenise("The car hit Zorvexton. Then the car left Zorvexton.")
    places = {
        text: [i for i, t in enumerate(story.tokens) if t.text == text]
        for text in ("car", "Zorvexton")
    }
    for first, second in places.values():
        assert story.tokens[first] is story.tokens[second]


def test_a_sentence_has_its_own_regime() -> None:
    story = tokenise("HE RAN AT ME. I fell. the dog bit him and he stopped")
    regimes = dict(zip(story.norms, story.regimes, strict=True))
    assert [regimes[word] for word in ("ran", "fell", "bit")] == [UPPER, MIXED, LOWER]


def test_the_first_word_of_a_sentence_comes_after_its_numbers() -> None:
    story = tokenise('0214 3B12 Stopped one. He said "Stay" to Rex: Down')
    assert [story.tokens[i].text for i in story.words if story.first[i]] == [
        "0214",
        "3B12",
        "Stopped",
        "He",
        "Stay",
        "Down",
    ]


def test_runs_with_digits() -> None:
    story = tokenise("AR-15 at I-80, 3-Adam-12 and 555-0148. x")
    runs = [story.clear[story.starts[i] : story.ends[j]] for i, j in chains(story)]
    assert runs == ["AR-15", "I-80", "3-Adam-12", "555-0148"]


@pytest.mark.parametrize("contacts", [True, False])
@pytest.mark.parametrize(
    "text",
    [
        "https://a.example/[person A]/b",
        "[person A]@[town].com",
        "March [date] at [time] hours",
        "dan at [town] dot [agency] dot gov",
        "I-[highway] 3-[person A]-12",
    ],
)
def test_no_pattern_reaches_into_a_label(text: str, contacts: bool) -> None:
    story = tokenise(text)
    taken = bytearray(len(text))
    places = patterns.windows(story, [*chains(story)], range(len(story.tokens)))
    for span in patterns.find(story, places, taken, contacts):
        assert "[" not in text[span.start : span.end]
        assert "]" not in text[span.start : span.end]


def test_a_table_is_masked_whole() -> None:
    text = "1234 " * (MOST_RUNS + 1)
    story = tokenise(text)
    runs, taken = [*chains(story)], bytearray(len(text))
    spans = list(numbers.find(story, runs, taken))
    assert [(s.start, s.end, s.kind) for s in spans] == [(0, len(text) - 1, "NUMBER")]
    taken = bytearray(len(text))
    places = patterns.windows(story, runs, range(len(story.tokens)))
    assert list(patterns.find(story, places, taken, contacts=True)) == []
