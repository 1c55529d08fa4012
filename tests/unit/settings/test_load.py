import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from holdfast.settings import Problem, Secret, Settings, SettingsError, load_settings, resolve_secret
from holdfast.settings.load import FILE_BYTES_MAX

GOOD = """\
[hub]
name = "Kelp & Co"
port = 9000
key = "env:PATH"

[radar]
control_urls = ["https://one.example", "https://two.example/x"]

[radar.feeds]
instagram = "https://status.example/feed"

[[channel]]
id = "sms:shop"
number = "+31612345678"

[[channel]]
id = "direct:web"
"""


@pytest.fixture
def written(tmp_path: Path) -> Any:
    def write(text: str | bytes) -> Path:
        path = tmp_path / "holdfast.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def problems(path: Path | None, environment: dict[str, str] | None = None) -> list[Problem]:
    with pytest.raises(SettingsError) as wrong:
        load_settings(path, environment or {})
    for problem in wrong.value.problems:
        assert str(problem) in str(wrong.value)
    return wrong.value.problems


def test_nothing_at_all_is_a_good_configuration() -> None:
    assert load_settings(None, {}) == Settings()


def test_a_database_that_nodes_share_is_named_by_its_address(written: Any) -> None:
    text = '[hub]\ndatabase = "postgresql://holdfast:tell-no-one@db.example/holdfast"\n'
    settings = load_settings(written(text), {})
    assert settings.hub.database is not None
    assert settings.hub.database.reveal().endswith("@db.example/holdfast")
    assert "tell-no-one" not in repr(settings)
    assert load_settings(None, {"HOLDFAST_HUB__DATABASE": "postgres://db/x"}).hub.database is not None


def test_a_database_of_another_kind_is_refused_with_a_remedy(written: Any) -> None:
    [problem] = problems(written('[hub]\ndatabase = "mysql://db.example/holdfast"\n'))
    assert (problem.line, "postgresql://user" in problem.message) == (2, True)
    assert "mysql://db.example" not in str(problem)


def test_a_good_file_is_read_whole(written: Any) -> None:
    settings = load_settings(written(GOOD), {})
    assert (settings.hub.name, settings.hub.port) == ("Kelp & Co", 9000)
    assert settings.hub.key == Secret(os.environ["PATH"])
    assert settings.radar.control_urls == ("https://one.example", "https://two.example/x")
    assert settings.radar.feeds == {"instagram": "https://status.example/feed"}
    assert [channel["id"] for channel in settings.channel] == ["sms:shop", "direct:web"]
    assert settings.public_url == "http://127.0.0.1:9000"
    assert settings.status_url == "http://127.0.0.1:8781"


def test_a_variable_wins_over_the_file(written: Any) -> None:
    environment = {
        "HOLDFAST_HUB__PORT": "9100",
        "HOLDFAST_HUB__LOG_JSON": "true",
        "HOLDFAST_HUB__DATA_DIR": "/srv/holdfast",
        "HOLDFAST_OUTBOX__LEASE_SECONDS": "12.5",
        "HOLDFAST_CONTROL": "not a setting, and none of ours",
        "PATH": "/bin",
    }
    settings = load_settings(written(GOOD), environment)
    assert (settings.hub.port, settings.hub.log_json) == (9100, True)
    assert settings.hub.data_dir == Path("/srv/holdfast")
    assert settings.outbox.lease_seconds == 12.5
    assert settings.hub.name == "Kelp & Co"


@pytest.mark.parametrize(
    ("text", "line", "message", "remedy"),
    [
        ("[hub]\nname = Kelp\n", 2, "This is not valid TOML", "Texts stand in quotes"),
        ("[hub\n", 1, "This is not valid TOML", "a table begins with [name]"),
        ("\n[hubb]\nport = 1\n", 2, "There is no section hubb", "Did you mean hub?"),
        ("\nzebra = 9000\n", 2, "There is no section zebra", "Known here: "),
        ('hub = "x"\n', 1, "hub must be a table", "Write [hub]."),
        ("[hub]\n\nprot = 9000\n", 3, "[hub] has no setting prot", "Did you mean port?"),
        ('[hub]\nport = "9000"\n', 2, "hub.port: Expected int, got str", "port = 8780"),
        ("[hub]\nport = 70000\n", 2, "hub.port: Expected int <= 65535", "port = 8780"),
        ("[hub]\nport = 0\n", 2, "hub.port: Expected int >= 1", "port = 8780"),
        ('[hub]\nlog_json = "yes"\n', 2, "hub.log_json: Expected bool", "log_json = false"),
        ('[hub]\nlog_level = "loud"\n', 2, "hub.log_level: Invalid enum value", 'log_level = "info"'),
        ("[hub]\ndata_dir = 5\n", 2, "hub.data_dir: ", 'data_dir = "holdfast-data"'),
        ("[hub]\nkey = 5\n", 2, "hub.key: ", 'key = "env:NAME"'),
        (
            '[hub]\nkey = "env:NO_SUCH_NAME"\n',
            2,
            "variable NO_SUCH_NAME is not set",
            '"env:NAME" or "file:PATH"',
        ),
        ('[hub]\nkey = "file:/no/such"\n', 2, "secret file /no/such cannot be read", '"file:PATH"'),
        ('[hub]\npublic_url = "hub.example"\n', 2, "begins with http:// or https://", "public_url"),
        (
            "[radar]\nprobe_seconds = 0\n",
            2,
            "radar.probe_seconds: Expected float > 0",
            "probe_seconds = 30.0",
        ),
        ('[radar]\ncontrol_urls = "x"\n', 2, "radar.control_urls: Expected array", "Write a list"),
        ("[radar]\nfeeds = 5\n", 2, "radar.feeds: Expected object", "Write a table"),
        ("[channel]\nid = 5\n", 1, "Channels are a list of tables", "Write [[channel]]."),
        (
            "[[channel]]\nnumber = 5\n",
            1,
            "This channel has no proper id",
            '"<platform>:<name>"',
        ),
        ('\n[[channel]]\nid = "Shop"\n', 2, "no proper id", '"instagram:shop"'),
        (
            '[[channel]]\nid = "sms:a"\n\n[[channel]]\nid = "sms:a"\n',
            4,
            "The channel sms:a stands twice",
            "Give each its own name.",
        ),
    ],
)
def test_every_mistake_is_told_with_its_line_and_a_remedy(
    written: Any, text: str, line: int, message: str, remedy: str
) -> None:
    [problem] = problems(written(text))
    assert problem.line == line
    assert message in problem.message
    assert remedy in problem.remedy
    assert str(problem).startswith(f"line {line}: ")


def test_all_mistakes_are_told_at_once(written: Any) -> None:
    text = '[hub]\nport = "x"\nnmae = "y"\n\n[radra]\n\n[[channel]]\n'
    found = problems(written(text), {"HOLDFAST_HUB__PROT": "1"})
    assert sorted(problem.line for problem in found) == [0, 2, 3, 5, 7]


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("HOLDFAST_HUB__PROT", "1", "The variable HOLDFAST_HUB__PROT names no setting. Did you mean port?"),
        ("HOLDFAST_HBU__PORT", "1", "The variable HOLDFAST_HBU__PORT names no setting. Did you mean hub?"),
        ("HOLDFAST_HUB__PORT", "high", "The variable HOLDFAST_HUB__PORT: Expected int, got str."),
        ("HOLDFAST_HUB__PORT", "70000", "The variable HOLDFAST_HUB__PORT: Expected int <= 65535."),
        (
            "HOLDFAST_RADAR__CONTROL_URLS",
            "https://one.example",
            "The variable HOLDFAST_RADAR__CONTROL_URLS cannot hold a list or table. Set it in the file.",
        ),
        (
            "HOLDFAST_RADAR__FEEDS",
            "{}",
            "The variable HOLDFAST_RADAR__FEEDS cannot hold a list or table. Set it in the file.",
        ),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str, message: str) -> None:
    [problem] = problems(None, {name: value})
    assert str(problem) == message


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path, written: Any) -> None:
    [missing] = problems(tmp_path / "missing.toml")
    assert "No such file" in missing.message
    assert "--config" in missing.remedy
    [binary] = problems(written(b"\xff\xfe\x00"))
    assert "not UTF-8" in binary.message
    [large] = problems(written(b"#" * (FILE_BYTES_MAX + 1)))
    assert str(FILE_BYTES_MAX) in large.message


def test_a_secret_shows_itself_only_when_asked(tmp_path: Path, written: Any) -> None:
    path = tmp_path / "key"
    path.write_text("hunter2\n", "utf-8")
    settings = load_settings(written(f'[hub]\nkey = "file:{path}"\n'), {})
    assert settings.hub.key is not None
    assert settings.hub.key.reveal() == "hunter2"
    for shown in (repr(settings), str(settings.hub.key), f"{settings.hub.key}", repr([settings.hub.key])):
        assert "hunter2" not in shown
    with pytest.raises(TypeError):
        msgspec.json.encode(settings.hub.key)


def test_secrets_compare_by_what_they_hide() -> None:
    assert resolve_secret("plain") == Secret("plain")
    assert resolve_secret("plain") != Secret("other")
    assert resolve_secret("plain") != "plain"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert not Secret("")
    assert resolve_secret("env:PATH").reveal() == os.environ["PATH"]


def test_a_wrong_secret_is_not_repeated_in_the_error(written: Any) -> None:
    [problem] = problems(written('[hub]\nkey = ["hunter2"]\n'))
    assert "hunter2" not in str(problem)
