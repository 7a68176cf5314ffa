"""What every public page keeps to: accessible, light, without script, cookie or third party."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response

from tests.e2e.conftest import Site, find_no_barrier

pytestmark = pytest.mark.browser

STORY = (
    "Sgt. Delacroix and I went to a noise call near Elm Street at 2215 hours. The door opened fast "
    "and a man stood there with a knife behind his leg. We asked Marisol to wait in the car."
)
SAMPLE = "/stories/struck-twice-in-a-snowstorm/"
WEIGHT = 60_000  # bytes that a first visit may take


def go(address: str) -> Callable[[Page], None]:
    def visit(page: Page) -> None:
        page.goto(address)

    return visit


def used(page: Page) -> None:
    page.goto(SAMPLE)
    page.click("button[value=training]")


def form_with_errors(page: Page) -> None:
    page.goto("/share/")
    page.fill("#id_story", "Too short.")
    page.click("button[value=check]")


def form_with_folds_open(page: Page) -> None:
    page.goto("/share/")
    for fold in page.locator("details.fold").all():
        fold.evaluate("fold => { fold.open = true }")


def check(page: Page) -> None:
    page.goto("/share/")
    page.fill("#id_story", STORY)
    page.click("button[value=check]")
    page.locator(".removed summary").first.click()


def sent(page: Page) -> None:
    check(page)
    page.click("button[value=send]")


def state(page: Page) -> None:
    sent(page)
    receipt = page.locator(".code").inner_text()
    page.goto("/receipt/")
    page.fill("#id_receipt", receipt)
    page.click("main button")


PAGES = {
    "home": go("/"),
    "list": go("/stories/"),
    "search": go("/stories/?q=hancuffs"),
    "search, narrowed": go("/stories/?q=knife&hazard=missed-weapon"),
    "search, newest first": go("/stories/?q=officer+car&sort=date"),
    "nothing found": go("/stories/?q=rifle&hazard=animal-attack"),
    "lessons": go("/lessons/"),
    "lessons found": go("/lessons/?q=search&audience=recruits"),
    "story": go(SAMPLE),
    "term": go("/terms/lesson_theme/search-every-time/"),
    "sheet": go(SAMPLE + "sheet/"),
    "selection": go("/sheet/selection/?lesson=1,2"),
    "choosing": go("/sheet/?lesson=1,2&theme=debrief"),
    "sheet refused": go("/sheet/?lesson=999999"),
    "used": used,
    "trends": go("/trends/"),
    "promise": go("/promise/"),
    "take along": go("/data/"),
    "API": go("/api/v1/"),
    "ledger": go("/ledger/"),
    "nothing here": go("/nowhere/"),
    "form": go("/share/"),
    "form, folds open": form_with_folds_open,
    "form with errors": form_with_errors,
    "check": check,
    "sent": sent,
    "receipt": go("/receipt/"),
    "state": state,
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(
    browser: Browser, site: Site, name: str, width: int, scheme: str
) -> None:
    with browser.new_context(
        base_url=site.url,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
    ) as context:
        page = context.new_page()
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        PAGES[name](page)
        find_no_barrier(page, width)
        # The 404 and 400 pages are what was asked for; a breach of the content policy is not.
        assert [text for text in complaints if "status of 40" not in text] == []
        assert context.cookies() == []


@pytest.fixture
def traffic(visitor: BrowserContext) -> Iterator[tuple[Page, list[Response]]]:
    page = visitor.new_page()
    responses: list[Response] = []
    page.on("response", lambda response: responses.append(response))
    yield page, responses


@pytest.mark.parametrize("address", ["/", SAMPLE])
def test_a_first_visit_is_light_and_asks_nobody_else(
    traffic: tuple[Page, list[Response]], site: Site, address: str
) -> None:
    page, responses = traffic
    page.goto(address)
    page.wait_for_load_state("networkidle")
    assert len(responses) >= 2
    assert [r.url for r in responses if not r.url.startswith(site.url + "/")] == []
    sizes = [response.request.sizes() for response in responses]
    total = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert total < WEIGHT
    assert page.context.cookies() == []


def test_a_story_can_be_told_without_script(browser: Browser, site: Site) -> None:
    with browser.new_context(base_url=site.url, java_script_enabled=False) as context:
        page = context.new_page()
        sent(page)
        assert page.locator("h1").inner_text() == "Your story is stored"
        assert context.cookies() == []
