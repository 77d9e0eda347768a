"""Passwords: hashed, refused when they are easy to guess, changed, forgotten and set anew."""

from tenantry.chassis.identity.passwords.hashing import (
    LONGEST,
    SHORTEST,
    hash_password,
    is_outdated,
    refuse_trivial,
    verify_password,
)

__all__ = ["LONGEST", "SHORTEST", "hash_password", "is_outdated", "refuse_trivial", "verify_password"]
