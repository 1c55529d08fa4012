"""Which account may write test messages to which, and every mistake with its line and its remedy."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.unit.app.test_channel_set import Nowhere
from tests.unit.conftest import Bench

from holdfast.app.channel_set import ARRIVAL_MS, ChannelSet, check_channels
from holdfast.app.vault import open_vault
from holdfast.radar.round_trips import Way
from holdfast.settings import Settings, SettingsError, load_settings

META = 'token = "t"\napp_secret = "s"\nverify_token = "v"\n'


def sms(name: str, number: str, more: str = "") -> str:
    secrets = 'account_sid = "AC1"\nauth_token = "secret"\n'
    return f'[[channel]]\nid = "sms:{name}"\n{secrets}number = "{number}"\n{more}\n'


def instagram(name: str, account: str, more: str = "") -> str:
    return f'[[channel]]\nid = "instagram:{name}"\naccount_id = "{account}"\n{META}{more}\n'


def mail(more: str = "") -> str:
    hosts = 'smtp_host = "smtp.example.org"\nimap_host = "imap.example.org"\nimap_user = "u"\nimap_password = "p"\n'
    return f'[[channel]]\nid = "email:shop"\naddress = "help@example.org"\n{hosts}{more}\n'


TO_BACKUP = 'round_trip_with = "instagram:backup"\nround_trip_address = "900"'
TO_SHOP = 'round_trip_with = "instagram:shop"\nround_trip_address = "901"'


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str], Settings]:
    def settings(text: str) -> Settings:
        path = tmp_path / "holdfast.toml"
        path.write_text(f'[hub]\ndata_dir = "{tmp_path}"\n{text}', "utf-8")
        return load_settings(path, {})

    return settings


def connected(hub: Bench, settings: Settings, tmp_path: Path) -> ChannelSet:
    made = ChannelSet(
        settings=settings,
        database=hub.database,
        vault=open_vault(tmp_path, None),
        transport=Nowhere(),
        clock=hub.clock,
    )
    made.connect_configured()
    return made


async def test_ways_follow_from_the_settings(
    hub: Bench, read: Callable[[str], Settings], tmp_path: Path
) -> None:
    text = (
        sms("shop", "+31612345678", 'round_trip_with = "sms:backup"\nround_trip_seconds = 60')
        + sms("backup", "+31612345679")
        + instagram("shop", "1", TO_BACKUP)
        + instagram("backup", "2", TO_SHOP)
        + mail('round_trip_with = "email:shop"')
    )
    check_channels(read(text), text)
    ways = connected(hub, read(text), tmp_path).round_trip_ways()
    every, wait = 600_000, 15_000
    shop, backup = "instagram:shop", "instagram:backup"
    assert ways == [
        Way(
            sender="sms:shop", receiver="sms:backup", address="+31612345679", every_ms=60_000, wait_ms=30_000
        ),
        Way(sender=shop, receiver=backup, address="900", every_ms=every, wait_ms=wait),
        Way(sender=backup, receiver=shop, address="901", every_ms=every, wait_ms=wait),
        Way(
            sender="email:shop",
            receiver="email:shop",
            address="help@example.org",
            every_ms=every,
            wait_ms=ARRIVAL_MS,
        ),
    ]


async def test_without_settings_nothing_is_sent(
    hub: Bench, read: Callable[[str], Settings], tmp_path: Path
) -> None:
    text = sms("shop", "+31612345678") + sms("backup", "+31612345679")
    assert connected(hub, read(text), tmp_path).round_trip_ways() == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (sms("shop", "+31612345678", 'round_trip_with = "sms:gone"'), "there is no channel sms:gone"),
        (sms("shop", "+31612345678", 'round_trip_with = "sms:shop"'), "cannot write to itself"),
        (sms("shop", "+31612345678", 'round_trip_address = "+316"'), "it needs round_trip_with"),
        (sms("shop", "+31612345678", "round_trip_seconds = 5"), "round_trip_seconds"),
        (mail() + sms("shop", "+316", 'round_trip_with = "email:shop"'), "is on another platform"),
        (instagram("shop", "1", 'round_trip_with = "instagram:backup"'), "add round_trip_address"),
        (
            instagram("shop", "1", TO_BACKUP) + instagram("backup", "2"),
            'add round_trip_with = "instagram:shop" to instagram:backup, too',
        ),
        ('[[channel]]\nid = "direct:web"\nround_trip_with = "direct:x"\n', "is our own and needs no test"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(
    read: Callable[[str], Settings], text: str, words: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        check_channels(read(text), text)
    [problem] = refused.value.problems
    assert words in problem.message
    assert "round_trip" in text.splitlines()[problem.line - 1]


async def test_a_partner_that_is_none_is_refused_over_the_api(
    hub: Bench, read: Callable[[str], Settings], tmp_path: Path
) -> None:
    channels = connected(hub, read(sms("shop", "+31612345678")), tmp_path)
    table = {"account_sid": "AC2", "auth_token": "x", "number": "+31612345679"}
    with pytest.raises(ValueError, match="no channel sms:gone"):
        await channels.add("sms:backup", {**table, "round_trip_with": "sms:gone"})
    await channels.add("sms:backup", {**table, "round_trip_with": "sms:shop"})
    with pytest.raises(ValueError, match="cannot write to itself"):
        await channels.change("sms:backup", {"round_trip_with": "sms:backup"})
    [way] = channels.round_trip_ways()
    assert (way.sender, way.receiver) == ("sms:backup", "sms:shop")
