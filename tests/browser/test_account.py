"""One's own account: confirming an address, forgetting the password, profile, sessions, another address."""

import base64
import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import PASSWORD

NEW = "quite another phrase"
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def link_in_mail(page: Page, subject: str, to: str = "") -> str:
    """The link of the latest mail with this subject, as it lies in the machine's mailbox."""
    context: BrowserContext = page.context
    for _ in range(40):  # a worker sends it
        listed = context.request.get("/dev/mail").text()
        for name, row in re.findall(r'<a href="/dev/mail/([0-9a-f-]+)">(.*?)</a>', listed):
            if subject in row and to in row:
                text = context.request.get(f"/dev/mail/{name}").text()
                found = re.search(r"https?://[^\s<]+/(?:verify|reset)#[\w-]+", text)
                assert found, text
                return found[0]
        page.wait_for_timeout(200)
    raise AssertionError(f"no mail about {subject} to {to}")


def email_of(page: Page) -> str:
    page.goto("/me/profile")
    said = page.locator("section", has=page.get_by_role("heading", name="E-mail address")).locator("p .font-medium")
    return said.first.inner_text()


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_an_account_from_the_first_mail_to_a_profile(visit: OpenVisitor, theme: str, width: int) -> None:
    visitor = visit(theme, width=width)
    page = visitor.page
    visitor.sign_up("Ada Lovelace")
    email = email_of(page)
    banner = page.get_by_label("Your address is not verified")
    banner.get_by_role("button", name="Send it again").click()
    expect(banner.get_by_text("Sent again just now")).to_be_visible()
    expect(banner.get_by_role("link", name="open the mailbox")).to_be_visible()
    visitor.check()

    page.goto(link_in_mail(page, "Verify your e-mail address", email))
    visitor.check()
    assert "#" not in page.evaluate("location.href"), "the secret stays in no history"
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("heading", name="Your address is verified")).to_be_visible()
    visitor.check()
    page.get_by_role("link", name="Go on to Tenantry").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
    expect(banner).to_have_count(0)

    page.goto("/me/profile")
    page.get_by_label("Picture").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": PICTURE})
    expect(page.get_by_text("This is your picture now.")).to_be_visible()
    expect(page.locator("main img")).to_have_js_property("naturalWidth", 256)
    visitor.check()
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("main img")).to_have_count(0)
    page.get_by_label("Name", exact=True).fill("Ada King")
    page.get_by_label("Time zone").select_option("Asia/Tokyo")
    page.get_by_label("Language of numbers and times").select_option("de-DE")
    page.get_by_role("combobox", name="Theme").select_option("dark" if theme == "light" else "light")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.locator("html.dark")).to_have_count(1 if theme == "light" else 0)


@pytest.mark.parametrize(("theme", "width"), [("dark", 1440), ("light", 390)])
def test_forgotten_and_changed_passwords_and_sessions(visit: OpenVisitor, theme: str, width: int) -> None:
    visitor = visit(theme, width=width)
    page = visitor.page
    visitor.sign_up("Grace Hopper")
    email = email_of(page)
    elsewhere = visit(theme, width=width)
    other = elsewhere.page

    other.goto("/sign-in")
    other.get_by_label("E-mail").fill(email)
    other.get_by_role("link", name="Forgot your password?").click()
    expect(other.get_by_label("E-mail")).to_have_value(email)
    elsewhere.check()
    other.get_by_role("button", name="Send the link").click()
    expect(other.get_by_role("heading", name="Look at your mail")).to_be_visible()
    elsewhere.check()
    link = link_in_mail(other, "Set a new password", email)
    other.goto(link)
    other.get_by_label("New password").fill("password")
    other.get_by_role("button", name="Set the password").click()
    expect(other.locator("[aria-invalid=true]")).to_be_visible()
    elsewhere.check()
    other.get_by_label("New password").fill(NEW)
    other.get_by_role("button", name="Set the password").click()
    expect(other.get_by_role("heading", name="Your password is set")).to_be_visible()
    other.goto("about:blank")  # what differs behind the # alone is the same page to a browser
    other.goto(link)
    other.get_by_label("New password").fill(NEW)
    other.get_by_role("button", name="Set the password").click()
    expect(other.get_by_role("heading", name="This link is no longer good")).to_be_visible()
    elsewhere.check()

    # Whoever was signed in is not any more; both come in with the new password.
    page.goto("/me/security")
    expect(page).to_have_url(re.compile("/sign-in"))
    for one in (page, other):
        one.goto("/sign-in?next=/me/security")
        one.get_by_label("E-mail").fill(email)
        one.get_by_label("Password").fill(NEW)
        one.get_by_role("button", name="Sign in", exact=True).click()
        expect(one.get_by_role("heading", name="Where you are signed in")).to_be_visible()

    page.reload()
    expect(page.get_by_text("This one")).to_have_count(1)
    visitor.check()
    page.get_by_label("Present password").fill("not the present one")
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Not your present password.")).to_be_visible()
    page.get_by_role("button", name="Sign out everywhere else").click()
    visitor.check()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere else").click()
    expect(page.get_by_text("You are signed in only here.")).to_be_visible()
    # The other browser is told by its socket, and asks to sign in again without being touched.
    expect(other).to_have_url(re.compile("/sign-in"))
    page.get_by_label("Present password").fill(NEW)
    page.get_by_label("New password").fill(PASSWORD)
    page.get_by_role("button", name="Change the password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
