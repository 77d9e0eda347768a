"""PostgreSQL: the embedded server, the four roles, models kept apart by row-level security, scopes, migrations, backups."""
