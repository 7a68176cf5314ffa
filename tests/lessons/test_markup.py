"""The text of a lesson as HTML, with nh3, a sanitiser of another house, as the oracle."""

import re
from html.parser import HTMLParser

import bleach
import nh3
import pytest
from django.utils.html import linebreaks
from hypothesis import given
from hypothesis import strategies as st

from lessons.markup import MARKUP, TAGS, lesson_html, plain_text

# Pieces that a hostile or a careless author puts together.
PIECES = st.sampled_from(
    [
        *(f"<{tag}>" for tag in sorted(TAGS)),
        *(f"</{tag}>" for tag in sorted(TAGS)),
        "<script>alert(1)</script>",
        "<script>",
        "<style>p{}</style>",
        "<img src=x onerror=alert(1)>",
        '<p onclick="alert(1)" style="color:red" class="x">',
        '<a href="javascript:alert(1)">here</a>',
        "<svg><style><em>",
        "<math><mi><p>",
        "<table><td>",
        "<textarea><p>",
        "<!-- ",
        " -->",
        "<![CDATA[",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
        "&lt;script&gt;",
        "&",
        "<5 ft",
        "\n",
        "\n\n",
        '"',
        "'",
        "https://example.org/",
        "Stand clear.",
    ]
)
TEXTS = st.one_of(st.text(), st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))


class Tags(HTMLParser):
    """Collects what a page holds: start tags with attributes, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.text += data


def structure(html: str) -> tuple[list[tuple[str, list[tuple[str, str | None]]]], str]:
    parsed = Tags(html)
    return parsed.tags, parsed.text


@given(TEXTS)
def test_the_oracle_finds_nothing_left_to_clean(text: str) -> None:
    html = lesson_html(text)
    assert structure(nh3.clean(html, tags=set(TAGS), attributes={})) == structure(html)


@given(TEXTS)
def test_no_tag_but_ours_and_no_attribute(text: str) -> None:
    tags, _ = structure(lesson_html(text))
    assert {tag for tag, _ in tags} <= TAGS
    assert [attributes for _, attributes in tags if attributes] == []


@given(TEXTS)
def test_every_tag_that_opens_is_closed(text: str) -> None:
    html = lesson_html(text)
    for tag in TAGS:
        assert len(re.findall(f"<{tag}>", html)) == html.count(f"</{tag}>")


@given(TEXTS)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = lesson_html(text)
    assert lesson_html(f"<p></p>{once}") == f"<p></p>{once}"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Search again.", "<p>Search again.</p>"),
        ("Search again.\n\nThen once more.", "<p>Search again.</p>\n\n<p>Then once more.</p>"),
        ("- Stop.\n- Look.", "<p>- Stop.</p>\n\n<p>- Look.</p>"),
        ("One\r\ntwo & three\n\nfour", "<p>One</p>\n\n<p>two &amp; three</p>\n\n<p>four</p>"),
        ("Stop<br>Look", "<p>Stop</p>\n\n<p>Look</p>"),
        ("<p>Stop<BR />Look</p>", "<p>Stop\nLook</p>"),
        ("Stay <5 ft & low", "<p>Stay &lt;5 ft &amp; low</p>"),
        ("Search <em>again</em>.", "<p>Search <em>again</em>.</p>"),
        (
            "<em>Search.\n\nAgain.</em>",
            "<p><em>Search.</em></p><em>\n\n</em><p><em>Again.</em></p>",
        ),
        (
            "<p>Carry:</p>\n<ul><li>gloves</li><li>light</li></ul>",
            "<p>Carry:</p>\n<ul><li>gloves</li><li>light</li></ul>",
        ),
        ("<script>alert(1)</script>Go.", "<p>alert(1)Go.</p>"),
        ('<a href="https://example.org/">Read</a>', "<p>Read</p>"),
        ("See https://example.org/", "<p>See https://example.org/</p>"),
        ('<p style="x" onclick="y">Go.</p>', "<p>Go.</p>"),
        ("<ol><li>First", "<ol><li>First</li></ol>"),
        ("", "<p></p>"),
    ],
)
def test_what_becomes_of(text: str, html: str) -> None:
    assert lesson_html(text) == html


@given(st.text())
def test_text_without_markup_is_what_cleaning_would_leave(text: str) -> None:
    plain = MARKUP.sub("", text)
    cleaned = bleach.clean(linebreaks(plain), tags=TAGS, attributes={}, protocols=set(), strip=True)
    assert lesson_html(plain) == cleaned


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("One.\n\nTwo.", "One.\nTwo."),
        ("One.\nTwo.", "One.\nTwo."),
        ("Use <em>both</em> & <strong>look</strong>.", "Use both & look."),
        ("Look:<ul><li>left</li><li>right</li></ul>", "Look:\nleft\nright"),
        ("5 < 6", "5 < 6"),
    ],
)
def test_plain_text_has_a_line_for_each_paragraph_and_point(text: str, plain: str) -> None:
    assert plain_text(lesson_html(text)) == plain
