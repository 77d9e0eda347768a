"""What people say about themselves: name, picture, time zone, language and the like."""
