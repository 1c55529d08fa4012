"""The frames of the stream, each way, as docs/direct-protocol.md has them."""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

SUBPROTOCOL: Final = "holdfast.direct.v1"

Ref = Annotated[str, Meta(max_length=64)]
Id = Annotated[str, Meta(max_length=200)]
Text = Annotated[str, Meta(max_length=20_000)]
Order = Annotated[int, Meta(ge=0, le=10**17)]


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="hello"):
    token: Id
    cursor: Id | None = None
    focus: bool = True


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """``ref`` is the client's; the answer carries it."""

    ref: Ref = ""


class Send(Asked, frozen=True, tag="send"):
    thread: Id
    id: Id
    text: Text = ""
    reply_to: Id | None = None
    attachments: Annotated[list[Id], Meta(max_length=100)] | None = None


class Edit(Asked, frozen=True, tag="edit"):
    message: Id
    text: Text


class Unsend(Asked, frozen=True, tag="unsend"):
    message: Id


class React(Asked, frozen=True, tag="react"):
    message: Id
    emoji: Id


class Read(Asked, frozen=True, tag="read"):
    thread: Id
    upto: Order


class Delivered(Asked, frozen=True, tag="delivered"):
    thread: Id
    upto: Order


class Typing(Asked, frozen=True, tag="typing"):
    thread: Id


class Focus(Asked, frozen=True, tag="focus"):
    focus: bool


class Ping(Asked, frozen=True, tag="ping"):
    pass


Writes = Send | Edit | Unsend | React
Frame = Send | Edit | Unsend | React | Read | Delivered | Typing | Focus | Ping


class Told(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What the hub says."""


class Welcome(Told, frozen=True, tag="welcome"):
    member: Any
    cursor: str
    limits: Any
    now: int


class CaughtUp(Told, frozen=True, tag="caught_up"):
    cursor: str


class Ok(Told, frozen=True, tag="ok", omit_defaults=True):
    ref: str
    id: str = ""
    at: int = 0
    state: str = ""


class Refused(Told, frozen=True, tag="error"):
    ref: str
    code: str
    message: str
    field: str = ""
    retry_after: float = 0.0


class SomebodyTypes(Told, frozen=True, tag="typing"):
    thread: str
    member: str
    name: str


class Presence(Told, frozen=True, tag="presence"):
    member: str
    here: bool
    at: int


read_hello: Final = msgspec.json.Decoder(Hello).decode
read_frame: Final = msgspec.json.Decoder(Frame).decode
_encode: Final = msgspec.json.Encoder().encode
PING: Final = '{"type":"ping"}'


def encoded(value: object) -> str:
    return _encode(value).decode()
