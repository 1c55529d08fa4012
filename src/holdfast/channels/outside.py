"""Calls to addresses that people outside set: never to this machine or the networks it stands in."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Final

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import DefaultResolver
from yarl import URL

ADDRESS_CHARACTERS_MAX: Final = 2_000
_CARRIES_IPV4: Final = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"), ip_network("2002::/16"))
"""Translated and tunnelled addresses can name an inside one."""


def is_outside(address: str) -> bool:
    """Whether an IP address is one of the public network."""
    try:
        found: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif any(found in network for network in _CARRIES_IPV4):
            return False
    return found.is_global and not found.is_multicast


def url_problem(url: str, *, inside_allowed: bool = False) -> str:
    """Why an address that somebody gave cannot be called, in a sentence; empty where it may be tried.

    The host is the one that the client would call: it writes digits of other scripts as plain ones, and so
    turns into an inside address what did not look like one.
    """
    if len(url) > ADDRESS_CHARACTERS_MAX or not url.isprintable() or " " in url:
        return "This is not an address."
    try:
        called = URL(url)
        host, _ = called.raw_host or "", called.port
    except ValueError:
        return "This is not an address."
    if not host or called.raw_user is not None or called.raw_fragment:
        return "The address needs a host, and neither a name to sign in nor a fragment."
    if called.scheme != "https" and not (inside_allowed and called.scheme == "http"):
        return "The address must begin with https://."
    return "" if inside_allowed or not _is_inside_literal(host) else "The address is not a public one."


def _is_inside_literal(host: str) -> bool:
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal")):
        return True
    try:
        ip_address(host)
    except ValueError:
        return False
    return not is_outside(host)


class OutsideResolver(AbstractResolver):
    """Resolves names to public addresses only, and connects to just those: a name cannot change in between."""

    def __init__(self) -> None:
        self._resolver = DefaultResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found: list[Any] = await self._resolver.resolve(host, port, family)
        outside = [each for each in found if is_outside(each["host"])]
        if not outside:
            raise OSError(None, "the name has no public address")
        return outside

    async def close(self) -> None:
        await self._resolver.close()
