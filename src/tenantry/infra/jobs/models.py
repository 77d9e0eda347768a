"""How the queue's tables are kept apart. A job is a row of its organization, or of one person; the role that claims jobs sees them all."""

from tenantry.infra.database.isolation import ALL, Isolation
from tenantry.infra.database.models import external_table

ISOLATIONS = {
    "procrastinate_jobs": Isolation("tenant", shared=True, app="SELECT, INSERT, UPDATE", queue=ALL),
    "procrastinate_events": Isolation("tenant", shared=True, app="SELECT, INSERT", queue=ALL),
    "procrastinate_workers": Isolation(
        "global",
        app="",
        queue=ALL,
        reason="Says which worker processes live. They work for everybody; only they may look.",
    ),
    "procrastinate_periodic_defers": Isolation(
        "global", app="", queue=ALL, reason="Says which schedules have started. They belong to the installation itself."
    ),
    "jobs_turns": Isolation(
        "global",
        app="",
        queue=ALL,
        reason="Whose turn it was last, so that claims are fair. Only the claiming role may look.",
    ),
    "jobs_library_migrations": Isolation(
        "global", app="", system="SELECT", reason="Which versions of the queue's own schema are in place."
    ),
}

for _table, _isolation in ISOLATIONS.items():
    external_table(_table, _isolation)
