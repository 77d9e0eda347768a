"""Second factors as a person meets them: the app (pyotp is the telephone), and passkeys by Chromium's virtual authenticator."""

import re

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.visitor import PASSWORD, Visitor


def with_authenticator(page: Page) -> None:
    """A security module in this browser that says yes by itself."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).last.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def kept_codes(page: Page) -> list[str]:
    """Read the recovery codes, and say that they are kept."""
    dialog = page.get_by_role("dialog", name="Keep these recovery codes")
    expect(dialog.get_by_role("listitem")).to_have_count(10)
    codes = dialog.get_by_role("listitem").all_inner_texts()
    dialog.get_by_role("button", name="I have kept them").click()
    return codes


def give_password(visitor: Visitor, email: str) -> None:
    visitor.page.get_by_label("E-mail").fill(email)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Sign in", exact=True).click()


def test_an_authenticator_app(visit: OpenVisitor) -> None:
    visitor = visit("dark", width=390, height=844)
    page = visitor.page
    visitor.sign_up("Ada Lovelace")
    email = page.evaluate("fetch('/api/v1/me').then(a => a.json()).then(me => me.email)")
    page.goto("/me/security")
    expect(page.get_by_text("Authenticator app", exact=True)).to_be_visible()
    visitor.check()
    page.get_by_role("button", name="Set up").click()
    dialog = page.get_by_role("dialog", name="Set up an authenticator app")
    expect(dialog.get_by_alt_text("QR code for the authenticator app")).to_be_visible()
    telephone = pyotp.TOTP(dialog.locator("code").inner_text().replace(" ", ""))
    visitor.check()
    dialog.get_by_label("Code").fill("000000")
    dialog.get_by_role("button", name="Confirm").click()
    expect(dialog.get_by_text("Not the right code.")).to_be_visible()
    dialog.get_by_label("Code").fill(telephone.now())
    dialog.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("dialog", name="Keep these recovery codes")).to_be_visible()
    visitor.check()
    codes = kept_codes(page)
    expect(page.get_by_text("10 of 10 are left")).to_be_visible()

    page.goto("/sign-in?next=/me/security")
    give_password(visitor, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    visitor.check()
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Not the right code.")).to_be_visible()
    page.reload()  # the second step is still open
    page.get_by_role("button", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile("/me/security$"))
    expect(page.get_by_text("9 of 10 are left")).to_be_visible()
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_role("button", name="Set up")).to_be_visible()


def test_passkeys(visit: OpenVisitor, address: str) -> None:
    visitor = visit(base=address.replace("127.0.0.1", "localhost"))  # passkeys are bound to a name
    page = visitor.page
    with_authenticator(page)
    visitor.sign_up("Grace Hopper")
    email = page.evaluate("fetch('/api/v1/me').then(a => a.json()).then(me => me.email)")
    page.goto("/me/security")
    page.get_by_role("button", name="Add a passkey").click()
    page.get_by_role("dialog").get_by_label("Name").fill("This laptop")
    visitor.check()
    page.get_by_role("button", name="Continue").click()
    kept_codes(page)
    mine = page.get_by_role("list", name="Passkeys")
    expect(mine).to_contain_text("This laptop")
    visitor.check()
    page.get_by_role("button", name="Rename This laptop").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Old laptop")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(mine).to_contain_text("Old laptop")

    # As the second step after the password…
    sign_out(page, "Grace Hopper")
    give_password(visitor, email)
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    visitor.check()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()

    # …and as the only factor, without a password.
    page.goto("/me/security")
    page.get_by_role("button", name="Remove the password…").click()
    page.get_by_role("button", name="Remove the password", exact=True).click()
    expect(page.get_by_role("button", name="Remove the password…")).to_be_hidden()
    page.get_by_role("button", name="Remove Old laptop").click()
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("This is the last way into your account.")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    sign_out(page, "Grace Hopper")
    visitor.check()
    # The browser may offer the passkey by itself, in the e-mail field; else the button does.
    page.get_by_role("button", name="Sign in with a passkey").or_(
        page.get_by_role("navigation", name="Main")
    ).first.click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
