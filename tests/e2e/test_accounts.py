"""Accounts in a browser: a passkey, an app without script, and every page looked at by axe."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.conftest import Site, all_of, find_no_barrier
from tests.e2e.desk import PASSWORD, choose_password, enrol_app, sign_in
from tests.signing_in import code

pytestmark = pytest.mark.browser

# What Chromium says of the refusals that are asked for here; a breach of the policy is not one.
EXPECTED = re.compile(r"status of 4(00|03|09|10)")


@pytest.fixture
def local(browser: Browser, site: Site) -> Iterator[BrowserContext]:
    """A browser at the address of the site for which it makes passkeys."""
    with browser.new_context(base_url=site.url.replace("127.0.0.1", "localhost")) as context:
        yield context


def listen(page: Page) -> list[str]:
    """Return a list that fills with what the console of a page says."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def with_authenticator(page: Page, *, present: bool = True) -> str:
    """Give a page an authenticator in the device; present: whether its owner agrees."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": present,
        "automaticPresenceSimulation": True,
    }
    added = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return str(added["authenticatorId"])


def link_for(browser: Browser, site: Site, name: str, *roles: str) -> str:
    """Have the demo's administrator invite somebody; return the link."""
    page = sign_in(browser, site, "administrator")
    page.goto("/desk/accounts/account/add/")
    page.fill("#id_username", name)
    for role in roles or ("Moderator",):
        page.locator("label.role").filter(has_text=re.compile(rf"^\s*{role}")).first.click()
    page.get_by_role("button", name="Make the invitation").click()
    link = page.locator(".link").inner_text()
    page.context.close()
    return link


def first_step(page: Page, name: str) -> None:
    page.goto("/desk/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def test_a_passkey_from_the_invitation_to_the_next_log_in(
    browser: Browser, local: BrowserContext, site: Site
) -> None:
    link = link_for(browser, site, "pat", "Moderator")
    page = local.new_page()
    said = listen(page)
    with_authenticator(page)
    choose_password(page, link.replace("127.0.0.1", "localhost"))
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_label("A name for it").fill("Phone")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name=re.compile("open the desk")).click()
    expect(page.locator("h1")).to_have_text("What waits")
    page.get_by_role("link", name="All that waits").click()
    expect(page.locator("#result_list")).to_be_visible()

    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_text("You are signed out.")).to_be_visible()
    first_step(page, "pat")
    expect(page.locator("h1")).to_have_text("Now your second factor")
    page.goto("/desk/reports/report/")
    expect(page.locator("h1")).to_have_text("Now your second factor")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.locator("h1")).to_have_text("What waits")

    page.get_by_role("link", name="Your account").click()
    expect(page.locator(".factors strong")).to_have_text("Phone")
    assert said == []

    # The invitation has been used.
    stranger = browser.new_context().new_page()
    stranger.goto(link)
    expect(stranger.locator("h1")).to_have_text("This invitation is not open")


def test_a_passkey_that_does_not_come_about_is_told_on_the_page(
    browser: Browser, local: BrowserContext, site: Site
) -> None:
    link = link_for(browser, site, "quinn")
    page = local.new_page()
    said = listen(page)
    with_authenticator(page, present=False)
    choose_password(page, link.replace("127.0.0.1", "localhost"))
    page.get_by_role("link", name="Set up a passkey").click()
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing came of it")
    expect(page.locator("h1")).to_have_text("Set up a passkey")
    # Another way is at hand.
    page.get_by_role("link", name="Choose something else").click()
    enrol_app(page)
    expect(page.locator(".codes li")).to_have_count(10)
    assert said == []


def test_at_an_address_without_passkeys_the_page_says_so(browser: Browser, site: Site) -> None:
    link = link_for(browser, site, "ray")
    with browser.new_context(base_url="http://127.0.0.2") as context:
        page = context.new_page()
        page.add_init_script("delete window.PublicKeyCredential")
        choose_password(page, link)
        page.get_by_role("link", name="Set up a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("This browser has no passkeys")
        expect(page.get_by_role("button", name="Make a passkey")).to_be_disabled()


def test_an_app_from_the_invitation_to_the_next_log_in_without_script(
    browser: Browser, site: Site
) -> None:
    link = link_for(browser, site, "sam", "Lead")
    with browser.new_context(base_url=site.url, java_script_enabled=False) as context:
        page = context.new_page()
        choose_password(page, link)
        page.get_by_role("link", name="Set up a passkey").click()
        # Chromium, made to run no script, still draws no <noscript>.
        said = page.locator("noscript").inner_text()
        assert "An authenticator app works without it." in said
        page.get_by_role("link", name="Choose something else").click()
        secret = enrol_app(page)
        kept = [line.inner_text() for line in all_of(page, ".codes li")]
        page.get_by_role("link", name=re.compile("open the desk")).click()
        expect(page.locator("h1")).to_have_text("What waits")
        page.get_by_role("button", name="Log out").click()

        first_step(page, "sam")
        page.get_by_label("Code").fill("000000")
        page.get_by_role("button", name="Log in").click()
        expect(page.locator(".notice.error")).to_contain_text("That did not match.")
        page.get_by_label("Code").fill(code(secret))
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("h1")).to_have_text("What waits")
        page.get_by_role("button", name="Log out").click()

        first_step(page, "sam")
        page.get_by_label("Code").fill(kept[0])
        page.get_by_role("button", name="Log in").click()
        expect(page.locator("h1")).to_have_text("What waits")


# Every page of accounts, as axe sees it


def visit(address: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(address)

    return go


def wrong_login(page: Page) -> None:
    page.goto("/desk/login/")
    page.get_by_label("Name").fill("nobody")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".notice.error")).to_be_visible()


def invite_with_errors(page: Page) -> None:
    page.goto("/desk/accounts/account/add/")
    page.get_by_role("button", name="Make the invitation").click()
    expect(page.locator(".errorlist").first).to_be_visible()


def own_page(page: Page) -> None:
    page.goto("/desk/accounts/account/")
    page.locator("#result_list a").filter(has_text="administrator").click()
    expect(page.locator(".person")).to_be_visible()
    for fold in all_of(page, ".person details"):
        fold.evaluate("fold => { fold.open = true }")


def refused(page: Page) -> None:
    own_page(page)
    page.get_by_role("button", name="Deactivate").click()
    expect(page.get_by_role("alert")).to_be_visible()


STRANGERS = {
    "log in": visit("/desk/login/"),
    "log in, wrong": wrong_login,
    "closed invitation": visit("/desk/invitation/x/"),
}
ADMINISTRATORS = {
    "desk": visit("/desk/"),
    "accounts": visit("/desk/accounts/account/"),
    "invite": visit("/desk/accounts/account/add/"),
    "invite, wrong": invite_with_errors,
    "an account": own_page,
    "refused": refused,
    "log": visit("/desk/accounts/change/"),
    "own account": visit("/desk/account/"),
    "password again": visit("/desk/account/password/?next=/desk/account/"),
}
SCREENS = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")]


def look(page: Page, said: list[str]) -> None:
    """Look at a page on every screen."""
    for width, scheme in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.evaluate("Promise.all(document.getAnimations().map(a => a.finished))")
        find_no_barrier(page, width)
    assert [text for text in said if not EXPECTED.search(text)] == []


@pytest.mark.parametrize("name", STRANGERS)
def test_axe_finds_nothing_before_the_log_in(browser: Browser, site: Site, name: str) -> None:
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        said = listen(page)
        STRANGERS[name](page)
        look(page, said)


@pytest.mark.parametrize("name", ADMINISTRATORS)
def test_axe_finds_nothing_on_the_pages_of_administrators(
    browser: Browser, site: Site, name: str
) -> None:
    page = sign_in(browser, site, "administrator")
    said = listen(page)
    ADMINISTRATORS[name](page)
    look(page, said)
    page.context.close()


def test_axe_finds_nothing_on_the_way_through_an_invitation(browser: Browser, site: Site) -> None:
    link = link_for(browser, site, "toni")
    with browser.new_context(base_url=site.url.replace("127.0.0.1", "localhost")) as context:
        page = context.new_page()
        said = listen(page)
        with_authenticator(page)
        page.goto(link.replace("127.0.0.1", "localhost"))
        look(page, said)
        page.get_by_role("button", name="Choose this password").click()
        expect(page.locator(".notice.error")).to_be_visible()
        look(page, said)
        choose_password(page, page.url)
        look(page, said)
        page.get_by_role("link", name="Set up an app").click()
        look(page, said)
        page.get_by_role("link", name="Choose something else").click()
        page.get_by_role("link", name="Set up a passkey").click()
        look(page, said)
        page.get_by_role("button", name="Make a passkey").click()
        expect(page.locator(".codes li")).to_have_count(10)
        look(page, said)
        for address in ("/desk/account/app/", "/desk/account/codes/new/", "/desk/account/codes/"):
            page.goto(address)
            look(page, said)
        page.goto("/desk/account/app/")
        secret = "".join(page.locator(".key span").all_inner_texts())
        page.get_by_label("Code from the app").fill(code(secret))
        page.get_by_role("button", name="Set it up").click()
        look(page, said)
        for address in ("/desk/account/app/remove/", "/desk/account/password/new/"):
            page.goto(address)
            look(page, said)
        page.get_by_role("button", name="Log out").click()
        first_step(page, "toni")
        page.locator("summary").click()
        look(page, said)


def test_axe_finds_nothing_where_an_account_is_refused(browser: Browser, site: Site) -> None:
    link = link_for(browser, site, "uma")
    with browser.new_context(base_url=site.url) as context:
        page = context.new_page()
        said = listen(page)
        choose_password(page, link)
        page.get_by_role("button", name="Log out").click()
        first_step(page, "uma")
        expect(page.locator("h1")).to_have_text("This account has no second factor yet")
        look(page, said)
        assert PASSWORD not in page.content()
