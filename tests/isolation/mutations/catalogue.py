"""Ways to break isolation, one rule each. The catalogue test must catch every one of them."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """`sql` breaks a rule; `caught` is in what the catalogue test then says."""

    name: str
    sql: str
    caught: str


MUTATIONS = [
    # Rule 1: roles
    Mutation("service is a superuser", "ALTER ROLE tenantry_app SUPERUSER", "tenantry_app has rolsuper"),
    Mutation("service bypasses", "ALTER ROLE tenantry_app BYPASSRLS", "tenantry_app has rolbypassrls"),
    Mutation("system bypasses", "ALTER ROLE tenantry_system BYPASSRLS", "tenantry_system has rolbypassrls"),
    Mutation("owner bypasses", "ALTER ROLE tenantry_owner BYPASSRLS", "tenantry_owner has rolbypassrls"),
    Mutation("queue makes roles", "ALTER ROLE tenantry_queue CREATEROLE", "tenantry_queue has rolcreaterole"),
    Mutation(
        "service is in owner", "GRANT tenantry_owner TO tenantry_app", "tenantry_app is a member of tenantry_owner"
    ),
    Mutation(
        "service is in system", "GRANT tenantry_system TO tenantry_app", "tenantry_app is a member of tenantry_system"
    ),
    Mutation("service reads all data", "GRANT pg_read_all_data TO tenantry_app", "is a member of pg_read_all_data"),
    Mutation(
        "new tables open by default",
        "ALTER DEFAULT PRIVILEGES FOR ROLE tenantry_owner GRANT SELECT ON TABLES TO tenantry_app",
        "open to tenantry_app by default",
    ),
    Mutation("service owns a table", "ALTER TABLE sample_books OWNER TO tenantry_app", "owned by tenantry_app"),
    Mutation(
        "service may undo migrations",
        "GRANT DELETE ON database_migrations TO tenantry_app",
        "database_migrations is open to the service",
    ),
    # Rule 2: tables, keys, references
    Mutation("security off", "ALTER TABLE sample_books DISABLE ROW LEVEL SECURITY", "not enabled and forced"),
    Mutation("security not forced", "ALTER TABLE sample_books NO FORCE ROW LEVEL SECURITY", "not enabled and forced"),
    Mutation(
        "security not forced on a person's", "ALTER TABLE sample_tickets NO FORCE ROW LEVEL SECURITY", "not enabled"
    ),
    Mutation("unknown table", "CREATE TABLE forgotten (id int)", "forgotten is not accounted for"),
    Mutation("unknown schema", "CREATE SCHEMA side; CREATE TABLE side.door (id int)", "outside the schema public"),
    Mutation("missing table", "DROP TABLE sample_books", "sample_books does not exist"),
    Mutation(
        "organization may be absent",
        "ALTER TABLE sample_books DROP CONSTRAINT pk_sample_books; ALTER TABLE sample_books ALTER org_id DROP NOT NULL",
        "org_id is not a required uuid",
    ),
    Mutation("no primary key", "ALTER TABLE sample_books DROP CONSTRAINT pk_sample_books", "has no primary key"),
    Mutation(
        "primary key without organization",
        "ALTER TABLE sample_books DROP CONSTRAINT pk_sample_books; ALTER TABLE sample_books ADD PRIMARY KEY (id)",
        "begins with id",
    ),
    Mutation(
        "primary key the wrong way round",
        "ALTER TABLE sample_books DROP CONSTRAINT pk_sample_books; ALTER TABLE sample_books ADD PRIMARY KEY (id, org_id)",
        "the primary key is (id, org_id)",
    ),
    Mutation("global unique key", "ALTER TABLE sample_books ADD UNIQUE (title)", "begins with title"),
    Mutation(
        "unique key, organization last", "CREATE UNIQUE INDEX ON sample_books (title, org_id)", "begins with title"
    ),
    Mutation(
        "unique key on an expression", "CREATE UNIQUE INDEX ON sample_books (lower(title))", "begins with (expression)"
    ),
    Mutation("index without organization", "CREATE INDEX ON sample_books (title)", "begins with title"),
    Mutation(
        "text search index", "CREATE INDEX ON sample_books USING gin (to_tsvector('simple', title))", "begins with"
    ),
    Mutation(
        "exclusion across organizations",
        "ALTER TABLE sample_books ADD EXCLUDE USING btree (title WITH =)",
        "begins with title",
    ),
    Mutation("a person's key is global", "CREATE UNIQUE INDEX ON sample_readers (user_id)", "begins with user_id"),
    Mutation(
        "simple reference",
        "CREATE UNIQUE INDEX bare ON sample_shelves (id); "
        "ALTER TABLE sample_books ADD CONSTRAINT simple FOREIGN KEY (shelf_id) REFERENCES sample_shelves (id)",
        "reference simple does not carry org_id",
    ),
    Mutation(
        "reference with crossed columns",
        "CREATE UNIQUE INDEX crossed ON sample_shelves (id, org_id); "
        "ALTER TABLE sample_books ADD CONSTRAINT crossed FOREIGN KEY (org_id, shelf_id) REFERENCES sample_shelves (id, org_id)",
        "reference crossed does not carry org_id",
    ),
    Mutation(
        "reference that clears the organization",
        "ALTER TABLE sample_books ADD CONSTRAINT clearing FOREIGN KEY (org_id, shelf_id) "
        "REFERENCES sample_shelves (org_id, id) ON DELETE SET NULL",
        "clearing would clear org_id",
    ),
    Mutation(
        "reference from a person to an organization's",
        "ALTER TABLE sample_tickets ADD shelf_id uuid, ADD org_id uuid; ALTER TABLE sample_tickets ADD CONSTRAINT stray "
        "FOREIGN KEY (org_id, shelf_id) REFERENCES sample_shelves (org_id, id)",
        "leads from personal rows to tenant ones",
    ),
    Mutation("global table with an owner", "ALTER TABLE sample_notices ADD org_id uuid", "its rows are somebody's"),
    # Rules 3 and 5: policies
    Mutation("extra permissive policy", "CREATE POLICY open ON sample_books USING (true)", "policy open is extra"),
    Mutation(
        "extra policy for reading",
        "CREATE POLICY peek ON sample_books FOR SELECT TO tenantry_app USING (title = 'public')",
        "policy peek is extra",
    ),
    Mutation("policy dropped", "DROP POLICY tenant ON sample_books", "policy tenant is missing"),
    Mutation("owner's policy dropped", "DROP POLICY pass ON sample_books", "policy pass is missing"),
    Mutation(
        "pass policy for the service", "ALTER POLICY pass ON sample_books TO PUBLIC", "policy pass is extra or differs"
    ),
    Mutation("tenant policy for everybody", "ALTER POLICY tenant ON sample_books TO PUBLIC", "policy tenant is extra"),
    Mutation(
        "anything may be written", "ALTER POLICY tenant ON sample_books WITH CHECK (true)", "policy tenant is extra"
    ),
    Mutation(
        "bare setting",
        "ALTER POLICY tenant ON sample_books USING (org_id = nullif(current_setting('app.org_id', true), '')::uuid)",
        "policy tenant is extra or differs",
    ),
    Mutation(
        "no tenant means all",
        "ALTER POLICY tenant ON sample_books USING (org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) "
        "OR current_setting('app.org_id', true) = '')",
        "policy tenant is extra or differs",
    ),
    Mutation(
        "membership looked up in a policy",
        "ALTER POLICY tenant ON sample_books USING (EXISTS (SELECT FROM sample_readers r WHERE r.org_id = sample_books.org_id))",
        "policy tenant is extra or differs",
    ),
    Mutation(
        "members may write memberships",
        "DROP POLICY person ON sample_readers; CREATE POLICY person ON sample_readers TO tenantry_app "
        "USING (user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid))",
        "policy person is extra or differs",
    ),
    Mutation(
        "a secret may write",
        "DROP POLICY presented ON sample_tickets; CREATE POLICY presented ON sample_tickets TO tenantry_app USING "
        "(secret_hash = (SELECT decode(nullif(current_setting('app.presented', true), ''), 'hex')))",
        "policy presented is extra or differs",
    ),
    # Rule 6: ways around
    Mutation(
        "view with its owner's eyes", "CREATE VIEW all_books AS SELECT * FROM sample_books", "not security_invoker"
    ),
    Mutation(
        "view switched off again",
        "CREATE VIEW all_books WITH (security_invoker = false) AS SELECT * FROM sample_books",
        "not security_invoker",
    ),
    Mutation(
        "materialized view", "CREATE MATERIALIZED VIEW kept AS SELECT * FROM sample_books", "is a materialized view"
    ),
    Mutation(
        "function with its owner's eyes",
        "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM sample_books'",
        "peek is SECURITY DEFINER",
    ),
    Mutation(
        "rewrite rule",
        "CREATE RULE copying AS ON INSERT TO sample_shelves DO ALSO DELETE FROM sample_books",
        "rule copying on sample_shelves",
    ),
    Mutation("publication", "CREATE PUBLICATION leak FOR ALL TABLES", "publication leak"),
    Mutation("truncate", "GRANT TRUNCATE ON sample_books TO tenantry_app", "tenantry_app has TRUNCATE"),
    Mutation("triggers", "GRANT TRIGGER ON sample_books TO tenantry_app", "tenantry_app has TRIGGER"),
    Mutation("everybody may read", "GRANT SELECT ON sample_books TO PUBLIC", "PUBLIC has SELECT"),
    Mutation(
        "everybody may read a column", "GRANT SELECT (title) ON sample_books TO PUBLIC", "PUBLIC has SELECT (title)"
    ),
    Mutation(
        "service may grant", "GRANT SELECT ON sample_books TO tenantry_app WITH GRANT OPTION", "may pass SELECT on"
    ),
    Mutation("queue may read", "GRANT SELECT ON sample_books TO tenantry_queue", "tenantry_queue has SELECT"),
    Mutation(
        "service lacks what it needs", "REVOKE UPDATE ON sample_books FROM tenantry_app", "tenantry_app lacks UPDATE"
    ),
    Mutation(
        "global table may be written", "GRANT INSERT ON sample_notices TO tenantry_app", "tenantry_app has INSERT"
    ),
    Mutation(
        "record of system scopes may be changed",
        "GRANT UPDATE ON database_system_scopes TO tenantry_system",
        "tenantry_system has UPDATE",
    ),
    # What is only ever added to
    Mutation("audit rows may be deleted", "GRANT DELETE ON audit_entries TO tenantry_app", "tenantry_app has DELETE"),
    Mutation("audit rows may be changed", "GRANT UPDATE ON audit_entries TO tenantry_app", "tenantry_app has UPDATE"),
    Mutation(
        "a part of an audit row may be changed",
        "GRANT UPDATE (actor_name) ON audit_entries TO tenantry_app",
        "tenantry_app has UPDATE (actor_name)",
    ),
    Mutation("keys of people may be put back", "GRANT UPDATE ON audit_person_keys TO tenantry_app", "has UPDATE"),
    Mutation(
        "audit rows open to all", "ALTER TABLE audit_entries NO FORCE ROW LEVEL SECURITY", "not enabled and forced"
    ),
    Mutation(
        "audit rows of everybody for reading",
        "CREATE POLICY reading ON audit_entries FOR SELECT TO tenantry_app USING (true)",
        "policy reading is extra",
    ),
]
