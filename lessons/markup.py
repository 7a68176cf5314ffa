"""The text of a lesson as HTML: emphasis and lists that a moderator wrote, and nothing else."""

import re

import bleach
from django.utils.html import linebreaks
from django.utils.safestring import SafeString, mark_safe

TAGS = frozenset({"p", "ul", "ol", "li", "em", "strong"})

BLOCK = re.compile(r"<(p|ul|ol|li)\b", re.IGNORECASE)

# One line without anything that means something in HTML: nothing there to clean, and most lessons
# are like that. Cleaning takes a millisecond, and a page of the library shows twenty.
ONE_PLAIN_LINE = re.compile(r"[ !\"#$%'-;=?-~\u00a1-\u1fff\u2010-\u2027\u2030-\ud7ff]+")


def lesson_html(text: str) -> SafeString:
    """Return a lesson's text as HTML that holds TAGS without attributes, and no other tag.

    text: plain text, where a blank line starts a new paragraph, or text with TAGS in it. As soon as
    it holds a block of its own, the line breaks mean nothing, as in any HTML.

    Cleaning comes last, so that whatever stands on the page went through it, tags closed.
    """
    if ONE_PLAIN_LINE.fullmatch(text):
        return mark_safe(f"<p>{text}</p>")  # noqa: S308 - holds no character of markup
    if not BLOCK.search(text):
        text = linebreaks(text)
    cleaned: str = bleach.clean(text, tags=TAGS, attributes={}, protocols=set(), strip=True)
    return mark_safe(cleaned)  # noqa: S308 - what bleach let through
