"""Keys rotate: everything sealed, in whatever table, is sealed anew, and nothing else is touched."""

import os
import subprocess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import LargeBinary

from tenantry.core.settings import Settings
from tenantry.infra.database.database import Database
from tenantry.infra.database.models import Base
from tenantry.infra.database.reseal import context_of, reseal, sealed_columns
from tenantry.infra.database.roles import OWNER
from tenantry.infra.secrets import SealBrokenError, Sealer, load_keys
from tests.service import Service

HASHES = ("_hash",)
OPEN = {
    "identity_passkeys.credential_id": "a name that authenticators give out",
    "identity_passkeys.public_key": "public, as it says",
}
"""Columns of bytes that are no secret, each with the reason."""


def test_every_column_of_bytes_is_a_hash_or_sealed_or_says_why_not() -> None:
    sealed = {f"{table.name}.{column.name}" for table, column, _ in sealed_columns()}
    unknown = [
        name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
        and not column.name.endswith(HASHES)
        and (name := f"{table.name}.{column.name}") not in sealed | OPEN.keys()
        and not table.name.startswith("sample_")
    ]
    assert unknown == [], "declare it with sealed_as(…), or say above why it is open"
    assert len(sealed) >= 4


async def test_everything_sealed_is_sealed_anew(service: Service, settings: Settings, database: Database) -> None:
    ada = await service.sign_up("Ada")
    source = {"kind": "git", "url": "https://example.com/shop.git", "token": "very secret"}
    made = await ada.client.post(
        ada.url("/pinata/repositories"), json={"source": source}, headers={"Idempotency-Key": "one"}
    )
    assert made.status_code == 201, made.text
    old = load_keys(settings)
    both, new = Sealer([b"n" * 32, *old]), Sealer([b"n" * 32])
    with psycopg.connect(database.urls.of(OWNER), autocommit=True) as owner:
        before = everything(owner)
        assert {"pinata_repositories.credentials", "http_answers.sealed", "audit_person_keys.sealed"} <= {
            name for name, rows in before.items() if rows
        }
        for _, context, sealed in (row for rows in before.values() for row in rows):
            with pytest.raises(SealBrokenError):
                new.open(sealed, context)
        counted = dict(reseal(database.urls, both))
        assert counted == {name: len(rows) for name, rows in before.items()}
        after = everything(owner)
        for name, rows in before.items():
            for (key, context, sealed), (same, _, fresh) in zip(rows, after[name], strict=True):
                assert key == same
                assert new.open(fresh, context) == Sealer(old).open(sealed, context)
        assert set(dict(reseal(database.urls, both)).values()) == {0}
        assert everything(owner) == after
    with pytest.raises(SealBrokenError):
        list(reseal(database.urls, Sealer([b"x" * 32])))


def everything(owner: psycopg.Connection) -> dict[str, list[tuple[str, str, bytes]]]:
    """Key, context and bytes of all that is sealed."""
    found = {}
    for table, column, context in sealed_columns():
        names = [each.name for each in table.columns]
        rows = [
            dict(zip(names, row, strict=True))
            for row in owner.execute(f"SELECT {', '.join(names)} FROM {table.name}".encode())
        ]
        keys = [each.name for each in table.primary_key]
        found[f"{table.name}.{column.name}"] = sorted(
            (str([row[key] for key in keys]), context_of(context, row), row[column.name])
            for row in rows
            if row[column.name] is not None
        )
    return found


def test_the_command_makes_a_key_and_refuses_while_the_service_runs(settings: Settings, server: object) -> None:
    program = Path(os.sys.executable).with_name("tenantry")  # type: ignore[attr-defined]
    environment = {**os.environ, "TENANTRY_DATA_DIR": str(settings.data_dir)}
    said = subprocess.run(
        [program, "secrets", "rotate"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 1
    assert str(settings.data_dir) in said.stderr
