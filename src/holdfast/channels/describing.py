"""What a platform's channels can be told, for forms: each setting with its kind, meaning and default."""

import typing
from typing import Any, Literal

import msgspec

from holdfast.channels.settings import ChannelSettings, Secrets, describe
from holdfast.settings import Secret

Kind = Literal["text", "number", "flag", "choice", "secret", "secrets"]


class SettingField(msgspec.Struct, frozen=True, kw_only=True):
    """``secrets``: one or several of which any may hold. ``default`` is None where there is none."""

    name: str
    kind: Kind
    meaning: str
    required: bool
    default: Any = None
    choices: list[str] = []


def setting_fields(settings_type: type[ChannelSettings]) -> list[SettingField]:
    """Those of the platform first, then those that every channel has."""
    hints = typing.get_type_hints(settings_type)
    common = {field.name: field for field in msgspec.structs.fields(ChannelSettings)}
    fields = [_field(field, hints[field.name], common) for field in msgspec.structs.fields(settings_type)]
    return sorted(fields, key=lambda field: field.name in common)


def secret_names(settings_type: type[ChannelSettings]) -> frozenset[str]:
    return frozenset(
        field.name for field in setting_fields(settings_type) if field.kind in {"secret", "secrets"}
    )


def _field(
    field: msgspec.structs.FieldInfo, hint: Any, common: dict[str, msgspec.structs.FieldInfo]
) -> SettingField:
    kind = _kind(hint)
    own = describe(field)
    inherited = describe(common[field.name]) if field.name in common else own
    is_told = any(isinstance(item, msgspec.Meta) and item.description for item in typing.get_args(field.type))
    default = None if field.required or kind in {"secret", "secrets"} else field.default
    return SettingField(
        name=field.name,
        kind=kind,
        meaning=own if is_told else inherited,
        required=field.required,
        default=default,
        choices=list(typing.get_args(hint)) if kind == "choice" else [],
    )


def _kind(hint: Any) -> Kind:
    if hint == Secrets:
        return "secrets"
    if hint is Secret or Secret in typing.get_args(hint):
        return "secret"
    if typing.get_origin(hint) is Literal:
        return "choice"
    if hint is bool:
        return "flag"
    if hint in {int, float}:
        return "number"
    return "text"
