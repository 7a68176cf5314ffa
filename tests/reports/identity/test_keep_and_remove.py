"""The officer has the last word: keep leaves a word, remove takes one."""

import pytest

from reports.identity import strip
from reports.identity.engine import ASKED

STORY = "Officer Ramirez and I met Kilo at the Dairy Barn. RAMIREZ had the bolo list."


def test_keep_leaves_every_place_of_a_word_whatever_its_case() -> None:
    done = strip(STORY, keep=["ramirez", "KILO"])
    assert done.text == "Officer Ramirez and I met Kilo at the [place]. RAMIREZ had the bolo list."


def test_keep_matches_the_whole_span_only() -> None:
    assert strip(STORY, keep=["Dairy"]).text == strip(STORY).text


def test_remove_takes_every_place_on_word_boundaries() -> None:
    done = strip("The bolo list and the bolos. BOLO.", remove=["bolo"])
    assert done.text == "The [removed] list and the bolos. [removed]."
    assert [(s.kind, s.tier, s.reason) for s in done.spans] == [("PERSON", "certain", ASKED)] * 2


def test_remove_takes_phrases_across_a_line_break() -> None:
    text = "the back\nporch light"
    assert strip(text, remove=["back porch"]).text == "the [removed] light"


def test_remove_wins_over_keep() -> None:
    done = strip("We met at the bolo desk.", keep=["bolo"], remove=["Bolo"])
    assert done.text == "We met at the [removed] desk."


@pytest.mark.parametrize("word", ["", "   ", "(", ".*", "[person A]", "\\", "\ud800"])
def test_any_word_may_be_kept_or_removed(word: str) -> None:
    assert strip("We met.", keep=[word], remove=[word]).text == "We met."


def test_a_kept_doubt_is_no_longer_pointed_out() -> None:
    text = "It was zorvexly dark where we stood."
    assert [len(strip(text).doubts), len(strip(text, keep=["zorvexly"]).doubts)] == [1, 0]


def test_what_the_engine_knows_keeps_its_label_when_it_is_asked_for() -> None:
    done = strip("Officer Ramirez left Nwosu in car 32.", remove=["ramirez", "32"])
    assert done.text == "Officer [person A] left [person B] in car [number]."
    assert [(s.kind, s.reason == ASKED) for s in done.spans] == [
        ("PERSON", True),
        ("PERSON", False),
        ("NUMBER", True),
    ]


def test_a_word_asked_for_is_no_doubt() -> None:
    done = strip("It was zorvexly dark where we stood.", remove=["zorvexly"])
    assert (done.text, done.doubts) == ("It was [removed] dark where we stood.", ())
