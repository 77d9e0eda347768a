"""What an organization requires when its people sign in, and what somebody sees who is kept out."""

import re

import pyotp
from playwright.sync_api import expect

from tests.browser.conftest import OpenVisitor


def test_requiring_a_second_factor(visit: OpenVisitor) -> None:
    visitor = visit("dark", width=390, height=844)
    page = visitor.page
    org = visitor.sign_up("Ada Lovelace")
    page.goto(f"/{org}/settings/sign-in")
    expect(page.get_by_role("heading", name="Required of everybody")).to_be_visible()
    visitor.check()
    page.get_by_role("button", name="Require second factor").click()
    expect(page.get_by_text("You have no second factor yourself")).to_be_visible()
    page.get_by_label("Add a domain").fill("not a domain")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_text("Give a domain such as example.com.")).to_be_visible()
    page.get_by_label("Add a domain").fill("acme.example")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("list", name="E-mail domains")).to_contain_text("_tenantry.acme.example")
    page.get_by_label("Issuer").fill("https://login.acme.example")
    page.get_by_label("Client id").fill("tenantry")
    page.get_by_label("Client secret").fill("a secret")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_role("button", name="Disconnect")).to_be_visible()
    visitor.check()

    page.goto("/me/security")
    page.get_by_role("button", name="Set up").click()
    dialog = page.get_by_role("dialog", name="Set up an authenticator app")
    telephone = pyotp.TOTP(dialog.locator("code").inner_text().replace(" ", ""))
    dialog.get_by_label("Code").fill(telephone.now())
    dialog.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="I have kept them").click()
    page.goto(f"/{org}/settings/sign-in")
    page.get_by_role("button", name="Require second factor").click()
    expect(page.get_by_role("button", name="Stop requiring second factor")).to_be_visible()

    # Without one even she is kept out, and lets herself in by setting one up.
    page.goto("/me/security")
    page.get_by_role("button", name="Remove…").click()
    page.get_by_role("button", name="Remove the app").click()
    expect(page.get_by_role("button", name="Set up")).to_be_visible()
    page.goto(f"/{org}/pinata")
    expect(page.get_by_role("heading", level=1)).to_contain_text("requires a second factor")
    visitor.check()
    expect(page.get_by_role("button", name="Continue")).to_be_disabled()
    page.get_by_role("button", name="Set up").click()
    telephone = pyotp.TOTP(dialog.locator("code").inner_text().replace(" ", ""))
    dialog.get_by_label("Code").fill(telephone.now())
    dialog.get_by_role("button", name="Confirm").click()
    page.get_by_role("button", name="I have kept them").click()
    page.get_by_role("button", name="Continue").click()
    expect(page).to_have_url(re.compile(rf"/{org}/pinata$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Welcome")
