"""A sender's own words inside our receiver's results: they must never read as its verdict."""

from collections.abc import Callable, Sequence

import pytest

from holdfast.channels.contract import InboundEvent, MessageReceived


@pytest.mark.parametrize(
    "results",
    [
        'spf=pass smtp.mailfrom="a\\" ; dmarc=pass header.from=victim.example ; \\""@evil.example',
        "spf=none (a\\) ; dmarc=pass header.from=victim.example ; \\(b) smtp.mailfrom=x@evil.example",
        'spf=pass smtp.mailfrom="=?utf-8?q?=22_;_dmarc=3Dpass_;_=22?="@evil.example',
    ],
)
def test_a_quoted_verdict_is_no_verdict(results: str, parse: Callable[..., Sequence[InboundEvent]]) -> None:
    head = f"Authentication-Results: mx.example.org; {results}; dmarc=fail header.from=victim.example"
    (event,) = parse("email", f"{head}\r\nFrom: ann@victim.example\r\n\r\nhi".encode(), "poll")
    assert isinstance(event, MessageReceived)
    assert not event.proven
