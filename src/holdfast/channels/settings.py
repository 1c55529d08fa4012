"""What every channel can be told, and reading a channel's table from the configuration."""

import difflib
import typing
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import Meta

from holdfast.settings import Secret, resolve_secret

InDoubtPolicy = Literal["ask", "resend", "never"]
"""What to do with a message whose fate no evidence settles: ask an agent, send again, or leave it."""

BaseUrl = Annotated[str, Meta(pattern=r"^https?://[^\s/]+", description="where the platform's API answers")]
Seconds = Annotated[float, Meta(gt=0, le=600)]
Wait = Annotated[float, Meta(gt=0, le=86_400)]
Seldom = Annotated[float, Meta(ge=30, le=86_400)]
PerSecond = Annotated[float, Meta(gt=0, le=10_000)]
Secrets = tuple[Secret, ...]

_PLAIN_TYPES: Final = {
    "`str`": "text",
    "`float`": "a number",
    "`int`": "a whole number",
    "`bool`": "true or false",
    "`array`": "a list",
}


class ChannelSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What all platforms share. Rates are per second, time-outs in seconds."""

    name: Annotated[str, Meta(description="what people see as the name of this channel")] = ""
    public_address: Annotated[str, Meta(description="how people reach us here, such as @shop or +31…")] = ""
    public_link: Annotated[str, Meta(description="a link that opens this channel for people")] = ""
    public_name: Annotated[str, Meta(description="what the status page calls this channel")] = ""
    public_group: Annotated[str, Meta(description="the heading below which the status page shows it")] = ""
    public_order: Annotated[int, Meta(description="its place on the status page, the smallest first")] = 0
    mirror_posts: Annotated[
        bool, Meta(description="whether what we publish there is shown on our own page, too")
    ] = True
    timeout_seconds: Annotated[Seconds, Meta(description="how long a call may take")] = 20.0
    probe_timeout_seconds: Annotated[Seconds, Meta(description="how long a probe may take")] = 8.0
    sends_per_second: Annotated[PerSecond, Meta(description="our own pace of sending")] = 10.0
    failure_domain: Annotated[str, Meta(description="channels of one domain are expected to fail together")]
    webhook_url: Annotated[str, Meta(description="the public address of this channel's webhook")] = ""
    in_doubt: Annotated[
        InDoubtPolicy, Meta(description="ask, resend or never: when a message's fate cannot be found out")
    ] = "ask"
    late_acceptance_seconds: Annotated[
        Seconds, Meta(description="how long after a lost answer the platform may still take the message")
    ] = 90.0
    resend_after_seconds: Annotated[
        Wait, Meta(description="with in_doubt resend: how long proof is awaited before it is sent again")
    ] = 120.0
    doubt_holds_seconds: Annotated[
        Wait, Meta(description="how long what was written after a message in doubt waits for it at most")
    ] = 900.0
    round_trip_with: Annotated[
        str, Meta(description="another account of ours to which test messages go now and then (its channel)")
    ] = ""
    round_trip_address: Annotated[
        str, Meta(description="how this account addresses that one, where its settings do not tell")
    ] = ""
    round_trip_seconds: Annotated[
        Seldom, Meta(description="from one test message to the next while all is well")
    ] = 600.0


Settings = TypeVar("Settings", bound=ChannelSettings)


def decode_settings(settings_type: type[Settings], table: Mapping[str, Any]) -> Settings:
    """The settings in a table; raises ValueError with a sentence that names the field and the remedy."""
    fields = {field.name: field for field in msgspec.structs.fields(settings_type)}
    _refuse_unknown(table, fields)
    _refuse_missing(table, fields)
    try:
        settings = msgspec.convert(
            _lists_of_secrets(settings_type, table), settings_type, dec_hook=_decode_secret
        )
    except msgspec.ValidationError as error:
        raise ValueError(_plain(str(error))) from error
    _refuse_a_hasty_repeat(settings, folded=fields["in_doubt"].default == "resend")
    return settings


def _refuse_a_hasty_repeat(settings: ChannelSettings, *, folded: bool) -> None:
    """``folded``: a repeat on this platform carries the same identity, and does less harm."""
    late, after = settings.late_acceptance_seconds, settings.resend_after_seconds
    if settings.in_doubt == "resend" and not folded and after < late:
        raise ValueError(
            f"`resend_after_seconds`: {after:g} is shorter than late_acceptance_seconds ({late:g}): the "
            "platform may still take the first one; wait longer, or shorten both."
        )


def _refuse_unknown(table: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    for name in table:
        if name not in fields:
            near = difflib.get_close_matches(name, fields, n=1)
            remedy = f"did you mean `{near[0]}`?" if near else f"known are: {', '.join(sorted(fields))}."
            raise ValueError(f"`{name}` is not a setting of this channel; {remedy}")


def _refuse_missing(table: Mapping[str, Any], fields: Mapping[str, msgspec.structs.FieldInfo]) -> None:
    for name, field in fields.items():
        if field.required and name not in table:
            raise ValueError(f"`{name}` is missing; add it: {describe(field)}.")


def describe(field: msgspec.structs.FieldInfo) -> str:
    """What a setting is for, in a few words."""
    texts = [item.description for item in typing.get_args(field.type) if isinstance(item, Meta)]
    return next((text for text in reversed(texts) if text), "see the documentation of this channel")


def _lists_of_secrets(settings_type: type[ChannelSettings], table: Mapping[str, Any]) -> dict[str, Any]:
    hints = typing.get_type_hints(settings_type)
    return {
        name: [value] if hints[name] == Secrets and isinstance(value, str) else value
        for name, value in table.items()
    }


def _decode_secret(kind: type, value: Any) -> Any:
    if kind is not Secret:
        raise NotImplementedError(f"settings hold no {kind.__name__}")
    if not isinstance(value, str):
        # ValueError, because only that one is reported with the name of the field.
        raise ValueError("a secret is a text, such as env:NAME or file:PATH")  # noqa: TRY004
    return resolve_secret(value)


def _plain(sentence: str) -> str:
    text, _, place = sentence.partition(" - at `$")
    for technical, plain in _PLAIN_TYPES.items():
        text = text.replace(technical, plain)
    where = place.rstrip("`").lstrip(".")
    if "matching regex" in text:
        text = "this has the wrong form; an address begins with https://, a version looks like v26.0"
    return f"`{where}`: {text}" if where else text
