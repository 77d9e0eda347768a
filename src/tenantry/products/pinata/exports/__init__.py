"""Exports: what is on a page, as a file for other tools."""
