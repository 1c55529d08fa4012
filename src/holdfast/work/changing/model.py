"""What a message said before somebody changed it."""

from typing import Literal

import msgspec


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """``text`` is what stood there until ``at`` (ms), when ``by`` changed it or took it back."""

    change: Literal["edited", "unsent"]
    text: str
    by: str
    by_name: str
    at: int
