"""A scan while it runs: it is followed live, survives a closed browser, and stops when it is told to."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import OpenVisitor
from tests.browser.service import make_repository


@pytest.fixture(scope="module")
def large(folder: Path) -> Path:
    """A repository that takes a while."""
    return make_repository(folder / "large", fillers=1500)


def test_closed_and_reopened(browser: Browser, visit: OpenVisitor, large: Path, address: str) -> None:
    visitor = visit()
    visitor.sign_up()
    scan = visitor.scan(large.as_uri())
    bar = visitor.page.get_by_role("progressbar", name="Scan progress")
    expect(bar).to_be_visible()
    expect(visitor.page.get_by_text(re.compile(r"[\d,]+ of [\d,]+ files"))).to_be_visible()
    who = visitor.page.context.storage_state()
    visitor.page.context.close()

    again = browser.new_context(base_url=address, storage_state=who, reduced_motion="reduce")
    page = again.new_page()
    visitor.watch(page)
    page.goto(scan)
    expect(page.get_by_label(re.compile("^Live"))).to_be_visible()
    expect(page.locator("h1 + *")).to_have_text("Finished", timeout=60_000)
    expect(page.get_by_label("Routes", exact=True)).to_contain_text("3")
    again.close()


def test_progress_comes_by_the_socket(visit: OpenVisitor, large: Path) -> None:
    visitor = visit()
    visitor.sign_up()
    visitor.scan(large.as_uri())
    bar = visitor.page.get_by_role("progressbar", name="Scan progress")
    seen: set[str] = set()
    until = time.monotonic() + 50
    while visitor.page.locator("h1 + *").inner_text() != "Finished" and time.monotonic() < until:
        seen.add(bar.get_attribute("aria-valuenow") or "")
        visitor.page.wait_for_timeout(100)
    # Asked for every five seconds it would have been seen in two or three places at most.
    assert len(seen) >= 5, seen


@pytest.mark.clock
def test_cancelled_within_a_second(visit: OpenVisitor, large: Path) -> None:
    visitor = visit()
    org = visitor.sign_up()
    scan = visitor.scan(large.as_uri())
    page = visitor.page
    expect(page.locator("h1 + *")).to_have_text("Running")
    page.get_by_role("button", name="Cancel").click()
    asked = time.monotonic()
    number = scan.rsplit("/", 1)[-1]
    while True:
        state = page.request.get(f"/api/v1/orgs/{org}/pinata/scans/{number}").json()
        if state["status"] == "cancelled" or time.monotonic() - asked > 5:
            break
    assert state["status"] == "cancelled"
    assert time.monotonic() - asked < 1
    expect(page.locator("h1 + *")).to_have_text("Cancelled")
    expect(page.get_by_role("button", name="Scan again")).to_be_visible()
    visitor.check()


def test_a_failed_scan_says_what_to_do(visit: OpenVisitor, folder: Path) -> None:
    visitor = visit()
    visitor.sign_up()
    page = visitor.page
    visitor.scan((folder / "nothing-here").as_uri())
    expect(page.locator("h1 + *")).to_have_text("Failed", timeout=30_000)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("button", name="Scan again")).to_be_visible()
    visitor.check()
