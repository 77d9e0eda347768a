"""From the first visit to the second scan's changes: what a newcomer does, in both themes, with axe on every page."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.service import add_refunds, make_repository


def exported(page: Page, name: str) -> Path:
    """Download by the export menu."""
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name=re.compile(name)).click()
    return Path(download.value.path())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_newcomer_scans_a_repository(visit: OpenVisitor, folder: Path, theme: str) -> None:
    repository = make_repository(folder / f"shop-{theme}")
    visitor = visit(theme)
    page = visitor.page

    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("how data flows")
    visitor.check()
    for path in ("/sign-in", "/sign-up"):
        page.goto(path)
        visitor.check()

    visitor.sign_up()
    expect(page.get_by_role("link", name="Scan a repository")).to_be_visible()
    expect(page.get_by_role("button", name="Try a sample")).to_be_visible()
    visitor.check()

    page.get_by_role("link", name="Scan a repository").click()
    expect(page.get_by_role("textbox", name="Address", exact=True)).to_be_focused()
    visitor.check()
    first = visitor.scan(repository.as_uri())
    for phase in ("Clone", "Discover", "Parse", "Resolve", "Graph"):
        expect(page.get_by_role("list", name="Phases")).to_contain_text(phase)
    visitor.wait_until_finished()
    visitor.check()

    # What was found, by kind; a row opens beside the table with its source.
    expect(page.get_by_label("Routes", exact=True)).to_contain_text("3")
    page.get_by_role("navigation", name="Findings by kind").get_by_role("link", name=re.compile("Routes")).click()
    expect(page).to_have_url(re.compile(r"kind=route"))
    page.get_by_role("button", name="POST /v1/orders").click()
    panel = page.get_by_role("dialog")
    expect(panel).to_contain_text("shop/orders.py")
    expect(panel).to_contain_text('@router.post("/")')
    expect(panel).to_contain_text("Path to effects")
    visitor.check()
    panel.get_by_role("button", name="Close").click()

    # The graph: found by name, opened, saved as a picture.
    page.get_by_role("link", name="Open graph").click()
    expect(page.get_by_text(re.compile(r"\d+ of \d+ nodes"))).to_be_visible()
    page.keyboard.press("/")
    page.get_by_role("combobox", name="Find a node").fill("/settle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("settle")
    visitor.check()
    page.get_by_role("dialog").get_by_role("button", name="Close").click()
    assert exported(page, "PNG").read_bytes().startswith(b"\x89PNG")

    # The tables, and a reference that leads to another one.
    page.goto(f"{first}/tables")
    page.get_by_label("Table orders").get_by_role("link", name="customers").click()
    expect(page).to_have_url(re.compile(r"#table-customers$"))
    visitor.check()
    page.get_by_role("link", name=re.compile("Relations")).click()
    expect(page.get_by_text(re.compile("1 reference between 2 tables"))).to_be_visible()
    visitor.check()

    page.goto(first)
    found = json.loads(exported(page, "JSON").read_text())
    assert found["schema"] == "pinata.scan/1"
    assert {"customers", "orders"} <= {table["name"] for table in found["tables"]}
    assert exported(page, "CSV").read_text().count("\n") > 3
    assert "POST /v1/orders" in exported(page, "Mermaid").read_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_second_scan_shows_what_changed(visit: OpenVisitor, folder: Path, theme: str) -> None:
    repository = make_repository(folder / f"changed-{theme}")
    visitor = visit(theme)
    page = visitor.page
    org = visitor.sign_up()
    first = visitor.scan(repository.as_uri())
    visitor.wait_until_finished()
    page.get_by_role("navigation", name="Parts of the scan").get_by_role("link", name="Changes").click()
    expect(page.get_by_text("Nothing to compare with yet")).to_be_visible()

    add_refunds(repository)
    page.get_by_role("button", name="Scan again").click()
    page.wait_for_url(lambda url: "/scans/" in url and not url.startswith(first))
    visitor.wait_until_finished()
    expect(page.get_by_label("Routes", exact=True)).to_contain_text("+1")
    page.get_by_role("navigation", name="Parts of the scan").get_by_role("link", name="Changes").click()
    expect(page.get_by_label("Changes")).to_contain_text("POST /v1/refunds")
    visitor.check()
    page.get_by_role("link", name="Diagnostics").click()
    visitor.check()

    for path in ("", "/repositories", "/scans", "/graph", "/schema", "/findings"):
        page.goto(f"/{org}/pinata{path}")
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        visitor.check()
    page.get_by_role("link", name="Repositories").first.click()
    page.get_by_role("link", name=f"changed-{theme}").click()
    expect(page.get_by_text("What was found over time")).to_be_visible()
    visitor.check()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_narrow_screens(visit: OpenVisitor, theme: str) -> None:
    visitor = visit(theme, width=390, height=844)
    page = visitor.page
    page.goto("/")
    visitor.check()
    org = visitor.sign_up()
    visitor.check()
    page.get_by_role("button", name="Try a sample").click()
    page.wait_for_url(re.compile(r"/scans/"))
    visitor.wait_until_finished()
    scan = page.url
    for address in (scan, f"{scan}/tables", f"{scan}/graph", f"{scan}/diagnostics"):
        page.goto(address)
        visitor.check()
    for path in ("", "/repositories", "/repositories/new", "/scans", "/schema"):
        page.goto(f"/{org}/pinata{path}")
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        visitor.check()
    page.get_by_role("button", name="Show the sidebar").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    visitor.check()
    page.get_by_role("link", name="Overview").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
