"""What was weighed becomes spans: a name goes whole, and takes what is nearly likely along."""

from reports.identity.naming import NEARLY, POSSIBLE, runs
from reports.identity.tagger import CLASSES
from reports.identity.tokens import tokenise


def found(text: str, sure: dict[str, tuple[str, float]]) -> list[str]:
    """Return the runs of a text in which these words have this kind and this probability."""
    story = tokenise(text)
    weighed = {}
    for i, token in enumerate(story.tokens):
        kind, chance = sure.get(token.text, ("", 0.0))
        if kind:
            weighed[i] = [1 - chance, *(chance * (kind == name) for name in CLASSES[1:])]
    return [" ".join(token.text for token in run.tokens) for run in runs(story, weighed)]


UNDER = POSSIBLE["PLACE"] * (1 + NEARLY) / 2
FAR_UNDER = POSSIBLE["PLACE"] * NEARLY / 2


def test_a_word_that_is_nearly_likely_goes_with_the_name_beside_it_on_either_side() -> None:
    sure = {"Level": ("PLACE", UNDER), "Plains": ("PLACE", 0.9), "Water": ("PLACE", UNDER)}
    assert found("we met at Level Plains Water at last", sure) == ["Level Plains Water"]


def test_a_row_of_such_words_goes_as_far_as_it_reaches() -> None:
    sure = dict.fromkeys(("Red", "Piney"), ("PLACE", UNDER)) | {"Woods": ("PLACE", 0.9)}
    assert found("out by Red Piney Woods then", sure) == ["Red Piney Woods"]


def test_it_stays_alone_or_when_it_is_far_from_likely_or_behind_a_comma() -> None:
    assert found("we met at Level then", {"Level": ("PLACE", UNDER)}) == []
    name = {"Plains": ("PLACE", 0.9)}
    assert found("at Level Plains", name | {"Level": ("PLACE", FAR_UNDER)}) == ["Plains"]
    assert found("at Level, Plains", name | {"Level": ("PLACE", UNDER)}) == ["Plains"]


def test_a_number_takes_no_word_along() -> None:
    sure = {"4471": ("NUMBER", 0.9), "runs": ("NUMBER", POSSIBLE["NUMBER"] * 0.75)}
    assert found("the badge 4471 runs out", sure) == ["4471"]
