"""Second factors: an authenticator app, with recovery codes for the day the telephone is lost."""
