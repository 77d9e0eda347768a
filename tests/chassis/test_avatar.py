"""The picture of a person: accepted by its content, served so that nothing in it can run."""

import struct
import zlib

import pytest

from tests.service import Person, Service

ME = "/api/v1/me"


def png() -> bytes:
    """One grey point."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0\x80")) + chunk(b"IEND", b"")


async def send(ada: Person, content: bytes) -> str:
    """Send a picture; answers the upload's id."""
    upload = (await ada.client.post(f"{ME}/avatar/uploads")).json()
    path = "/" + upload["url"].split("/", 3)[3]
    answer = await ada.client.put(path, content=content)
    assert answer.status_code in (204, 413), answer.text
    return str(upload["id"])


async def test_a_picture_is_shown_and_taken_away(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    assert ada.me["avatar"] is None
    assert (await ada.client.put(f"{ME}/avatar", json={"upload": await send(ada, png())})).status_code == 204
    address = (await ada.client.get(ME)).json()["avatar"]
    shown = await bob.client.get(address)
    assert shown.content == png()
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["x-content-type-options"] == "nosniff"
    assert shown.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in shown.headers["content-security-policy"]
    assert (await ada.client.get(ME)).json()["avatar"] == address, "the same address all day"
    assert (await ada.client.put(f"{ME}/avatar", json={"upload": await send(ada, png())})).status_code == 204
    assert (await bob.client.get(address)).status_code == 404, "the old one is gone"
    assert (await ada.client.delete(f"{ME}/avatar")).status_code == 204
    assert (await ada.client.get(ME)).json()["avatar"] is None
    files = service.app.state.storage.of_organization(ada.me["id"])
    assert await files.list("") == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\nno header",
        b"RIFF\x00\x00\x00\x00WAVE",
    ],
)
async def test_what_is_no_picture_is_refused(service: Service, content: bytes) -> None:
    ada = await service.sign_up("Ada")
    answer = await ada.client.put(f"{ME}/avatar", json={"upload": await send(ada, content)})
    assert (answer.status_code, answer.json()["code"]) == (422, "picture.unknown")
    assert answer.json()["errors"][0]["field"] == "upload"
    assert (await ada.client.get(ME)).json()["avatar"] is None


async def test_too_large_or_somebody_elses(service: Service) -> None:
    ada, bob = await service.sign_up("Ada"), await service.sign_up("Bob")
    for upload in (await send(ada, png() + b"\0" * 1_000_000), await send(bob, png())):
        answer = await ada.client.put(f"{ME}/avatar", json={"upload": upload})
        assert (answer.status_code, answer.json()["code"]) == (422, "avatar.missing")
