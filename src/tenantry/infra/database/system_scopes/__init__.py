"""The record of every time somebody looked across organizations."""
