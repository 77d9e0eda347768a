"""What every service needs, beneath its products."""
