"""The attack can fail: each rule is broken once on purpose, and the attack must notice."""

import asyncio
import sys
from collections.abc import Callable

import pytest

from tests.isolation.mutations.code import MUTATIONS

ATTACK = """
import sys
import pytest
from tests.isolation.mutations import code
getattr(code, sys.argv[1])()
tests = getattr(getattr(code, sys.argv[1]), "caught_by", code.ATTACK)
sys.exit(pytest.main([tests, "-x", "-q", "-p", "no:cacheprovider", "--no-header", "--show-capture=no"]))
"""


@pytest.mark.deep
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
async def test_the_attack_notices(mutation: Callable[[], None]) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        ATTACK,
        mutation.__name__,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    assert process.returncode == pytest.ExitCode.TESTS_FAILED, f"{mutation.__doc__}\n{said.decode()[-3000:]}"
    # What changed elsewhere is noticed after the test that did it, which pytest calls an error.
    assert "1 failed" in said.decode() or "1 error" in said.decode()
    assert "error during collection" not in said.decode()
