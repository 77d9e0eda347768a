-- Whose job it is, when it is no organization's but a person's. The claim gives each person turns of their own.
ALTER TABLE procrastinate_jobs
    ADD COLUMN user_id uuid GENERATED ALWAYS AS ((args ->> 'user_id')::uuid) STORED,
    DROP COLUMN served;
ALTER TABLE procrastinate_jobs
    ADD COLUMN served uuid GENERATED ALWAYS AS
        (coalesce((args ->> 'org_id')::uuid, (args ->> 'user_id')::uuid, '00000000-0000-0000-0000-000000000000')) STORED;
ALTER TABLE procrastinate_events
    ADD COLUMN user_id uuid DEFAULT (nullif(current_setting('app.user_id', true), ''))::uuid;

CREATE INDEX jobs_user ON procrastinate_jobs (user_id, id) WHERE user_id IS NOT NULL;
-- These went with the column they were made of.
CREATE INDEX jobs_waiting ON procrastinate_jobs (served, priority DESC, id) WHERE status = 'todo';
CREATE INDEX jobs_running ON procrastinate_jobs (worker_id, served) WHERE status = 'doing';
