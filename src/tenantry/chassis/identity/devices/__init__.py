"""Devices: what a browser is, in words, and whether an account was used on it before."""
