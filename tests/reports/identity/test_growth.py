"""What was found grows over the words that belong to it, and over no others."""

import pytest

from reports.identity import Span
from reports.identity.recognizers import growth
from reports.identity.span import take
from reports.identity.tokens import tokenise


def grown(marked: str) -> list[str]:
    """Return what becomes of the stretches marked as in «KIND:text»."""
    text, spans = "", []
    for part in marked.split("«"):
        kind, colon, rest = part.partition(":")
        if colon and "»" in rest:
            found, rest = rest.split("»")
            spans.append(Span(len(text), len(text) + len(found), kind, "certain", "", ""))
            text += found + rest
        else:
            text += part
    taken = bytearray(len(text))
    for span in spans:
        take(taken, span.start, span.end)
    return [text[s.start : s.end] for s in growth.grow(tokenise(text), taken, spans)]


@pytest.mark.parametrize(
    ("marked", "whole"),
    [
        ("We met A. «PERSON:Delgadillo» there.", ["A. Delgadillo"]),
        ("It was twenty «NUMBER:three david» again.", ["twenty three david"]),
        ("I wrote «TIME:sixteen» fifty-eight on it.", ["sixteen fifty-eight"]),
        ("We train at the Iron «PLACE:Gulch» Warehouse now.", ["Iron Gulch Warehouse"]),
        ("They work for Ohio «AGENCY:DOT» now.", ["Ohio DOT"]),
        ("It was at «PLACE:7th» and «PLACE:Laurel», no light.", ["7th and", "Laurel"]),
        ("TRAFFIC ON LA «PLACE:14» STOPPED.", ["LA 14"]),
        ("We met at «PLACE:Keep»-It there.", ["Keep-It"]),
        ("It was the Church of the «PLACE:Assumption» van.", ["Church of the Assumption"]),
        ("We met the Port of «AGENCY:Everett» crew.", ["Port of Everett"]),
        ('I saw «PERSON:Terrell» "Pockets" «PERSON:Mabry» run.', ['Terrell "Pockets"', "Mabry"]),
        ("I saw Smith-«PERSON:Jones» fall.", ["Smith-Jones"]),
        ("he sells at «AGENCY:lampkin tire» and lube now", ["lampkin tire and lube"]),
    ],
)
def test_it_takes_what_belongs_to_it(marked: str, whole: list[str]) -> None:
    assert grown(marked) == whole


@pytest.mark.parametrize(
    "marked",
    [
        "Then Sergeant «PERSON:Ramirez» came.",
        "Behind him Deputy «PERSON:Ramirez» waited.",
        "Then «PERSON:Ramirez» came.",
        "We had the Taser «PERSON:Ramirez» brought.",
        "Read Unit «NUMBER:12» back.",
        "It was «TIME:0214» three of us ran.",
        "HE HIT «PERSON:RAMIREZ» TWICE.",
        "it was «PERSON:ramirez» again",
        "«PERSON:Adams» and «PERSON:Ruiz» ran.",
        "then «AGENCY:mesa pd» and fire came",
        "Most of «PLACE:Chicago» was dark.",
        "Then the Chief of «AGENCY:Harlan PD» spoke.",
        'Then «PERSON:Mabry» said "Stop" and ran.',
        "A non-«PERSON:Ramirez» matter.",
    ],
)
def test_it_leaves_what_stands_beside_it(marked: str) -> None:
    found = [part.partition("»")[0] for part in marked.split(":")[1:]]
    assert grown(marked) == found
