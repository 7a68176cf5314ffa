"""How a text was changed, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.wording import Comparison, Piece, compare

from .long_changes import CHANGED_THROUGHOUT, LONG_STORY

WORDS = st.lists(
    st.sampled_from(["I ", "stood. ", "a ", "truck", " ", "\n\n", "Then, ", "“no”", "[person A] "]),
    max_size=40,
).map("".join)


def shown(comparison: Comparison) -> tuple[str, str]:
    """Return both sides with what was taken out or put in between braces."""
    before, after = (
        "".join(f"{{{piece.text}}}" if piece.changed else piece.text for piece in side)
        for side in (comparison.before, comparison.after)
    )
    return before, after


@pytest.mark.parametrize(
    ("before", "after", "marked_before", "marked_after"),
    [
        ("A truck passed.", "A truck passed.", "A truck passed.", "A truck passed."),
        ("A truck passed.", "A van passed.", "A {truck} passed.", "A {van} passed."),
        ("A truck passed.", "A truck passed. We left.", *2 * ["A truck passed."]),
        ("One. Two. Three.", "One. Three.", "One. {Two.} Three.", "One. Three."),
        ("On Elm St.", "On [street].", "On {Elm St}.", "On {[street]}."),
        ("One.\n\nTwo.", "One. Two.", "One.\n\nTwo.", "One. Two."),
        ("don’t go", "do go", "{don’t} go", "{do} go"),
        ("", "New.", "", "{New.}"),
        ("Old.", "", "{Old.}", ""),
        ("", "", "", ""),
    ],
)
def test_what_differs_is_marked_by_words(
    before: str, after: str, marked_before: str, marked_after: str
) -> None:
    if after.endswith(" We left."):
        marked_after += " {We left.}"
    assert shown(compare(before, after)) == (marked_before, marked_after)


def test_words_are_counted_on_each_side() -> None:
    comparison = compare("One two three four.", "One four five.")
    assert (comparison.removed, comparison.added) == (2, 1)
    assert not comparison.same
    assert compare("One.", "One.").same
    assert compare("One.\nTwo.", "One. Two.").same


def test_a_text_written_anew_says_so() -> None:
    assert compare("A b c d e f g h.", "I j k l m n o h.").rewritten
    assert not compare("A b c d e f g h.", "A b c d e f g i.").rewritten
    assert not compare("", "").rewritten


@given(WORDS, WORDS)
def test_the_pieces_of_a_side_are_its_text(before: str, after: str) -> None:
    comparison = compare(before, after)
    assert "".join(piece.text for piece in comparison.before) == before
    assert "".join(piece.text for piece in comparison.after) == after
    assert all(piece.text.strip() for piece in comparison.before if piece.changed)
    assert compare(before, before).before == ([Piece(before, False)] if before else [])


def test_a_long_story_changed_throughout_is_told_whole() -> None:
    for text in CHANGED_THROUGHOUT.values():
        comparison = compare(LONG_STORY, text)
        assert "".join(piece.text for piece in comparison.before) == LONG_STORY
        assert "".join(piece.text for piece in comparison.after) == text
