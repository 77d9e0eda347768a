"""Adding, renaming, finding and deleting repositories, and what of them is refused."""

import io
import zipfile
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from sqlalchemy import text

from tenantry.core.settings import Settings
from tenantry.infra.database.scopes import OrganizationRef
from tenantry.infra.secrets import Sealer
from tenantry.infra.storage import Storage
from tenantry.products.pinata.parts import Parts
from tenantry.products.pinata.repositories.actions import add_repository
from tenantry.products.pinata.repositories.schemas import RepositoryNew
from tenantry.products.pinata.repositories.tidying import forget_uploads
from tenantry.sdk import Problem, SystemScope
from tests.conftest import OpenScope
from tests.products.pinata.client import APP, Pinata, write_app
from tests.service import Service

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----"


def packed(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


async def test_a_repository_from_its_address_to_its_end(pinata: Pinata) -> None:
    added = await pinata.add({"kind": "git", "url": "https://example.com/team/shop.git", "branch": "main"})
    assert added["name"] == "shop"
    assert added["source"] == {"kind": "git", "location": "https://example.com/team/shop.git", "branch": "main"}
    assert (added["last_scan"], added["scans"], added["language_mix"]) == (None, 0, {})
    await pinata.call("PATCH", f"/repositories/{added['id']}", json={"name": "The shop"})
    await pinata.add({"kind": "git", "url": "git@example.com:team/bank.git"}, name="Bank")
    assert [r["name"] for r in (await pinata.get("/repositories"))["items"]] == ["Bank", "The shop"]
    assert [r["name"] for r in (await pinata.get("/repositories", params={"q": "the SHOP"}))["items"]] == ["The shop"]
    assert [r["name"] for r in (await pinata.get("/repositories", params={"q": "example.com:team"}))["items"]] == [
        "Bank"
    ]
    page = await pinata.get("/repositories", params={"limit": 1})
    rest = await pinata.get("/repositories", params={"limit": 1, "after": page["next"]})
    assert (rest["items"][0]["name"], rest["next"]) == ("The shop", None)
    await pinata.call("DELETE", f"/repositories/{added['id']}", 204)
    assert (await pinata.get(f"/repositories/{added['id']}", 404))["code"] == "pinata.repository.not_found"


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "x" * 201])
async def test_names_no_repository_can_have(pinata: Pinata, name: str) -> None:
    source = {"kind": "git", "url": "https://example.com/team/shop.git"}
    assert (await pinata.add(source, 422, name=name))["code"] == "input.invalid"
    half = '{"name": "\\ud800", "source": {"kind": "git", "url": "https://example.com/x"}}'
    answer = await pinata.person.client.post(
        pinata.url("/repositories"), content=half, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422, answer.text


async def test_a_rename_overwrites_nobody(pinata: Pinata) -> None:
    added = await pinata.add({"kind": "git", "url": "https://example.com/team/shop.git"})
    path = f"/repositories/{added['id']}"
    tag = (await pinata.raw(path)).headers["etag"]
    await pinata.call("PATCH", path, json={"name": "One"}, headers={"if-match": tag})
    assert (await pinata.call("PATCH", path, 412, json={"name": "Two"}, headers={"if-match": tag}))[
        "code"
    ] == "etag.mismatch"


@pytest.mark.parametrize(
    ("source", "code", "field"),
    [
        ({"kind": "git", "url": "http://example.com/x"}, "pinata.source.scheme_refused", "source.url"),
        ({"kind": "git", "url": "nonsense"}, "pinata.source.scheme_refused", "source.url"),
        ({"kind": "git", "url": "https://example.com/x", "branch": "--upload-pack=x"}, "pinata.source.branch_invalid", "branch"),
        ({"kind": "git", "url": "https://example.com/x", "private_key": KEY}, "pinata.source.credentials_invalid", "source.private_key"),
        ({"kind": "git", "url": "git@example.com:x", "private_key": "hello"}, "pinata.source.credentials_invalid", "source.private_key"),
        ({"kind": "git", "url": "git@example.com:x", "token": "t"}, "pinata.source.credentials_invalid", "source.token"),
        ({"kind": "git", "url": "https://example.com/x", "token": "a\nb"}, "pinata.source.credentials_invalid", "source.token"),
        ({"kind": "path", "path": "/nothing/here"}, "pinata.source.path_unreadable", "source.path"),
        ({"kind": "path", "path": "/"}, "pinata.source.path_refused", "source.path"),
        ({"kind": "upload", "upload_id": "00000000-0000-7000-8000-000000000000"}, "pinata.upload.not_found", None),
    ],
)  # fmt: skip
async def test_what_cannot_be_added(pinata: Pinata, source: dict[str, str], code: str, field: str | None) -> None:
    problem = await pinata.add(source, 404 if field is None else 422)
    assert problem["code"] == code
    assert problem["hint"]
    if field:
        assert [error["field"] for error in problem["errors"]] == [field]


async def test_secrets_are_sealed_and_never_shown(pinata: Pinata, capfd: pytest.CaptureFixture[str]) -> None:
    token, pasted = "t0ken-nobody-may-see", "pasted-s3cret"
    one = await pinata.add({"kind": "git", "url": "https://example.com/a.git", "username": "me", "token": token})
    two = await pinata.add({"kind": "git", "url": f"https://me:{pasted}@example.com/b.git"})
    three = await pinata.add({"kind": "git", "url": "git@example.com:c.git", "private_key": KEY})
    await pinata.add({"kind": "git", "url": f"http://me:{pasted}@example.com/b.git"}, 422)
    shown = str([one, two, three, await pinata.get("/repositories")])
    async with pinata.service.database.system_scope("look for secrets in a test") as scope:
        rows = list(await scope.session.execute(text("SELECT r::text, credentials FROM pinata_repositories r")))
    said = shown + str([row[0] for row in rows]) + str([bytes(row[1]) for row in rows]) + "".join(capfd.readouterr())
    for secret in (token, pasted, "b3BlbnNzaC1rZXktdjEA"):
        assert secret not in said
    assert two["source"]["location"] == "https://example.com/b.git"
    assert all(row[1] for row in rows)


async def test_uploads(pinata: Pinata) -> None:
    repository = await pinata.upload(packed({"shop/app.py": APP}), "my shop.zip")
    assert (repository["name"], repository["source"]["location"]) == ("my shop", "my shop.zip")
    scan = await pinata.scan(repository)
    assert scan["status"] == "succeeded", scan["error"]
    assert scan["metrics"]["routes"] == 1
    await pinata.post("/uploads", 422, json={"filename": "shop.rar", "bytes": 10})
    await pinata.post("/uploads", 413, json={"filename": "shop.zip", "bytes": 10**12})
    announced = await pinata.post("/uploads", json={"filename": "shop.zip", "bytes": 3})
    missing = await pinata.add({"kind": "upload", "upload_id": announced["id"]}, 422)
    assert missing["code"] == "pinata.upload.missing"
    assert (await pinata.person.client.put(announced["url"], content=b"four")).status_code == 413


async def test_uploads_nobody_uses_are_forgotten(pinata: Pinata) -> None:
    service = pinata.service
    used = await pinata.upload(packed({"app.py": APP}))
    unused = await pinata.post("/uploads", json={"filename": "old.zip", "bytes": 4})
    await pinata.person.client.put(unused["url"], content=b"1234")
    fresh = await pinata.post("/uploads", json={"filename": "new.zip", "bytes": 4})
    given = JobGiven(service)
    async with service.database.system_scope("make uploads old in a test") as scope:
        old = text(
            "UPDATE pinata_uploads SET created_at = now() - interval '2 days' WHERE id <> :fresh RETURNING org_id"
        )
        org_id = (await scope.session.scalars(old, {"fresh": fresh["id"]})).first()
    await forget_uploads.function(given)
    async with service.database.system_scope("look at uploads in a test") as scope:
        left = set(await scope.session.scalars(text("SELECT filename FROM pinata_uploads")))
    assert left == {"shop.zip", "new.zip"}
    files = given.storage.of_organization(org_id)
    assert len(await files.list("pinata/uploads")) == 1
    assert (await pinata.scan(used))["status"] == "succeeded"


class JobGiven:
    """What a system job is given."""

    def __init__(self, service: Service) -> None:
        self._database = service.database
        self.storage = Storage(service.settings, [b"x" * 32])

    def part(self, kind: type) -> Storage:
        return self.storage

    def scope(self) -> AbstractAsyncContextManager[SystemScope]:
        return self._database.system_scope("job pinata.forget_uploads")


async def test_deleting_removes_rows_and_files(pinata: Pinata) -> None:
    repository = await pinata.upload(packed({"app.py": APP}))
    await pinata.scan(repository)
    other = await pinata.upload(packed({"app.py": APP}), "other.zip")
    await pinata.scan(other)
    storage = Storage(pinata.service.settings, [b"x" * 32])
    async with pinata.service.database.system_scope("count what is left in a test") as scope:
        (org_id,) = (await scope.session.execute(text("SELECT DISTINCT org_id FROM pinata_repositories"))).one()
    before = len(await storage.of_organization(org_id).list("pinata"))
    await pinata.call("DELETE", f"/repositories/{repository['id']}", 204)
    await pinata.work()
    after = await storage.of_organization(org_id).list("pinata")
    assert len(after) == before / 2
    async with pinata.service.database.system_scope("count what is left in a test") as scope:
        for table in ("scans", "scan_lines", "nodes", "edges", "uploads", "repositories"):
            column = {"repositories": "id", "scans": "repository_id"}.get(table)
            owners = await scope.session.scalar(text(f"SELECT count(*) FROM pinata_{table}"))
            assert owners, f"the other repository keeps its {table}"
            if column:
                gone = text(f"SELECT count(*) FROM pinata_{table} WHERE {column} = :id")
                assert await scope.session.scalar(gone, {"id": repository["id"]}) == 0
        orphans = text(
            "SELECT count(*) FROM pinata_nodes n WHERE NOT EXISTS (SELECT FROM pinata_scans s WHERE s.id = n.scan_id)"
        )
        assert await scope.session.scalar(orphans) == 0


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"kind": "git", "url": "https://127.0.0.1/x"}, "address_refused"),
        ({"kind": "git", "url": "https://[::ffff:10.0.0.1]/x"}, "address_refused"),
        ({"kind": "git", "url": "https://169.254.169.254/latest/meta-data"}, "address_refused"),
        ({"kind": "git", "url": "git@localhost:x"}, "address_refused"),
        ({"kind": "git", "url": "ssh://git@192.168.0.7/x"}, "address_refused"),
        ({"kind": "git", "url": "file:///etc"}, "scheme_refused"),
        ({"kind": "git", "url": "/etc"}, "scheme_refused"),
        ({"kind": "path", "path": "/etc"}, "path_refused"),
    ],
)
async def test_production_has_no_way_inwards(
    open_scope: OpenScope, org_a: OrganizationRef, tmp_path: Path, source: dict[str, str], code: str
) -> None:
    settings = Settings(
        _env_file=None, mode="production", data_dir=tmp_path, secret_keys=("k" * 32,), public_url="https://t.example",
        smtp_url="smtp://localhost", mail_from="a@example.com",
    )  # fmt: skip
    parts = Parts(settings, Storage(settings, [b"k" * 32]), Sealer([b"k" * 32]))
    async with open_scope(org_a) as scope:
        with pytest.raises(Problem) as caught:
            await add_repository(scope, parts, RepositoryNew.model_validate({"source": source}))
    assert caught.value.code == f"pinata.source.{code}"


async def test_an_address_that_is_a_folder_is_one_in_local_mode(pinata: Pinata, tmp_path: Path) -> None:
    root = write_app(tmp_path)
    assert (await pinata.add({"kind": "git", "url": str(root)}))["source"]["kind"] == "path"
