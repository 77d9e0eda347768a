"""Archives as strangers make them, crafted here byte by byte."""

import gzip
import io
import os
import stat
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tenantry.core.errors import Problem
from tenantry.products.pinata.sources import Limits, Step, unpack

Pack = Callable[[dict[str, bytes]], bytes]


def as_zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo("x")
            info.filename = name
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o755) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def as_tar(files: dict[str, bytes], mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o755
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def as_plain_tar(files: dict[str, bytes]) -> bytes:
    return as_tar(files, "w")


every_kind = pytest.mark.parametrize("pack", [as_zip, as_tar, as_plain_tar])


def unpacked(
    tmp_path: Path, content: bytes, limits: Limits = Limits(), steps: list[Step] | None = None
) -> dict[str, bytes]:
    archive = tmp_path / "upload"
    archive.write_bytes(content)
    result = unpack(archive, tmp_path / "tree", limits=limits, report=(steps if steps is not None else []).append)
    inside = [path for path in result.root.rglob("*") if not path.is_dir()]
    assert all(path.is_file() and not path.is_symlink() for path in inside)
    assert not any(path.stat().st_mode & 0o111 for path in inside)
    outside = {path.name for path in tmp_path.iterdir()} - {"upload", "tree"}
    assert not outside, "nothing is written anywhere else"
    return {path.relative_to(result.root).as_posix(): path.read_bytes() for path in inside}


def refused(tmp_path: Path, content: bytes, code: str, limits: Limits = Limits()) -> Problem:
    with pytest.raises(Problem) as caught:
        unpacked(tmp_path, content, limits)
    assert caught.value.code == f"pinata.source.{code}", caught.value.detail
    assert caught.value.hint
    return caught.value


@every_kind
def test_files_come_out_as_they_went_in(tmp_path: Path, pack: Pack) -> None:
    steps: list[Step] = []
    files = {"shop-main/app.py": b"print(1)\n", "shop-main/src/b.ts": b"let b\n" * 1000, "shop-main/empty.py": b""}
    found = unpacked(tmp_path, pack(files), steps=steps)
    assert found == {name.removeprefix("shop-main/"): content for name, content in files.items()}
    assert steps
    assert steps[-1].total > 0


@every_kind
def test_several_folders_at_the_top_stay(tmp_path: Path, pack: Pack) -> None:
    files = {"api/app.py": b"a", "web/app.ts": b"b"}
    assert unpacked(tmp_path, pack(files)) == files


@every_kind
@pytest.mark.parametrize(
    "name", ["../evil.py", "a/../../evil.py", "/etc/evil.py", "C:/evil.py", "..\\evil.py", "\\evil.py"]
)
def test_a_path_escaping_the_archive(tmp_path: Path, pack: Pack, name: str) -> None:
    refused(tmp_path, pack({"fine.py": b"1", name: b"2"}), "archive_escapes")
    assert not list(Path("/etc").glob("evil*"))


def test_links_and_devices_in_a_tar_stay_out(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, kind, target in (
            ("passwd.py", tarfile.SYMTYPE, "/etc/passwd"),
            ("up", tarfile.SYMTYPE, "../.."),
            ("hard.py", tarfile.LNKTYPE, "/etc/passwd"),
            ("null", tarfile.CHRTYPE, ""),
            ("pipe", tarfile.FIFOTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
        through = tarfile.TarInfo("up/evil.py")
        through.size = 4
        archive.addfile(through, io.BytesIO(b"evil"))
        archive.addfile(tarfile.TarInfo("app.py"), io.BytesIO())
    assert unpacked(tmp_path, buffer.getvalue()) == {"up/evil.py": b"evil", "app.py": b""}


def test_a_link_in_a_zip_stays_out(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("passwd.py")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("app.py", "x")
    assert unpacked(tmp_path, buffer.getvalue()) == {"app.py": b"x"}


@every_kind
def test_a_bomb_by_ratio(tmp_path: Path, pack: Pack) -> None:
    limits = Limits(ratio=20, ratio_from=100_000)
    content = pack({f"{index}.py": bytes(300_000) for index in range(4)})
    if pack is as_plain_tar:
        limits = Limits(tree_bytes=500_000)
    refused(tmp_path, content, "archive_bomb", limits)
    assert sum(path.stat().st_size for path in (tmp_path / "tree").rglob("*") if path.is_file()) < 2_000_000


@every_kind
def test_a_bomb_by_count(tmp_path: Path, pack: Pack) -> None:
    refused(tmp_path, pack({f"{index}.py": b"" for index in range(60)}), "archive_bomb", Limits(files=50))


def test_a_zip_that_lies_about_its_sizes(tmp_path: Path) -> None:
    """The size written in the list is small, the stream is large: what counts is what comes out."""
    content = bytearray(as_zip({"a.py": bytes(3_000_000)}))
    at = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, at + 24, 10)
    archive = tmp_path / "upload"
    archive.write_bytes(content)
    with pytest.raises(Problem):
        unpack(archive, tmp_path / "tree", limits=Limits())
    assert sum(path.stat().st_size for path in (tmp_path / "tree").rglob("*") if path.is_file()) <= 1_000_000


def test_a_zip_whose_list_of_names_would_fill_the_memory(tmp_path: Path) -> None:
    refused(tmp_path, as_zip({f"{index}" * 40: b"" for index in range(400)}), "archive_invalid", Limits(files=10))


def test_a_tar_header_that_would_fill_the_memory(tmp_path: Path) -> None:
    """tarfile reads extended headers whole: one that claims gigabytes is refused before."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        info = tarfile.TarInfo("long")
        info.type, info.size = tarfile.XHDTYPE, 50_000_000
        archive.addfile(info, io.BytesIO(bytes(50_000_000)))
    refused(tmp_path, buffer.getvalue(), "archive_invalid")


@every_kind
def test_names_that_collide(tmp_path: Path, pack: Pack) -> None:
    files = {
        "App.py": b"first",
        "app.py": b"second",
        "lib": b"file",
        "lib/a.py": b"below a file",
        "x/y.py": b"1",
        "X": b"2",
    }
    assert unpacked(tmp_path, pack(files)) == {"App.py": b"first", "lib": b"file", "x/y.py": b"1"}


@every_kind
def test_names_nobody_can_write(tmp_path: Path, pack: Pack) -> None:
    files = {"a" * 300: b"1", "d/" * 80 + "f.py": b"2", "new\nline.py": b"3", "fine.py": b"4"}
    assert unpacked(tmp_path, pack(files)) == {"fine.py": b"4"}


def test_an_encrypted_zip(tmp_path: Path) -> None:
    content = bytearray(as_zip({"a.py": b"secret"}))
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(signature)
        struct.pack_into("<H", content, at + offset, 1)
    refused(tmp_path, bytes(content), "archive_encrypted")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        os.urandom(5000),
        b"PK\x03\x04" + bytes(100),
        gzip.compress(b"just text, not a tar"),
        gzip.compress(os.urandom(3000))[:2000],
        as_zip({"a.py": b"x" * 5000})[:-30],
        as_tar({"a.py": os.urandom(50_000)})[:20_000],
    ],
    ids=["empty", "text", "noise", "zip-head", "gzip-of-text", "gzip-cut", "zip-cut", "tar-cut"],
)
def test_what_is_no_archive(tmp_path: Path, content: bytes) -> None:
    refused(tmp_path, content, "archive_invalid")


def test_a_damaged_zip(tmp_path: Path) -> None:
    content = bytearray(as_zip({"a.py": os.urandom(5000)}))
    content[2000:2010] = bytes(10)
    refused(tmp_path, bytes(content), "archive_invalid")


@every_kind
def test_nothing_inside(tmp_path: Path, pack: Pack) -> None:
    refused(tmp_path, pack({".git/config": b"x", "__MACOSX/a": b"y"}), "empty")


def test_thousands_of_files_are_a_matter_of_seconds(tmp_path: Path) -> None:
    start = time.process_time()
    found = unpacked(tmp_path, as_tar({f"p/{index % 100}/{index}.py": b"x = 1\n" for index in range(4_000)}))
    assert len(found) == 4_000
    assert time.process_time() - start < 20
