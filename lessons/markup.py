"""The text of a lesson as HTML: emphasis and lists that a moderator wrote, and nothing else."""

import re
from html import unescape

import bleach
from django.utils.html import linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe

TAGS = frozenset({"p", "ul", "ol", "li", "em", "strong"})

BLOCK = re.compile(r"<(p|ul|ol|li)\b", re.IGNORECASE)
BETWEEN_BLOCKS = re.compile(r"</(?:p|li)>|<br>")


def lesson_html(text: str) -> SafeString:
    """Return a lesson's text as HTML that holds TAGS without attributes, and no other tag.

    text: plain text, where a blank line starts a new paragraph, or text with TAGS in it. As soon as
    it holds a block of its own, the line breaks mean nothing, as in any HTML.

    Cleaning comes last, so that whatever stands on the page went through it, tags closed.
    """
    if not BLOCK.search(text):
        text = linebreaks(text)
    cleaned: str = bleach.clean(text, tags=TAGS, attributes={}, protocols=set(), strip=True)
    return mark_safe(cleaned)  # noqa: S308 - what bleach let through


def lesson_text(text: str) -> str:
    """Return a lesson's text without any tag, its paragraphs and points on lines of their own."""
    lines = unescape(strip_tags(BETWEEN_BLOCKS.sub("\n", lesson_html(text)))).splitlines()
    return "\n".join(filter(None, (line.strip() for line in lines)))
