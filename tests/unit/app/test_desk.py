"""Connecting a channel over the network."""

import asyncio
from typing import Any

import pytest

from holdfast.app.desk import Desk


class NoChannels:
    async def add(self, channel_id: str, table: dict[str, Any]) -> None:
        raise AssertionError(f"{channel_id} was connected with {table}")


@pytest.mark.parametrize("secret", ["file:/etc/shadow", "env:PATH", ["right", "file:/etc/shadow"]])
def test_a_secret_that_stands_on_the_machine_cannot_be_asked_for(secret: object) -> None:
    nothing: Any = None
    channels: Any = NoChannels()
    desk = Desk(channels, nothing, nothing, nothing)
    settings = {"base_url": "https://thief.example", "token": secret}
    with pytest.raises(ValueError, match="`token` is given by its value"):
        asyncio.run(desk.add("instagram:shop", settings, "agent:agt_1"))
