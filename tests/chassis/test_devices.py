"""What a browser says about itself, in words that people know."""

# ruff: noqa: E501 - browsers say that much about themselves

import pytest

from tenantry.chassis.identity.devices.agents import device_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "said", "kind"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36", "Chrome on Windows", "computer"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on Windows", "computer"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36 OPR/120.0", "Opera on Linux", "computer"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on macOS", "computer"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15", "Safari on macOS", "computer"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on iPad", "tablet"),
        (f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android", "phone"),
        (f"Mozilla/5.0 (Linux; Android 14; SM-X700) {WEBKIT} SamsungBrowser/27.0 Chrome/125.0 Safari/537.36", "Samsung Internet on Android", "tablet"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on ChromeOS", "computer"),
        ("python-httpx/0.28.1", "python-httpx", "program"),
        ("curl/8.5.0", "curl", "program"),
        ("", "an unknown device", "program"),
        ("Mozilla/5.0 (Something Else)", "an unknown device", "computer"),
        ("<script>alert(1)</script>", "an unknown device", "program"),
    ],
)  # fmt: skip
def test_devices(agent: str, said: str, kind: str) -> None:
    device = device_of(agent)
    assert (str(device), device.kind) == (said, kind)
