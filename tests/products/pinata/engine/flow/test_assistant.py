"""The same questions over the Model Context Protocol, asked by its own client of the real command."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

from mcp import StdioServerParameters
from mcp.client import Client
from mcp.client.stdio import stdio_client
from typer.testing import CliRunner

from tenantry.products.pinata.cli import cli

from .conftest import SHOP


def answer(result: Any) -> Any:
    assert not result.is_error, result.content
    if result.structured_content is not None:
        content = result.structured_content
        return content["result"] if set(content) == {"result"} else content
    return json.loads(result.content[0].text)


async def test_an_assistant_asks_and_sees_what_changed(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    shutil.copytree(SHOP, root)
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = ["-m", "tenantry.cli", "pinata", "serve-mcp", str(root)]
    command = StdioServerParameters(command=sys.executable, args=words, env=environment)
    async with Client(stdio_client(command)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"overview", "list_nodes", "trace", "impact", "table", "source"}
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools.values())
        overview = answer(await client.call_tool("overview", {}))
        assert "orders" in overview["tables"]
        routes = answer(await client.call_tool("list_nodes", {"kind": "route", "contains": "checkout"}))
        assert [row["name"] for row in routes["nodes"]] == ["POST /shop/carts/{id}/checkout"]
        [root_step] = answer(await client.call_tool("trace", {"entry": "POST /shop/carts/1/checkout"}))
        assert "order.placed" in json.dumps(root_step)
        assert "storefront" in answer(await client.call_tool("impact", {"target": "products.price"}))["services"]
        [table] = answer(await client.call_tool("table", {"name": "orders"}))
        assert table["writers"]
        lines = await client.call_tool("source", {"file": table["file"], "line": table["line"], "around": 1})
        assert "orders" in str(lines.content)
        for tool, given in (("trace", {"entry": "GET /nowhere"}), ("source", {"file": "../../etc/passwd", "line": 1})):
            refused = await client.call_tool(tool, given)
            assert refused.is_error, tool
        (root / "services/catalog/catalog/more.py").write_text(
            "from .products import router\n\n\n@router.get('/newest')\ndef newest():\n    return []\n"
        )
        routes = answer(await client.call_tool("list_nodes", {"kind": "route", "contains": "newest"}))
        assert routes["total"] == 1, "the folder is looked at again"


def test_a_folder_that_is_not_there_is_refused_before_anybody_asks() -> None:
    refused = CliRunner().invoke(cli, ["serve-mcp", "/no/such/folder"])
    assert (refused.exit_code, "not there" in refused.stderr) == (2, True)
