"""The short way of plain successes, which nearly all lines are: where each kind of them is weighed."""

from collections.abc import Mapping
from typing import Protocol

from holdfast.channels.contract import Capability
from holdfast.radar.balance import Balance
from holdfast.radar.evidence import ChannelFacts, Reader
from holdfast.radar.replay.reading import Line
from holdfast.radar.replay.rhythms import Rhythms

Balances = Mapping[Capability, Balance]


class Route(Protocol):
    """Takes a success that is neither slow nor a count. False, where it has to go the long way: something is
    under way, so that it may matter. What has been weighed by then is weighed again there, which changes nothing.
    """

    def takes(self, line: Line, at: int) -> bool: ...


Routes = dict[tuple[str, str, str | None], Route]


def routes_of(
    channel: str,
    facts: ChannelFacts,
    reader: Reader,
    balances: Balances,
    *,
    rhythms: Rhythms | None,
    errors: dict[str, str],
) -> Routes:
    """By channel, kind and capability."""
    send, receive = balances[Capability.SEND], balances[Capability.RECEIVE]
    sends = _Sends(send, channel, errors)
    signs_in = _SignsIn(balances[Capability.SIGN_IN], send, channel, errors)
    arrives = _Arrives(receive, channel, rhythms)
    polled = facts.platform == "email"
    return {
        (channel, "send", "send"): sends,
        (channel, "send", None): sends,
        (channel, "arrival", "receive"): arrives,
        (channel, "arrival", None): arrives,
        (channel, "probe", "sign_in"): signs_in,
        (channel, "probe", None): signs_in,
        (channel, "probe", "send"): _Looked(send, channel, errors, strong=False),
        (channel, "probe", "receive"): _Looked(receive, channel, errors, strong=polled),
        (channel, "probe", "history"): _Reads(balances[Capability.HISTORY], channel, errors, reader),
    }


class _Sends:
    __slots__ = ("_balance", "_channel", "_errors")

    def __init__(self, balance: Balance, channel: str, errors: dict[str, str]) -> None:
        self._balance, self._channel, self._errors = balance, channel, errors

    def takes(self, line: Line, at: int) -> bool:
        if not self._balance.good(at, strong=True):
            return False
        if line.conversation is not None:
            self._balance.conversations.work(str(line.conversation), at)
        self._errors[self._channel] = ""
        return True


class _Arrives:
    __slots__ = ("_balance", "_channel", "_fresh", "_rhythms")

    def __init__(self, balance: Balance, channel: str, rhythms: Rhythms | None) -> None:
        self._balance, self._channel, self._rhythms = balance, channel, rhythms
        self._fresh: list[int] | None = None

    def takes(self, line: Line, at: int) -> bool:  # noqa: ARG002 - of arrivals the time is all
        if not self._balance.good(at, strong=True):
            return False
        if self._fresh is not None:
            self._fresh.append(at)
        elif self._rhythms is not None:
            self._fresh = self._rhythms.fresh_of(self._channel, at)
            self._fresh.append(at)
        return True


class _Looked:
    __slots__ = ("_balance", "_channel", "_errors", "_strong")

    def __init__(self, balance: Balance, channel: str, errors: dict[str, str], *, strong: bool) -> None:
        self._balance, self._channel, self._errors, self._strong = balance, channel, errors, strong

    def takes(self, line: Line, at: int) -> bool:  # noqa: ARG002
        if not self._balance.good(at, strong=self._strong):
            return False
        self._errors[self._channel] = ""
        return True


class _SignsIn:
    """Signing in, which tells weakly of sending as well."""

    __slots__ = ("_channel", "_errors", "_send", "_sign_in")

    def __init__(self, sign_in: Balance, send: Balance, channel: str, errors: dict[str, str]) -> None:
        self._sign_in, self._send, self._channel, self._errors = sign_in, send, channel, errors

    def takes(self, line: Line, at: int) -> bool:  # noqa: ARG002
        signed_in = self._sign_in.good(at, strong=True)
        if not self._send.good(at, strong=False) or not signed_in:
            return False
        self._errors[self._channel] = ""
        return True


class _Reads:
    """Reading the history, which shows that the platform answers where signing in fails alone."""

    __slots__ = ("_balance", "_channel", "_errors", "_reader")

    def __init__(self, balance: Balance, channel: str, errors: dict[str, str], reader: Reader) -> None:
        self._balance, self._channel, self._errors, self._reader = balance, channel, errors, reader

    def takes(self, line: Line, at: int) -> bool:  # noqa: ARG002
        if not self._reader.works_plainly(at) or not self._balance.good(at, strong=True):
            return False
        self._errors[self._channel] = ""
        return True
