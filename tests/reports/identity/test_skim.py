"""A text far longer than any story still loses what identifies, quickly and for good."""

import pytest

from reports.identity import strip
from reports.identity.recognizers import skim

FILLER = "we went on and on down the road and then it was over. "
NAMED = "Sgt. Delacroix met zorvex at 2215. "


@pytest.fixture
def long() -> str:
    return FILLER * (skim.LONGEST // len(FILLER) + 1) + NAMED


def test_names_and_numbers_go_and_plain_words_stay(long: str) -> None:
    stripped = strip(long).text
    assert [word for word in ("Delacroix", "zorvex", "2215") if word in stripped] == []
    assert stripped.startswith(FILLER)


def test_it_comes_back_unchanged(long: str) -> None:
    stripped = strip(long).text
    assert strip(stripped).text == stripped


def test_keep_and_remove_hold(long: str) -> None:
    stripped = strip(long, keep=["delacroix"], remove=["road"]).text
    assert "Delacroix" in stripped
    assert "road" not in stripped


def test_many_at_signs_are_not_tried_one_by_one() -> None:
    text = "a@ " * (skim.MOST_SIGNS + 1) + "dan@ridge.example wrote"
    stripped = strip(text).text
    assert "ridge" not in stripped
    assert stripped.endswith("wrote")
