"""The one thing to do when a set-up cannot go on, in words for this machine."""

import importlib.util
import os
import shutil
import sys
from pathlib import Path

NEEDED = 1_500_000_000
"""Bytes that a whole set-up takes, Node and the test tools included."""

VENV_PACKAGES = {
    "apt-get": "apt-get install python{version}-venv",
    "dnf": "dnf install python3-pip",
    "zypper": "zypper install python3-pip",
    "apk": "apk add python3 py3-pip",
    "pacman": "pacman -S python",
}

NETWORK_WORDS = (
    "Temporary failure in name resolution",
    "Name or service not known",
    "Failed to fetch",
    "error sending request",
    "ConnectionError",
    "NewConnectionError",
    "Could not connect",
    "ENOTFOUND",
    "ECONNREFUSED",
    "ETIMEDOUT",
    "EAI_AGAIN",
    "Read timed out",
)


def before_start(root: Path) -> str | None:
    """What makes a set-up pointless from the start, or None."""
    if not os.access(root, os.W_OK):
        return read_only(root)
    if missing_venv():
        return venv_advice()
    return None


def missing_venv() -> bool:
    return any(importlib.util.find_spec(name) is None for name in ("venv", "ensurepip"))


def venv_advice() -> str:
    """Names the package that brings `venv` on this kind of machine."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    for tool, command in VENV_PACKAGES.items():
        if shutil.which(tool):
            line = command.format(version=version)
            if os.geteuid() != 0:
                line = f"sudo {line}"
            return (
                f"This Python ({version}) cannot make virtual environments. This brings what is missing:\n\n  {line}\n"
            )
    return f"This Python ({version}) cannot make virtual environments: install its modules `venv` and `ensurepip`."


def read_only(root: Path) -> str:
    return f"{root} cannot be written to. Clone Tenantry into a folder of yours, and run it there."


def full_disk(root: Path) -> str:
    free = shutil.disk_usage(root).free // 1_000_000
    return f"The disk is full: {free} MB are free at {root}, and a whole set-up takes about {NEEDED // 1_000_000} MB."


def for_failure(root: Path, output: str) -> str | None:
    """Reads from the output of what failed what a person can do about it; None where it says nothing we know."""
    if "No space left on device" in output or "ENOSPC" in output or "Disk quota exceeded" in output:
        return full_disk(root)
    if "Read-only file system" in output or "EROFS" in output:
        return read_only(root)
    if "Permission denied" in output or "EACCES" in output:
        return (
            f"Something under {root} or in the caches of your account belongs to another user. The lines above name it."
        )
    if any(words in output for words in NETWORK_WORDS):
        return (
            "A download failed. Check the network (behind a proxy, set HTTPS_PROXY), "
            "and run the same command again: it goes on from here."
        )
    if "hash" in output.lower() and "mismatch" in output.lower():
        return (
            "A downloaded file is not the one that was locked, so it was not installed. A mirror may have changed it."
        )
    return None
