"""Another e-mail address for the account, confirmed at both."""
