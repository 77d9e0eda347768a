"""JavaScript, with or without JSX: the same reader as for TypeScript, another grammar."""

from tenantry.products.pinata.engine.languages.typescript import TypeScript

language = TypeScript("javascript")
