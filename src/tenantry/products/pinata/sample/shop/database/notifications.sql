CREATE TABLE message_templates (
    id        serial PRIMARY KEY,
    topic     text NOT NULL UNIQUE,
    subject   text NOT NULL,
    body      text NOT NULL
);

CREATE TABLE sent_messages (
    id           bigserial PRIMARY KEY,
    template_id  integer NOT NULL REFERENCES message_templates (id),
    recipient    text NOT NULL,
    reference    text,
    opened_at    timestamptz,
    sent_at      timestamptz NOT NULL DEFAULT now()
);
