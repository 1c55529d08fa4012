"""How two accounts of one platform write to each other, for the test messages between them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from holdfast.channels.settings import ChannelSettings


class BetweenAccounts(msgspec.Struct, frozen=True):
    """``address_of``: an account's address, from its settings, where every sender addresses it alike.
    ``has_window``: one may only write to whoever wrote lately, so that each must write to the other.
    ``with_itself``: whether an account may write to itself. ``refused``: why accounts cannot, or nothing.
    """

    address_of: Callable[[Any], str] | None = None
    has_window: bool = False
    with_itself: bool = False
    refused: str = ""


def refuse_impossible(between: BetweenAccounts, settings: ChannelSettings) -> None:
    """Raise ValueError, in plain words, where these settings alone ask for what cannot be."""
    if not settings.round_trip_with:
        if settings.round_trip_address:
            raise ValueError("`round_trip_address`: it needs round_trip_with, the channel of that account.")
        return
    if between.refused:
        raise ValueError(f"`round_trip_with`: {between.refused}; leave it out.")
    if between.address_of is None and not settings.round_trip_address:
        raise ValueError(
            "`round_trip_with`: add round_trip_address, how this account addresses "
            f"{settings.round_trip_with}: on Instagram the id under which that one writes to us, on WhatsApp "
            "its phone number."
        )


def refuse_mismatch(channel: str, between: BetweenAccounts, accounts: Mapping[str, ChannelSettings]) -> None:
    """Raise ValueError where the account's partner is none. ``accounts``: all channels, with this one."""
    partner = accounts[channel].round_trip_with
    if not partner:
        return
    if partner not in accounts:
        raise ValueError(f"`round_trip_with`: there is no channel {partner}.")
    if partner.partition(":")[0] != channel.partition(":")[0]:
        raise ValueError(f"`round_trip_with`: {partner} is on another platform; name an account on the same.")
    if partner == channel and not between.with_itself:
        raise ValueError("`round_trip_with`: an account cannot write to itself here; name another one.")


def refuse_one_sided(channel: str, between: BetweenAccounts, accounts: Mapping[str, ChannelSettings]) -> None:
    """Raise ValueError where the partner does not write back, and the reply window would close."""
    partner = accounts[channel].round_trip_with
    if not partner or not between.has_window:
        return
    if accounts[partner].round_trip_with != channel:
        raise ValueError(
            f'`round_trip_with`: add round_trip_with = "{channel}" to {partner}, too: one may only write '
            "to whoever wrote within a day, so each keeps the other's reply window open."
        )


def address_between(between: BetweenAccounts, sender: ChannelSettings, receiver: ChannelSettings) -> str:
    """How the sender addresses the receiver."""
    if sender.round_trip_address or between.address_of is None:
        return sender.round_trip_address
    return between.address_of(receiver)
