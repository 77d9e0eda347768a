"""What isolation writes into SQL, to the letter, and that nothing else can get in there."""

from uuid import UUID

import pytest
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped, mapped_column

from tenantry.infra.database.isolation import Isolation
from tenantry.infra.database.models import Base, isolations
from tenantry.infra.database.tenancy import Tenancy

ID = UUID("01890000-0000-7000-8000-000000000000")

OWN = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"


def test_the_policy_of_a_tenants_table() -> None:
    """Written out in full: this text is the promise, and changing it should be felt."""
    assert list(Isolation("tenant", app="SELECT, INSERT").statements("t")) == [
        "REVOKE ALL ON t FROM PUBLIC, tenantry_app, tenantry_queue, tenantry_system",
        "GRANT INSERT, SELECT ON t TO tenantry_app",
        "GRANT DELETE, INSERT, SELECT, UPDATE ON t TO tenantry_system",
        "DROP POLICY IF EXISTS pass ON t",
        "DROP POLICY IF EXISTS tenant ON t",
        "DROP POLICY IF EXISTS person ON t",
        "DROP POLICY IF EXISTS presented ON t",
        "DROP POLICY IF EXISTS queue ON t",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
        "ALTER TABLE t FORCE ROW LEVEL SECURITY",
        "CREATE POLICY pass ON t FOR ALL TO tenantry_owner, tenantry_system USING (true) WITH CHECK (true)",
        f"CREATE POLICY tenant ON t FOR ALL TO tenantry_app USING ({OWN}) WITH CHECK ({OWN})",
    ]


def test_what_a_transaction_begins_with() -> None:
    one = Tenancy(org_id=ID)
    assert (one.begin().sql, one.setting().values) == (b"BEGIN", (str(ID), "", ""))
    assert one.statement() == (
        f"SET LOCAL app.org_id = '{ID}'; SET LOCAL app.user_id = ''; SET LOCAL app.presented = ''"
    )
    secret = Tenancy(presented=b"\x00'", read_only=True)
    assert (secret.begin().sql, secret.setting().values) == (b"BEGIN READ ONLY", ("", "", "0027"))


@pytest.mark.parametrize("view", [{"org_id": "'; DROP TABLE t; --"}, {"user_id": str(ID)}, {"presented": "00"}])
def test_only_ids_and_bytes_get_into_it(view: dict[str, object]) -> None:
    with pytest.raises(TypeError):
        Tenancy(**view)  # type: ignore[arg-type]


def test_every_model_says_whose_rows_it_has() -> None:
    with pytest.raises(TypeError, match="must inherit TenantModel, PersonalModel"):

        class Stray(Base):
            __tablename__ = "stray"
            metadata = MetaData()
            id: Mapped[int] = mapped_column(primary_key=True)

    assert isolations()["database_system_scopes"].app == ""
