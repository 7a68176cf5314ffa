"""Letters in a browser: a question, an answer, a text that is objected to, and how it ends."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site, come_from, find_no_barrier
from tests.e2e.desk import sign_in
from tests.e2e.test_whole_way import open_report, press, tick_checks

pytestmark = pytest.mark.browser

STORY = (
    "I went to a noise call at a farm. The door opened fast, and a man stood there with a knife"
    " behind his leg. I stepped back and used the car as a shield."
)
NAME, ADDRESS = "Kowalczyk", "4417 Elm Street"  # in no other test: nothing may hold them
ANSWER = f"Sgt. {NAME} had told me of him. The car stood at {ADDRESS}, a few steps away."
LEAD = "moderator-one"  # of the demo


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def officer(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """A page of a browser that runs scripts, and of one that does not."""
    with browser.new_context(
        base_url=site.url,
        java_script_enabled=request.param,
        extra_http_headers=come_from(1 + request.param),
    ) as context:
        yield context.new_page()
        assert context.cookies() == []


def tell(page: Page, story: str) -> str:
    """Send a story, and return its receipt."""
    page.goto("/share/")
    page.fill("#id_story", story)
    page.click("button[value=check]")
    page.get_by_role("button", name="Send", exact=True).click()
    return page.locator(".code").inner_text()


def at_receipt(page: Page, receipt: str) -> str:
    """Open the page of a receipt, and return its headline."""
    page.goto("/receipt/")
    page.fill("#id_receipt", receipt)
    page.get_by_role("button", name="Show its state").click()
    assert page.url.endswith("/receipt/")  # the receipt is in no address
    return page.locator("h1").inner_text()


def rows(site: Site, words: str) -> list[str]:
    return [row for row in site.rows() if words in row]


def test_letters_go_to_and_fro(browser: Browser, site: Site, officer: Page) -> None:
    told = STORY
    receipt = tell(officer, told)
    before = len(rows(site, "had told me of him"))
    first = sign_in(browser, site, "moderator-two")
    open_report(first, "noise call at a farm")
    press(first, "claim")
    address = first.url

    # A question with a name in it is not asked.
    first.get_by_text("Ask the officer something").click()
    first.get_by_label("Your question").fill("Did Sgt. Ramirez know him?")
    press(first, "ask")
    expect(first.locator(".unsettled")).to_contain_text("Ramirez")
    assert at_receipt(officer, receipt) == "Your story is being read"
    first.get_by_label("Your question").fill("How far away was the car?")
    first.get_by_label("What would you do differently on the next call of this kind?").check()
    press(first, "ask")
    expect(first.locator(".turn")).to_contain_text("One question is open.")

    # The officer answers; what was typed is stripped, and shown before it is sent.
    assert at_receipt(officer, receipt) == "There is one question for you"
    assert "moderator-" not in officer.content()
    expect(officer.locator(".question")).to_contain_text("How far away was the car?")
    officer.fill("#id_words", ANSWER)
    officer.get_by_role("button", name="Check what is taken out").click()
    checked = officer.locator(".checked").inner_text()
    assert [word for word in (NAME, ADDRESS) if word in checked] == []
    assert len(rows(site, "had told me of him")) == before
    officer.get_by_label("Further words to remove").fill("a few steps")
    officer.get_by_role("button", name="Send", exact=True).click()
    expect(officer.locator(".notice")).to_contain_text("Your changes are made.")
    officer.get_by_role("button", name="Send", exact=True).click()
    expect(officer.locator("h1")).to_have_text("Your answer is stored")
    stored = rows(site, "had told me of him")
    assert len(stored) == before + 1
    assert [word for word in (NAME, ADDRESS, "a few steps") if word in " ".join(stored)] == []
    officer.reload()  # sends the form once more
    assert len(rows(site, "had told me of him")) == before + 1

    # The moderator reads it, works out the text, and shows it to the officer, who objects.
    first.goto(address)
    expect(first.locator(".letter.of-officer")).to_contain_text("had told me of him")
    first.fill("#id_title", "Knife behind a leg")
    first.fill("#id_summary", "A noise call at a farm, and a man with a knife.")
    first.fill("#id_lessons-0-text", "Keep the car between you and the door.")
    press(first, "ask_to_read")
    assert at_receipt(officer, receipt) == "There is one question for you"
    expect(officer.locator(".reading")).to_contain_text("Keep the car between you and the door.")
    officer.fill("#id_words", "The knife was on the news.")
    officer.get_by_role("button", name="It gives me away").click()
    expect(officer.locator("main")).to_contain_text("You say of the text: It gives me away.")
    officer.get_by_role("button", name="Send", exact=True).click()
    first.goto(address)
    expect(first.locator(".letter .objection")).to_have_text("it gives me away")
    tick_checks(first)
    press(first, "pass_on")
    expect(first.locator(".trouble")).to_contain_text("it gives the officer away")

    # Changed and shown again, the officer agrees.
    first.fill("#id_title", "Tool behind a leg")
    first.fill("#id_summary", "A noise call, and a man with a tool behind his leg.")
    first.fill("#id_narrative", told.replace("knife", "tool").replace(" at a farm", ""))
    press(first, "ask_to_read")
    at_receipt(officer, receipt)
    officer.get_by_role("button", name="It does not give me away").click()
    officer.get_by_role("button", name="Send", exact=True).click()
    first.goto(address)
    expect(first.locator("#letters")).to_contain_text("it does not give me away")
    tick_checks(first)
    press(first, "pass_on")

    # The second publishes it; then the lead takes it down, and the officer reads why.
    second = sign_in(browser, site, LEAD)
    second.goto(address)
    tick_checks(second)
    press(second, "publish")
    assert at_receipt(officer, receipt) == "Your story is published"
    story = officer.get_by_role("link", name="Read it as published").get_attribute("href")
    second.get_by_role("link", name="Take it down").click()
    second.get_by_label("After it was published, it turned out to point to somebody.").check()
    second.get_by_role("button", name="Take the story down").click()
    gone = officer.goto(f"{site.url}{story}")
    assert gone
    assert gone.status == 404
    assert at_receipt(officer, receipt) == "Your story was taken down"
    expect(officer.locator(".notice")).to_contain_text("it turned out to point to somebody")

    # Corrected by the lead and confirmed by the other, it stands again with a note.
    second.get_by_role("link", name="Correct the story").click()
    second.fill("#id_summary", "A noise call, and a man with something behind his leg.")
    second.fill("#id_note", "The summary said too much.")
    second.get_by_role("button", name="Propose this correction").click()
    expect(second.locator(".waits")).to_be_visible()
    first.goto(address)
    first.get_by_role("link", name="Read it, and confirm or drop it").click()
    first.get_by_role("button", name="Confirm and correct the story").click()
    second.goto(address)
    second.get_by_role("link", name="Publish it again").click()
    second.get_by_role("button", name="Publish it again").click()
    officer.goto(f"{site.url}{story}")
    expect(officer.locator(".corrected")).to_contain_text("The summary said too much.")
    expect(officer.locator(".lede")).to_contain_text("something behind his leg")

    traces = [NAME, ADDRESS, receipt, "Did Sgt. Ramirez know him"]
    everything = site.everything_stored() + site.log.read_text()
    assert [trace for trace in traces if trace in everything] == []


def test_a_reason_is_read_at_the_receipt(browser: Browser, site: Site, officer: Page) -> None:
    receipt = tell(officer, f"We looked for a lost dog near the marigold field. {STORY}")
    first = sign_in(browser, site, "moderator-two")
    first.goto(
        "/desk/reports/report/?q=marigold+field"
    )  # what waits: another one is declined already
    first.locator("#result_list th a").first.click()
    first.get_by_role("link", name="Decline").click()
    first.get_by_role("button", name="Decline this report").click()
    expect(first.locator(".errorlist")).to_contain_text("Choose a reason")
    first.get_by_label("It tells too little for others to learn from it.").check()
    first.get_by_label("Your words to the officer").fill("Tell us how it ended, if you like.")
    first.get_by_role("button", name="Decline this report").click()
    assert at_receipt(officer, receipt) == "Your story will not be published"
    notice = officer.locator(".notice")
    expect(notice).to_contain_text("It tells too little for others to learn from it.")
    expect(notice).to_contain_text("Tell us how it ended, if you like.")
    assert "moderator-" not in officer.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_either_side(
    browser: Browser, site: Site, width: int, scheme: str
) -> None:
    complaints: list[str] = []

    def watched(page: Page) -> Page:
        page.on("console", lambda message: complaints.append(message.text))
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        return page

    with browser.new_context(base_url=site.url) as context:
        officer = watched(context.new_page())
        yard = f"The yard was {'wide' if width > 390 else 'narrow'} and {scheme}."
        receipt = tell(officer, f"{yard} {STORY}")
        desk = watched(sign_in(browser, site, LEAD))
        open_report(desk, yard)
        press(desk, "claim")
        desk.get_by_text("Ask the officer something").click()
        desk.get_by_label("Your question").fill("Did Sgt. Ramirez know him?")
        press(desk, "ask")
        find_no_barrier(desk, width)
        desk.get_by_label("Your question").fill("How far away was it?")
        press(desk, "ask")
        find_no_barrier(desk, width)
        at_receipt(officer, receipt)
        find_no_barrier(officer, width)
        officer.fill("#id_words", f"{ANSWER} He wore a zilbert.")
        officer.get_by_role("button", name="Check what is taken out").click()
        officer.locator(".removed summary").first.click()
        find_no_barrier(officer, width)
        officer.get_by_role("button", name="Send", exact=True).click()
        find_no_barrier(officer, width)
        desk.reload()
        find_no_barrier(desk, width)
        desk.fill("#id_title", "A door opens fast")
        desk.fill("#id_summary", "A noise call, and a man with a tool.")
        desk.fill("#id_lessons-0-text", "Keep the car between you and the door.")
        press(desk, "ask_to_read")
        expect(desk.locator(".turn")).to_be_visible()
        at_receipt(officer, receipt)
        find_no_barrier(officer, width)
        officer.get_by_role("button", name="It gives me away").click()
        find_no_barrier(officer, width)
        address = desk.url.split("#")[0]
        desk.goto(f"{address}../decline/")
        find_no_barrier(desk, width)
        desk.get_by_role("button", name="Decline this report").click()
        find_no_barrier(desk, width)
        desk.goto("/desk/reports/report/?state=published")
        if desk.locator("#result_list a").count():
            desk.locator("#result_list a").first.click()
            for name in ("Correct the story", "Take it down"):
                published = desk.url
                desk.get_by_role("link", name=name).click()
                find_no_barrier(desk, width)
                desk.goto(published)
    # A refused form is what was asked for; a breach of the content policy is not.
    assert [text for text in complaints if "status of 40" not in text] == []
