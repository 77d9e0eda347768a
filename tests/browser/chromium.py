"""Finds a Chromium on this machine: the system's own, or the one Playwright brings."""

import os
import shutil
from pathlib import Path

from playwright.sync_api import Browser, Error, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def find_chromium() -> str | None:
    """The path of a Chromium, or None for Playwright's own. `TENANTRY_CHROMIUM` names another one."""
    if named := os.environ.get("TENANTRY_CHROMIUM"):
        return named
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def launch(playwright: Playwright) -> Browser:
    """Start it.

    Raises:
        Error: there is none, or it doesn't start; the text says why.
    """
    path = find_chromium()
    if path is None and not Path(playwright.chromium.executable_path).exists():
        raise Error("no Chromium on this machine (apt-get install chromium, or playwright install chromium)")
    # Under root Chromium's sandbox refuses to start; what is opened here is our own service.
    sandbox = [] if os.name == "nt" or os.geteuid() else ["--no-sandbox"]
    return playwright.chromium.launch(executable_path=path, args=[*sandbox, "--disable-dev-shm-usage"])
