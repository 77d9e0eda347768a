"""Makes the README's pictures from the running product, filled with its own sample.

`.venv/bin/python web/screenshots.py [FOLDER]`, once `bin/test` has set things up; the folder is docs/images by default.
Starts the service on a data directory of its own, signs up, tries the sample, and photographs what a person sees.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import BrowserContext, Page, ViewportSize, expect, sync_playwright  # noqa: E402

from tests.browser.chromium import launch  # noqa: E402
from tests.browser.service import running_service  # noqa: E402
from tests.browser.visitor import Visitor  # noqa: E402

WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}


def photograph(page: Page, folder: Path, name: str) -> None:
    """One picture, once the page has stopped moving."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(600)
    page.screenshot(path=folder / f"{name}.png")
    print(f"  {name}.png")


def tour(context: BrowserContext, folder: Path, theme: str) -> None:
    """The pages worth showing, in one theme."""
    visitor = Visitor(context.new_page(), theme)
    page = visitor.page
    page.goto("/")
    photograph(page, folder, f"home-{theme}")
    visitor.sign_up()
    photograph(page, folder, f"first-run-{theme}")
    page.get_by_role("button", name="Try a sample").click()
    page.wait_for_url(re.compile(r"/scans/"))
    visitor.wait_until_finished()
    scan = page.url
    photograph(page, folder, f"scan-{theme}")
    page.get_by_role("navigation", name="Findings by kind").get_by_role("link", name=re.compile("Routes")).click()
    page.get_by_role("button", name="POST /api/orders", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("Leads to")
    photograph(page, folder, f"finding-{theme}")
    page.get_by_role("link", name="Show in the graph").click()
    expect(page.get_by_text(re.compile(r"\d+ of \d+ nodes"))).to_be_visible()
    photograph(page, folder, f"graph-path-{theme}")
    page.goto(f"{scan}/graph")
    photograph(page, folder, f"graph-{theme}")
    page.goto(f"{scan}/tables")
    photograph(page, folder, f"tables-{theme}")
    page.goto(scan)
    page.set_viewport_size(NARROW)
    photograph(page, folder, f"scan-narrow-{theme}")


def main(words: list[str]) -> None:
    """Both themes."""
    folder = Path(words[0]) if words else ROOT / "docs" / "images"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tenantry-pictures-") as data:
        # PostgreSQL runs as a user of its own under root, and must get to its folder.
        Path(data).chmod(0o755)
        with running_service(Path(data), products="pinata") as address, sync_playwright() as playwright:
            browser = launch(playwright)
            for theme in ("light", "dark"):
                context = browser.new_context(
                    base_url=address,
                    viewport=WIDE,
                    color_scheme="dark" if theme == "dark" else "light",
                    reduced_motion="reduce",
                )
                tour(context, folder, theme)
                context.close()
            browser.close()
    print(f"Written to {folder}.")


if __name__ == "__main__":
    main(sys.argv[1:])
