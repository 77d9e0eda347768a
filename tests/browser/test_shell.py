"""The frame around every page: accounts, organizations, the palette, keys, themes, and the ways it fails."""

import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenVisitor
from tests.browser.service import make_repository
from tests.browser.visitor import PASSWORD


def test_signing_out_and_in_again(visit: OpenVisitor) -> None:
    visitor = visit()
    page = visitor.page
    org = visitor.sign_up("Grace Hopper")
    page.get_by_role("button", name="Grace Hopper").last.click()
    email = page.get_by_role("menu").inner_text().split("\n")[1]
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    page.goto(f"/{org}/pinata/scans?status=failed")
    expect(page).to_have_url(re.compile(r"/sign-in\?next="))
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    visitor.check()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(r"/pinata/scans\?status=failed$"))


def test_another_organization(visit: OpenVisitor) -> None:
    visitor = visit()
    page = visitor.page
    first = visitor.sign_up()
    page.get_by_role("button", name=re.compile("Switch organization")).click()
    page.get_by_role("menuitem", name="Create an organization").click()
    page.get_by_label("Name").fill("Northwind Labs")
    visitor.check()
    page.get_by_role("button", name="Create organization").click()
    expect(page).to_have_url(re.compile(r"/northwind-labs[^/]*/pinata$"))
    page.get_by_role("button", name=re.compile("Switch organization")).click()
    page.get_by_role("menuitem", name="Ada Lovelace").click()
    expect(page).to_have_url(re.compile(rf"/{first}/pinata$"))
    page.goto(f"/{first}/settings")
    expect(page.get_by_text("What you may do here")).to_be_visible()
    visitor.check()


def test_the_palette_goes_and_acts(visit: OpenVisitor) -> None:
    visitor = visit()
    page = visitor.page
    visitor.sign_up()
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search or jump to").fill("data schema")
    visitor.check()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/pinata/schema$"))
    page.keyboard.press("Control+k")
    page.get_by_placeholder("Search or jump to").fill("theme: dark")
    page.keyboard.press("Enter")
    expect(page.locator("html.dark")).to_be_attached()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile(r"/repositories/new$"))


def test_no_flash_of_the_other_theme(visit: OpenVisitor) -> None:
    visitor = visit("light")
    page = visitor.page
    page.goto("/")
    page.evaluate("localStorage.setItem('tenantry-theme', 'dark')")
    # Before the first of our scripts has run, the class must be there.
    page.route("**/assets/*.js", lambda route: route.abort())
    page.goto("/sign-in")
    assert page.evaluate("document.documentElement.classList.contains('dark')")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_ways_to_fail(visit: OpenVisitor, theme: str) -> None:
    visitor = visit(theme)
    page = visitor.page
    org = visitor.sign_up()
    for path, words in (
        (f"/{org}/pinata/no/such/page", "There is no page at this address"),
        (f"/{org}/pinata/scans/00000000-0000-7000-8000-000000000000", "There is no such scan"),
        (f"/{org}/pinata/repositories/00000000-0000-7000-8000-000000000000", "There is no such repository"),
        ("/somebody-elses", ""),
    ):
        page.goto(path)
        expect(page.get_by_text(words).first).to_be_visible()
        expect(page.get_by_text(re.compile("Go to my overview|All scans|All repositories")).first).to_be_visible()
        visitor.check()


def test_addresses_that_cannot_be(visit: OpenVisitor) -> None:
    visitor = visit()
    page = visitor.page
    org = visitor.sign_up()
    page.goto(f"/{org}/pinata/repositories/new")
    page.get_by_role("button", name="Add and scan").click()
    expect(page.get_by_text("Enter the repository's address.")).to_be_visible()
    page.get_by_role("textbox", name="Address", exact=True).fill("ftp://example.com/code")
    page.get_by_role("button", name="Add and scan").click()
    expect(page.locator("[aria-invalid=true], [role=alert]").first).to_be_visible()
    page.get_by_text("Private repository").click()
    page.get_by_label("Access with").select_option("key")
    expect(page.get_by_label("Private key")).to_be_visible()
    visitor.check()


def test_an_uploaded_archive(visit: OpenVisitor, folder: Path) -> None:
    source = make_repository(folder / "uploaded")
    archive = folder / "uploaded.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(source.rglob("*.py")):
            packed.write(file, file.relative_to(source))
    visitor = visit()
    page = visitor.page
    org = visitor.sign_up()
    page.goto(f"/{org}/pinata/repositories/new")
    page.get_by_role("tab", name="Upload").click()
    page.get_by_label("Archive").set_input_files(source / "shop" / "main.py")
    expect(page.get_by_role("alert")).to_contain_text("isn't an archive")
    page.get_by_label("Archive").set_input_files(archive)
    visitor.check()
    page.get_by_role("button", name="Upload and scan").click()
    page.wait_for_url(re.compile(r"/scans/"))
    visitor.wait_until_finished()
    expect(page.get_by_label("Routes", exact=True)).to_contain_text("3")


def test_renamed_undone_and_deleted(visit: OpenVisitor, folder: Path) -> None:
    visitor = visit()
    page = visitor.page
    visitor.sign_up()
    visitor.scan(make_repository(folder / "renamed").as_uri())
    visitor.wait_until_finished()
    page.get_by_role("navigation", name="Breadcrumbs").get_by_role("link", name="renamed").click()
    page.get_by_role("button", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("another-name")
    page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    expect(page.get_by_role("heading", name="another-name")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1, name="renamed")).to_be_visible()

    page.get_by_role("button", name="Delete…").click()
    sure = page.get_by_role("button", name="Delete for good")
    expect(sure).to_be_disabled()
    page.get_by_label("to confirm").fill("renamed")
    visitor.check()
    sure.click()
    expect(page).to_have_url(re.compile(r"/repositories$"))
    expect(page.get_by_text("No repositories yet")).to_be_visible()


def test_rows_by_keyboard(visit: OpenVisitor, folder: Path) -> None:
    visitor = visit()
    page = visitor.page
    visitor.sign_up()
    visitor.scan(make_repository(folder / "keys").as_uri())
    visitor.wait_until_finished()
    expect(page.get_by_label("Findings", exact=True).get_by_role("row").nth(2)).to_be_visible()
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    second = page.evaluate("document.activeElement.textContent")
    assert first
    assert second
    assert first != second
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(first)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_product_without_an_interface(visit: OpenVisitor) -> None:
    visitor = visit()
    page = visitor.page
    org = visitor.sign_up()
    page.get_by_role("navigation", name="Products").get_by_role("link", name="Notes").click()
    expect(page).to_have_url(re.compile(rf"/{org}/notes/notes$"))
    visitor.check()
    page.get_by_role("link", name="Add").first.click()
    visitor.check()
    page.get_by_label("Title").fill("Ring Grace")
    page.get_by_role("button", name="Add").click()
    page.get_by_role("link", name="Ring Grace").click()
    visitor.check()
    page.get_by_label("Body").fill("About the relay.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.get_by_role("button", name="Delete…").click()
    page.get_by_role("button", name="Delete for good").click()
    expect(page).to_have_url(re.compile(rf"/{org}/notes/notes$"))
    expect(page.get_by_text("No notes yet")).to_be_visible()
