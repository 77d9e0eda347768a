"""The questions that the catalogue test puts to PostgreSQL's catalogue."""

from typing import LiteralString

OURS: LiteralString = "left(n.nspname, 3) <> 'pg_' AND n.nspname <> 'information_schema'"

ROLES: LiteralString = """
SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolreplication FROM pg_roles WHERE rolname = ANY(%s)
"""

MEMBERSHIPS: LiteralString = """
SELECT r.rolname AS role, m.rolname AS of
FROM pg_auth_members a JOIN pg_roles r ON r.oid = a.member JOIN pg_roles m ON m.oid = a.roleid
WHERE r.rolname = ANY(%s)
"""

DEFAULTS: LiteralString = """
SELECT coalesce(g.rolname, 'PUBLIC') AS role, a.privilege_type AS privilege
FROM pg_default_acl d CROSS JOIN aclexplode(d.defaclacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
WHERE d.defaclobjtype = 'r'
"""

TABLES: LiteralString = f"""
SELECT n.nspname AS schema, c.relname AS name, pg_get_userbyid(c.relowner) AS owner
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND {OURS}
"""

OPEN: LiteralString = """
SELECT c.relname AS name FROM pg_class c
WHERE c.relname = %s AND has_table_privilege('tenantry_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
"""

VIEWS: LiteralString = f"""
SELECT c.relname AS name, c.relkind::text AS kind,
    coalesce(c.reloptions && ARRAY['security_invoker=true', 'security_invoker=on'], false) AS invoker
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm', 'f') AND {OURS}
"""

DEFINERS: LiteralString = f"""
SELECT p.proname AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.prosecdef AND {OURS}
"""

RULES: LiteralString = f"""
SELECT r.rulename AS name, c.relname AS of
FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN' AND {OURS}
"""

PUBLICATIONS: LiteralString = "SELECT pubname AS name FROM pg_publication"

SWITCHES: LiteralString = """
SELECT relrowsecurity AS enabled, relforcerowsecurity AS forced FROM pg_class WHERE oid = to_regclass(%s)
"""

POLICIES: LiteralString = """
SELECT p.polname AS name, p.polpermissive AS permissive, p.polcmd::text AS command,
    ARRAY(SELECT coalesce(r.rolname::text, 'PUBLIC')
        FROM unnest(p.polroles) o LEFT JOIN pg_roles r ON r.oid = o ORDER BY 1) AS roles,
    pg_get_expr(p.polqual, p.polrelid) AS using, pg_get_expr(p.polwithcheck, p.polrelid) AS check
FROM pg_policy p WHERE p.polrelid = %s::regclass ORDER BY 1
"""

GRANTS: LiteralString = """
SELECT coalesce(r.rolname::text, 'PUBLIC') AS role, a.privilege_type AS privilege, a.is_grantable AS further
FROM pg_class c CROSS JOIN aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.oid = to_regclass(%(table)s)
UNION ALL
SELECT coalesce(r.rolname::text, 'PUBLIC'), a.privilege_type || ' (' || t.attname || ')', a.is_grantable
FROM pg_attribute t CROSS JOIN aclexplode(t.attacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE t.attrelid = to_regclass(%(table)s)
"""

COLUMNS: LiteralString = """
SELECT attname AS name, attnotnull AS required, format_type(atttypid, atttypmod) AS type
FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""

INDEXES: LiteralString = """
SELECT c.relname AS name, i.indisunique OR i.indisexclusion AS unique, i.indisprimary AS primary,
    ARRAY(SELECT coalesce(a.attname::text, '(expression)')
        FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k (number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
        WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(%s)
"""

REFERENCES: LiteralString = """
SELECT k.conname AS name, t.relname AS to, k.confdeltype::text AS on_delete,
    ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY x (n, o)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.n ORDER BY x.o) AS columns,
    ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY x (n, o)
        JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = x.n ORDER BY x.o) AS targets,
    ARRAY(SELECT a.attname::text FROM unnest(k.confdelsetcols) x (n)
        JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = x.n) AS cleared
FROM pg_constraint k JOIN pg_class t ON t.oid = k.confrelid WHERE k.contype = 'f' AND k.conrelid = to_regclass(%s)
"""
