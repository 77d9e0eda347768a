"""The directory: what organizations are called, in words, in addresses and by their logo."""
