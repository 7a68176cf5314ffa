"""Each form that the patterns know is found whole, and what only resembles it is left alone."""

import pytest

from reports.identity import patterns
from reports.identity.recognizers.chains import chains
from reports.identity.tokens import tokenise


def found(text: str) -> list[tuple[str, str, str]]:
    """Return (text, kind, label) of what the patterns alone find."""
    story = tokenise(text)
    places = patterns.windows(story, [*chains(story)], range(len(story.tokens)))
    taken = bytearray(len(text))
    spans = [
        span for contacts in (True, False) for span in patterns.find(story, places, taken, contacts)
    ]
    return [
        (text[s.start : s.end], s.kind, s.replacement[1:-1])
        for s in sorted(spans, key=lambda s: s.start)
    ]


@pytest.mark.parametrize(
    ("text", "span", "label"),
    [
        ("See https://btr.example/docs?id=31.", "https://btr.example/docs?id=31", "web address"),
        ("See www.btr.example/a now", "www.btr.example/a", "web address"),
        ("See ridgepd.gov for it", "ridgepd.gov", "web address"),
        ("go to ridge pd dot com slash tips", "pd dot com slash tips", "web address"),
        ("Mail j.doe+x@ridge.pd.gov.", "j.doe+x@ridge.pd.gov", "email"),
        ("dan at ridge pd dot gov", "dan at ridge pd dot gov", "email"),
        ("dan (at) ridge (dot) gov", "dan (at) ridge (dot) gov", "email"),
        ("I am @ofc_dan.", "@ofc_dan", "handle"),
        ("I am dan#4471 there", "dan#4471", "handle"),
        ("I am ofc_dan there", "ofc_dan", "handle"),
        ("My insta is dan.k9", "dan.k9", "handle"),
        ("It was 192.0.2.77.", "192.0.2.77", "IP address"),
        ("It was 2001:db8::ff00:42:8329", "2001:db8::ff00:42:8329", "IP address"),
        ("It was 00:1b:44:11:3a:b7", "00:1b:44:11:3a:b7", "IP address"),
        ("Call (601) 555-0184.", "(601) 555-0184", "phone"),
        ("Call +1 601-555-0184.", "+1 601-555-0184", "phone"),
        ("Call +44 20 7946 0018.", "+44 20 7946 0018", "phone"),
        ("Call 555-0148.", "555-0148", "phone"),
        ("cell 5550148", "5550148", "phone"),
        ("Call five five five oh one four eight", "five five five oh one four eight", "phone"),
        ("5 5 5 0 1 4 8", "5 5 5 0 1 4 8", "phone"),
        ("Ask for ext. 3317.", "3317", "extension"),
        ("555-0148 x33", "555-0148", "phone"),
        ("My pager is 4471203", "4471203", "pager"),
        ("His 078-05-1120 was on it", "078-05-1120", "SSN"),
        ("At 44.1234, -106.5512 it was", "44.1234, -106.5512", "coordinates"),
        ("at 13T FF 84683 18834 now", "13T FF 84683 18834", "coordinates"),
        ("at 849VCWC8+R9 now", "849VCWC8+R9", "coordinates"),
        ("It is 2:22-cr-00451.", "2:22-cr-00451", "case number"),
        ("Boise, ID 83702", "83702", "ZIP code"),
        ("on I-80 east", "I-80", "highway"),
        ("on U.S. 41 east", "U.S. 41", "highway"),
        ("on sr 16 east", "sr 16", "highway"),
        ("at 412 Elm Street", "412 Elm Street", "address"),
        ("at 1200 N 3rd Ave.", "1200 N 3rd Ave", "address"),
        ("AT 412 ELM ST", "412 ELM ST", "address"),
        ("at 1450 South 900 West", "1450 South 900 West", "address"),
        ("the 400 block of it", "400", "number"),
        ("2022-03-14 it was", "2022-03-14", "date"),
        ("on 3/14/22.", "3/14/22", "date"),
        ("14MAR22", "14MAR22", "date"),
        ("the 3rd of March", "3rd of March", "date"),
        ("March 3rd", "March 3rd", "date"),
        ("may third", "may third", "date"),
        ("the twenty-first of June", "twenty-first of June", "date"),
        ("last march, it", "march", "date"),
        ("Tuesday the 8th", "8th", "date"),
        ("on the 17th.", "17th", "date"),
        ("Fri 3/14", "3/14", "date"),
        ("at 11:40 pm", "11:40 pm", "time"),
        ("at 7:40a it", "7:40a", "time"),
        ("at 9 a.m. it", "9 a.m.", "time"),
        ("2215 hours", "2215 hours", "time"),
        ("0214-0330 it", "0214-0330", "time"),
        ("around 1940 it", "1940", "time"),
        ("1940 DISPATCHED", "1940", "time"),
        ("about 4 in the morning", "4", "time"),
        ("20 after 7", "20 after 7", "time"),
        ("a quarter to six", "a quarter to six", "time"),
        ("at nine fifteen", "nine fifteen", "time"),
        ("oh four hundred hours", "oh four hundred hours", "time"),
        ("3-Adam-12 came", "3-Adam-12", "call sign"),
        ("three adam twelve came", "three adam twelve", "call sign"),
        ("Charlie 6 came", "Charlie 6", "call sign"),
        ("charlie six came", "charlie six", "call sign"),
        ("call sign Gospel 1", "Gospel 1", "call sign"),
        ("king paul lincoln five five oh", "king paul lincoln five five oh", "plate"),
        ("h as in hotel two three four", "h as in hotel two three four", "case number"),
        ("hull w n four four one k", "w n four four one", "number"),
        ("ABC 1234 it was", "ABC 1234", "plate"),
        ("Lodge 14 met", "Lodge 14", "agency"),
        ("Troop C came", "Troop C", "agency"),
        ("in Building C", "C", "number"),
    ],
)
def test_a_form_is_found_whole(text: str, span: str, label: str) -> None:
    assert (span, label) in [(piece, name) for piece, _, name in found(text)]


@pytest.mark.parametrize(
    "text",
    [
        "an AR-15 and M-80s",
        "a ruger 10/22",
        "+00:40 two units",
        "not my 3 o'clock",
        "you may go and we march on",
        "one two many",
        "over fifteen hundred of them",
        "100 x 100 ft",
        "HR 112",
        "18 USC 1512",
        "It cost us 1.4 million",
        "Alpha side and Charlie side",
        "echo five feet",
        "12 FEET FROM THE ROAD",
        "3,400 ROUNDS. ST. ELMO",
        "half of us",
        "second of all",
        "e.g. this.that",
    ],
)
def test_what_only_resembles_a_form_stays(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("contacts", [True, False])
def test_every_pattern_names_a_kind_and_a_place(contacts: bool) -> None:
    for joined in patterns.patterns()[contacts]:
        assert joined.when in patterns.WHEN
        assert (joined.when == "web") == bool(joined.signs.pattern)
        assert {p.kind == "CONTACT" for p in joined.members.values()} == {contacts}
