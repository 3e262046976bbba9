"""Where we may send: https, to a public address that is looked up once and is then the one we connect to.

Whoever sets up a subscription names the URL, and a name may lead anywhere: to this machine, to a neighbour behind the
firewall, to a cloud's metadata, or to one address when it is judged and to another when it is called.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from yarl import URL

LONGEST_URL = 2000

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a host name and port, as text."""

_NAT64 = ip_network("64:ff9b::/96")
"""How a host without IPv4 reaches IPv4 addresses, which are the last 32 bits (RFC 6052)."""


class NotAllowed(ValueError):
    """We do not send there; the message says why and what would do."""


def checked_url(text: str, *, this_machine: bool = False) -> URL:
    """The URL, if it has the form of one we may send to. Raises `NotAllowed`.

    `this_machine`: for demonstrations and tests, plain http to this very machine is allowed too.

    >>> checked_url("https://biller.example/hook").host
    'biller.example'
    """
    if len(text) > LONGEST_URL or any(ord(sign) <= 0x20 or ord(sign) == 0x7F for sign in text):
        raise NotAllowed(f"the URL must be at most {LONGEST_URL} characters without blanks")
    try:
        url = URL(text)
        _ = url.port
    except ValueError:
        raise NotAllowed("that is not a URL: give one like https://biller.example/hook") from None
    if not url.host:
        raise NotAllowed("the URL names no host: give one like https://biller.example/hook")
    if url.scheme != "https" and not (this_machine and url.scheme == "http"):
        raise NotAllowed(f"the URL must begin with https://, not {url.scheme or 'nothing'}://")
    if url.user is not None or url.password is not None:
        raise NotAllowed("the URL must not hold a user name or password: deliveries are signed instead")
    if url.fragment:
        raise NotAllowed("the URL must not hold a fragment (#…)")
    if (literal := _literal(url.host)) is not None:
        refuse_address(literal, this_machine=this_machine)
    return url


async def chosen_address(url: URL, resolve: Resolve, *, this_machine: bool = False) -> str:
    """The one address to connect to. Raises `NotAllowed` unless all that the name leads to are public."""
    assert url.host is not None
    assert url.port is not None
    try:
        found = await resolve(url.host, url.port)
    except (OSError, UnicodeError):
        raise NotAllowed(f"the name {url.host} leads to no address") from None
    if not found:
        raise NotAllowed(f"the name {url.host} leads to no address")
    for address in found:
        refuse_address(ip_address(address.partition("%")[0]), this_machine=this_machine)
    return found[0]


def refuse_address(address: IPv4Address | IPv6Address, *, this_machine: bool = False) -> None:
    """Raise `NotAllowed` unless the address is public (or this machine's, where that is allowed)."""
    if this_machine and address.is_loopback:
        return
    if any(not one.is_global or one.is_multicast or one.is_reserved for one in _judged(address)):
        raise NotAllowed("the URL leads to an address that is not public: give one that anybody can reach")


def _judged(address: IPv4Address | IPv6Address) -> tuple[IPv4Address | IPv6Address, ...]:
    """The addresses that must be public for this one to be: of IPv6, the IPv4 address it may stand for."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFF_FFFF),)
    return (address, address.sixtofour) if address.sixtofour is not None else (address,)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


async def look_up(host: str, port: int) -> Sequence[str]:
    """The addresses as this machine's resolver has them; it also reads the odd spellings (0x7f.1)."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
