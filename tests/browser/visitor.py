"""Somebody in front of the browser: what they do, and what the browser complains about."""

import itertools
import re
import time

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Page, expect

PASSWORD = "four unrelated words"
numbers = itertools.count(int(time.time()))


class Visitor:
    """A page, the theme it must be in, and the errors its console showed."""

    def __init__(self, page: Page, theme: str) -> None:
        self.page = page
        self.theme = theme
        self.complaints: list[str] = []
        self.watch(page)

    def watch(self, page: Page) -> None:
        """Note what goes wrong in a page. A refused request is an answer, not a fault of the page."""

        def said(kind: str, text: str) -> None:
            if kind == "error" and "Failed to load resource" not in text:
                self.complaints.append(text)

        page.on("console", lambda message: said(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def register(self, name: str = "Ada Lovelace", email: str | None = None) -> str:
        """Fill in the form of a new account, and send it; answers the e-mail address."""
        email = email or f"person{next(numbers)}@example.com"
        self.page.get_by_label("Name").fill(name)
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Create account").click()
        return email

    def mailed(self, address: str, path: str) -> str:
        """The secret in the latest mail to an address with a link to this path; it is waited for."""
        for _ in range(60):
            mailbox = self.page.request.get("/dev/mail").text()
            letters = re.findall(r'href="(/dev/mail/[^"]+)">.*?<span>(.*?)</span>', mailbox)
            for letter, to in letters:
                found = (
                    re.search(rf"{path}#([\w-]{{20,}})", self.page.request.get(letter).text())
                    if to == address
                    else None
                )
                if found:
                    return found[1]
            self.page.wait_for_timeout(250)
        raise AssertionError(f"No mail to {address} with a link to {path} came.")

    def sign_up(self, name: str = "Ada Lovelace") -> str:
        """From the home page to a new account; answers the slug of the organization they land in."""
        self.page.goto("/")
        self.page.get_by_role("link", name="Create an account").first.click()
        self.register(name)
        self.page.wait_for_url("**/welcome")
        self.page.get_by_role("button", name="Skip the introduction").click()
        self.page.wait_for_url(re.compile(r"/[^/]+/pinata$"))
        expect(self.page.get_by_role("heading", level=1)).to_contain_text("Welcome")
        return self.page.url.split("/")[3]

    def scan(self, url: str) -> str:
        """Give a git address and start; answers the scan's page."""
        if not self.page.url.endswith("/repositories/new"):
            expect(self.page.get_by_role("link", name=re.compile("Scan a repository|New scan")).first).to_be_visible()
            self.page.keyboard.press("n")
        self.page.get_by_role("textbox", name="Address", exact=True).fill(url)
        self.page.get_by_role("button", name="Add and scan").click()
        self.page.wait_for_url(re.compile(r"/pinata/scans/[0-9a-f-]{36}$"))
        return self.page.url

    def wait_until_finished(self, seconds: float = 60) -> None:
        """Look at a scan's page until it says that it is finished."""
        badge = self.page.locator("h1 + *")
        expect(badge).to_have_text("Finished", timeout=seconds * 1000)

    def check(self) -> None:
        """The page is in its theme, isn't wider than the screen, and axe finds nothing to complain about."""
        expect(self.page.locator("h1").first).to_be_attached(timeout=15_000)
        expect(self.page.locator(".animate-pulse, main [role=status] .animate-spin")).to_have_count(0, timeout=15_000)
        self.page.evaluate("document.fonts.ready")
        dark = self.page.evaluate("document.documentElement.classList.contains('dark')")
        assert dark == (self.theme == "dark")
        wider = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, f"{self.page.url} is {wider} px wider than the screen"
        violations = Axe().run(self.page).response["violations"]
        told = [f"{found['id']}: {found['nodes'][0]['html'][:200]}" for found in violations]
        assert len(violations) == 0, f"{self.page.url}: {told}"
