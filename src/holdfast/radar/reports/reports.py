"""Reports at work: taken durably, and each minute told to the radar as evidence."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from random import Random
from typing import Final

from holdfast.channels.contract import Adapter
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.radar.model import Kind, Observation, Result
from holdfast.radar.reports.counting import DAY_MS, MINUTE_MS, Level, Reading, Spread, judge, leading
from holdfast.radar.reports.model import CAPABILITIES, Batch, Cell, Report, Surface, Symptom, Taken
from holdfast.radar.reports.store import (
    BUCKET_DAYS,
    Counted,
    Day,
    Past,
    add_details,
    load_day,
    load_latest,
    load_past,
    prune_reports,
    take_batches,
    take_report,
)
from holdfast.storage import Database, StoreUnavailableError, Tx

OBSERVE_SECONDS: Final = 60.0
SALT_BITS: Final = 128
REPORT_DAYS_MAX: Final = BUCKET_DAYS
"""Reports gathered elsewhere may be so old."""

_SAYS_SO: Final = frozenset({Reading.UNUSUAL, Reading.REGIONAL})

Hand = Callable[[Sequence[Observation]], Awaitable[None]]


class Reports:
    """``hand`` gives evidence to the radar, ``channels`` the present adapters by channel id. ``random`` must be
    unpredictable: identifiers and salts come from it.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        random: Random,
        hand: Hand,
        channels: Callable[[], Mapping[str, Adapter]],
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._random = random
        self._hand = hand
        self._channels = channels
        self.taken = 0
        """How often something was counted here; whoever shows the counts looks again when it has changed."""
        self.counted_late = 0
        """How often something was counted at a time that had passed."""

    def platforms(self) -> tuple[str, ...]:
        """What can be reported: every platform that the hub is connected to, but its own chat."""
        return tuple(
            dict.fromkeys(each.platform for each in self._channels().values() if each.platform != "direct")
        )

    async def take(self, cell: Cell, *, address: str, agent: str, is_doubtful: bool = False) -> Taken:
        """Keep one person's report; it is on disk when this returns. Raises StoreUnavailableError."""
        report = Report(
            id=self._ids.new("rep"),
            at=self._clock.now_ms(),
            cell=cell,
            address=address,
            agent=agent,
            is_doubtful=is_doubtful,
        )
        salt = f"{self._random.getrandbits(SALT_BITS):032x}"
        taken = await self._database.write(take_report, report, salt)
        self.taken += 1
        return taken

    async def add_details(self, report_id: str, *, surface: Surface, country: str, city: str) -> Cell | None:
        """Say more about a report; where it now stands, None where there is no such one (any more)."""
        found = await self._database.write(
            add_details, report_id, surface=surface, country=country, city=city
        )
        self.taken += 1
        return found

    async def take_batches(self, batches: Sequence[Batch]) -> int:
        """Count what was gathered elsewhere; how many reports. Raises ValueError for times out of bounds."""
        now = self._clock.now_ms()
        if any(not now - REPORT_DAYS_MAX * DAY_MS < batch.at <= now + MINUTE_MS for batch in batches):
            raise ValueError(f"Reports are taken of the last {REPORT_DAYS_MAX} days only.")
        count = await self._database.write(take_batches, batches)
        self.taken += 1
        self.counted_late += 1
        return count

    async def run(self) -> None:
        """Tell the radar of reports and forget old ones, until cancelled."""
        while True:
            await self._clock.sleep(OBSERVE_SECONDS)
            try:
                await self._hand(await self.observe())
                await self._database.write(prune_reports, self._clock.now_ms())
            except StoreUnavailableError as error:
                get_log("reports").warning("the store is away, reports wait", error=str(error))

    async def observe(self) -> Sequence[Observation]:
        """Evidence from the reports of the last minute, one for each channel of a platform that has more of them than
        usual; as many as usual are no evidence of anything.
        """
        now = self._clock.now_ms()
        latest, past, day = await self._database.read(_load_minute, now)
        return [
            seen
            for platform in dict.fromkeys(each.platform for each in latest)
            for seen in self._evidence(platform, latest, level_of(platform, past, day, now), now)
        ]

    def _evidence(
        self, platform: str, latest: Sequence[Counted], level: Level, now: int
    ) -> Sequence[Observation]:
        if level.reading not in _SAYS_SO:
            return ()
        ours = [each for each in latest if each.platform == platform]
        symptom = leading(summed(ours, 0))
        return [
            Observation(
                channel=channel,
                kind=Kind.REPORT,
                at=now,
                capability=CAPABILITIES.get(Symptom(symptom)),
                result=Result.FAIL,
                detail=symptom,
                region=leading(summed(ours, 1)),
                strength=level.likelihood,
            )
            for channel, adapter in self._channels().items()
            if adapter.platform == platform
        ]


def summed(counts: Sequence[Counted], part: int) -> dict[str, int]:
    """Counts by one of their words."""
    found: dict[str, int] = {}
    for each in counts:
        found[each.key[part]] = found.get(each.key[part], 0) + each.count
    return found


def level_of(platform: str, past: Past, day: Day, now: int) -> Level:
    """How the reports about a platform stand now."""
    return judge(
        past.buckets.get(platform, {}),
        past.began if past.began is not None else now,
        now,
        countries=summed([each for each in day.lately if each.platform == platform], 0),
        usual_countries=summed([each for each in past.countries if each.platform == platform], 0),
        spread=day.spread.get(platform, Spread()),
    )


async def _load_minute(tx: Tx, now: int) -> tuple[Sequence[Counted], Past, Day]:
    latest = await load_latest(tx, now - MINUTE_MS, now)
    if not latest:
        return (), Past(buckets={}, countries=(), began=None), Day()
    return latest, await load_past(tx, now), await load_day(tx, now)
