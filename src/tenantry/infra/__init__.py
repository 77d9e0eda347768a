"""The real parts: database, http, jobs, events, storage, mail, live, secrets."""
