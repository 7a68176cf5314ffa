"""Filters that turn the texts of a story and of a lesson into HTML."""

import re
from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.html import conditional_escape, escape, linebreaks
from django.utils.safestring import SafeString, mark_safe

from lessons.markup import lesson_html, plain_text
from lessons.models import Term
from lessons.search.index import END, START

register = template.Library()

# What stripping puts in place of an identifier: its kind, and a letter that tells one from another.
LABEL = re.compile(r"\[[a-z]+(?: [a-z]+){0,2}(?: [A-Z]{1,2})?\]")

FIND = re.compile(f"{START}([^{START}{END}<]*){END}")


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


@lru_cache(maxsize=1_000)
def answer(address: str | None, label: str) -> str:
    text = escape(label)
    inside = f"<span>{text}</span>" if address is None else f'<a href="{address}">{text}</a>'
    return f"\n<dd>{inside}</dd>"


@register.filter
def answers(terms: Iterable[Term]) -> SafeString:
    """Terms as the answers of a facet, each public one with a link to its page.

    Made here and not in a template: there are thirty of them on a page.
    """
    lines = [
        answer(term.get_absolute_url() if term.is_public else None, term.label) for term in terms
    ]
    return mark_safe("".join(lines))  # noqa: S308 - escaped above


@register.filter
def lesson_line(text: str) -> str:
    """The text of a lesson as one plain line, for where only a line may stand: in a label."""
    return " ".join(plain_text(lesson_html(text)).split())


def mark_finds(html: str) -> SafeString:
    """Return HTML with what a search found in mark elements. A find across tags stays unmarked."""
    marked = FIND.sub(r'<mark class="find">\1</mark>', html)
    return mark_safe(marked.replace(START, "").replace(END, ""))  # noqa: S308


@register.filter(is_safe=True)
def with_finds(text: str) -> SafeString:
    """One line of plain text with finds, escaped, its finds and labels marked."""
    html = mark_labels(conditional_escape(text))
    return mark_finds(html)


@register.filter(is_safe=True)
def lesson_with_finds(text: str) -> SafeString:
    """The text of a lesson with finds, as lessons.markup renders it, its finds marked."""
    return mark_finds(lesson_html(text))
