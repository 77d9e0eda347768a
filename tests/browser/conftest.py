"""What the browser tests share: one service, one Chromium, and a fresh profile for each test."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect, sync_playwright

from tests.browser.chromium import launch
from tests.browser.service import ROOT, running_service
from tests.browser.visitor import Visitor

OpenVisitor = Callable[..., Visitor]

# Playwright's five seconds are short where two cores serve, scan and browse at once.
expect.set_options(timeout=12_000)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium. Without one these tests are skipped, and the summary says so."""
    with sync_playwright() as playwright:
        try:
            browser = launch(playwright)
        except Error as error:
            pytest.skip(f"BROWSER TESTS SKIPPED: {error.message.splitlines()[0]}")
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may enter too: pytest's are closed to it under root."""
    folder = Path(tempfile.mkdtemp(prefix="tenantry-browser-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def address(browser: Browser, folder: Path) -> Iterator[str]:
    """Where the real service answers, with the interface as it was built."""
    if not (ROOT / "src" / "tenantry" / "_web" / "index.html").is_file():
        pytest.skip("BROWSER TESTS SKIPPED: the interface isn't built (python web/build.py)")
    service = Path(tempfile.mkdtemp(prefix="service-", dir=folder))  # a new one for each try
    service.chmod(0o755)
    with running_service(service) as address:
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[OpenVisitor]:
    """Opens a visitor with a profile of their own: `visit("dark", width=390)`. None of them may leave errors behind."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def open_visitor(theme: str = "light", *, width: int = 1440, height: int = 900, base: str = address) -> Visitor:
        context = browser.new_context(
            base_url=base,
            color_scheme="dark" if theme == "dark" else "light",
            viewport={"width": width, "height": height},
            reduced_motion="reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        visitor = Visitor(context.new_page(), theme)
        opened.append((context, visitor))
        return visitor

    yield open_visitor
    complaints = [complaint for _, visitor in opened for complaint in visitor.complaints]
    for context, _ in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def page(visit: OpenVisitor) -> Page:
    """A page of an ordinary visitor."""
    return visit().page
