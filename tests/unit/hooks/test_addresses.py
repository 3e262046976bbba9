"""Where deliveries may go: public addresses over https, and nowhere a name could lure them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.hooks.addresses import NotAllowed, checked_url, chosen_address, look_up

PUBLIC_4, PUBLIC_6 = "93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"


def resolving(*addresses: str):
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


@pytest.mark.parametrize(
    "url",
    [
        "http://biller.example/hook",
        "file:///etc/passwd",
        "ftp://biller.example",
        "gopher://biller.example",
        "//biller.example",
        "biller.example",
        "https:///hook",
        "https://",
        "https://user:secret@biller.example/",
        "https://biller.example/#part",
        "https://biller.example/a b",
        "https://biller.example/\r\nX: y",
        "https://biller.example:99999/",
        "https://[::1/",
        "https://biller.example/" + "x" * 2000,
        "",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.0.0.7/",
        "https://[fe80::1%25eth0]/",
    ],
)
def test_a_url_that_is_refused_at_once(url: str):
    with pytest.raises(NotAllowed):
        checked_url(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.2.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
    ],
)
async def test_a_name_that_leads_to_an_address_that_is_not_public(address: str):
    url = checked_url("https://biller.example/hook")
    with pytest.raises(NotAllowed, match="not public"):
        await chosen_address(url, resolving(address))
    with pytest.raises(NotAllowed, match="not public"):
        await chosen_address(url, resolving(PUBLIC_4, address))


@pytest.mark.parametrize("address", [PUBLIC_4, PUBLIC_6, "64:ff9b::5db8:d70e"])
async def test_a_public_address_is_taken(address: str):
    assert await chosen_address(checked_url("https://biller.example/hook"), resolving(address)) == address


@pytest.mark.parametrize("host", ["0x7f.1", "0x7f000001", "2130706433", "127.1", "0177.0.0.1", "localhost"])
async def test_other_spellings_of_this_machine(host: str):
    url = checked_url(f"https://{host}/")
    with pytest.raises(NotAllowed, match=r"not public|leads to no address"):
        await chosen_address(url, look_up)


async def test_a_name_that_leads_nowhere():
    url = checked_url("https://biller.example/hook")
    with pytest.raises(NotAllowed, match="no address"):
        await chosen_address(url, resolving())

    async def fails(host: str, port: int) -> Sequence[str]:
        raise OSError

    with pytest.raises(NotAllowed, match="no address"):
        await chosen_address(url, fails)


async def test_a_demonstration_may_send_to_this_machine_and_no_further():
    assert checked_url("http://127.0.0.1:4711/hook", this_machine=True).port == 4711
    assert await chosen_address(
        checked_url("http://x/", this_machine=True), resolving("::1"), this_machine=True
    )
    with pytest.raises(NotAllowed):
        checked_url("http://10.0.0.7/", this_machine=True)
    with pytest.raises(NotAllowed):
        await chosen_address(
            checked_url("http://x/", this_machine=True), resolving("169.254.169.254"), this_machine=True
        )
