"""Notes: a whole product in a few small files, without pages of its own."""
