"""A product is mounted by its manifest, and needs no pages of its own."""

import ast
import dataclasses
import inspect
import itertools
import re
from pathlib import Path
from typing import Annotated

import pytest
from fastapi import APIRouter

from tenantry.app import create_app, mounted
from tenantry.core.settings import Settings, SettingsError
from tenantry.infra.jobs import JobContext, job
from tenantry.sdk import OrgScope, Product, Router, needs
from tests.service import Service

SAMPLE = Path(__file__).parents[1] / "sample_product"


async def test_the_interface_learns_all_it_needs_to_draw_pages(service: Service) -> None:
    meta = (await (await service.client()).get("/api/v1/meta")).json()
    notes = next(product for product in meta["products"] if product["slug"] == "notes")
    assert (notes["name"], notes["hue"], notes["interface"], notes["sample"]) == ("Notes", 200, False, True)
    (resource,) = notes["resources"]
    assert resource["path"] == "/api/v1/orgs/{org}/notes/notes"
    assert resource["title"] == "Notes"
    assert set(resource["schema"]["properties"]) == {"id", "title", "body", "words", "created_at"}
    assert resource["create"]["required"] == ["title"]
    assert set(resource["update"]["properties"]) == {"title", "body"}
    assert resource["delete"]
    assert "$ref" not in str(resource)


async def test_a_sample_is_made_by_the_products_own_actions(service: Service) -> None:
    ada = await service.sign_up("Ada")
    made = await ada.client.post(ada.url("/samples/notes"))
    assert (made.status_code, made.json()) == (201, {"path": "/ada/notes/notes"})
    assert (await ada.client.post(ada.url("/samples/nothing"))).json()["code"] == "sample.not_found"
    first = (await ada.client.get(ada.url("/notes/notes?limit=1"))).json()
    assert [note["title"] for note in first["items"]] == ["Ideas"]
    second = (await ada.client.get(ada.url(f"/notes/notes?limit=1&after={first['next']}"))).json()
    assert [note["title"] for note in second["items"]] == ["Welcome"]
    assert second["next"] is None
    assert second["items"][0]["words"] is None
    await service.work()
    counted = (await ada.client.get(ada.url("/notes/notes"))).json()["items"]
    assert [note["words"] for note in counted] == [6, 5]
    wrong = await ada.client.get(ada.url("/notes/notes?after=nonsense"))
    assert (wrong.status_code, wrong.json()["code"]) == (422, "cursor.invalid")


def test_a_whole_product_takes_fewer_than_300_lines() -> None:
    assert sum(len(path.read_text().splitlines()) for path in SAMPLE.rglob("*.py")) < 300


def test_the_guide_shows_the_very_product() -> None:
    guide = (SAMPLE.parents[1] / "docs" / "plugin-guide.md").read_text()
    shown = dict(re.findall(r"`tests/sample_product/([\w.]+)`\n\n```python\n(.*?)```\n", guide, re.DOTALL))
    assert set(shown) == {path.name for path in SAMPLE.glob("*.py")} - {"__init__.py"}
    for name, code in shown.items():
        assert code == (SAMPLE / name).read_text(), f"docs/plugin-guide.md is behind {name}"


def test_every_field_of_the_manifest_is_described() -> None:
    tree = ast.parse(Path(inspect.getfile(Product)).read_text())
    (definition,) = (node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Product")
    body = definition.body
    described = {
        node.target.id
        for node, after in itertools.pairwise(body)
        if isinstance(node, ast.AnnAssign) and isinstance(after, ast.Expr) and isinstance(node.target, ast.Name)
    }
    assert described == {field.name for field in dataclasses.fields(Product)}


def test_a_product_takes_what_it_needs_through_one_door() -> None:
    for path in SAMPLE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tenantry"):
                assert node.module == "tenantry.sdk", path


def test_what_is_not_there_is_said(settings: Settings) -> None:
    for name, said in [
        ("nothing", "nothing"),
        ("tests.sample_product.product:nothing", "nothing"),
        ("tests.sample_product.models:Note", "no product"),
        ("tests.sample_product.product:product,tests.sample_product.product:product", "same slug"),
    ]:
        with pytest.raises(SettingsError, match=said):
            mounted(settings.model_copy(update={"products": tuple(name.split(","))}))


def test_names_begin_with_the_products_own() -> None:
    @job("other.job")
    async def work(context: JobContext) -> None: ...

    with pytest.raises(ValueError, match=r"other\.job"):
        Product(slug="mine", name="Mine", summary="", jobs=[work])


def test_a_permission_nobody_declares_refuses_the_start(settings: Settings, service: Service) -> None:
    router = Router()

    @router.get("/things")
    async def things(scope: Annotated[OrgScope, needs("mine.read")]) -> None: ...

    mine = Product(slug="mine", name="Mine", summary="", routers=[router])
    with pytest.raises(ValueError, match=r"mine\.read"):
        create_app(settings, service.database, [mine])


def test_a_route_nobody_guards_refuses_the_start(settings: Settings, service: Service) -> None:
    router = APIRouter()

    @router.get("/things")
    async def things() -> None: ...

    mine = Product(slug="mine", name="Mine", summary="", routers=[router])
    with pytest.raises(ValueError, match="/things"):
        create_app(settings, service.database, [mine])
