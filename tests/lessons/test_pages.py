"""What holds for every public page: nothing leaks, nothing runs, nothing tells readers apart."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from lessons.models import Story, Term
from lessons.vocabulary import FACETS, UNSAID
from tests.factories import make_lesson, make_story, term

THEME, FACT = "/terms/lesson_theme/debrief/", "/terms/hazard/ambush/"
PAGES = [
    "/",
    "/stories/",
    "/stories/?q=truck",
    "/lessons/",
    "/lessons/?q=car",
    "/stories/planted/",
    THEME,
    FACT,
    "/promise/",
]
MISSING = ["/nowhere/", "/stories/nowhere/", "/terms/region/west/", "/stories/?page=99"]

PAGE_BYTES = 60_000  # a page with its style sheet and mark, uncompressed
VOID = {"meta", "link", "img", "br", "input", "hr", "path", "circle"}


class Outline(HTMLParser):
    """Collects headings, elements with their attributes, and tags that are never closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.mismatched: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.mismatched.append(tag)


@pytest.fixture
def planted(db: None) -> Story:
    """A story that carries every term there is, identifying and unsaid ones too, and a like one."""
    debrief = term("lesson_theme", "debrief")
    every = list(Term.objects.all())
    for slug in ("planted", "alike"):
        story = make_story("A truck takes a flashlight", slug=slug, terms=every)
        make_lesson(story, terms=every)
        make_lesson(story, terms=[debrief])
    return Story.objects.get(slug="planted")


def get(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_no_page_shows_or_links_what_could_single_out(
    client: Client, planted: Story, address: str
) -> None:
    html = get(client, address)
    public = {(t.facet, t.slug) for t in Term.objects.public()}
    linked = set(re.findall(r'href="/terms/([^/"]+)/([^/"]+)/"', html))
    assert linked - public == set()
    facets = [facet.label for facet in FACETS.values() if facet.identifying]
    shown = re.findall(r"<dt>(.*?)</dt>", html)
    assert set(facets) & set(shown) == set()
    public_labels = set(Term.objects.public().values_list("label", flat=True))
    hidden_labels = set(Term.objects.values_list("label", flat=True)) - public_labels
    assert len(hidden_labels) > 20
    texts = {text.strip() for text in re.findall(r">([^<>]+)<", html)}
    assert texts & hidden_labels == set()


def test_every_public_fact_of_the_planted_story_is_shown(client: Client, planted: Story) -> None:
    html = get(client, planted.get_absolute_url())
    linked = set(re.findall(r'href="/terms/([^/"]+)/([^/"]+)/"', html))
    assert linked == {(t.facet, t.slug) for t in Term.objects.public()}


@pytest.mark.django_db
def test_terms_that_could_single_out_have_no_page(client: Client) -> None:
    statuses = {t: client.get(t.get_absolute_url()).status_code for t in Term.objects.all()}
    assert {t for t, status in statuses.items() if status == 200} == set(Term.objects.public())
    assert {t for t, status in statuses.items() if status == 404} == {
        t for t in statuses if FACETS[t.facet].identifying or t.slug in UNSAID
    }


@pytest.mark.django_db
@pytest.mark.parametrize("address", PAGES)
def test_whatever_is_planted_in_a_field_is_escaped(client: Client, address: str) -> None:
    def attack(field: str) -> str:
        return f"<script>{field}()</script>\"'><img src=x onerror={field}()>{{{{ 7|add:7 }}}}"

    debrief, ambush = term("lesson_theme", "debrief"), term("hazard", "ambush")
    Term.objects.filter(pk__in=[debrief.pk, ambush.pk]).update(
        label=attack("label")[:80], help=attack("help")
    )
    for slug in ("planted", "alike"):
        story = make_story(
            attack("title"),
            slug=slug,
            summary=attack("summary"),
            narrative=attack("narrative"),
            terms=[ambush],
        )
        make_lesson(story, attack("lesson"), terms=[debrief])
    html = get(client, address)
    outline = Outline(html)
    assert [tag for tag, _ in outline.elements if tag in {"script", "iframe", "object"}] == []
    assert {attrs["src"] for tag, attrs in outline.elements if tag == "img"} == {"/static/mark.svg"}
    assert [a for _, attrs in outline.elements for a in attrs if a.startswith("on")] == []
    assert "14" not in re.findall(r">(\d+)<", html)
    assert (outline.open, outline.mismatched) == ([], [])


@pytest.mark.parametrize("address", PAGES + MISSING)
def test_a_page_is_sound(client: Client, planted: Story, address: str) -> None:
    html = get(client, address)
    outline = Outline(html)
    assert (outline.open, outline.mismatched) == ([], [])
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    assert [b for a, b in zip(outline.levels, outline.levels[1:], strict=False) if b > a + 1] == []
    ids = [attrs["id"] for _, attrs in outline.elements if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = [a["aria-labelledby"] for _, a in outline.elements if "aria-labelledby" in a]
    assert set(labelled) <= set(ids)


@pytest.mark.parametrize("address", PAGES + MISSING)
def test_a_page_runs_nothing_styles_nothing_inline_and_loads_from_here_alone(
    client: Client, planted: Story, address: str
) -> None:
    response = client.get(address)
    outline = Outline(response.content.decode())
    assert [tag for tag, _ in outline.elements if tag in {"script", "style"}] == []
    assert [attrs for _, attrs in outline.elements if "style" in attrs] == []
    loaded = {
        address
        for tag, attrs in outline.elements
        if tag != "a"
        for name, address in attrs.items()
        if name in {"src", "href", "srcset", "action", "data"}
    }
    # The search box of the home page leads to the stories; the others to their own page.
    assert loaded - {"/stories/"} == {"/static/mark.svg", "/static/site.css"}
    policy = response["Content-Security-Policy"].split("; ")
    assert "default-src 'none'" in policy
    assert "style-src 'self'" in policy


@pytest.mark.parametrize("address", PAGES + MISSING)
def test_a_page_sets_no_cookie_and_does_not_depend_on_one(
    client: Client, planted: Story, address: str
) -> None:
    response = client.get(address)
    assert "Set-Cookie" not in response
    assert list(response.cookies) == []
    assert "Cookie" not in response.get("Vary", "")
    client.cookies["sessionid"] = "somebody"
    client.cookies["csrftoken"] = "a" * 32
    again = client.get(address)
    assert again.content == response.content
    assert list(again.cookies) == []


@pytest.mark.parametrize("address", PAGES[:-1])
def test_a_page_may_be_kept_a_minute_and_is_known_again(
    client: Client, planted: Story, address: str
) -> None:
    response = client.get(address)
    assert response["Cache-Control"] == "public, max-age=60"
    known = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    Story.objects.update(title="Another title")
    changed = client.get(address, headers={"If-None-Match": response["ETag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize("address", MISSING)
def test_what_is_missing_is_not_kept(client: Client, planted: Story, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "Cache-Control" not in response


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_light(client: Client, planted: Story, address: str) -> None:
    static = Path(settings.BASE_DIR) / "static"
    files = sum(len((static / name).read_bytes()) for name in ("site.css", "mark.svg"))
    # The planted story carries every term, which no story does: its facts are not counted.
    planted.terms.set([term("hazard", "ambush")])
    assert len(client.get(address).content) + files < PAGE_BYTES


@pytest.mark.parametrize("address", PAGES[:-1])
def test_pages_are_read_only(client: Client, planted: Story, address: str) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.parametrize("status", [400, 403, 404, 413, 429, 500, 503])
def test_an_error_page_needs_no_request_and_no_database(status: int) -> None:
    outline = Outline(render_to_string(f"{status}.html"))
    assert (outline.open, outline.mismatched) == ([], [])
    assert outline.levels == [1]
