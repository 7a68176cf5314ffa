"""The text of a lesson as HTML: emphasis and lists that a moderator wrote, and nothing else."""

import re
from html import unescape

import bleach
from django.utils.html import linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import normalize_newlines

TAGS = frozenset({"p", "ul", "ol", "li", "em", "strong"})

BLOCK = re.compile(r"<(p|ul|ol|li)\b", re.IGNORECASE)
# What cleaning may change. Of control characters all but the tab are there for the line breaks.
MARKUP = re.compile("[<>&\x00-\x08\x0a-\x1f]")
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)  # none of TAGS: without it, words would touch
LONE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
BETWEEN_BLOCKS = re.compile(r"</?(?:p|ul|ol|li)>")


def lesson_html(text: str) -> SafeString:
    """Return a lesson's text as HTML that holds TAGS without attributes, and no other tag.

    text: plain text, where each line is a paragraph, or text with TAGS in it. As soon as it holds a
    block of its own, the line breaks mean nothing, as in any HTML.

    Cleaning comes last, so that whatever stands on the page went through it, tags closed. One
    plain paragraph has nothing to clean, and cleaning takes a millisecond.
    """
    if not MARKUP.search(text):
        return mark_safe(linebreaks(text))  # noqa: S308 - no character of it means anything
    text = BREAK.sub("\n", text)
    if not BLOCK.search(text):
        text = linebreaks(LONE_BREAK.sub("\n\n", normalize_newlines(text)))
    cleaned: str = bleach.clean(text, tags=TAGS, attributes={}, protocols=set(), strip=True)
    return mark_safe(cleaned)  # noqa: S308 - what bleach let through


def plain_text(html: str) -> str:
    """Return what `lesson_html` made, without tags, each paragraph and point on a line."""
    lines = unescape(strip_tags(BETWEEN_BLOCKS.sub("\n", html))).splitlines()
    return "\n".join(filter(None, (line.strip() for line in lines)))
