"""The three short steps after signing up: one's organization, the others, a product. Each can be skipped, and none comes back."""
