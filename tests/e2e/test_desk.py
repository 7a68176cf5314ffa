"""The moderators' desk in a browser: every page at both widths, by keyboard, and two at once."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, all_of, find_no_barrier
from tests.e2e.desk import settle_suspects, sign_in
from tests.e2e.test_whole_way import press, tick_checks

pytestmark = pytest.mark.browser

QUEUE = "/desk/reports/report/"
STORY = (
    "I stood beside the car and wrote the citation on the trunk. A truck passed so close that it "
    "took the flashlight out of my hand. A {word} lay on the seat."
)

NAMES = " Sgt. Ramirez and Officer Delacroix came later."  # two suspects, of a moderator's making


def settle(page: Page) -> None:
    """Remove every suspect, one after the other."""
    press(page, "save")
    settle_suspects(page, "remove")


def send_story(browser: Browser, site: Site, word: str) -> None:
    """Send a story as an officer. word: by which the queue finds it."""
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        page.goto("/share/")
        page.fill("#id_story", STORY.format(word=word))
        page.get_by_role("button", name="Check what is taken out").click()
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.locator(".code")).to_be_visible()


def complaints_of(page: Page) -> list[str]:
    """Return the list that gathers what the browser complains of on a page."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.fixture
def first(browser: Browser, site: Site) -> Iterator[Page]:
    page = sign_in(browser, site, "moderator-one")
    yield page
    page.context.close()


@pytest.fixture
def second(browser: Browser, site: Site) -> Iterator[Page]:
    page = sign_in(browser, site, "moderator-two")
    yield page
    page.context.close()


def take_up(page: Page, browser: Browser, site: Site, word: str) -> str:
    """Take up a new report by its way through the queue; return its address."""
    send_story(browser, site, word)
    page.goto(f"{QUEUE}?for=new&q={word}")
    page.locator("#result_list th a").first.click()
    press(page, "claim")
    return page.url


def write(page: Page, title: str) -> None:
    page.fill("#id_title", title)
    page.fill("#id_summary", "A truck passed an officer who stood in the lane.")
    page.fill("#id_lessons-0-text", "Stand where the car shields you.")
    narrative = page.input_value("#id_narrative")
    page.fill("#id_narrative", narrative.replace("so close", "close") + NAMES)


def look_at(page: Page, name: str) -> None:
    """Fail if axe finds something on the page as it stands, at either width, light or dark."""
    for width in (390, 1280):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.wait_for_timeout(300)  # the admin's links fade from one colour to the other
            find_no_barrier(page, width)
    assert page.title(), name


def test_axe_finds_nothing_on_the_desk(
    browser: Browser, site: Site, first: Page, second: Page
) -> None:
    complaints = complaints_of(first) + complaints_of(second)
    send_story(browser, site, "marigold")
    first.goto("/desk/")
    look_at(first, "what waits")
    first.goto(QUEUE)
    look_at(first, "queue")
    first.goto(f"{QUEUE}?for=overdue")
    expect(first.locator(".empty")).to_be_visible()
    look_at(first, "an empty tab")
    first.goto(f"{QUEUE}?q=xylophone&state=declined")
    look_at(first, "nothing found")
    first.goto(f"{QUEUE}?for=new")
    first.locator("#result_list th a").first.click()
    look_at(first, "received")
    press(first, "claim")
    address = first.url
    for picker in all_of(first, "details.picker")[:3]:
        picker.evaluate("picker => { picker.open = true }")
    look_at(first, "in review")
    second.goto(address)
    look_at(second, "somebody else has it")
    write(first, "Seen by axe")
    press(first, "pass_on")
    look_at(first, "refused")
    settle(first)
    press(first, "preview")
    look_at(first, "preview")
    first.goto(address)
    look_at(first, "what was changed")
    tick_checks(first)
    press(first, "pass_on")
    second.goto(address)
    look_at(second, "for a second look")
    second.fill("#note", "Say less of the road.")
    press(second, "send_back")
    first.goto(address)
    look_at(first, "sent back")
    press(first, "decline")
    look_at(first, "decline")
    first.goto("/desk/reports/decision/")
    look_at(first, "decisions")
    assert [text for text in complaints if "status of 40" not in text] == []


def test_a_report_is_settled_by_keyboard_alone(browser: Browser, site: Site, first: Page) -> None:
    complaints = complaints_of(first)
    send_story(browser, site, "thistle")
    first.goto(f"{QUEUE}?for=new&q=thistle")
    first.locator("#result_list th a").first.focus()
    first.keyboard.press("Enter")
    first.locator("button[value=claim]").focus()
    first.keyboard.press("Enter")
    first.wait_for_selector("#editor")
    first.locator("#id_narrative").press("End")
    first.keyboard.type(NAMES)
    first.keyboard.press("Control+s")
    # The list of suspects has keys of its own; they type nothing elsewhere.
    expect(first.locator(".suspect .what mark")).to_have_text(["Ramirez", "Delacroix"])
    first.locator(".suspect input").first.focus()
    first.keyboard.press("ArrowDown")
    expect(first.locator(".suspect input").last).to_be_focused()
    first.keyboard.press("d")
    expect(first.locator(".suspect .what mark")).to_have_text(["Ramirez"])
    expect(first.locator(".suspect input")).to_be_focused()
    first.keyboard.press("r")
    expect(first.locator("#suspects")).to_contain_text("No suspects")
    assert "Sgt. [person A] and Officer Delacroix came" in first.input_value("#id_narrative")
    first.focus("#id_title")
    first.keyboard.type("rd")
    assert first.input_value("#id_title") == "rd"
    # A term is found by its name, and Enter picks it without saving.
    finder = first.locator("#editor > .finder input")
    finder.focus()
    first.keyboard.type("snow or sleet")
    first.keyboard.press("Enter")
    expect(first.locator("#editor > .pickers summary", has_text="Snow or sleet")).to_be_visible()
    first.keyboard.press("Control+s")
    first.wait_for_load_state()
    expect(first.locator(".messagelist")).to_contain_text("Saved.")
    expect(first.locator("#editor > .pickers summary", has_text="Snow or sleet")).to_be_visible()
    assert first.input_value("#id_title") == "rd"
    assert complaints == []


def test_the_desk_works_without_script(browser: Browser, site: Site, first: Page) -> None:
    address = take_up(first, browser, site, "hollyhock")
    state = first.context.storage_state()
    with browser.new_context(
        base_url=site.url, java_script_enabled=False, storage_state=state
    ) as context:
        page = context.new_page()
        page.goto(address)
        write(page, "Written without script")
        press(page, "save")
        for tick in all_of(page, ".suspect input"):
            tick.check()
        press(page, "remove_ticked")
        expect(page.locator("#suspects")).to_contain_text("No suspects")
        assert page.input_value("#id_title") == "Written without script"
        tick_checks(page)
        press(page, "pass_on")
        expect(page.locator(".messagelist")).to_contain_text("Saved and passed on.")


def test_the_second_saver_sees_what_changed_and_loses_nothing(
    browser: Browser, site: Site, first: Page, second: Page
) -> None:
    """Both have the same free report open. Whoever saves first has it."""
    address = take_up(first, browser, site, "cornflower")
    press(first, "release")
    for page in (first, second):
        page.goto(address)
        page.on("dialog", lambda dialog: dialog.accept())
    write(first, "Title of the first")
    press(first, "save")
    write(second, "Title of the second")
    second.fill("#id_lessons-0-text", "Lesson of the second.")
    with second.expect_response(lambda response: response.request.method == "POST") as refused:
        press(second, "save")
    assert refused.value.status == 409
    trouble = second.locator(".trouble")
    expect(trouble).to_be_focused()
    expect(trouble).to_contain_text("moderator-one has this report now")
    expect(trouble).to_contain_text("Title of the first")
    assert second.input_value("#id_title") == "Title of the second"
    assert second.input_value("#id_lessons-0-text") == "Lesson of the second."
    # The first one sees nothing of it, and lets go.
    first.reload()
    assert first.input_value("#id_title") == "Title of the first"
    press(first, "release")
    press(second, "save")  # made before the release: once more what is stored is shown
    press(second, "save")
    expect(second.locator(".messagelist")).to_contain_text("Saved.")
    assert second.input_value("#id_title") == "Title of the second"


def test_a_double_click_on_publish_publishes_one_story(
    browser: Browser, site: Site, first: Page, second: Page
) -> None:
    address = take_up(first, browser, site, "foxglove")
    write(first, "Published by a double click")
    settle(first)
    tick_checks(first)
    press(first, "pass_on")
    second.goto(address)
    expect(second.locator(".came-in del")).to_have_text(["so"])
    tick_checks(second)
    second.locator("button[value=publish]").dblclick()
    expect(second.locator(".state")).to_have_text("Published")
    second.goto("/stories/")
    expect(second.get_by_role("link", name="Published by a double click")).to_have_count(1)
