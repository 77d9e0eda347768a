"""Schemathesis sends what nobody thought of: never a 5xx, and every answer as the document describes it."""

import asyncio
import secrets
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.service import Service, served

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


async def fuzz(service: Service, folder: Path, *, seconds: int, seed: int) -> None:
    ada = await service.sign_up("Ada")
    for product in service.app.state.products:
        if product.sample:
            await ada.client.post(ada.url(f"/samples/{product.slug}"))
    await service.work()
    limiter = service.app.state.limiter
    hit = limiter.hit

    async def unlimited(rate: Any, *key: str) -> Any:
        return await hit(rate, *key, secrets.token_hex(8))

    limiter.hit = unlimited
    (folder / "schemathesis.toml").write_text('[parameters]\n"path.org" = "ada"\n')
    try:
        async with served(service) as url:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "schemathesis.cli",
                "--config-file", str(folder / "schemathesis.toml"),
                "run", f"{url}/api/openapi.json",
                "--checks", CHECKS, "--seed", str(seed), "--max-time", str(seconds), "--phases", "examples,coverage,fuzzing",
                "--max-examples", "20" if seconds < 100 else "300",
                "--header", f"Cookie: tenantry_session={ada.client.cookies['tenantry_session']}",
                "--exclude-path", "/api/v1/auth/logout", "--continue-on-failure", "--suppress-health-check", "all", "--no-color",
                cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
            )  # fmt: skip
            said, _ = await process.communicate()
    finally:
        del limiter.hit
    text = said.decode()
    assert process.returncode == 0, text[-12000:]
    assert "No checks were performed" not in text


async def test_a_short_run(service: Service, tmp_path: Path) -> None:
    await fuzz(service, tmp_path, seconds=30, seed=1)


@pytest.mark.deep
@pytest.mark.parametrize("seed", range(3))
async def test_a_long_run(service: Service, tmp_path: Path, seed: int) -> None:
    await fuzz(service, tmp_path, seconds=300, seed=seed)
