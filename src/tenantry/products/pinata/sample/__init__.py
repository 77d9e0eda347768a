"""A small shop in four services, which anybody can scan at once to see what a scan is like."""

from pathlib import Path

SHOP = Path(__file__).parent / "shop"
"""Its code. It is read, never run."""
