"""Observations as lines of JSON, read forgivingly: a bad line is told with its number and left out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Final

import msgspec

from holdfast.channels.contract import Capability
from holdfast.radar.model import Kind, Observation, Result

CHUNK_BYTES: Final = 1 << 20
LINE_BYTES_MAX: Final = 1 << 16
MILLISECONDS_FROM: Final = 100_000_000_000
"""A number below this is seconds since the epoch (until the year 5138), from it on milliseconds."""

OK_WORDS: Final = frozenset(
    {"ok", "success", "succeeded", "good", "up", "true", "accepted", "sent", "delivered", "resolved", "read"}
)
UNKNOWN_WORDS: Final = frozenset({"unknown", "none", "skipped", "pending", "in_doubt"})
KIND_WORDS: Final = {
    **{kind.value: kind for kind in Kind},
    "sends": Kind.SEND,
    "outbound": Kind.SEND,
    "arrivals": Kind.ARRIVAL,
    "inbound": Kind.ARRIVAL,
    "receive": Kind.ARRIVAL,
    "webhook": Kind.ARRIVAL,
    "message": Kind.ARRIVAL,
    "echo": Kind.ECHO_SEEN,
    "receipt": Kind.ECHO_SEEN,
    "probes": Kind.PROBE,
    "check": Kind.PROBE,
    "round-trip": Kind.ROUND_TRIP,
    "reports": Kind.REPORT,
    "status": Kind.FEED,
}
CAPABILITY_WORDS: Final = {
    **{each.value: each for each in Capability},
    "sending": Capability.SEND,
    "receiving": Capability.RECEIVE,
    "signin": Capability.SIGN_IN,
    "sign-in": Capability.SIGN_IN,
    "login": Capability.SIGN_IN,
    "auth": Capability.SIGN_IN,
    "read": Capability.HISTORY,
}
USUAL_CAPABILITY: Final = {
    Kind.SEND: Capability.SEND,
    Kind.ARRIVAL: Capability.RECEIVE,
    Kind.ECHO_EXPECTED: Capability.RECEIVE,
    Kind.ECHO_SEEN: Capability.RECEIVE,
    Kind.GAP: Capability.RECEIVE,
    Kind.RHYTHM: Capability.RECEIVE,
    Kind.PROBE: Capability.SIGN_IN,
    Kind.ROUND_TRIP: Capability.SEND,
}


class Line(msgspec.Struct, omit_defaults=True, gc=False):
    """A line as it stands; fields that it does not know are ignored. See docs/replay.md."""

    time: int | float | str | None = None
    channel: str = ""
    kind: str = ""
    capability: str | None = None
    outcome: str | bool | None = None
    error_class: str | None = None
    latency_ms: float | None = None
    detail: str | None = None
    count: float | None = None
    failed: float | None = None
    bucket_seconds: float | None = None
    id: str | int | None = None
    symptom: str | None = None
    surface: str | None = None
    region: str | None = None
    place: str | dict[str, Any] | None = None
    strength: float | None = None
    conversation: str | int | None = None
    platform: str | None = None
    failure_domain: str | None = None
    silence_after_send_ms: float | None = None
    channels: dict[str, Any] | None = None
    timestamp: int | float | str | None = None
    at: int | float | str | None = None
    result: str | bool | None = None


class BadLineError(Exception):
    """What is wrong with a line, as a sentence."""


def read_lines(source: BinaryIO, complain: Any) -> Iterator[tuple[int, list[Line]]]:
    """(number of the first line, lines) in pieces; ``complain(number, sentence)`` is told what is left out."""
    decoder = msgspec.json.Decoder(Line)
    rest, number = b"", 1
    while True:
        chunk = source.read(CHUNK_BYTES)
        piece = rest + chunk
        end = piece.rfind(b"\n") + 1 if chunk else len(piece)
        whole, rest = piece[:end], piece[end:]
        if whole:
            yield from _decoded(decoder, whole, number, complain)
            number += whole.count(b"\n")
        if not chunk:
            return


def _decoded(
    decoder: msgspec.json.Decoder[Line], whole: bytes, number: int, complain: Any
) -> Iterator[tuple[int, list[Line]]]:
    try:
        lines = decoder.decode_lines(whole)
        if len(lines) == whole.count(b"\n") + (not whole.endswith(b"\n")):
            yield number, lines
            return
    except (msgspec.DecodeError, UnicodeDecodeError):
        pass
    for offset, text in enumerate(whole.split(b"\n")):
        if not text.strip():
            continue
        try:
            if len(text) > LINE_BYTES_MAX:
                raise BadLineError(f"longer than {LINE_BYTES_MAX} bytes")  # noqa: TRY301 - told like the others
            yield number + offset, [decoder.decode(text)]
        except (msgspec.DecodeError, UnicodeDecodeError, BadLineError) as error:
            complain(number + offset, str(error))


def time_of(line: Line) -> int:
    """Milliseconds since the epoch. Raises BadLineError."""
    given = line.time
    if given is None:
        given = line.timestamp if line.timestamp is not None else line.at
    if given is None:
        raise BadLineError("no time")
    return milliseconds(given)


def milliseconds(given: float | str) -> int:
    """From milliseconds or seconds since the epoch, or ISO 8601 (UTC without a zone). Raises BadLineError."""
    try:
        if isinstance(given, str):
            text = given.strip()
            if not text.replace(".", "", 1).lstrip("-").isdigit():
                moment = datetime.fromisoformat(text)
                aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
                return round(aware.timestamp() * 1000)
            given = float(text)
        return int(given) if abs(given) >= MILLISECONDS_FROM else round(given * 1000)
    except (ValueError, OverflowError) as error:
        raise BadLineError(f"no time that can be read: {given!r}") from error


def kind_of(line: Line) -> Kind:
    kind = KIND_WORDS.get(line.kind) or KIND_WORDS.get(line.kind.strip().lower())
    if kind is None:
        raise BadLineError(f"unknown kind {line.kind!r}" if line.kind else "no kind")
    return kind


def capability_of(line: Line, kind: Kind) -> Capability | None:
    if line.capability is None or line.capability == "":
        return USUAL_CAPABILITY.get(kind)
    found = CAPABILITY_WORDS.get(line.capability) or CAPABILITY_WORDS.get(line.capability.strip().lower())
    if found is None:
        raise BadLineError(f"unknown capability {line.capability!r}")
    return found


def result_of(line: Line, kind: Kind) -> Result:
    """What is not said to have failed has worked; reports, alerts and the like are of a failure."""
    given = line.outcome if line.outcome is not None else line.result
    if isinstance(given, bool):
        return Result.OK if given else Result.FAIL
    if given is None or given == "":
        if kind in (Kind.REPORT, Kind.BUTTON, Kind.ALERT, Kind.RHYTHM, Kind.GAP) or line.error_class:
            return Result.FAIL
        return Result.OK
    word = given.strip().lower()
    if word in UNKNOWN_WORDS:
        return Result.UNKNOWN
    return Result.OK if word in OK_WORDS else Result.FAIL


def observation_of(line: Line, at: int) -> Observation:
    """The observation that a line holds, apart from its counts. Raises BadLineError."""
    kind = kind_of(line)
    result = result_of(line, kind)
    return Observation(
        channel=line.channel or line.platform or "",
        kind=kind,
        at=at,
        capability=capability_of(line, kind),
        result=result,
        error_class=(line.error_class or "").strip().lower() if result is Result.FAIL else "",
        detail=_detail(line, kind),
        latency_ms=None if line.latency_ms is None else int(line.latency_ms),
        region=_region(line),
        strength=line.strength or 0.0,
        conversation="" if line.conversation is None else str(line.conversation),
    )


def _detail(line: Line, kind: Kind) -> str:
    if kind is Kind.REPORT and line.symptom:
        return line.symptom
    if kind in (Kind.ECHO_EXPECTED, Kind.ECHO_SEEN, Kind.ROUND_TRIP) and line.id is not None:
        return str(line.id)
    return line.detail or ""


def _region(line: Line) -> str:
    if line.region:
        return line.region
    if isinstance(line.place, dict):
        return str(line.place.get("country") or line.place.get("region") or "")
    return line.place or ""
