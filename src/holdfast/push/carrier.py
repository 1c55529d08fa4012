"""Carries notices to the push services of browsers."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from holdfast.channels.transport import AnswerLostError, HttpAnswer, HttpRequest, NotConnectedError, Transport
from holdfast.kernel import Clock, get_log
from holdfast.push import letters, store
from holdfast.push.devices import Devices
from holdfast.push.judging import Later, Nothing, Send, judge
from holdfast.push.keys import PushKeys
from holdfast.push.model import Notice, Subscription, Telling
from holdfast.push.sealing import SALT_BYTES, seal
from holdfast.push.sources import Source
from holdfast.storage import Database, Tx

NOTICES_AT_ONCE: Final = 32
CALL_SECONDS_MAX: Final = 10.0
IDLE_SECONDS: Final = 0.5
RETRY_SECONDS_MIN: Final = 5
RETRY_SECONDS_MAX: Final = 3_600
DOUBLINGS_MAX: Final = 12
ASKED_SECONDS_MAX: Final = 24 * 3_600
"""No longer than this is waited for a push service that asks for patience."""
FAILING_MS_MAX: Final = 7 * 86_400_000
"""A device that could not be told for so long is not tried any more."""
PROBLEM_CHARACTERS_MAX: Final = 200
SERVICES_MAX: Final = 1_000
GONE: Final = frozenset({404, 410})
TOO_LARGE: Final = 413
PATIENCE: Final = frozenset({429, 503})


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a notice. ``again_at``: it is tried then; ``gone``: so is the device."""

    done: bool = False
    again_at: int | None = None
    problem: str = ""
    gone: bool = False


class Carrier:
    """``is_here`` says whether a member has one of our pages in front of them."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        keys: PushKeys,
        devices: Devices,
        sources: Mapping[str, Source],
        transport: Transport,
        random_bytes: Callable[[int], bytes],
        is_here: Callable[[str], bool],
    ) -> None:
        """``sources`` by the beginning of their threads' ids, the empty one for all others."""
        self._database = database
        self._clock = clock
        self._keys = keys
        self._devices = devices
        self._sources = sources
        self._transport = transport
        self._random_bytes = random_bytes
        self._is_here = is_here
        self._paused: dict[str, int] = {}
        self._log = get_log("push")

    async def run(self) -> None:
        await self._database.write(self.recover)
        while True:
            try:
                carried = await self.carry()
            except Exception as error:  # noqa: BLE001 - what could not be carried now is carried later
                self._log.warning("notices were not carried", problem=str(error))
                await self._database.write(self.recover)
                carried = 0
            if not carried:
                await self._clock.sleep(IDLE_SECONDS)

    async def recover(self, tx: Tx) -> None:
        """What a kill left on its way is sent again: a browser shows the notices of a thread as one."""
        await store.take_back(tx)

    async def carry(self) -> int:
        """Carry the notices that are due, as many as go at once; how many."""
        if not await self._database.read(store.is_due, self._clock.now_ms()):
            return 0
        notices = await self._database.write(store.begin_due, self._clock.now_ms(), NOTICES_AT_ONCE)
        results = await asyncio.gather(*(self._tried(notice) for notice in notices))
        await self._database.write(
            _settle_all, list(zip(notices, results, strict=True)), self._clock.now_ms()
        )
        return len(notices)

    async def _tried(self, notice: Notice) -> Result:
        """One notice that fails, such as for a device whose keys cannot be opened, must not send the others again."""
        try:
            return await self._attempt(notice)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried later
            self._log.warning("a notice was not carried", problem=repr(error))
            again_at = retry_at(notice.attempts, self._clock.now_ms())
            return Result(again_at=again_at, problem="The notice could not be made.")

    async def _attempt(self, notice: Notice) -> Result:
        """What is said is read now: what was taken back or read meanwhile is told to nobody."""
        now = self._clock.now_ms()
        telling = await self._database.read(self._telling, notice, now)
        is_here = self._is_here(notice.device.member_id)
        settings, expires_at = notice.device.settings, notice.expires_at
        match judge(telling, settings, is_here=is_here, expires_at=expires_at, now=now):
            case Nothing():
                return Result()
            case Later(at):
                return Result(again_at=at)
            case Send(telling):
                return await self._send(notice, telling, now)

    async def _telling(self, tx: Tx, notice: Notice, now: int) -> Telling | None:
        thread = notice.news.thread
        source = next(each for beginning, each in self._sources.items() if thread.startswith(beginning))
        return await source.telling(tx, notice.news, now)

    async def _send(self, notice: Notice, telling: Telling, now: int) -> Result:
        subscription = self._devices.subscription_of(notice.device)
        service = urlsplit(subscription.endpoint).netloc
        if (until := self._paused.get(service, 0)) > now:
            return Result(again_at=until)
        request = await self._request(notice, telling, subscription, now)
        try:
            answer = await self._transport.request(request)
        except (NotConnectedError, AnswerLostError) as error:
            return Result(again_at=retry_at(notice.attempts, now), problem=str(error))
        result = result_of(answer, notice.attempts, now)
        if answer.status in PATIENCE and result.again_at:
            self._pause(service, result.again_at)
        return result

    async def _request(
        self, notice: Notice, telling: Telling, subscription: Subscription, now: int
    ) -> HttpRequest:
        vapid = await self._keys.vapid()
        body = seal(
            letters.letter(notice, telling),
            subscription.keys,
            salt=self._random_bytes(SALT_BYTES),
            sender=ec.generate_private_key(ec.SECP256R1()),
        )
        headers = {
            **letters.headers(notice, now),
            "authorization": vapid.authorization(subscription.endpoint, now),
        }
        return HttpRequest("POST", subscription.endpoint, headers, body, timeout_seconds=CALL_SECONDS_MAX)

    def _pause(self, service: str, until: int) -> None:
        if len(self._paused) >= SERVICES_MAX:
            self._paused.clear()
        self._paused[service] = until


def result_of(answer: HttpAnswer, attempts: int, now: int) -> Result:
    """What an answer of a push service means, RFC 8030."""
    if 200 <= answer.status < 300:  # noqa: PLR2004 - the class of success
        return Result(done=True)
    problem = f"The push service answered {answer.status}."
    if answer.status in GONE:
        return Result(problem=problem, gone=True)
    if answer.status == TOO_LARGE:
        return Result(problem=problem)
    asked = answer.headers.get("retry-after", "")
    if asked.isascii() and asked.isdigit():
        wait_ms = 1000 * min(int(asked[:9]), ASKED_SECONDS_MAX)
        return Result(again_at=max(now + wait_ms, retry_at(1, now)), problem=problem)
    return Result(again_at=retry_at(attempts, now), problem=problem)


def retry_at(attempts: int, now: int) -> int:
    """When to try again after so many attempts, in ms."""
    doubled = RETRY_SECONDS_MIN << min(attempts - 1, DOUBLINGS_MAX)
    return now + 1000 * min(RETRY_SECONDS_MAX, doubled)


async def _settle_all(tx: Tx, results: Sequence[tuple[Notice, Result]], now: int) -> None:
    for notice, result in results:
        await _settle(tx, notice, result, now)


async def _settle(tx: Tx, notice: Notice, result: Result, now: int) -> None:
    session_id = notice.device.session_id
    if result.gone:
        await store.remove_device(tx, session_id)
        return
    state = "idle" if result.again_at is None else "waiting"
    await store.settle(tx, notice, state=state, due_at=result.again_at or now, now=now)
    if result.done:
        await store.mark_well(tx, session_id)
    elif result.problem:
        since = await store.mark_ill(tx, session_id, result.problem[:PROBLEM_CHARACTERS_MAX], now)
        if now - since >= FAILING_MS_MAX:
            await store.remove_device(tx, session_id)
