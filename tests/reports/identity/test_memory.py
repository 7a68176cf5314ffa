"""A story's words do not outlive its stripping in the memory of the process."""

import gc
import sys

import pytest

from reports.identity import strip, tagger
from reports.identity.tokens import MAX_WORD, everyday

SURNAME = "Zbigniewiczowska"  # in no list of the engine's, nor of Python's
FIRST = "Quillonaire"
ASKED = "Marmaduchess"


def strings_in_memory(fragment: str) -> list[str]:
    """Return every string that the garbage collector can reach and that holds the fragment."""
    seen: set[int] = set()
    found = []
    containers = {dict, tuple, list, set, frozenset}  # by type(): a lazy object asked would wake up
    waiting = [o for o in gc.get_objects() if type(o) in containers]
    for held in waiting:
        inside = [*held.keys(), *held.values()] if type(held) is dict else list(held)
        for item in inside:
            if type(item) is str and id(item) not in seen:
                seen.add(id(item))
                if fragment.casefold() in item.casefold():
                    found.append(item)
    return found


def test_no_word_of_a_story_is_kept() -> None:
    words = [SURNAME, FIRST, ASKED]
    before = {word: len(strings_in_memory(word)) for word in words}
    pieces = [f"Sgt. {SURNAME} met {FIRST} at 2215.", f"{SURNAME.upper()} said ", ASKED.lower()]
    story = " ".join(pieces)
    del pieces
    stripped = strip(story, keep=[FIRST], remove=[ASKED])
    assert SURNAME not in stripped.text
    assert ASKED.lower() not in stripped.text
    del story, stripped
    gc.collect()
    assert {word: len(strings_in_memory(word)) for word in words} == before


def cached() -> dict[str, int]:
    """Return how many answers each caching function of the engine holds."""
    functions = {
        f"{module.__name__}.{name}": value
        for module in list(sys.modules.values())
        if module.__name__.startswith("reports.identity")
        for name, value in vars(module).items()
        if hasattr(value, "cache_info")
    }
    return {name: function.cache_info().currsize for name, function in functions.items()}


def test_no_cache_grows_with_the_stories() -> None:
    story = "Sgt. {0} met {1} of {2}. We told {1} that {2} was shut. they said {0} had a {2} there"
    strip(story.format("Quornstable", "Ferrimond", "Wexlerbury"))
    before = cached()
    strip(story.format("Tarquenmoor", "Bellisandre", "Ockhamshire"))
    assert len(before) > 5
    assert cached() == before


def test_what_is_kept_of_everyday_words_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = {"wEaPoN", "wEApOn", "WeApoN", "\n" * (MAX_WORD + 1)}
    strip(" ".join(["They ran and they'll run.", *odd, "They fell."]))
    assert {"They", "ran", "they'll"} <= everyday.keys()
    assert odd & everyday.keys() == set()
    monkeypatch.setattr(tagger, "MOST_EVERYDAY", len(everyday))
    kept = set(everyday)
    assert "verandas" not in kept
    assert strip("The verandas were wet.").text == "The verandas were wet."
    assert set(everyday) == kept
