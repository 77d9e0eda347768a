-- What we add to Procrastinate's tables.

-- Whose job it is. A job without an organization is the installation's own.
ALTER TABLE procrastinate_jobs
    ADD COLUMN org_id uuid GENERATED ALWAYS AS ((args ->> 'org_id')::uuid) STORED,
    -- The same for the claim, which takes the installation for one more that waits for its turn.
    ADD COLUMN served uuid GENERATED ALWAYS AS
        (coalesce((args ->> 'org_id')::uuid, '00000000-0000-0000-0000-000000000000')) STORED,
    ADD COLUMN created_at timestamptz NOT NULL DEFAULT now(),
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN error text;

-- The history's rows belong to whoever's transaction wrote them.
ALTER TABLE procrastinate_events
    ADD COLUMN org_id uuid DEFAULT (nullif(current_setting('app.org_id', true), ''))::uuid;

-- Where a worker runs, so that another one on the same machine can tell at once that it has died.
ALTER TABLE procrastinate_workers
    ADD COLUMN place text,
    ADD COLUMN process text;

-- When an organization was last served.
CREATE TABLE jobs_turns (
    served uuid PRIMARY KEY,
    turn bigint NOT NULL
);
CREATE SEQUENCE jobs_turn;

CREATE INDEX jobs_org ON procrastinate_jobs (org_id, id);
CREATE INDEX jobs_waiting ON procrastinate_jobs (served, priority DESC, id) WHERE status = 'todo';
CREATE INDEX jobs_running ON procrastinate_jobs (worker_id, served) WHERE status = 'doing';

-- The next job for a worker: of the organizations which have one that may run, the one served longest ago. So a tenant
-- with ten thousand jobs waits as long between two of them as a tenant with one. No organization takes more than
-- `most` places of one worker, so that long jobs of one leave room for the others. Jobs which the worker does not know
-- wait for one that does: another version of us, or one with other products.
CREATE FUNCTION jobs_claim(worker bigint, most integer, tasks text[])
    RETURNS SETOF procrastinate_jobs LANGUAGE plpgsql AS $$
DECLARE
    claimed procrastinate_jobs;
    candidate bigint;
BEGIN
    -- One claim at a time, in the whole database, so that turns are counted rightly.
    PERFORM pg_advisory_xact_lock(hashtext('tenantry.jobs_claim'));
    LOOP
        WITH RECURSIVE waiting (served) AS (
            -- Everybody who has a waiting job, found by skipping along the index: as many steps as there are
            -- organizations, however many jobs they have.
            (SELECT j.served FROM procrastinate_jobs j WHERE j.status = 'todo' ORDER BY j.served LIMIT 1)
            UNION ALL
            SELECT (SELECT j.served FROM procrastinate_jobs j
                     WHERE j.status = 'todo' AND j.served > waiting.served ORDER BY j.served LIMIT 1)
              FROM waiting WHERE waiting.served IS NOT NULL
        ), in_turn AS (
            SELECT waiting.served, coalesce(jobs_turns.turn, 0) AS turn
              FROM waiting LEFT JOIN jobs_turns USING (served)
             WHERE waiting.served IS NOT NULL
               AND (SELECT count(*) FROM procrastinate_jobs r
                     WHERE r.status = 'doing' AND r.worker_id = worker AND r.served = waiting.served) < most
             ORDER BY 2, 1
        )
        SELECT job.id INTO candidate
          FROM in_turn
         CROSS JOIN LATERAL (
            SELECT j.id FROM procrastinate_jobs j
             WHERE j.served = in_turn.served
               AND j.status = 'todo'
               AND j.task_name = ANY (tasks)
               AND (j.scheduled_at IS NULL OR j.scheduled_at <= now())
               AND (j.lock IS NULL OR NOT EXISTS (
                    SELECT 1 FROM procrastinate_jobs o WHERE o.lock = j.lock AND o.status = 'doing'))
             ORDER BY j.priority DESC, j.id
             LIMIT 1
         ) AS job
         ORDER BY in_turn.turn, in_turn.served
         LIMIT 1;
        EXIT WHEN candidate IS NULL;

        UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker
         WHERE id = candidate AND status = 'todo'
        RETURNING * INTO claimed;
        -- Nothing came back if the job was called off in this very moment: look again.
        IF FOUND THEN
            INSERT INTO jobs_turns AS t (served, turn) VALUES (claimed.served, nextval('jobs_turn'))
                ON CONFLICT (served) DO UPDATE SET turn = excluded.turn;
            RETURN NEXT claimed;
            EXIT;
        END IF;
    END LOOP;
END;
$$;
