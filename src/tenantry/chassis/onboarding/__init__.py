"""The front door: a person and their own organization, signing in, and a first look around."""
