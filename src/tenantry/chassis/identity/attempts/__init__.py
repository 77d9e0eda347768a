"""Guessing made slow: after failures one waits longer and longer, counted for an account and an address together.

Nobody can lock out somebody else that way, and a device on which the account was used before is counted by itself.
"""
