"""The configuration as it may be shown: every setting with its meaning, and of secrets only whether they are set."""

from pathlib import Path
from typing import Any

import msgspec

from holdfast.settings.meanings import MEANINGS
from holdfast.settings.model import Settings
from holdfast.settings.secret import Secret


class ShownSetting(msgspec.Struct, frozen=True, kw_only=True):
    """``value`` of a secret is null, or how many there are; ``is_set``: another than the default."""

    name: str
    meaning: str
    value: Any
    default: Any
    is_set: bool
    is_secret: bool


class ShownSection(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    settings: list[ShownSetting]


def shown_settings(settings: Settings) -> list[ShownSection]:
    """Every section but the channels, which are asked for one by one."""
    return [
        ShownSection(name=field.name, settings=_section(field.name, getattr(settings, field.name)))
        for field in msgspec.structs.fields(Settings)
        if field.name != "channel"
    ]


def _section(name: str, section: Any) -> list[ShownSetting]:
    fresh = type(section)()
    return [
        ShownSetting(
            name=field,
            meaning=MEANINGS[name].get(field, ""),
            value=_shown(getattr(section, field)),
            default=_shown(getattr(fresh, field)),
            is_set=getattr(section, field) != getattr(fresh, field),
            is_secret=_is_secret(getattr(section, field)),
        )
        for field in section.__struct_fields__
    ]


def _is_secret(value: Any) -> bool:
    return isinstance(value, Secret) or (
        isinstance(value, tuple) and any(isinstance(each, Secret) for each in value)
    )


def _shown(value: Any) -> Any:
    if isinstance(value, Secret):
        return None
    if isinstance(value, tuple):
        return len(value) if _is_secret(value) else list(value)
    return str(value) if isinstance(value, Path) else value
