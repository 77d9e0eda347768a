"""Scopes."""
from sqlalchemy import text
async def test_open(database, open_scope, org_a, ada):
    async with open_scope(org_a) as scope:
        assert (await scope.session.execute(text("select current_setting('app.org_id')"))).scalar() == str(org_a.id)
    async with database.system_scope("a test") as s:
        assert (await s.session.execute(text("select count(*) from database_system_scopes"))).scalar() == 1
async def test_clean(database, open_scope, org_a, ada):
    async with database.system_scope("a test") as s:
        assert (await s.session.execute(text("select count(*) from database_system_scopes"))).scalar() == 1
