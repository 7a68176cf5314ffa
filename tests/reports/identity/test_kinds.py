"""Each kind of identifier is found where it stands, and what must stay stays."""

import pytest

from reports.identity import strip


def masked(text: str) -> list[tuple[str, str, str]]:
    """Return (text, kind, replacement) of every span of the stripped story."""
    return [(text[s.start : s.end], s.kind, s.replacement) for s in strip(text).spans]


@pytest.mark.parametrize(
    ("text", "stripped"),
    [
        # persons
        ("Officer Ramirez covered me.", "Officer [person A] covered me."),
        ("OFFICER RAMIREZ COVERED ME.", "OFFICER [person A] COVERED ME."),
        (
            "officer ramirez covered me the whole time",
            "officer [person A] covered me the whole time",
        ),
        ("My partner Deshawn yelled gun.", "My partner [person A] yelled gun."),
        ("I asked J.T. to hold the light.", "I asked [person A] to hold the light."),
        ("We call the dog out. K-9 Rex came back.", "We call the dog out. K-9 [K-9 A] came back."),
        ("Sgt. V. Tran told me to wait.", "Sgt. [person A] told me to wait."),
        ("Officer Smith-Jones covered me.", "Officer [person A] covered me."),
        # agencies
        ("I work for the Dade County Sheriff's Office.", "I work for the [agency]."),
        ("They went to St. Luke's Hospital.", "They went to [hospital]."),
        ("The FBI took over.", "The [agency] took over."),
        # places
        ("It was at 412 Elm Street.", "It was at [address]."),
        (
            "We stopped on I-80 at mile marker 114.",
            "We stopped on [highway] at mile marker [number].",
        ),
        ("He fled down Sawyer Creek.", "He fled down [place]."),
        ("We met at the Wawa on Route 9.", "We met at the [business] on Route [highway]."),
        ("Beat 32 was quiet.", "Beat [number] was quiet."),
        ("Send it to Boise, ID 83702.", "Send it to [town], ID [ZIP code]."),
        ("Position: 29 20.6 N, 094 46.2 W, adrift", "Position: [coordinates], adrift"),
        ("He drove his Ford down winchester ave.", "He drove his Ford down [street]."),
        ("It was near Springfield that we met.", "It was near [town] that we met."),
        # times
        ("He ran at 022 10:05 hrs.", "He ran at [number] [time] hrs."),
        ("On March 3 at 0214 hours it began.", "On [date] at [time] it began."),
        ("It was 3/14/22, about 11:40 pm.", "It was [date], about [time]."),
        ("On 14MAR22 it began.", "On [date] it began."),
        ("It was Christmas Eve.", "It was [date]."),
        ("She called at half past eleven.", "She called at [time]."),
        # numbers
        ("His badge 4471 fell off.", "His badge [number] fell off."),
        ("Unit 12 and 3-Adam-12 answered.", "Unit [number] and [call sign] answered."),
        ("The plate 7KLM221 came back.", "The plate [plate] came back."),
        ("It is under 22-004518.", "It is under [case number]."),
        ("badge eleven oh four was mine", "badge [number] was mine"),
        ("We boarded the M/V Federal Tiber.", "We boarded the M/V [call sign]."),
        # contacts
        ("Call me at 555-0148.", "Call me at [phone]."),
        ("Mail motors.safety@example.org today.", "Mail [email] today."),
        ("Write to dan at ridge pd dot gov please.", "Write to [email] please."),
        ("I am @ofc_dan there.", "I am [handle] there."),
        ("It is on https://btr.example/docs?id=31.", "It is on [web address]."),
        ("The server was 192.0.2.77.", "The server was [IP address]."),
        ("Ask for ext. 3317.", "Ask for ext. [extension]."),
        # what belongs to a name: its 's, the small words inside it, the letters that spell it
        ("We staged behind St. Vincent's at noon.", "We staged behind [place] at noon."),
        ("Sgt. Delacroix's vest was torn.", "Sgt. [person A]'s vest was torn."),
        (
            "The truck was from Tri-Valley Heating and Cooling in town.",
            "The truck was from [agency] in town.",
        ),
        ("It is spelled D E L A C R O I X for you.", "It is spelled [person A] for you."),
        (
            "me driving us 95 along the river with the window down",
            "me driving [place] along the river with the window down",
        ),
        ("OSHA came to look at it.", "[agency] came to look at it."),
    ],
)
def test_an_identifier_is_replaced(text: str, stripped: str) -> None:
    assert strip(text).text == stripped


@pytest.mark.parametrize(
    "text",
    [
        "He carried a Glock 19 and a Taser 7.",
        "I gave a 10-78 and then Code 3, Signal 13.",
        "It was a Terry stop and I read him Miranda.",
        "They charged him under 18 USC 922.",
        "Tennessee v. Garner says so.",
        "The .223 round went 15 feet at 88 in a 55.",
        "I have 17 years on and weigh 230 pounds.",
        "We drove to the county jail and the gas station.",
        "My agency, patrol and SWAT were on the interstate.",
        "We carry Narcan, Kevlar and Stop Sticks.",
        "Dispatch told Control that the sergeant was out.",
        "He was on the third floor, lane 4, door 6.",
        "It cost $40 and 30 percent of us paid.",
        "i was on the shoulder and the truck came over the rise",
        "He had no pulse and I did C P R for nine minutes.",
        "THE SUSPECT WAS BEHIND THE FENCE WITH A KNIFE.",
        "I had slept about four hours out of forty-eight, and nine out of ten do.",
    ],
)
def test_what_must_stay_stays(text: str) -> None:
    done = strip(text)
    assert (done.text, done.spans) == (text, ())


def test_a_span_tells_where_what_and_why() -> None:
    text = "Sgt. Delacroix's partner met me at 2215 hours."
    first, second = strip(text).spans
    assert (text[first.start : first.end], first.kind, first.tier, first.reason) == (
        "Delacroix",
        "PERSON",
        "certain",
        "A rank or title stands before it.",
    )
    assert (text[second.start : second.end], second.kind, second.replacement) == (
        "2215 hours",
        "TIME",
        "[time]",
    )


def test_a_name_is_found_everywhere_once_it_is_known() -> None:
    text = "Officer Price set the sticks. I saw Price run, and PRICE fell. The price was high."
    assert [found for found, _, _ in masked(text)] == ["Price", "Price", "PRICE"]


def test_an_ordinary_word_with_a_capital_amid_small_letters_is_pointed_out() -> None:
    text = "In the end it was Larder who had moved the cones, and the larder was empty."
    done = strip(text)
    pointed = [text[d.start : d.end] for d in (*done.spans, *done.doubts)]
    assert "Larder" in pointed


def test_a_word_that_may_be_a_name_is_pointed_out() -> None:
    text = "It was zorvexly dark where we stood."
    done = strip(text)
    assert done.text == text
    assert [(text[d.start : d.end], d.tier, d.replacement) for d in done.doubts] == [
        ("zorvexly", "doubt", "[agency]")
    ]


@pytest.mark.parametrize(
    ("text", "kept", "pointed"),
    [
        ("film student from jersey city shooting the skyline", "jersey city", ""),
        ("we took the wreck over by red clay casino last night", "red clay", "casino"),
        ("she teaches chem at chesapeake college of the arts", "chesapeake college", "of the arts"),
    ],
)
def test_words_beside_a_name_in_small_letters_go_or_are_pointed_out(
    text: str, kept: str, pointed: str
) -> None:
    done = strip(text)
    found = [text[s.start : s.end] for s in (*done.spans, *done.doubts)]
    rest = " ".join(sorted(found, key=text.index))
    assert f"{kept} {pointed}".strip() in rest


@pytest.mark.parametrize("place", ["farm", "house", "gas station"])
def test_a_word_of_grammar_and_one_of_many_are_no_doubts(place: str) -> None:
    assert strip(f"A noise call at a {place}, and a man with a knife.").doubts == ()


def test_what_begins_with_i_is_no_name() -> None:
    text = "Then I'm at the door and I've no cover, so I'd wait. I'll say it again, I'm no hero."
    assert strip(text).doubts == ()


def test_letters_of_an_interview_and_with_a_stroke_are_no_names() -> None:
    text = "Q. Who was there?\nA. Me.\n\nQ: Describe it.\nA) R/Tpr saw a W/M and an H/F run N/B."
    done = strip(text)
    assert done.text == text
    assert {text[d.start : d.end] for d in done.doubts} & set("QARWMHFNB") == set()


def test_an_initial_at_the_head_of_a_line_is_a_name_where_nobody_is_asked() -> None:
    assert strip("A. Halvorsen covered me.").text == "[person A] covered me."


def test_the_rank_of_a_name_that_has_gone_is_no_doubt() -> None:
    done = strip("Sgt. Ramirez called Officer Delacroix and Deputy Okafor. A truck passed close.")
    assert done.text.startswith("Sgt. [person A] called Officer [person B] and Deputy [person C].")
    assert done.doubts == ()
