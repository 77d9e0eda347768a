"""Repositories: what an organization scans, and how to get at it."""
