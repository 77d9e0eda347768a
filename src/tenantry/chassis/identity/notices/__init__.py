"""Mails about one's own account. Each that matters says when, from where and by what it was done."""
