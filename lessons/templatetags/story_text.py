"""Filters that turn the texts of a story and of a lesson into HTML."""

import re
from html import unescape

from django import template
from django.utils.html import conditional_escape, linebreaks, strip_tags
from django.utils.safestring import SafeString, mark_safe

from lessons.markup import lesson_html

register = template.Library()

# What stripping puts in place of an identifier: its kind, and a letter that tells one from another.
LABEL = re.compile(r"\[[a-z]+(?: [a-z]+){0,2}(?: [A-Z]{1,2})?\]")

BLOCK_END = re.compile(r"</(?:p|li)>|<br>")


def mark_labels(html: str) -> SafeString:
    """Return escaped HTML with each label in a mark element. Brackets stay: not colour alone."""
    return mark_safe(LABEL.sub(r"<mark>\g<0></mark>", html))  # noqa: S308


@register.filter(is_safe=True)
def with_labels(text: str) -> SafeString:
    """One line of plain text, escaped, its labels marked."""
    return mark_labels(conditional_escape(text))


@register.filter(is_safe=True)
def narrative(text: str) -> SafeString:
    """Plain text as paragraphs, escaped, its labels marked."""
    return mark_labels(linebreaks(text, autoescape=True))


@register.filter(is_safe=True)
def lesson(text: str) -> SafeString:
    """The text of a lesson, as lessons.markup renders it."""
    return lesson_html(text)


@register.filter
def lesson_line(text: str) -> str:
    """The text of a lesson as one plain line, for where only a line may stand: in a label."""
    return unescape(" ".join(strip_tags(BLOCK_END.sub(" ", lesson_html(text))).split()))
