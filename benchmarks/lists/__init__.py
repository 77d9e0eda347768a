"""A list of twenty rows for somebody signed in: ours, the least that could do it, and a template many start from."""
