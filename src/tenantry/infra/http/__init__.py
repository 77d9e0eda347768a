"""The web: what every request passes before and after a route, and how answers and errors leave."""
