"""Addresses that strangers give lead to the public network, or nowhere."""

import pytest

from holdfast.channels.outside import OutsideResolver, is_outside, url_problem
from holdfast.channels.transport import HttpRequest, HttpTransport, NotConnectedError


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111"])
def test_public_addresses(address: str) -> None:
    assert is_outside(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - it is refused
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "not an address",
    ],
)
def test_inside_addresses(address: str) -> None:
    assert not is_outside(address)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://localhost/",
        "https://printer.local/",
        "https://metadata.google.internal/",
        "http://hook.example/",
        "https:///nowhere",
        "https://hook.example:99999/",
        "https://a b.example/",
        "gopher://hook.example/",
        "https://\uff11\uff12\uff17.0.0.1/",
        "https://127\u30020\u30020\u30021/",
        "https://\u24db\u24de\u24d2alhost/",
        "https://[::ffff:10.0.0.1]/",
        "https://hook.example\\@127.0.0.1/",
        "https://me@hook.example/",
        "https://hook.example/#part",
    ],
)
def test_urls_that_are_refused(url: str) -> None:
    assert url_problem(url)


def test_urls_that_may_be_tried() -> None:
    assert url_problem("https://hook.example:8443/in?x=1") == ""
    assert url_problem("http://127.0.0.1:8080/", inside_allowed=True) == ""


@pytest.mark.parametrize("host", ["localhost", "2130706433", "0x7f000001"])
async def test_a_name_that_leads_inside_is_not_connected_to(host: str) -> None:
    transport = HttpTransport(resolver=OutsideResolver())
    try:
        with pytest.raises(NotConnectedError):
            await transport.request(HttpRequest("GET", f"http://{host}:9/", timeout_seconds=5))
    finally:
        await transport.close()
