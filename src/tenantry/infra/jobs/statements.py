"""The statements a worker sends, as the role that claims jobs."""

from typing import Final, LiteralString

CLAIM: Final[LiteralString] = """
SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
  FROM jobs_claim(%(worker)s, %(most)s, %(tasks)s)
"""

# Each of these ends a job only for the worker that holds it. One that was taken for dead and comes back finds nothing.
FINISH: Final[LiteralString] = """
UPDATE procrastinate_jobs
   SET status = %(status)s, attempts = attempts + 1, abort_requested = false, worker_id = NULL, ended_at = now(),
       error = %(error)s
 WHERE id = %(id)s AND status = 'doing' AND worker_id = %(worker)s
RETURNING id
"""
DELETE: Final[LiteralString] = """
DELETE FROM procrastinate_jobs
 WHERE id = %(id)s AND status = 'doing' AND worker_id = %(worker)s AND (%(error)s::text IS NULL OR true)
RETURNING id
"""
RETRY: Final[LiteralString] = """
UPDATE procrastinate_jobs
   SET status = (CASE WHEN abort_requested THEN 'aborted' ELSE 'todo' END)::procrastinate_job_status,
       abort_requested = false, attempts = attempts + %(counted)s, worker_id = NULL, scheduled_at = %(retry_at)s,
       ended_at = CASE WHEN abort_requested THEN now() END, error = coalesce(%(error)s, error)
 WHERE id = %(id)s AND status = 'doing' AND worker_id = %(worker)s
RETURNING id, pg_notify('procrastinate_queue_v1#' || queue_name, '{"type": "job_inserted", "job_id": 0}')
"""

REGISTER: Final[LiteralString] = """
INSERT INTO procrastinate_workers (place, process) VALUES (%(place)s, %(process)s) RETURNING id
"""
HEARTBEAT: Final[LiteralString] = """
INSERT INTO procrastinate_workers (id, place, process) OVERRIDING SYSTEM VALUE VALUES (%(id)s, %(place)s, %(process)s)
    ON CONFLICT (id) DO UPDATE SET last_heartbeat = now()
RETURNING id
"""

WORKERS: Final[LiteralString] = """
SELECT id, place, process,
       last_heartbeat < now() - make_interval(secs => %(seconds)s)
       -- While PostgreSQL was away nobody could give a sign: everybody gets the full time again.
       AND pg_postmaster_start_time() < now() - make_interval(secs => %(seconds)s) AS silent
  FROM procrastinate_workers
"""
STALLED: Final[LiteralString] = """
SELECT id, task_name, args, attempts, abort_requested, worker_id
  FROM procrastinate_jobs
 WHERE status = 'doing' AND (worker_id IS NULL OR worker_id = ANY(%(workers)s))
"""
RESCUE: Final[LiteralString] = """
UPDATE procrastinate_jobs
   SET status = %(status)s::procrastinate_job_status, abort_requested = false, attempts = attempts + 1, worker_id = NULL,
       scheduled_at = NULL, ended_at = CASE WHEN %(status)s::procrastinate_job_status <> 'todo' THEN now() END, error = %(error)s
 WHERE id = %(id)s AND status = 'doing' AND worker_id IS NOT DISTINCT FROM %(worker)s
RETURNING id, pg_notify('procrastinate_queue_v1#' || queue_name, '{"type": "job_inserted", "job_id": 0}')
"""
FORGET_WORKERS: Final[LiteralString] = "DELETE FROM procrastinate_workers WHERE id = ANY(%(workers)s) RETURNING id"
