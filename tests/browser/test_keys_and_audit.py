"""A person makes an API key, uses it, replaces its secret and ends it, and reads in the audit log that they did."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenVisitor

pytestmark = pytest.mark.browser


def test_a_key_from_the_first_to_the_last_day(visit: OpenVisitor, address: str) -> None:
    visitor = visit()
    page = visitor.page
    org = visitor.sign_up()
    page.goto(f"/{org}/settings/keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_role("button", name="Make the key").click()
    expect(page.get_by_text("Give it a name that says what uses it.")).to_be_visible()
    expect(page.get_by_text("Choose at least one.")).to_be_visible()
    page.get_by_label("Name").fill("Nightly import")
    page.get_by_role("button", name="Read only").click()
    visitor.check()
    page.get_by_role("button", name="Make the key").click()
    first = secret_on(page)
    visitor.check()
    assert status(page, address, org, first) == 200
    page.get_by_role("button", name="Done", exact=True).click()
    assert first not in page.content(), "a secret that was put away is gone"

    act(page, "Rotate the secret")
    page.get_by_label("How long the old secret still works").select_option("0")
    page.get_by_role("button", name="Rotate", exact=True).click()
    second = secret_on(page)
    assert (status(page, address, org, first), status(page, address, org, second)) == (401, 200)
    page.get_by_role("button", name="Done", exact=True).click()

    page.get_by_role("button", name=re.compile("^Nightly import")).click()
    panel = page.get_by_role("dialog", name="Nightly import")
    expect(panel.get_by_text("Requests", exact=True)).to_be_visible(timeout=45_000)
    expect(panel.get_by_role("img", name=re.compile("Requests by day"))).to_be_visible()
    visitor.check()
    panel.get_by_role("button", name="Close").click()

    act(page, "Revoke")
    sure = page.get_by_role("button", name="Revoke the key")
    expect(sure).to_be_disabled()
    page.get_by_label("Type “Nightly import” to confirm").fill("Nightly import")
    sure.click()
    expect(page.get_by_text("No keys yet")).to_be_visible()
    assert status(page, address, org, second) == 401
    page.get_by_role("link", name="Revoked").click()
    expect(page.get_by_role("list", name="API keys")).to_contain_text("Nightly import")
    read_the_log(visitor.page, org)
    visitor.check()


def read_the_log(page: Page, org: str) -> None:
    page.goto(f"/{org}/settings/audit")
    expect(page.get_by_role("button", name="API key revoked Nightly import")).to_be_visible()
    page.get_by_label("Part").select_option(label="API keys")
    expect(page).to_have_url(re.compile(r"action=api_keys\."))
    expect(page.get_by_role("table").get_by_text("Organization created")).to_have_count(0)
    page.reload()
    expect(page.get_by_label("Part")).to_have_value("api_keys.")
    page.get_by_role("button", name="API key rotated").click()
    panel = page.get_by_role("dialog", name="API key rotated")
    expect(panel.get_by_text("What changed")).to_be_visible()
    panel.get_by_role("button", name="Only this").nth(1).click()
    expect(page).to_have_url(re.compile(r"subject="))
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    text = download.value.path().read_text()
    assert "api_keys.rotated" in text
    assert "organizations." not in text


def test_own_keys_and_narrow_pages(visit: OpenVisitor) -> None:
    visitor = visit("dark", width=390)
    page = visitor.page
    org = visitor.sign_up()
    page.goto("/me/keys")
    page.get_by_role("button", name="New key").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("combobox", name="Organization").select_option(org)
    page.get_by_role("checkbox", name="Pinata Code").check()
    page.get_by_role("button", name="Make the key").click()
    secret_on(page)
    visitor.check()
    page.goto(f"/{org}/settings/keys")
    expect(page.get_by_text("Ada Lovelace’s own")).to_be_visible()
    visitor.check()
    page.goto(f"/{org}/settings/audit?actor=api_key")
    expect(page.get_by_text("Nothing like that")).to_be_visible()
    page.get_by_role("button", name="Clear the filters").click()
    page.get_by_role("button", name="API key made My laptop").click()
    expect(page.get_by_role("dialog", name="API key made")).to_contain_text("permissions")
    visitor.check()


def act(page: Page, deed: str) -> None:
    page.get_by_role("button", name="What can be done to Nightly import").click()
    page.get_by_role("menuitem", name=deed).click()


def secret_on(page: Page) -> str:
    """The secret on screen."""
    shown = page.get_by_text(re.compile(r"^tnt_live_[0-9A-Za-z]{36}$"))
    expect(shown).to_be_visible()
    return shown.inner_text()


def status(page: Page, address: str, org: str, secret: str) -> int:
    """What the API answers to this secret."""
    answer = page.request.get(f"{address}/api/v1/orgs/{org}", headers={"Authorization": f"Bearer {secret}"})
    return answer.status
