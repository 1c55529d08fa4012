"""How often targets were met: what was promised and kept, and what was missed, at the time of it."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

from holdfast.figures import store
from holdfast.figures.model import Span
from holdfast.storage import Tx

PromisesBy = Literal["target", "agent", "channel", "team"]
_NAMES: Final = {"first": "first_reply", "next": "next_reply", "resolve": "resolution"}


class Kept(msgspec.Struct, frozen=True):
    """How many clocks were met and missed; ``share`` is of all of them, null where there were none."""

    met: int = 0
    missed: int = 0
    share: float | None = None


class PromisesPart(msgspec.Struct, frozen=True, kw_only=True):
    """Of one target, agent, channel or team; ``key`` is its id, empty for nobody's."""

    key: str
    name: str
    first_reply: Kept
    next_reply: Kept
    resolution: Kept
    total: Kept


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """``total`` is of all; what is due later is in none of it."""

    since: int
    until: int
    by: PromisesBy
    total: Kept
    parts: tuple[PromisesPart, ...]


async def promises(tx: Tx, span: Span, by: PromisesBy, place: Callable[[str], str]) -> Promises:
    names = await store.names_of(tx, by)
    counts: dict[str, dict[tuple[str, str], int]] = {}
    for row in await store.outcomes(tx, by, span.since, span.until):
        counts.setdefault(row["key"], {})[row["kind"], row["outcome"]] = int(row["many"])
    parts = [
        _part(key, place(key) if by == "channel" else names.get(key, key), found)
        for key, found in counts.items()
    ]
    ordered = sorted(
        parts, key=lambda part: (part.key == "", -(part.total.met + part.total.missed), part.name)
    )
    total = _kept(sum(part.total.met for part in parts), sum(part.total.missed for part in parts))
    return Promises(since=span.since, until=span.until, by=by, total=total, parts=tuple(ordered))


def _part(key: str, name: str, found: dict[tuple[str, str], int]) -> PromisesPart:
    each = {
        field: _kept(found.get((kind, "met"), 0), found.get((kind, "missed"), 0))
        for kind, field in _NAMES.items()
    }
    total = _kept(sum(kept.met for kept in each.values()), sum(kept.missed for kept in each.values()))
    return PromisesPart(key=key, name=name, **each, total=total)


def _kept(met: int, missed: int) -> Kept:
    return Kept(met, missed, round(met / (met + missed), 4) if met + missed else None)
