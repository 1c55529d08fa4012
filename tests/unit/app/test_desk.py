"""Connecting a channel over the network."""

import asyncio
from typing import Any

import pytest

from holdfast.app.desk import Desk
from holdfast.web.services import KeptSettings


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


class OneChannel(NoChannels):
    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []

    async def kept(self, channel_id: str) -> KeptSettings:
        del channel_id
        settings = {"base_url": "https://graph.example", "account_id": "1"}
        return KeptSettings(
            source="console", changed_at=1, settings=settings, secrets=["app_secret", "token"]
        )

    async def change(self, channel_id: str, changes: dict[str, Any]) -> None:
        del channel_id
        self.changes.append(changes)


class NoStore:
    async def write(self, *_: Any, **__: Any) -> None: ...


@pytest.mark.parametrize(
    ("changes", "is_taken"),
    [
        ({"base_url": "https://thief.example"}, False),
        ({"base_url": "https://thief.example", "token": "x"}, False),
        ({"base_url": "https://graph.example", "name": "Shop"}, True),
        ({"base_url": "https://other.example", "token": "x", "app_secret": "y"}, True),
        ({"app_secret": "y"}, True),
    ],
)
def test_kept_secrets_do_not_go_to_an_address_that_was_changed(
    changes: dict[str, Any], *, is_taken: bool
) -> None:
    channels, store, some = OneChannel(), NoStore(), VirtualIds()
    desk: Any = Desk(channels, store, some, some)  # type: ignore[arg-type]
    try:
        asyncio.run(desk.change("instagram:shop", changes, "agent:agt_1"))
    except ValueError as error:
        assert "has to be entered again" in str(error)  # noqa: PT017 - whether it is refused is the question
    assert channels.changes == ([changes] if is_taken else [])


class VirtualIds:
    """A clock and a source of identifiers in one, for what is only written down."""

    def now_ms(self) -> int:
        return 1

    def new(self, prefix: str) -> str:
        return f"{prefix}_1"
