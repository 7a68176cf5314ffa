"""The filters for a story's own words: escaped first, then labels marked."""

import pytest

from lessons.templatetags.story_text import narrative, with_labels


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("I saw [person A].", "I saw <mark>[person A]</mark>."),
        ("[date] on [call sign]", "<mark>[date]</mark> on <mark>[call sign]</mark>"),
        ("unit [case number AB]", "unit <mark>[case number AB]</mark>"),
        ("[Not a label]", "[Not a label]"),
        ("a[0] [] [3]", "a[0] [] [3]"),
        ("[<b>]", "[&lt;b&gt;]"),
        ("<script>[date]</script>", "&lt;script&gt;<mark>[date]</mark>&lt;/script&gt;"),
        ("x & \"y\" 'z'", "x &amp; &quot;y&quot; &#x27;z&#x27;"),
    ],
)
def test_labels_are_marked_and_everything_else_is_escaped(text: str, html: str) -> None:
    assert with_labels(text) == html


def test_blank_lines_make_paragraphs_and_single_ones_line_breaks() -> None:
    assert narrative("One [time]\nstill one\r\n\r\nTwo <em>") == (
        "<p>One <mark>[time]</mark><br>still one</p>\n\n<p>Two &lt;em&gt;</p>"
    )
