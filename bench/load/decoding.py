"""``python -m bench.load.decoding FILE``: the least that any replay does, every line of the file as a value."""

import sys
from pathlib import Path
from typing import Final

import msgspec

CHUNK_BYTES: Final = 1 << 20


class Line(msgspec.Struct, gc=False):
    """What nearly every line holds."""

    time: int
    channel: str
    kind: str
    capability: str | None = None
    outcome: str | None = None
    error_class: str | None = None
    latency_ms: float | None = None
    id: str | None = None
    region: str | None = None
    conversation: str | None = None


def main() -> None:
    decoder, rest = msgspec.json.Decoder(Line), b""
    with Path(sys.argv[1]).open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            piece = rest + chunk
            end = piece.rfind(b"\n") + 1
            decoder.decode_lines(piece[:end])
            rest = piece[end:]


if __name__ == "__main__":
    main()
