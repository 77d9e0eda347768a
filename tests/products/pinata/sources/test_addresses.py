"""Addresses as people paste them, and those which lead inwards."""

import ipaddress
from pathlib import Path

import pytest

from tenantry.core.errors import Problem
from tenantry.products.pinata.sources import check_branch, open_folder, parse_location
from tenantry.products.pinata.sources.addresses import check_literal, is_public, pin


@pytest.mark.parametrize(
    ("text", "url", "name"),
    [
        ("https://github.com/team/shop.git", "https://github.com/team/shop.git", "shop"),
        ("https://GitHub.com./team/shop/", "https://github.com/team/shop/", "shop"),
        ("https://git.example.org:8443/a/b", "https://git.example.org:8443/a/b", "b"),
        ("https://bücher.example/shop", "https://xn--bcher-kva.example/shop", "shop"),
        ("git@github.com:team/shop.git", "git@github.com:team/shop.git", "shop"),
        ("host.example:/srv/shop", "ssh://git@host.example/srv/shop", "shop"),
        ("ssh://me@host.example:2222/srv/shop.git", "ssh://me@host.example:2222/srv/shop.git", "shop"),
        ("https://[2606:4700::6810]/shop", "https://[2606:4700::6810]/shop", "shop"),
        ("file:///home/me/my%20shop", "file:///home/me/my%20shop", "my shop"),
    ],
)
def test_addresses(text: str, url: str, name: str) -> None:
    location, _ = parse_location(text, local=True)
    assert (location.url, location.name) == (url, name)


@pytest.mark.parametrize(
    "text",
    ["git@github.com:team/shop.git", "ssh://me@host.example/srv/x", "ssh://me@host.example:2222/~/x", "me@[::1]:x"],
)
def test_ssh_addresses_read_the_same_again(text: str) -> None:
    location, _ = parse_location(text, local=True)
    assert location.url == text
    assert parse_location(location.url, local=True)[0] == location


@pytest.mark.parametrize(
    "text",
    [
        "",
        "shop",
        "http://github.com/team/shop",
        "git://github.com/team/shop",
        "ext::sh -c touch% /tmp/pwned",
        "file:///etc",
        "https:///shop",
        "https://github.com/",
        "https://github.com/a b",
        "https://github.com/a\nb",
        "https://github.com/a?x=1",
        "https://github.com/../x",
        "https://github.com/%2e%2e/x",
        "https://2130706433/shop",
        "https://127.1/shop",
        "https://0x7f.0x1/shop",
        "https://a..b/shop",
        "https://host:99999/shop",
        "https://%31%32%37.0.0.1/shop",
        "https://[fe80::1%25eth0]/shop",
        "-oProxyCommand=x:shop",
        "ssh://-oProxyCommand=x/shop",
        "ssh://-l@host.example/shop",
        "git@-host:shop",
        "git@host:-shop",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_location(text, local=False)
    assert caught.value.code in ("pinata.source.address_invalid", "pinata.source.scheme_refused")
    assert caught.value.errors


def test_passwords_leave_the_address() -> None:
    location, credentials = parse_location("https://me:p%40ss@host.example/shop.git", local=False)
    assert location.url == "https://host.example/shop.git"
    assert (credentials.username, credentials.token) == ("me", "p@ss")
    assert "p@ss" not in repr(credentials)
    _, token = parse_location("https://ghp_0123456789abcdefghij@github.com/team/shop", local=False)
    assert (token.username, token.token) == (None, "ghp_0123456789abcdefghij")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "255.255.255.255"),
        *("100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1"),
        *("::1", "::", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b:1::1"),
        *("fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "2002:7f00:1::", "2001::1", "2001:db8::1"),
    ],
)
def test_inward_addresses(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "140.82.121.3", "2606:4700::6810:84e5"])
def test_outward_addresses(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


async def test_a_name_that_leads_inwards() -> None:
    with pytest.raises(Problem) as caught:
        await pin("localhost", 443, local=False)
    assert caught.value.code == "pinata.source.address_refused"
    assert await pin("localhost", 443, local=True)


async def test_of_several_addresses_only_the_outward_ones_are_used() -> None:
    async def mixed(host: str, port: int) -> list[str]:
        return ["10.0.0.1", "140.82.121.3", "::1"]

    assert await pin("mixed.example", 443, local=False, resolve=mixed) == ["140.82.121.3"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "git.localhost", "metadata.google.internal"])
def test_some_are_refused_without_a_look_up(host: str) -> None:
    with pytest.raises(Problem):
        check_literal(host, local=False)
    check_literal(host, local=True)


@pytest.mark.parametrize("name", ["main", "feature/tax", "v1.2.3", "refs/heads/main", "a@b", "ünicode"])
def test_branches(name: str) -> None:
    assert check_branch(name) == name.removeprefix("refs/heads/")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "-x",
        "--upload-pack=x",
        "a..b",
        "a b",
        "a~1",
        "a^",
        "a:b",
        "a?",
        "a*",
        "a[",
        "a\\b",
        "/a",
        "a/",
        "a//b",
        "a.lock",
        "a/.b",
        "a.",
        "@",
        "a@{1}",
        "x" * 300,
        "a\nb",
        "a.lock/b",
    ],
)
def test_names_no_branch_can_have(name: str) -> None:
    with pytest.raises(Problem) as caught:
        check_branch(name)
    assert caught.value.code == "pinata.source.branch_invalid"


def test_folders(tmp_path: Path) -> None:
    data, shop = tmp_path / "home" / "data", tmp_path / "home" / "shop"
    (data / "files").mkdir(parents=True)
    shop.mkdir()
    (shop / "to-data").symlink_to(data)
    (shop / "file.py").write_text("")
    assert open_folder(str(shop), local=True, data_dir=data) == shop
    for path, code in (
        (data, "path_refused"),
        (data / "files", "path_refused"),
        (tmp_path / "home", "path_refused"),
        (Path("/"), "path_refused"),
        (shop / "to-data", "path_refused"),
        (shop / "nothing", "path_unreadable"),
        (shop / "file.py", "path_unreadable"),
        (Path(), "path_unreadable"),
        (Path("a\0b"), "path_unreadable"),
    ):
        with pytest.raises(Problem) as caught:
            open_folder(str(path), local=True, data_dir=data)
        assert caught.value.code == f"pinata.source.{code}", path
    with pytest.raises(Problem) as caught:
        open_folder(str(shop), local=False, data_dir=data)
    assert caught.value.code == "pinata.source.path_refused"
