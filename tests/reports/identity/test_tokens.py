"""The tokeniser, and the patterns' places: offsets, forms, our own labels, and floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.identity import patterns
from reports.identity.recognizers import numbers
from reports.identity.recognizers.chains import MOST_RUNS, chains
from reports.identity.tokens import ASCII_TOKEN, LABELLED, TOKEN, tokenise

ASCII = st.characters(max_codepoint=127) | st.sampled_from("aZ9'` \n_.")


@given(st.text(ASCII))
def test_a_text_of_ascii_is_cut_as_any_other(text: str) -> None:
    assert ASCII_TOKEN.findall(text) == TOKEN.findall(text)


def test_a_label_of_ours_is_one_token() -> None:
    story = tokenise("Officer [person A][town] left.")
    assert [(t.text, t.norm, t.shape, t.word) for t in story.tokens[1:3]] == [
        (LABELLED, LABELLED, "label", False)
    ] * 2
    assert [(t.start, t.end) for t in story.tokens[1:3]] == [(8, 18), (18, 24)]


@pytest.mark.parametrize("text", ["\ufffc", "\ufffb\ufffc", "[person", "[Ramirez]", "[]"])
def test_what_only_looks_like_a_label_is_none(text: str) -> None:
    assert "label" not in [t.shape for t in tokenise(text).tokens]


@pytest.mark.parametrize(
    "text", ["İstanbul ẞ ﬁ", "a\u00a0b‑c", "O’Neil’s K-9’s", "x" * 99, "", "\ud800"]
)
def test_every_view_of_a_story_is_as_long_as_the_story(text: str) -> None:
    story = tokenise(text)
    assert {len(story.clear), len(story.lower)} == {len(text)}
    assert len(story.forms) == len(story.tokens)
    assert all(
        story.clear[t.start : t.end] == t.text and t.start < t.stem_end <= t.end
        for t in story.tokens
    )


def test_a_sentence_has_its_own_regime() -> None:
    story = tokenise("HE RAN AT ME. I fell. the dog bit him and he stopped")
    assert [t.regime for t in story.tokens if t.text in ("RAN", "fell", "bit")] == [
        "upper",
        "mixed",
        "lower",
    ]


def test_the_first_word_of_a_sentence_comes_after_its_numbers() -> None:
    story = tokenise('0214 3B12 Stopped one. He said "Stay" to Rex: Down')
    assert [t.text for t in story.words if t.first] == [
        "0214",
        "3B12",
        "Stopped",
        "He",
        "Stay",
        "Down",
    ]


def test_runs_with_digits() -> None:
    story = tokenise("AR-15 at I-80, 3-Adam-12 and 555-0148. x")
    runs = [story.clear[story.tokens[i].start : story.tokens[j].end] for i, j in chains(story)]
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
    for span in patterns.find(story, patterns.windows(story, [*chains(story)]), taken, contacts):
        assert "[" not in text[span.start : span.end]
        assert "]" not in text[span.start : span.end]


def test_a_table_is_masked_whole() -> None:
    text = "1234 " * (MOST_RUNS + 1)
    story = tokenise(text)
    runs, taken = [*chains(story)], bytearray(len(text))
    spans = list(numbers.find(story, runs, taken))
    assert [(s.start, s.end, s.kind) for s in spans] == [(0, len(text) - 1, "NUMBER")]
    taken = bytearray(len(text))
    assert list(patterns.find(story, patterns.windows(story, runs), taken, contacts=True)) == []
