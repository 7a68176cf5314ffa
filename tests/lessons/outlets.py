"""Every address at which stories leave the site, and a way to read each."""

from django.test import Client
from django.utils import timezone

from lessons.models import Story
from lessons.vocabulary import FACETS
from tests.factories import make_lesson, make_story, term

IDENTIFYING = [facet.slug for facet in FACETS.values() if facet.identifying]

# Each says the slug or the title of every published story (there is but one page of them).
OUTLETS = [
    "/stories.atom",
    "/stories.rss",
    "/terms/hazard/ambush.atom",
    "/terms/hazard/ambush.rss",
    "/terms/lesson_theme/debrief.atom",
    "/api/v1/stories",
    "/api/v1/stories?term=hazard:ambush",
    "/api/v1/stories?term=lesson_theme:debrief",
    "/api/v1/stories/planted",
    "/api/v1/lessons",
    "/api/v1/lessons?term=lesson_theme:debrief",
    "/data/stories.jsonl",
    "/data/stories.csv",
    "/data/lessons.csv",
    "/data/corrections.csv",
    "/sitemap-stories.xml",
]


def plant(slug: str = "planted") -> Story:
    """Return a published story that every outlet has something of."""
    story = make_story("A truck takes a flashlight", slug=slug, terms=[term("hazard", "ambush")])
    make_lesson(story, terms=[term("lesson_theme", "debrief")])
    story.corrections.create(date=timezone.now().date(), note="The road was wet.")
    return story


def fetch(
    client: Client, address: str, status: int = 200, headers: dict[str, str] | None = None
) -> str:
    """Return what stands at an address, also when it is streamed."""
    response = client.get(address, headers=headers)
    assert response.status_code == status
    return b"".join(response).decode()
