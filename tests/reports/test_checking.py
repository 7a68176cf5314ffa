"""What the engine says of a story, as the check page and the desk show it, tier by tier."""

import html
import re

import pytest
from django.template.loader import render_to_string

from reports import suspects
from reports.checking import Checked, check, segments
from reports.identity import KINDS, TIERS, Span, Stripped
from reports.models import Kind, State
from reports.views import summary
from tests.factories import make_moderator, make_report
from tests.reports.desk import NAMED, page_of, signed_in, text_of

TEXT = "Delacroix asked Hope to hold the zilbert."
CERTAIN = Span(0, 9, "PERSON", "certain", "It acts like a name.", "[person A]")
POSSIBLE = Span(16, 20, "PERSON", "possible", "It is often a name.", "[person B]")
DOUBT = Span(33, 40, "PERSON", "doubt", "It is no ordinary word.", "[person]")


def checked(*spans: Span, asked: str = "") -> Checked:
    """Return the check of TEXT in which the engine finds these spans."""
    removed = tuple(span for span in spans if span.tier != "doubt")
    doubts = tuple(span for span in spans if span.tier == "doubt")
    words = {asked.casefold()} if asked else set()
    return Checked(segments(TEXT, Stripped("", removed, doubts), 0, len(TEXT), words), ())


def shown(check: Checked) -> str:
    return html.unescape(
        render_to_string("reports/segments.html", {"segments": check.story})
    ).strip()


def marks(page: str) -> list[str]:
    return re.findall(r"<details.*?</details>", page)


@pytest.mark.parametrize(
    ("spans", "line"),
    [
        ([], "Nothing in it looks like a name, a place, a time or a number that identifies."),
        ([CERTAIN], "1 thing removed."),
        ([POSSIBLE], "1 thing removed, not certain."),
        ([CERTAIN, POSSIBLE], "2 things removed, 1 of them not certain."),
        ([CERTAIN, DOUBT], "1 thing removed, 1 to look at."),
        ([CERTAIN, POSSIBLE, DOUBT], "2 things removed, 1 of them not certain, 1 to look at."),
        ([DOUBT], "Nothing removed, 1 to look at."),
        ([CERTAIN._replace(tier="possible"), POSSIBLE], "2 things removed, 2 of them not certain."),
    ],
)
def test_the_check_in_one_line(spans: list[Span], line: str) -> None:
    assert summary(checked(*spans)) == line


def test_story_and_advice_are_summed_up_together() -> None:
    both = checked(CERTAIN, POSSIBLE, DOUBT)
    assert summary(Checked(both.story, both.story)) == (
        "4 things removed, 2 of them not certain, 2 to look at."
    )


def test_what_is_certain_is_told_and_can_be_kept() -> None:
    assert marks(shown(checked(CERTAIN))) == [
        '<details class="removed"><summary>[person A]</summary><span class="why"><span>'
        "<b>Delacroix</b> – person. It acts like a name.</span>"
        ' <label><input type="checkbox" name="keep" value="Delacroix"> Keep this word</label>'
        "</span></details>"
    ]


def test_what_is_possible_is_asked_in_words() -> None:
    assert marks(shown(checked(POSSIBLE))) == [
        '<details class="removed uncertain"><summary>[person B]'
        '<span class="unseen"> (not certain)</span></summary><span class="why"><span>'
        "<b>Hope</b> – person. It is often a name. <strong>Not sure: keep this word?</strong>"
        '</span> <label><input type="checkbox" name="keep" value="Hope"> Keep this word</label>'
        "</span></details>"
    ]


def test_what_is_only_a_doubt_stays_and_is_asked_about() -> None:
    assert marks(shown(checked(DOUBT))) == [
        '<details class="doubt"><summary>zilbert<span class="ask">\N{NO-BREAK SPACE}?</span>'
        '</summary><span class="why"><span>Is this a person? It is no ordinary word.</span>'
        ' <label><input type="checkbox" name="remove" value="zilbert"> Remove it</label>'
        "</span></details>"
    ]


def test_what_was_asked_for_cannot_be_kept() -> None:
    assert 'name="keep"' not in shown(checked(CERTAIN, asked="delacroix"))


def test_the_rest_of_the_text_stands_as_it_is() -> None:
    page = shown(checked(CERTAIN, POSSIBLE, DOUBT))
    assert re.sub(r"<details.*?</details>", "|", page) == "| asked | to hold the |."
    assert checked(CERTAIN, POSSIBLE, DOUBT).stored_story == (
        "[person A] asked [person B] to hold the zilbert."
    )


def test_an_agency_is_asked_about_in_good_english() -> None:
    asked = [shown(checked(DOUBT._replace(kind=kind))) for kind in KINDS]
    assert [re.findall(r"Is this (.*?)\?", page)[0] for page in asked] == [
        "a person",
        "an agency",
        "a place",
        "a time",
        "a number",
        "a contact",
    ]


def test_the_engine_itself_is_certain_of_a_rank_and_a_name() -> None:
    found = check("Sgt. Delacroix stood beside the car.", "")
    assert [(s.typed, s.is_removed, s.is_uncertain) for s in found.story if s.span] == [
        ("Delacroix", True, False)
    ]
    assert (found.removed, found.uncertain, found.doubts) == (1, 0, 0)


# At the desk


def test_every_kind_and_tier_has_words_at_the_desk() -> None:
    assert set(suspects.TIER_LABELS) == set(TIERS)
    assert set(Kind.values) == set(KINDS)


def test_a_suspect_has_the_tier_and_reason_of_its_most_certain_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = "Hope and Hope and hope."
    spans = tuple(
        Span(start, start + 4, "PERSON", tier, f"Is {tier}.", f"[{tier}]")
        for start, tier in ((0, "possible"), (9, "certain"))
    )
    doubts = (Span(18, 22, "PERSON", "doubt", "Is a doubt.", "[person]"),)
    monkeypatch.setattr(suspects, "strip", lambda text: Stripped("", spans, doubts))
    found = suspects.find({"Narrative": text})
    assert [(s.word, s.tier, s.tier_label, s.reason, s.replacement) for s in found] == [
        ("Hope", "certain", "certain", "Is certain.", "[certain]")
    ]
    assert [place.word for place in found[0].occurrences] == ["Hope", "Hope", "hope"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("tier", "words"),
    [
        ("certain", "Person, certain"),
        ("possible", "Person, possible"),
        ("doubt", "Person, only a doubt"),
    ],
)
def test_the_desk_tells_kind_tier_and_reason_in_words(
    monkeypatch: pytest.MonkeyPatch, tier: str, words: str
) -> None:
    def strip(text: str) -> Stripped:
        start = text.index("Ramirez")
        span = Span(start, start + 7, "PERSON", tier, "Why it is one.", "[person A]")
        return Stripped("", () if tier == "doubt" else (span,), (span,) if tier == "doubt" else ())

    monkeypatch.setattr(suspects, "strip", strip)
    report = make_report(State.IN_REVIEW, story=NAMED)
    page = text_of(signed_in(make_moderator()).get(page_of(report)))
    assert re.findall(r"><mark>(.*?)</mark> <span>(.*?)</span></label>", page) == [
        ("Ramirez", words)
    ]
    assert re.findall(r'<p class="why">(.*?)</p>', page) == ["Why it is one."]
