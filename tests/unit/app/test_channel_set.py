"""Connected channels: from the file, from the store, and every mistake with its line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from holdfast.app.channel_set import ChannelExistsError, ChannelSet, check_channels
from holdfast.app.vault import open_vault
from holdfast.settings import Settings, SettingsError, load_settings

SMS = {"account_sid": "AC1", "auth_token": "hunter2", "number": "+31612345678"}
FILE = """\
[hub]
public_url = "https://hub.example"

[[channel]]
id = "direct:web"

[[channel]]
id = "sms:shop"
name = "The shop's telephone"
account_sid = "AC1"
auth_token = "secret"
number = "+31612345678"
"""


class Nowhere:
    """A transport that nothing may use."""

    async def request(self, request: Any) -> Any:
        raise AssertionError("connecting a channel asks no platform")

    async def close(self) -> None:
        pass


Connect = Callable[..., ChannelSet]


@pytest.fixture
def settings(tmp_path: Path) -> Callable[[str], Settings]:
    def read(text: str) -> Settings:
        path = tmp_path / "holdfast.toml"
        path.write_text(text, "utf-8")
        return load_settings(path, {})

    return read


@pytest.fixture
def connect(hub: Any, settings: Callable[[str], Settings]) -> Connect:
    """A process's view of the channels, on the same store."""

    def make(text: str = FILE) -> ChannelSet:
        return ChannelSet(
            settings=settings(text),
            database=hub.database,
            vault=open_vault(hub.folder, None),
            transport=Nowhere(),
            clock=hub.clock,
        )

    return make


async def test_the_files_channels_are_connected_with_their_addresses_and_names(connect: Connect) -> None:
    channels = connect()
    await channels.load()
    await channels.load()
    assert sorted(channels.adapters()) == ["direct:web", "sms:shop"]
    assert channels.hook_url("sms:shop") == "https://hub.example/hooks/sms/shop"
    assert channels.settings_of("sms:shop").webhook_url == "https://hub.example/hooks/sms/shop"
    assert (channels.name_of("sms:shop"), channels.name_of("direct:web")) == (
        "The shop's telephone",
        "Web chat",
    )
    assert (channels.spoken_name("sms:shop"), channels.name_of("sms:gone")) == ("SMS", "SMS")
    await channels.close()


async def test_two_channels_of_one_platform_are_told_apart_in_sentences(connect: Connect) -> None:
    channels = connect(FILE + '\n[[channel]]\nid = "direct:two"\nname = "Branch"\n')
    await channels.load()
    assert channels.spoken_name("direct:two") == "Web chat (Branch)"
    assert channels.spoken_name("direct:web") == "Web chat"


async def test_an_added_channel_is_kept_encrypted_and_found_by_other_processes(
    hub: Any, connect: Connect
) -> None:
    here, there = connect(), connect()
    await here.load()
    await there.load()
    await here.add("sms:added", SMS)
    assert "sms:added" in here.adapters()
    row = await hub.one("SELECT * FROM channel")
    assert b"hunter2" not in row["secrets"]
    assert "hunter2" not in repr(here.settings_of("sms:added"))
    await there.load()
    assert "sms:added" in there.adapters()
    assert [event.body for event in await hub.told("channel.changed")] == [{"channel": "sms:added"}]
    for channels in (here, connect()):
        with pytest.raises(ChannelExistsError):
            await channels.add("sms:added", SMS)


@pytest.mark.parametrize(
    ("channel_id", "table", "message"),
    [
        ("sms:shop two", SMS, "small letters"),
        ("sms:../../x", SMS, "small letters"),
        ("sms", SMS, "small letters"),
        ("fax:shop", SMS, "fax is not a platform"),
        ("sms:new", {**SMS, "nunber": "1"}, "did you mean `number`"),
        ("sms:new", {"account_sid": "AC1"}, "`auth_token` is missing"),
        ("sms:new", {**SMS, "timeout_seconds": 0}, "timeout_seconds"),
    ],
)
async def test_a_wrong_channel_is_refused_in_words_and_not_stored(
    hub: Any, connect: Connect, channel_id: str, table: dict[str, Any], message: str
) -> None:
    channels = connect()
    with pytest.raises(ValueError, match=message):
        await channels.add(channel_id, table)
    assert channel_id not in channels.adapters()
    assert await hub.rows("SELECT id FROM channel") == []


def test_a_good_configuration_has_no_problem(settings: Callable[[str], Settings]) -> None:
    check_channels(settings(FILE), FILE)


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (('number = "+31612345678"', "number = 5"), 12, "sms:shop: number: "),
        (('number = "+31612345678"', ""), 7, "sms:shop: number is missing"),
        (('number = "+31612345678"', 'number = "+31612345678"\nnunber = "1"'), 13, "did you mean number?"),
        (('id = "direct:web"', 'id = "fax:web"'), 4, "fax:web: fax is not a platform"),
        (('auth_token = "secret"', 'auth_token = "env:NO_SUCH_NAME"'), 11, "NO_SUCH_NAME is not set"),
    ],
)
def test_a_wrong_channel_in_the_file_is_told_with_its_line(
    settings: Callable[[str], Settings], change: tuple[str, str], line: int, message: str
) -> None:
    text = FILE.replace(*change)
    with pytest.raises(SettingsError) as wrong:
        check_channels(settings(text), text)
    [problem] = wrong.value.problems
    assert message in problem.message
    assert problem.line == line


async def test_a_stored_channel_can_be_changed_and_other_processes_take_it_up(connect: Connect) -> None:
    one, other = connect(""), connect("")
    await one.add("sms:shop", SMS)
    await other.load()
    first = other.adapters()["sms:shop"]
    await other.load()
    assert other.adapters()["sms:shop"] is first, "nothing has changed"
    await one.change("sms:shop", {"in_doubt": "resend", "resend_after_seconds": 300})
    await other.load()
    for each in (one, other):
        assert each.settings_of("sms:shop").in_doubt == "resend"
        assert each.settings_of("sms:shop").resend_after_seconds == 300
    await one.change("sms:shop", {"in_doubt": None})
    assert one.settings_of("sms:shop").in_doubt == "ask"


@pytest.mark.parametrize(
    ("channel", "changes", "words"),
    [
        ("sms:shop", {"in_doubt": "perhaps"}, "in_doubt"),
        (
            "sms:shop",
            {"in_doubt": "resend", "resend_after_seconds": 30},
            "shorter than late_acceptance_seconds",
        ),
        ("sms:shop", {"auth_token": None}, "auth_token"),
        ("sms:none", {"in_doubt": "ask"}, "there is no channel sms:none"),
        ("direct:web", {"in_doubt": "ask"}, "stands in the configuration file"),
    ],
)
async def test_a_change_that_makes_no_sense_changes_nothing(
    connect: Connect, channel: str, changes: dict[str, Any], words: str
) -> None:
    channels = connect('[[channel]]\nid = "direct:web"\n')
    await channels.load()
    await channels.add("sms:shop", SMS)
    with pytest.raises((ValueError, LookupError), match=words):
        await channels.change(channel, changes)
    assert channels.settings_of("sms:shop").in_doubt == "ask"


async def test_what_a_channel_was_told_is_shown_without_its_secrets(connect: Connect) -> None:
    channels = connect()
    await channels.load()
    kept = await channels.kept("sms:shop")
    assert (kept.source, kept.secrets, kept.settings["number"]) == ("file", ["auth_token"], "+31612345678")
    await channels.add("sms:added", {**SMS, "api_key": "SK1", "api_secret": "hunter3"})
    kept = await channels.kept("sms:added")
    assert (kept.source, kept.secrets) == ("console", ["api_secret", "auth_token"])
    assert kept.changed_at > 0
    assert "hunter" not in repr(kept)
    with pytest.raises(LookupError):
        await channels.kept("sms:none")


async def test_a_removed_channel_is_gone_everywhere_and_can_be_connected_again(connect: Connect) -> None:
    one, other = connect(""), connect("")
    await one.add("sms:shop", SMS)
    await other.load()
    await other.remove("sms:shop")
    await one.load()
    for channels in (one, other):
        assert channels.adapters() == {}
    with pytest.raises(LookupError):
        await one.remove("sms:shop")
    await one.add("sms:shop", SMS)
    await other.load()
    assert list(other.adapters()) == ["sms:shop"]
    configured = connect()
    await configured.load()
    with pytest.raises(ValueError, match="stands in the configuration file"):
        await configured.remove("direct:web")
