"""Scans: one reading of a repository, from the queue to its result."""
