"""Carries notices to subscribers, apart from replies to people and at a bounded rate."""

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

import msgspec

from holdfast.channels.contract import Accepted, ErrorClass, Outcome, Rejected
from holdfast.channels.email import MailNotice
from holdfast.channels.transport import AnswerLostError, HttpRequest, NotConnectedError, Transport
from holdfast.kernel import Clock, get_log
from holdfast.status.subscribers import letters, store
from holdfast.status.subscribers.letters import Places
from holdfast.status.subscribers.model import Kind, Notice
from holdfast.status.subscribers.tokens import challenge_of, signature
from holdfast.storage import Database, Tx

WEBHOOKS_AT_ONCE: Final = 16
WEBHOOK_SECONDS_MAX: Final = 10.0
IDLE_SECONDS: Final = 1.0
RETRY_SECONDS_MIN: Final = 10
RETRY_SECONDS_MAX: Final = 3_600
DOUBLINGS_MAX: Final = 20
HORIZON_MS: Final = 24 * 3_600_000
"""A notice that could not be handed over for so long says nothing new any more."""
FAILING_DAYS_MAX: Final = 3
DAY_MS: Final = 86_400_000
PROBLEM_CHARACTERS_MAX: Final = 200
GONE: Final = 410


class Verdict(msgspec.Struct, frozen=True):
    """What became of an attempt: ``done``, or why not, and whether another one may help."""

    done: bool
    problem: str = ""
    again: bool = True
    gone: bool = False


class Mailing(Protocol):
    async def send_notice(self, notice: MailNotice) -> Outcome: ...


class Postman:
    """``mailing`` gives the email channel that notices leave by, None while there is none."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        secret_of: Callable[[str], str],
        mailing: Callable[[], Mailing | None],
        transport: Transport,
        places: Places,
        mails_per_second: float,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret_of = secret_of
        self._mailing = mailing
        self._transport = transport
        self._places = places
        self._mails_at_once = max(1, int(mails_per_second))
        self._mail_seconds = self._mails_at_once / mails_per_second
        self._log = get_log("subscribers")

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._carry_on(Kind.EMAIL))
            group.create_task(self._carry_on(Kind.WEBHOOK))

    async def carry(self, kind: Kind) -> int:
        """Carry the notices that are due, as many as go at once; how many."""
        mailing = self._mailing()
        if kind is Kind.EMAIL and mailing is None:
            return 0
        if not await self._database.read(store.is_due, kind, self._clock.now_ms()):
            return 0
        limit = self._mails_at_once if kind is Kind.EMAIL else WEBHOOKS_AT_ONCE
        notices = await self._database.write(store.begin_due, kind, self._clock.now_ms(), limit)
        verdicts = await asyncio.gather(*(self._attempt(notice, mailing) for notice in notices))
        if notices:
            await self._database.write(
                _settle_all, list(zip(notices, verdicts, strict=True)), self._clock.now_ms()
            )
        return len(notices)

    async def _carry_on(self, kind: Kind) -> None:
        await self._database.write(store.take_back, kind)
        while True:
            began = self._clock.monotonic()
            try:
                carried = await self.carry(kind)
            except Exception as error:  # noqa: BLE001 - what could not be carried now is carried later
                self._log.warning("notices were not carried", kind=kind.value, problem=str(error))
                await self._database.write(store.take_back, kind)
                carried = 0
            pause = self._mail_seconds if kind is Kind.EMAIL else 0.0
            spent = self._clock.monotonic() - began
            await self._clock.sleep(max(0.01, pause - spent) if carried else IDLE_SECONDS)

    async def _attempt(self, notice: Notice, mailing: Mailing | None) -> Verdict:
        secret = self._secret_of(notice.sealed)
        if notice.kind is Kind.EMAIL and mailing is not None:
            return _of_mail(await mailing.send_notice(letters.mail(notice, secret, self._places)))
        return await self._post(notice, secret)

    async def _post(self, notice: Notice, secret: str) -> Verdict:
        body = letters.webhook_body(notice, secret, self._places)
        timestamp = str(self._clock.now_ms() // 1000)
        headers = {
            "content-type": "application/json",
            "user-agent": "Holdfast",
            "holdfast-timestamp": timestamp,
            "holdfast-signature": signature(secret, timestamp, body),
        }
        request = HttpRequest("POST", notice.address, headers, body, timeout_seconds=WEBHOOK_SECONDS_MAX)
        try:
            answer = await self._transport.request(request)
        except (NotConnectedError, AnswerLostError) as error:
            return Verdict(done=False, problem=str(error))
        if answer.status == GONE:
            return Verdict(done=False, problem="It answered 410: gone.", again=False, gone=True)
        if not 200 <= answer.status < 300:  # noqa: PLR2004 - the class of success
            return Verdict(done=False, problem=f"It answered {answer.status}.")
        challenge = challenge_of(notice.subscriber_id, secret, notice.made_at)
        if notice.told is None and challenge.encode() not in answer.body:
            return Verdict(done=False, problem="It did not answer the challenge.", again=False)
        return Verdict(done=True)


def _of_mail(outcome: Outcome) -> Verdict:
    """A doubt is tried again: it is the same mail, byte for byte."""
    if isinstance(outcome, Accepted):
        return Verdict(done=True)
    refused = isinstance(outcome, Rejected)
    gone = refused and outcome.error_class is ErrorClass.RECIPIENT
    return Verdict(done=False, problem=outcome.reason, again=not refused, gone=gone)


def retry_at(attempts: int, now: int) -> int:
    """When to try again after so many attempts, in ms."""
    doubled = RETRY_SECONDS_MIN << min(attempts - 1, DOUBLINGS_MAX)
    return now + 1000 * min(RETRY_SECONDS_MAX, doubled)


async def _settle_all(tx: Tx, results: list[tuple[Notice, Verdict]], now: int) -> None:
    for notice, verdict in results:
        await _settle(tx, notice, verdict, now)


async def _settle(tx: Tx, notice: Notice, verdict: Verdict, now: int) -> None:
    if verdict.done:
        await store.settle(tx, notice, state="sent", due_at=now, now=now)
        await store.mark_well(tx, notice.subscriber_id)
        if notice.told is None and notice.kind is Kind.WEBHOOK:
            await store.activate(tx, notice.subscriber_id, now)
        return
    again = verdict.again and now - notice.made_at < HORIZON_MS
    await store.settle(
        tx, notice, state="waiting" if again else "failed", due_at=retry_at(notice.attempts, now), now=now
    )
    await store.mark_ill(tx, notice.subscriber_id, verdict.problem[:PROBLEM_CHARACTERS_MAX], now)
    failing_ms = now - (notice.failing_since or now)
    if notice.told is not None and (verdict.gone or failing_ms >= FAILING_DAYS_MAX * DAY_MS):
        await store.disable(tx, notice.subscriber_id, now)
