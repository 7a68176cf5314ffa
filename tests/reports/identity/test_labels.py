"""One person, one letter, and no letter for two."""

from itertools import islice

from reports.identity import strip
from reports.identity.labels import letters


def test_every_form_of_a_name_has_the_same_letter() -> None:
    text = (
        "Officer Rosa Delgado came. Delgado's light was on. Rosa waved, and DELGADO left "
        "with Deputy Nwosu."
    )
    assert strip(text).text == (
        "Officer [person A] came. [person A]'s light was on. [person A] waved, and [person A] left "
        "with Deputy [person B]."
    )


def test_two_persons_with_one_first_name_stay_apart() -> None:
    text = "Officer Kyle Vandiver and Deputy Kyle Wójcik met. Vandiver drove, Wójcik sat."
    assert strip(text).text == (
        "Officer [person A] and Deputy [person B] met. [person A] drove, [person B] sat."
    )


def test_letters_go_on_after_those_in_the_text() -> None:
    text = "Officer [person A] saw Officer Ramirez and K-9 [K-9 C]. Deputy Nwosu left."
    assert strip(text).text == (
        "Officer [person A] saw Officer [person B] and K-9 [K-9 C]. Deputy [person D] left."
    )


def test_a_doubt_has_no_letter_of_another_person() -> None:
    text = "Officer Delacroix held the door. Later on I asked Halligan about it."
    done = strip(text)
    assert [s.replacement for s in done.spans] == ["[person A]"]
    assert [(text[d.start : d.end], d.replacement) for d in done.doubts] == [
        ("Halligan", "[person B]")
    ]


def test_letters_after_z() -> None:
    assert list(islice(letters(), 24, 29)) == ["Y", "Z", "AA", "AB", "AC"]


def test_a_story_with_thirty_persons() -> None:
    syllables = ("bra", "kwi", "zo", "vek", "nu", "tar")
    names = [f"{a}{b}x".title() for a in syllables for b in syllables if a != b]
    text = " ".join(f"Officer {name} came." for name in names)
    given = [s.replacement for s in strip(text).spans]
    assert given == [f"[person {letter}]" for letter in islice(letters(), len(names))]
