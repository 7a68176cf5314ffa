"""schema.org as JSON-LD: what search engines show of a story, and of all of them as a data set.

The content policy lets it be: a script element of this type is data, which no browser runs.
"""

import json
from typing import Any

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from lessons.models import Story
from lessons.public import site_address
from lessons.records import updated

register = template.Library()

# As in Django's json_script: nothing in it can end the element.
ESCAPED = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def data_block(data: dict[str, Any]) -> SafeString:
    text = json.dumps({"@context": "https://schema.org"} | data, cls=DjangoJSONEncoder)
    block = f'<script type="application/ld+json">{text.translate(ESCAPED)}</script>'
    return mark_safe(block)  # noqa: S308 - escaped above


def ourselves(site: str) -> dict[str, str]:
    return {"@type": "Organization", "name": "Near Miss", "url": site + reverse("lessons:home")}


@register.simple_tag(takes_context=True)
def story_data(context: template.Context, story: Story) -> SafeString:
    """A story as an Article. Its facts stay out: they are nothing that a search would show."""
    site = site_address(context["request"])
    return data_block(
        {
            "@type": "Article",
            "headline": story.title,
            "abstract": story.summary,
            "url": site + story.get_absolute_url(),
            "datePublished": story.published,
            "dateModified": updated(story),
            "correction": [
                {"@type": "CorrectionComment", "datePublished": each.date, "text": each.note}
                for each in story.corrections.all()
            ],
            "author": ourselves(site),
            "publisher": ourselves(site),
            "license": settings.DATA_LICENCE_URL,
            "isAccessibleForFree": True,
            "inLanguage": "en",
        }
    )


@register.simple_tag(takes_context=True)
def data_set(context: template.Context) -> SafeString:
    """All the stories as a Dataset with its files, as data search engines list one."""
    site = site_address(context["request"])
    files = {"text/csv": reverse("lessons:csv", args=["stories"])}
    files["application/jsonl"] = reverse("lessons:jsonl")
    return data_block(
        {
            "@type": "Dataset",
            "name": "Near misses told by law enforcement officers",
            "description": (
                "Published stories of near misses with the lessons they teach, told by volunteers "
                "and stripped of what identifies. They show what happens, not how often."
            ),
            "url": site + reverse("lessons:data"),
            "license": settings.DATA_LICENCE_URL,
            "creator": ourselves(site),
            "isAccessibleForFree": True,
            "distribution": [
                {"@type": "DataDownload", "encodingFormat": kind, "contentUrl": site + address}
                for kind, address in files.items()
            ],
        }
    )
