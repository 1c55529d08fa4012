"""The playbook as a person reads and edits it."""

from pathlib import Path

import pytest

from holdfast.playbooks import PlaybookError, PlaybookFile, read_playbook
from holdfast.playbooks.model import (
    AFTER_SECONDS_MAX,
    PLAYBOOK_BYTES_MAX,
    TEXT_CHARACTERS_MAX,
    Playbook,
    built_in,
    fill,
)

NAMED = 'name = "Mine"\n'


def test_the_built_in_playbook_is_good_and_does_everything() -> None:
    playbook = read_playbook(built_in())
    assert playbook.hold.enabled
    assert playbook.fail_over.enabled
    assert playbook.auto_reply.enabled
    assert playbook.publish.enabled
    assert playbook.recovery.drain
    assert playbook.recovery.read_back
    assert playbook.recovery.thank
    for text in (playbook.fail_over.lead_in, playbook.auto_reply.text, playbook.recovery.thank_text):
        assert text


def test_what_is_left_out_has_a_default() -> None:
    assert read_playbook(NAMED) == Playbook(name="Mine")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = Mine", "This is not valid TOML"),
        ("", "this setting is missing: name"),
        ("name = 5", "name: expected a text, got a whole number"),
        (NAMED + "[hodl]\n", "Line 2: there is no setting hodl"),
        (NAMED + '[hold]\nenabled = "yes"\n', "Line 3: hold.enabled: expected true or false, got a text"),
        (NAMED + "[fail_over]\nafter_seconds = -1\n", "fail_over.after_seconds must be between 0 and"),
        (NAMED + f"[fail_over]\nafter_seconds = {AFTER_SECONDS_MAX + 1}\n", "must be between 0 and"),
        (NAMED + "[fail_over]\nafter_seconds = nan\n", "must be between 0 and"),
        (NAMED + '[fail_over]\norder = ["whatsap"]\n', "fail_over.order names whatsap; known are"),
        (NAMED + '[auto_reply]\ntext = "{chanel}"\n', "auto_reply.text names {chanel}; only {business}"),
        (NAMED + '[recovery]\nthank_text = "{}"\n', "recovery.thank_text names {}"),
        (NAMED + f'[auto_reply]\ntext = "{"x" * (TEXT_CHARACTERS_MAX + 1)}"\n', "auto_reply.text is over"),
        (NAMED + "#" * PLAYBOOK_BYTES_MAX, "The playbook is over"),
    ],
)
def test_every_mistake_is_told_in_words(text: str, message: str) -> None:
    with pytest.raises(PlaybookError) as wrong:
        read_playbook(text)
    assert message in str(wrong.value)


def test_places_are_filled_and_what_is_filled_in_is_not_filled_again() -> None:
    text = "{business}: {failing} fails, {other_ways}{continue_link} "
    assert (
        fill(text, business="{failing}", failing="Instagram", other_ways="SMS")
        == "{failing}: Instagram fails, SMS"
    )


def test_there_is_always_a_playbook(tmp_path: Path) -> None:
    file = PlaybookFile(tmp_path / "playbook.toml")
    assert file.text() == (built_in(), "built-in")
    assert file.read() == read_playbook(built_in())


def test_a_saved_playbook_is_in_force_at_once(tmp_path: Path) -> None:
    file = PlaybookFile(tmp_path / "playbook.toml")
    assert file.save(NAMED).name == "Mine"
    assert file.text() == (NAMED, "edited")
    assert file.read().name == "Mine"
    assert [path.name for path in tmp_path.iterdir()] == ["playbook.toml"]


def test_a_wrong_playbook_replaces_nothing(tmp_path: Path) -> None:
    file = PlaybookFile(tmp_path / "playbook.toml")
    file.save(NAMED)
    with pytest.raises(PlaybookError):
        file.save("name = 5")
    assert file.read().name == "Mine"


@pytest.mark.parametrize("broken", [b"name = 5", b"\xff\xfe", b""])
def test_a_playbook_broken_by_hand_gives_way_to_the_built_in_one(tmp_path: Path, broken: bytes) -> None:
    path = tmp_path / "playbook.toml"
    path.write_bytes(broken)
    assert PlaybookFile(path).read() == read_playbook(built_in())
