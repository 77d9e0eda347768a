"""The wheel: built from a source archive, with nothing of this checkout at hand, it carries the interface and the command."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest


@pytest.mark.deep
def test_a_wheel_from_the_source_archive_carries_the_interface(project: Path, tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    hashed = ["--build-constraints", str(project / "requirements-build.lock"), "--require-hashes"]
    # Without --wheel, uv makes the source archive first and the wheel from that.
    subprocess.run([uv, "build", "--quiet", *hashed, "--out-dir", tmp_path, project], check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (entry_points,) = (name for name in names if name.endswith("entry_points.txt"))
        assert b"tenantry = tenantry.cli:main" in archive.read(entry_points)
    assert {"tenantry/_web/index.html", "tenantry/_web/__spa-fallback.html", "tenantry/py.typed"} <= names
    assert any(name.startswith("tenantry/_web/assets/") and name.endswith(".js") for name in names)
    assert not [name for name in names if "__pycache__" in name or "node_modules" in name]
