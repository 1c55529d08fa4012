"""The connected channels: those of the configuration file, and those added while running."""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from holdfast.app import store
from holdfast.app.vault import Vault
from holdfast.channels import PLATFORMS, ChannelSettings, decode_channel_settings
from holdfast.channels.between import address_between, refuse_mismatch, refuse_one_sided
from holdfast.channels.contract import Adapter
from holdfast.channels.describing import secret_names
from holdfast.channels.transport import Transport
from holdfast.kernel import Clock, get_log
from holdfast.radar.round_trips import Way
from holdfast.settings import CHANNEL_ID, Problem, Settings, SettingsError, line_of
from holdfast.storage import Database, Row, Tx, append_event
from holdfast.web.services import KeptSettings, Source

ARRIVAL_MS: Final = 180_000
"""How long a message between our own accounts may take where the platform gives no time for it, as mail."""


class ChannelExistsError(ValueError):
    """A channel of this id is already connected."""


class ChannelSet:
    """Adapters by channel id. Stored channels keep their whole table encrypted: it is mostly secrets."""

    def __init__(
        self, *, settings: Settings, database: Database, vault: Vault, transport: Transport, clock: Clock
    ) -> None:
        self._settings = settings
        self._database = database
        self._vault = vault
        self._transport = transport
        self._clock = clock
        self._adapters: dict[str, Adapter] = {}
        self._channel_settings: dict[str, ChannelSettings] = {}
        self._versions: dict[str, int] = {}
        self._log = get_log("channels")

    def adapters(self) -> Mapping[str, Adapter]:
        return self._adapters

    def settings_of(self, channel_id: str) -> ChannelSettings:
        return self._channel_settings[channel_id]

    def name_of(self, channel_id: str) -> str:
        """What people call a channel: its own name, else its platform's."""
        settings = self._channel_settings.get(channel_id)
        return settings.name if settings and settings.name else self.platform_title(channel_id)

    def platform_title(self, channel_id: str) -> str:
        """What customers call it: the platform alone."""
        platform = channel_id.partition(":")[0]
        return PLATFORMS[platform].title if platform in PLATFORMS else platform

    def spoken_name(self, channel_id: str) -> str:
        """A channel inside a sentence: its platform, with its own name only where two share the platform."""
        title = self.platform_title(channel_id)
        siblings = [name for name in self._adapters if self.platform_title(name) == title]
        own = self.name_of(channel_id)
        return f"{title} ({own})" if len(siblings) > 1 and own != title else title

    def hook_url(self, channel_id: str) -> str:
        platform, _, name = channel_id.partition(":")
        settings = self._channel_settings.get(channel_id)
        if settings and settings.webhook_url:
            return settings.webhook_url
        return f"{self._settings.public_url}/hooks/{platform}/{name}"

    def round_trip_ways(self) -> list[Way]:
        """Which accounts write test messages to which."""
        ways = []
        for channel, settings in self._channel_settings.items():
            partner, between = settings.round_trip_with, PLATFORMS[platform_of(channel)].between
            if partner not in self._adapters or between.refused:
                continue
            limits = self._adapters[partner].limits
            ways.append(
                Way(
                    sender=channel,
                    receiver=partner,
                    address=address_between(between, settings, self._channel_settings[partner]),
                    every_ms=int(settings.round_trip_seconds * 1000),
                    wait_ms=limits.silence_after_send_ms or ARRIVAL_MS,
                )
            )
        return ways

    async def load(self) -> None:
        """Connect every configured and stored channel that is not connected yet, or has been changed."""
        self.connect_configured()
        stored = await self._database.read(store.stored_channels)
        for row in stored:
            if not self._is_configured(row["id"]) and row["updated_at"] != self._versions.get(row["id"]):
                await self._connect_stored(row)
        for channel_id in self._versions.keys() - {row["id"] for row in stored}:
            await self._disconnect(channel_id)

    def _is_configured(self, channel_id: str) -> bool:
        return any(table["id"] == channel_id for table in self._settings.channel)

    def connect_configured(self) -> None:
        """Connect the channels of the configuration file, for which no store is needed."""
        for table in self._settings.channel:
            if table["id"] not in self._adapters:
                self._connect(table["id"], {key: value for key, value in table.items() if key != "id"})

    async def _connect_stored(self, row: Row) -> None:
        """A stored channel that this version cannot read is left out, and does not stop the others."""
        self._versions[row["id"]] = row["updated_at"]
        try:
            await self._connect_anew(row["id"], self._table(row))
        except ValueError as error:
            self._log.error("a stored channel is left out", channel=row["id"], problem=str(error))

    async def _disconnect(self, channel_id: str) -> None:
        del self._versions[channel_id]
        self._channel_settings.pop(channel_id, None)
        adapter = self._adapters.pop(channel_id, None)
        if adapter is not None:
            await adapter.close()

    async def _connect_anew(self, channel_id: str, table: dict[str, Any]) -> None:
        before = self._adapters.get(channel_id)
        self._connect(channel_id, table)
        if before is not None:
            await before.close()

    def _table(self, row: Row) -> dict[str, Any]:
        table: dict[str, Any] = msgspec.json.decode(self._vault.open(row["secrets"]))
        return table

    async def add(self, channel_id: str, table: dict[str, Any]) -> None:
        """Store and connect a channel. Raises ValueError in plain words; then nothing is stored."""
        if channel_id in self._adapters:
            raise ChannelExistsError(f"{channel_id} is connected already")
        if not CHANNEL_ID.fullmatch(channel_id):
            raise ValueError('an id is "<platform>:<name>" in small letters, such as "instagram:shop"')
        self._check(channel_id, table)
        sealed, now = self._vault.lock(msgspec.json.encode(table)), self._clock.now_ms()
        await self._database.write(_put, channel_id, sealed, now)
        self._versions[channel_id] = now
        self._connect(channel_id, table)

    async def kept(self, channel_id: str) -> KeptSettings:
        """What a channel was told. Raises LookupError."""
        for table in self._settings.channel:
            if table["id"] == channel_id:
                told = {key: value for key, value in table.items() if key != "id"}
                return _without_secrets(channel_id, told, "file", 0)
        row = await self._database.read(store.stored_channel, channel_id)
        if row is None:
            raise LookupError(f"there is no channel {channel_id}")
        return _without_secrets(channel_id, self._table(row), "console", row["updated_at"])

    async def remove(self, channel_id: str) -> None:
        """Disconnect a stored channel; what was said on it stays. Raises LookupError, ValueError."""
        self._refuse_configured(channel_id)
        await self._database.write(_drop, channel_id, self._clock.now_ms())
        await self.load()

    def _refuse_configured(self, channel_id: str) -> None:
        if self._is_configured(channel_id):
            raise ValueError(
                f"{channel_id} stands in the configuration file; change it there and start again"
            )

    async def change(self, channel_id: str, changes: dict[str, Any]) -> None:
        """Change settings of a stored channel; None takes one back to its default. Other processes take it
        up by themselves. Raises LookupError, and ValueError in plain words; then nothing is changed.
        """
        self._refuse_configured(channel_id)
        await self._database.write(self._change, channel_id, changes, self._clock.now_ms())
        await self.load()

    async def _change(self, tx: Tx, channel_id: str, changes: dict[str, Any], now: int) -> None:
        row = await store.stored_channel(tx, channel_id)
        if row is None:
            raise LookupError(f"there is no channel {channel_id}")
        known = {**self._table(row), **changes}
        table = {name: value for name, value in known.items() if value is not None}
        self._check(channel_id, table)
        sealed = self._vault.lock(msgspec.json.encode(table))
        await store.change_channel(tx, channel_id, sealed, max(now, row["updated_at"] + 1))
        await append_event(tx, at=now, kind="channel.changed", body={"channel": channel_id})

    def _check(self, channel_id: str, table: Mapping[str, Any]) -> None:
        """Raise ValueError in plain words. That two accounts write to each other cannot be asked here: one of
        them is added first.
        """
        platform = platform_of(channel_id)
        accounts = {**self._channel_settings, channel_id: decode_channel_settings(platform, table)}
        refuse_mismatch(channel_id, PLATFORMS[platform].between, accounts)

    async def close(self) -> None:
        for adapter in self._adapters.values():
            await adapter.close()

    def _connect(self, channel_id: str, table: dict[str, Any]) -> None:
        platform = platform_of(channel_id)
        if not table.get("webhook_url") and platform != "direct":
            table = {**table, "webhook_url": self._default_hook(channel_id)}
        settings = decode_channel_settings(platform, table)
        kind = PLATFORMS[platform]
        self._channel_settings[channel_id] = settings
        self._adapters[channel_id] = kind.make(
            channel_id, settings, transport=self._transport, clock=self._clock
        )

    def _default_hook(self, channel_id: str) -> str:
        platform, _, name = channel_id.partition(":")
        return f"{self._settings.public_url}/hooks/{platform}/{name}"


def platform_of(channel_id: str) -> str:
    platform = channel_id.partition(":")[0]
    if platform not in PLATFORMS:
        raise ValueError(f"{platform} is not a platform; known are {', '.join(PLATFORMS)}")
    return platform


def check_channels(settings: Settings, text: str) -> None:
    """Raise SettingsError with every mistake in the configuration's channels, by line."""
    problems, accounts = [], {}
    for index, table in enumerate(settings.channel):
        rest = {key: value for key, value in table.items() if key != "id"}
        try:
            accounts[table["id"]] = decode_channel_settings(platform_of(table["id"]), rest)
        except ValueError as error:
            problems.append(_channel_problem(text, index, table["id"], error))
    if not problems:
        problems = _problems_between(accounts, text)
    if settings.public_url and not urlsplit(settings.public_url).scheme.startswith("http"):
        problems.append(
            Problem(line_of(text, "hub", "public_url"), "hub.public_url must begin with http(s)://.")
        )
    if problems:
        raise SettingsError("the configuration", problems)


def _problems_between(accounts: Mapping[str, ChannelSettings], text: str) -> list[Problem]:
    problems = []
    for index, channel in enumerate(accounts):
        between = PLATFORMS[platform_of(channel)].between
        try:
            refuse_mismatch(channel, between, accounts)
            refuse_one_sided(channel, between, accounts)
        except ValueError as error:
            problems.append(_channel_problem(text, index, channel, error))
    return problems


def _channel_problem(text: str, index: int, channel: str, error: ValueError) -> Problem:
    """What is wrong with a channel, by the line of the field that the sentence names."""
    sentence = str(error)
    field = re.split(r"[.\[]", sentence.split("`")[1])[0] if sentence.count("`") > 1 else ""
    place = line_of(text, "channel", field, index) if field else 0
    line = place or line_of(text, "channel", index=index)
    return Problem(line, f"{channel}: {sentence.replace('`', '')}")


async def _put(tx: Tx, channel_id: str, sealed: bytes, now: int) -> None:
    if await store.stored_channel(tx, channel_id):
        raise ChannelExistsError(f"{channel_id} is stored already")
    await store.put_channel(tx, channel_id, platform_of(channel_id), sealed, now)
    await append_event(tx, at=now, kind="channel.changed", body={"channel": channel_id})


async def _drop(tx: Tx, channel_id: str, now: int) -> None:
    if not await store.drop_channel(tx, channel_id):
        raise LookupError(f"there is no channel {channel_id}")
    await append_event(tx, at=now, kind="channel.changed", body={"channel": channel_id})


def _without_secrets(
    channel_id: str, table: Mapping[str, Any], source: Source, changed_at: int
) -> KeptSettings:
    secret = secret_names(PLATFORMS[platform_of(channel_id)].settings_type)
    return KeptSettings(
        source=source,
        changed_at=changed_at,
        settings={name: value for name, value in table.items() if name not in secret},
        secrets=sorted(name for name in table if name in secret),
    )
