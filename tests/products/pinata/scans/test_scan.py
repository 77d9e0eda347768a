"""A scan from the address to the findings, over HTTP and through the worker."""

from tests.products.pinata.client import Pinata


async def test_the_sample_is_scanned_through(pinata: Pinata) -> None:
    answer = await pinata.person.client.post(pinata.person.url("/samples/pinata"))
    assert answer.status_code == 201, answer.text
    path = answer.json()["path"]
    scan_id = path.rpartition("/")[2]
    assert path == f"/{pinata.person.org}/pinata/scans/{scan_id}"
    waiting = await pinata.get(f"/scans/{scan_id}")
    assert (waiting["status"], waiting["number"]) == ("queued", 1)
    await pinata.work()
    scan = await pinata.get(f"/scans/{scan_id}")
    assert scan["status"] == "succeeded", scan
    assert scan["progress"]["fraction"] == 1.0
    assert [phase["state"] for phase in scan["phases"]] == ["done"] * 5
    assert scan["metrics"]["routes"] > 10
    assert scan["metrics"]["tables"] > 5
    assert abs(sum(scan["languages"].values()) - 1) < 0.01
    assert scan["baseline"] is None
    log = (await pinata.get(f"/scans/{scan_id}/log"))["items"]
    assert log[-1]["message"].startswith("Done")
    (repository,) = (await pinata.get("/repositories"))["items"]
    assert repository["last_scan"]["status"] == "succeeded"
    assert repository["language_mix"] == scan["languages"]
