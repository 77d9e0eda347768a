"""What a browser says about itself, in words that people know: “Firefox on Windows”."""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["computer", "phone", "tablet", "program"]

# The first that is found decides: every browser claims to be its ancestors too.
_BROWSERS = (
    ("Edge", r"Edg(?:e|A|iOS)?/"),
    ("Opera", r"(?:OPR|OPT|Opera)/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Vivaldi", r"Vivaldi/"),
    ("DuckDuckGo", r"(?:DuckDuckGo|Ddg)/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome)/"),
    ("Safari", r"Version/[\d.]+ .*Safari/"),
)
_SYSTEMS: tuple[tuple[str, str, Kind], ...] = (
    ("iPhone", r"iPhone", "phone"),
    ("iPad", r"iPad", "tablet"),
    ("Android", r"Android.*Mobile", "phone"),
    ("Android", r"Android", "tablet"),
    ("Windows", r"Windows", "computer"),
    ("ChromeOS", r"CrOS", "computer"),
    ("macOS", r"Mac OS X|Macintosh", "computer"),
    ("Linux", r"Linux|X11", "computer"),
)
_PROGRAM = re.compile(r"^([A-Za-z][\w.+-]{1,30})(?:/[\w.+-]+)?")
_BROWSER_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _BROWSERS)
_SYSTEM_PATTERNS = tuple((name, re.compile(pattern), kind) for name, pattern, kind in _SYSTEMS)


@dataclass(frozen=True)
class Device:
    """A browser on a system, or a program; `None` is what is not known."""

    browser: str | None
    system: str | None
    kind: Kind

    def __str__(self) -> str:
        if self.browser and self.system:
            return f"{self.browser} on {self.system}"
        return self.browser or self.system or "an unknown device"


def device_of(user_agent: str) -> Device:
    """What a `User-Agent` header says, if one believes it."""
    if not user_agent.startswith("Mozilla/"):
        found = _PROGRAM.match(user_agent)
        return Device(found[1] if found else None, None, "program")
    browser = next((name for name, pattern in _BROWSER_PATTERNS if pattern.search(user_agent)), None)
    for system, pattern, kind in _SYSTEM_PATTERNS:
        if pattern.search(user_agent):
            return Device(browser, system, kind)
    return Device(browser, None, "computer")
