"""Plays a day of reports, with the quiet week before it, into a running hub by its HTTP interface."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any, Final

import aiohttp
import msgspec

from holdfast.radar.reports import BUCKET_MS, BUCKETS_OF_DAY, DAY_MS, Batch, bucket_of
from holdfast.sample.day_of_reports import QUIET_DAYS, day_of_reports, quiet_days

ITEMS_AT_ONCE: Final = 1_500
ANSWER_SECONDS: Final = 30.0
SEED: Final = 11
PLATFORM: Final = "instagram"


class ReplayError(Exception):
    """The hub did not count it; the sentence says why."""


async def replay_day(
    api: str,
    token: str,
    *,
    speed: float,
    now_ms: Callable[[], int],
    platform: str = PLATFORM,
    say: Callable[[str], None],
) -> int:
    """Play the day ``speed`` times as fast as it went; 0 plays it at once. How many reports it was.

    It ends at the present, so that the tracker shows it as its last 24 hours. Raises ReplayError.
    """
    random = Random(SEED)  # noqa: S311 - the same day each time
    lasts_ms = DAY_MS / speed if speed else 0.0
    ends_at = now_ms() + int(lasts_ms)
    last = bucket_of(ends_at)
    first = last - (BUCKETS_OF_DAY - 1) * BUCKET_MS
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    headers = {"Authorization": f"Bearer {token}"}
    async with aiohttp.ClientSession(timeout=timeout, headers=headers) as session:
        week = [
            each for batches in quiet_days(first - QUIET_DAYS * DAY_MS, platform, random) for each in batches
        ]
        say("The quiet week before …")
        await _count(session, api, week)
        say("The day …")
        day = day_of_reports(first, platform, random, elapsed=(ends_at - last) / BUCKET_MS)
        return await _play(session, api, day, lasts_ms / BUCKETS_OF_DAY / 1000)


async def _play(
    session: aiohttp.ClientSession, api: str, day: Iterable[list[Batch]], rest_seconds: float
) -> int:
    if not rest_seconds:
        return await _count(session, api, [each for batches in day for each in batches])
    counted = 0
    for batches in day:
        counted += await _count(session, api, batches)
        await asyncio.sleep(rest_seconds)
    return counted


async def _count(session: aiohttp.ClientSession, api: str, batches: list[Batch]) -> int:
    counted = 0
    for items in _portions(batches):
        body = msgspec.json.encode({"items": items})
        headers = {"content-type": "application/json"}
        async with session.post(f"{api}/reports", data=body, headers=headers) as answer:
            said = await answer.json()
            if not answer.ok:
                raise ReplayError(said["error"]["message"])
            counted += said["counted"]
    return counted


def _portions(batches: list[Batch]) -> Iterator[list[dict[str, Any]]]:
    for start in range(0, len(batches), ITEMS_AT_ONCE):
        part = batches[start : start + ITEMS_AT_ONCE]
        yield [{"at": each.at, "count": each.count, **msgspec.to_builtins(each.cell)} for each in part]
