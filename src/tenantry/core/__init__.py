"""Words everything else is said in: ids, clock, actors, roles, errors, settings, pages. Imports nothing of ours."""
