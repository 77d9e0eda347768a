"""What Pinata's commands show in a terminal."""
