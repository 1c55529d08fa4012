"""What the console says of a setting is what the document says."""

import re
from pathlib import Path

import msgspec

from holdfast.settings import Settings
from holdfast.settings.meanings import MEANINGS

DOCUMENT = Path(__file__).parents[3] / "docs" / "configuration.md"
_ROW = re.compile(r"^\| `(\w+)` \| .*? \| (.*) \|$", re.MULTILINE)
_SECTION = re.compile(r"^## `\[(\w+)\]`\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)


def plain(text: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("`", "").replace("**", "")


def test_every_meaning_is_the_documents() -> None:
    told = {
        name: {setting: plain(meaning) for setting, meaning in _ROW.findall(body)}
        for name, body in _SECTION.findall(DOCUMENT.read_text("utf-8"))
    }
    assert told == MEANINGS


def test_every_setting_has_one() -> None:
    for section in msgspec.structs.fields(Settings):
        if section.name != "channel":
            names = {field.name for field in msgspec.structs.fields(section.type)}
            assert set(MEANINGS[section.name]) == names
