"""Whether somebody reads the mail of the address they gave."""
