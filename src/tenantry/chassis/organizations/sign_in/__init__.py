"""How an organization's people sign in: a second factor, single sign-on at its own issuer, and its e-mail domains."""
