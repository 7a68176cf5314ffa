"""The check page in a browser: keep a word, remove one, answer a doubt, and what the desk sees."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from reports import checking
from reports.identity import Span
from tests.e2e.conftest import Site, find_no_barrier
from tests.e2e.desk import sign_in
from tests.e2e.test_whole_way import open_report, press

pytestmark = pytest.mark.browser

NAME, PHONE = "Delacroix", "555-867-5309"
STORY = (
    "Sgt. Delacroix and I went to a noise call. The door opened fast, and a man stood there with "
    "a knife behind his leg. He gave us 555-867-5309 as his number."
)
PLAIN = "The door opened fast, and a man stood there with a knife behind his leg."
DOUBTED = (
    "He wore a zilbert on the belt.",
    "There was a quorvel in the trunk.",
    "I dropped the blenter beside the car.",
    "The man had a frindle under the seat.",
)
UNCERTAIN = (
    "Hope walked up to the car and I stopped him.",
    "We asked Cliff to wait by the car.",
    "Amber walked up to the car and I stopped her.",
    "We had Chase behind the car.",
)


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def officer(request: pytest.FixtureRequest, browser: Browser, site: Site) -> Iterator[Page]:
    """A page of a browser that runs scripts, and of one that does not."""
    with browser.new_context(base_url=site.url, java_script_enabled=request.param) as context:
        yield context.new_page()


def check(page: Page, story: str) -> None:
    page.goto("/share/")
    page.fill("#id_story", story)
    page.click("button[value=check]")
    expect(page.locator("h1")).to_have_text("Check what would be stored")


def check_again(page: Page) -> None:
    page.get_by_role("button", name="Make my changes and check again").click()


def send(page: Page) -> None:
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("h1")).to_have_text("Your story is stored")


def text(page: Page) -> str:
    """Return the story on the check page as a reader sees it, its folds closed."""
    return " ".join(page.locator(".checked").inner_text().split())


def mark(page: Page, kind: str, words: str) -> Locator:
    """Return the marks of a kind (removed, doubt) that show just these words."""
    summary = page.locator("summary", has_text=re.compile(rf"^{re.escape(words)}"))
    return page.locator(f".checked details.{kind}").filter(has=summary)


def stored(site: Site, words: str) -> list[str]:
    """Return the rows of the reports that hold these words."""
    return [r for r in site.rows() if r.startswith("reports_report:") and words in r]


def found(candidates: tuple[str, ...], tier: str, ending: str = "") -> tuple[str, Span]:
    """Return the first sentence in which the engine finds one thing, of this tier, and its span.

    ending: what else the story will say behind PLAIN.
    """
    for sentence in candidates:
        checked = checking.check(f"{sentence} {PLAIN} {ending}".strip(), "")
        spans = [segment.span for segment in checked.story if segment.span is not None]
        if [span.tier for span in spans] == [tier] and spans[0].end <= len(sentence):
            return sentence, spans[0]
    pytest.fail(f"The engine finds nothing that is {tier} in any of {candidates}.")


def test_a_word_that_is_kept_stands_there_and_is_stored(officer: Page, site: Site) -> None:
    ours = "It rained, and we took it slowly."
    before = len(stored(site, ours))
    check(officer, f"{ours} {STORY}")
    assert "Sgt. [person A] and I went to a noise call." in text(officer)
    told = mark(officer, "removed", "[person A]").first
    expect(told.locator(".why")).to_be_hidden()
    told.locator("summary").click()
    expect(told.locator(".why b")).to_have_text(NAME)
    told.get_by_label("Keep this word").check()
    check_again(officer)

    assert "Sgt. Delacroix and I went to a noise call." in text(officer)
    expect(mark(officer, "removed", "[person A]")).to_have_count(0)
    kept = officer.get_by_role("group", name="Words that you kept")
    expect(kept.get_by_label(NAME)).to_be_checked()
    assert PHONE not in text(officer)
    assert len(stored(site, ours)) == before  # nothing before Send
    send(officer)
    rows = stored(site, ours)
    assert len(rows) == before + 1
    assert [r for r in rows if "Sgt. Delacroix and I went to a noise call." not in r] == []
    assert [r for r in rows if PHONE in r] == []


def test_a_word_that_was_kept_can_be_given_up_again(officer: Page) -> None:
    check(officer, STORY)
    mark(officer, "removed", "[person A]").first.locator("summary").click()
    officer.get_by_label("Keep this word").first.check()
    check_again(officer)
    assert NAME in text(officer)
    officer.get_by_role("group", name="Words that you kept").get_by_label(NAME).uncheck()
    check_again(officer)
    assert NAME not in text(officer)
    expect(officer.get_by_role("group", name="Words that you kept")).to_have_count(0)


def test_further_words_are_removed_and_not_stored(officer: Page, site: Site) -> None:
    ours = "It was dark, and we took it slowly."
    before = len(stored(site, ours))
    check(officer, f"{ours} {STORY}")
    assert "behind his leg" in text(officer)
    officer.get_by_label("Further words to remove").fill("knife, Behind his LEG")
    # Sent at once: the change is shown first, and nothing is stored before it was seen.
    officer.get_by_role("button", name="Send", exact=True).click()
    expect(officer.locator(".notice")).to_contain_text("Your changes are made.")
    assert len(stored(site, ours)) == before
    for word in ("knife", "behind his leg"):
        assert word not in text(officer)
    removed = officer.get_by_role("group", name="Words that you removed")
    assert removed.get_by_role("checkbox").evaluate_all("all => all.map(one => one.checked)") == [
        True,
        True,
    ]
    send(officer)
    rows = stored(site, ours)
    assert len(rows) == before + 1
    assert [r for r in rows if "knife" in r or "behind his leg" in r] == []


def test_what_is_certain_asks_nothing_and_what_is_not_asks_in_words(officer: Page) -> None:
    sentence, span = found(UNCERTAIN, "possible")
    check(officer, f"{sentence} {PLAIN}")
    expect(officer.locator("h1 + .lede")).to_have_text("1 thing removed, not certain.")
    told = mark(officer, "removed", span.replacement)
    expect(told).to_have_class("removed uncertain")
    told.locator("summary").click()
    expect(told.locator(".why")).to_contain_text(span.reason)
    expect(told.locator("strong")).to_have_text("Not sure: keep this word?")
    told.get_by_label("Keep this word").check()
    check_again(officer)
    assert sentence in text(officer)

    check(officer, STORY)
    told = mark(officer, "removed", "[person A]").first
    expect(told).to_have_class("removed")
    told.locator("summary").click()
    expect(told.locator("strong")).to_have_count(0)


def test_a_doubt_is_pointed_out_and_can_be_removed(officer: Page, site: Site) -> None:
    ours = "We had time, and we took it slowly."
    sentence, span = found(DOUBTED, "doubt", ours)
    word = sentence[span.start : span.end]
    before = len(stored(site, ours))
    check(officer, f"{sentence} {PLAIN} {ours}")
    expect(officer.locator("h1 + .lede")).to_have_text("Nothing removed, 1 to look at.")
    asked = mark(officer, "doubt", word)
    expect(asked.locator("summary")).to_have_text(f"{word} ?")
    asked.locator("summary").click()
    expect(asked.locator(".why")).to_contain_text(re.compile(rf"Is this an? {span.kind.lower()}\?"))
    expect(asked.locator(".why")).to_contain_text(span.reason)
    asked.get_by_label("Remove it").check()
    check_again(officer)
    assert word not in text(officer)
    expect(officer.locator(".doubt")).to_have_count(0)
    send(officer)
    rows = stored(site, ours)
    assert len(rows) == before + 1
    assert [r for r in rows if word in r] == []


def test_a_doubt_that_is_left_is_stored_and_pointed_out_at_the_desk(
    browser: Browser, visitor: BrowserContext, site: Site
) -> None:
    ours = "We had no time, and we took it slowly."
    sentence, span = found(DOUBTED, "doubt", ours)
    word = sentence[span.start : span.end]
    page = visitor.new_page()
    check(page, f"{sentence} {PLAIN} {ours}")
    expect(mark(page, "doubt", word)).to_have_count(1)
    send(page)
    assert [word in row for row in stored(site, ours)] == [True]

    desk = sign_in(browser, site, "moderator-one")
    open_report(desk, sentence[:20])
    press(desk, "claim")
    suspect = desk.locator(".suspect")
    expect(suspect).to_have_count(1)
    expect(suspect.locator(".what mark")).to_have_text(word)
    expect(suspect.locator(".what span")).to_have_text(f"{span.kind.capitalize()}, only a doubt")
    expect(suspect.locator(".why")).to_have_text(span.reason)
    expect(suspect.locator("li mark")).to_have_text(word)
    suspect.get_by_role("button", name=f"Dismiss {word}").click()
    expect(desk.locator("#suspects-head")).to_have_text("No suspects")
    expect(desk.locator("#id_narrative")).to_have_value(re.compile(re.escape(word)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_with_every_kind_of_mark_open(
    browser: Browser, site: Site, width: int, scheme: str
) -> None:
    uncertain, doubted = found(UNCERTAIN, "possible")[0], found(DOUBTED, "doubt")[0]
    with browser.new_context(
        base_url=site.url,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
    ) as context:
        page = context.new_page()
        check(page, f"{uncertain} {PLAIN}\n\n{doubted} {STORY}")
        for kind in ("removed:not(.uncertain)", "uncertain", "doubt"):
            page.locator(f".checked details.{kind} summary").first.click()
        find_no_barrier(page, width)
