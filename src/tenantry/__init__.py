"""Tenantry: one multi-tenant chassis, and the products mounted on it."""

__version__ = "0.1.0"
