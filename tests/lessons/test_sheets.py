"""The roll-call sheet: one tagged page whatever a story says, and lessons chosen in the address."""

import io
import logging
import re

import pikepdf
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from lessons.models import Lesson, Story
from lessons.sheets import pdf
from lessons.sheets.content import Blocks, questions_on, sheet_of_lessons, sheet_of_story
from lessons.sheets.selection import MOST_LESSONS
from tests.factories import make_lesson, make_story, term

pytestmark = pytest.mark.django_db

ADDRESS = "https://nearmiss.example/stories/a-story/"
MOST_BYTES = 60_000


def make_sheet_story(count: int = 3, text: str = "Stand where the car shields you.") -> Story:
    story = make_story("A truck takes a flashlight", slug="a-story")
    for _ in range(count):
        make_lesson(story, text, terms=[term("lesson_theme", "position-and-cover")])
    return Story.objects.with_lessons().get(pk=story.pk)


def made(story: Story) -> bytes:
    return pdf.make_pdf(sheet_of_story(story, ADDRESS))


def opened(made: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(made))


def structure(element: pikepdf.Object) -> list[str]:
    """Return the kinds of structure elements in reading order."""
    if isinstance(element, pikepdf.Array):
        return [kind for child in element for kind in structure(child)]
    if not isinstance(element, pikepdf.Dictionary):
        return []
    own = [str(element.S)] if "/S" in element else []
    return own + (structure(element.K) if "/K" in element else [])


def keys(lessons: list[Lesson]) -> str:
    return ",".join(str(lesson.pk) for lesson in lessons)


def heading(html: str) -> str:
    return str(re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)[0])


# The PDF


def test_the_pdf_is_tagged_named_and_in_english() -> None:
    with opened(made(make_sheet_story())) as sheet:
        root = sheet.Root
        assert bool(root.MarkInfo.Marked) is True
        assert str(root.Lang).lower() == "en-us"
        assert bool(root.ViewerPreferences.DisplayDocTitle) is True
        with sheet.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "A truck takes a flashlight"
        kinds = structure(root.StructTreeRoot)
    assert kinds.count("/H1") == 1
    assert kinds.count("/H2") == 2
    assert kinds.count("/LI") == 6  # three lessons and three questions
    assert kinds.count("/Figure") == 1
    assert kinds.count("/Link") >= 1


def test_the_pdf_holds_no_time_and_is_the_same_each_time() -> None:
    story = make_sheet_story()
    first = made(story)
    assert first == made(story)
    with opened(first) as sheet:
        assert [key for key in sheet.docinfo if "Date" in key] == []
    assert b"CreateDate" not in first


def test_the_pdf_brings_its_own_fonts_and_opens_the_page() -> None:
    with opened(made(make_sheet_story())) as sheet:
        fonts = [str(font.BaseFont) for font in sheet.pages[0].Resources.Font.values()]
        links = {str(a.A.URI) for a in sheet.pages[0].Annots}
    assert {re.sub(r"^/[A-Z]{6}\+|-\w+$", "", font) for font in fonts} == {"PublicSans"}
    assert links == {ADDRESS}


def test_a_sheet_is_small() -> None:
    assert len(made(make_sheet_story(5))) < MOST_BYTES


def test_an_ordinary_sheet_is_whole() -> None:
    fit = pdf.fit_of(sheet_of_story(make_sheet_story(5), ADDRESS))
    assert fit == pdf.Fit(pages=1, shortened=False)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, ""),
        (1, "Short."),
        (12, "Look behind you before you open the door. " * 12),
        (40, "Look behind you before you open the door. " * 40),
        (3, "W" * 2000),
        (3, "<ul>" + "<li>x</li>" * 190 + "</ul>"),
        (200, "One line."),
        (3, "a\n\n" * 600),
        (2, "<ul><li>" * 220),
    ],
)
def test_a_story_takes_one_page_whatever_it_says(count: int, text: str) -> None:
    story = make_sheet_story(count, text)
    sheet = sheet_of_story(story, ADDRESS)
    with opened(pdf.make_pdf(sheet)) as made:
        assert len(made.pages) == 1
    assert pdf.fit_of(sheet).shortened is (count > 2 and len(text) * count > 1000)


def test_a_title_and_a_summary_of_one_word_stay_on_the_page() -> None:
    story = make_sheet_story(1)
    story.title, story.summary = "W" * 120, "m" * 600
    with opened(made(story)) as sheet:
        assert len(sheet.pages) == 1


@pytest.mark.parametrize(
    "text",
    ["😀 a face", "漢字", "nul \0 here", "tab\tand \x1f", "\ue000", "\ufffe", "кириллица", "مرحبا"],
)
def test_any_character_makes_a_sheet(text: str) -> None:
    story = make_sheet_story(1)
    story.title = story.summary = text
    assert made(story).startswith(b"%PDF")


def test_markup_of_the_typesetter_is_text() -> None:
    story = make_sheet_story(1, '#import "x" $ *bold* `raw` <label> @ref #{panic()} \\')
    story.title = '#panic("x")'
    with opened(made(story)) as sheet, sheet.open_metadata() as metadata:
        assert metadata["dc:title"] == '#panic("x")'


def test_a_lesson_keeps_its_emphasis_and_its_lists() -> None:
    html = "<p>Say <strong>stop</strong>.</p><ul><li>one</li><li>two <em>b</em></li></ul>"
    said = {"em": False, "strong": False}
    assert Blocks(html).blocks == [
        {
            "kind": "p",
            "runs": [
                {"text": "Say ", **said},
                {"text": "stop", "em": False, "strong": True},
                {"text": ".", **said},
            ],
        },
        {
            "kind": "ul",
            "items": [
                [{"kind": "p", "runs": [{"text": "one", **said}]}],
                [
                    {
                        "kind": "p",
                        "runs": [
                            {"text": "two ", **said},
                            {"text": "b", "em": True, "strong": False},
                        ],
                    }
                ],
            ],
        },
    ]


def test_questions_follow_the_themes_that_recur_most() -> None:
    story = make_story()
    make_lesson(story, terms=[term("lesson_theme", "debrief")])
    for _ in range(2):
        make_lesson(story, terms=[term("lesson_theme", "talk-early")])
    first, second, last = questions_on(story.lessons.all())
    assert "radio" in first
    assert "last week" in second
    assert last == questions_on([])[-1]


def test_every_theme_has_a_question_of_its_own() -> None:
    asked = set()
    for theme in type(term("lesson_theme", "debrief")).objects.filter(facet="lesson_theme"):
        story = make_story()
        make_lesson(story, terms=[theme])
        asked.add(questions_on(story.lessons.all())[0])
    assert len(asked) == 32
    assert questions_on([])[0] not in asked


# Pages of a story


def test_a_story_offers_its_sheet_and_the_sheet_its_pdf(client: Client) -> None:
    story = make_sheet_story()
    page = client.get(story.get_absolute_url()).content.decode()
    assert 'href="/stories/a-story/sheet.pdf"' in page
    assert 'href="/stories/a-story/sheet/"' in page
    html = client.get("/stories/a-story/sheet/").content.decode()
    assert 'href="/stories/a-story/sheet.pdf"' in html
    assert html.count('<article class="lesson">') == 3
    assert 'aria-label="QR code that opens testserver/stories/a-story/"' in html
    response = client.get("/stories/a-story/sheet.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="a-story.pdf"'
    assert response["Cache-Control"] == "public, max-age=60"
    assert list(response.cookies) == []
    known = client.get("/stories/a-story/sheet.pdf", headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, known.content) == (304, b"")


@pytest.mark.parametrize("ending", ["sheet/", "sheet.pdf"])
def test_an_unpublished_story_has_no_sheet(client: Client, ending: str) -> None:
    story = make_sheet_story()
    assert client.get(f"/stories/a-story/{ending}").status_code == 200
    Story.objects.filter(pk=story.pk).update(published=None)
    assert client.get(f"/stories/a-story/{ending}").status_code == 404


def test_a_pdf_that_cannot_be_made_is_explained_and_logged_without_a_word_of_it(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make_sheet_story(1, "Planted words.")
    monkeypatch.setattr(pdf, "TEMPLATE", b"#panic(sys.inputs.data)")
    with caplog.at_level(logging.DEBUG):
        response = client.get("/stories/a-story/sheet.pdf")
    assert response.status_code == 500
    assert heading(response.content.decode()) == "The PDF could not be made"
    assert 'href="/stories/a-story/sheet/"' in response.content.decode()
    assert "Cache-Control" not in response
    assert ("lessons.sheets.pdf", logging.ERROR, "typst made no sheet.") in caplog.record_tuples
    assert "Planted" not in caplog.text
    chosen = client.get(f"/sheet/?lesson={Lesson.objects.get().pk}")
    assert chosen.status_code == 200


# Chosen lessons


@pytest.fixture
def lessons() -> list[Lesson]:
    """Three lessons of two stories."""
    one, two = make_story("One story"), make_story("Another story")
    theme = term("lesson_theme", "debrief")
    return [
        make_lesson(one, "First lesson", terms=[theme]),
        make_lesson(two, "Second lesson", terms=[theme]),
        make_lesson(one, "Third lesson", terms=[theme]),
    ]


def shown(html: str) -> list[str]:
    return re.findall(r'<article class="lesson"><p>(.*?)</p>', html)


@pytest.mark.parametrize("page", ["/sheet/", "/sheet/selection/"])
def test_the_order_is_that_of_the_address(client: Client, lessons: list[Lesson], page: str) -> None:
    first, second, third = (lesson.pk for lesson in lessons)
    for query in (
        f"lesson={third},{first},{second}",
        f"lesson={third}&lesson={first}&lesson={second}",
    ):
        html = client.get(f"{page}?{query}").content.decode()
        assert shown(html) == ["Third lesson", "First lesson", "Second lesson"]


def test_lessons_move_by_links(client: Client, lessons: list[Lesson]) -> None:
    first, second, third = (lesson.pk for lesson in lessons)
    html = client.get(f"/sheet/?lesson={keys(lessons)}").content.decode()
    moves = re.findall(r'<a href="\?lesson=([\d,]*)">(\w+)<span', html)
    assert moves == [
        (f"{second},{first},{third}", "Down"),
        (f"{second},{third}", "Drop"),
        (f"{second},{first},{third}", "Up"),
        (f"{first},{third},{second}", "Down"),
        (f"{first},{third}", "Drop"),
        (f"{first},{third},{second}", "Up"),
        (f"{first},{second}", "Drop"),
    ]


def test_a_theme_offers_its_lessons_but_those_on_the_sheet(
    client: Client, lessons: list[Lesson]
) -> None:
    hidden = make_story("Hidden", published=None)
    make_lesson(hidden, "Hidden lesson", terms=[term("lesson_theme", "debrief")])
    html = client.get(f"/sheet/?lesson={lessons[0].pk}&theme=debrief").content.decode()
    offered = re.findall(r'<input type="checkbox" [^>]*value="(\d+)"', html)
    assert offered == [str(lessons[1].pk), str(lessons[2].pk)]
    assert f'<input type="hidden" name="lesson" value="{lessons[0].pk}">' in html
    assert "Hidden lesson" not in html


def test_a_lesson_named_twice_stands_once(client: Client, lessons: list[Lesson]) -> None:
    one = lessons[0].pk
    html = client.get(f"/sheet/selection/?lesson={one},{one}&lesson={one}").content.decode()
    assert shown(html) == ["First lesson"]


def test_lessons_of_one_story_come_with_its_summary(client: Client, lessons: list[Lesson]) -> None:
    one = client.get(f"/sheet/selection/?lesson={lessons[0].pk},{lessons[2].pk}").content.decode()
    assert heading(one) == "One story"
    assert '<p class="lede">An officer stood in the lane' in one
    assert "From <a" not in one
    several = client.get(f"/sheet/selection/?lesson={keys(lessons)}").content.decode()
    assert heading(several) == "3 lessons from 2 near misses"
    assert several.count("From <a") == 3


def test_a_selection_has_a_pdf_that_leads_back(client: Client, lessons: list[Lesson]) -> None:
    response = client.get(f"/sheet/selection.pdf?lesson={keys(lessons)}")
    assert response["Content-Disposition"] == 'inline; filename="roll-call-sheet.pdf"'
    with opened(response.content) as sheet:
        assert len(sheet.pages) == 1
        links = {str(a.A.URI) for a in sheet.pages[0].Annots}
    assert links == {f"http://testserver/sheet/selection/?lesson={keys(lessons)}"}


def test_a_selection_that_needs_pages_says_so_beforehand(client: Client) -> None:
    one, two = make_story("One story"), make_story("Another story")
    long = "Look behind you before you open the door. " * 12
    many = [make_lesson(story, long) for story in (one, two) * 12]
    with opened(pdf.make_pdf(sheet_of_lessons(many, ADDRESS))) as sheet:
        pages = len(sheet.pages)
    assert pages > 1
    html = client.get(f"/sheet/?lesson={keys(many)}").content.decode()
    assert f"This takes {pages} pages." in html
    html = client.get(f"/sheet/?lesson={keys(many[:2])}").content.decode()
    assert "This takes" not in html
    assert "PDF, one page" in html


# What is refused

PAGES = ["/sheet/", "/sheet/selection/", "/sheet/selection.pdf"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    "named", ["x", "0", "-1", "1.5", "%00", "1%00", "9" * 30, "1;2", "' OR 1=1", "٣", "1 "]
)
def test_what_is_no_key_is_refused(client: Client, page: str, named: str) -> None:
    response = client.get(f"{page}?lesson={named}")
    assert response.status_code == 400
    assert heading(response.content.decode()) == "This address is damaged"
    assert "Cache-Control" not in response


@pytest.mark.parametrize("page", PAGES)
def test_five_hundred_lessons_are_refused_in_words(client: Client, page: str) -> None:
    query = "&".join(f"lesson={number}" for number in range(1, 501))
    response = client.get(f"{page}?{query}")
    html = response.content.decode()
    assert response.status_code == 400
    assert heading(html) == f"A sheet holds {MOST_LESSONS} lessons at most"
    assert "This address asks for 500." in html
    assert client.get(f"{page}?lesson={','.join(map(str, range(1, 2001)))}").status_code == 400


@pytest.mark.parametrize("page", PAGES)
def test_a_lesson_that_is_gone_leaves_the_rest(
    client: Client, lessons: list[Lesson], page: str
) -> None:
    address = f"{page}?lesson={keys(lessons)}"
    assert client.get(address).status_code == 200
    Story.objects.filter(title="Another story").update(published=None)
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 404
    assert heading(html) == "A lesson of this sheet cannot be found"
    assert f'href="/sheet/?lesson={lessons[0].pk},{lessons[2].pk}">Go on with 2 lessons' in html
    assert client.get(f"{page}?lesson=999999999999999999").status_code == 404


@pytest.mark.parametrize("page", PAGES[1:])
def test_a_sheet_of_nothing_is_refused(client: Client, page: str) -> None:
    for query in ("", "?lesson=", "?lesson=,,"):
        assert client.get(page + query).status_code == 400


@pytest.mark.parametrize("theme", ["nothing", "%00", "x" * 5000, "recruits"])
def test_an_unknown_theme_is_a_404(client: Client, theme: str) -> None:
    response = client.get(f"/sheet/?theme={theme}")
    assert response.status_code == 404
    assert heading(response.content.decode()) == "There is no such theme"


@pytest.mark.parametrize("page", [*PAGES, "/stories/a-story/sheet/", "/stories/a-story/sheet.pdf"])
def test_sheets_are_read_only(client: Client, page: str) -> None:
    make_sheet_story()
    assert client.post(page).status_code == 405


@pytest.mark.parametrize("count", [1, 3, 6])
@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("/sheet/?lesson={}", 3),  # lessons, their terms; themes
        ("/sheet/?lesson={}&theme=debrief", 6),  # and the theme, its lessons, their terms
        ("/sheet/selection/?lesson={}", 2),
        ("/sheet/selection.pdf?lesson={}", 2),
        ("/stories/a-story/sheet/", 4),  # story, terms, lessons, the lessons' terms
        ("/stories/a-story/sheet.pdf", 4),
    ],
)
def test_queries_do_not_grow_with_the_lessons(
    client: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    page: str,
    queries: int,
    count: int,
) -> None:
    story = make_sheet_story(count)
    other = make_lesson(make_story(), terms=[term("lesson_theme", "debrief")])
    make_lesson(other.story, terms=[term("lesson_theme", "debrief")])
    address = page.format(keys([*story.lessons.all(), other]))
    with django_assert_num_queries(queries):
        assert client.get(address).status_code == 200
