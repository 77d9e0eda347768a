"""Findings: what a finished scan knows, asked in pieces."""
