"""Making the letters of a week once, and carrying each of them to its person.

Who takes a week writes its row and those of all its letters in one transaction, so that neither a kill nor another node
makes them again. A letter is claimed for a time before it is handed over; what a kill leaves behind is the same mail,
byte for byte, when its time is up.
"""

import hashlib
import hmac
from collections.abc import Callable
from typing import Final, Protocol

from holdfast.channels.contract import Accepted, Outcome, Rejected
from holdfast.channels.email import MailNotice
from holdfast.figures import reading
from holdfast.figures.calendar import last_week
from holdfast.figures.model import DAY_MS, Span
from holdfast.figures.store import counted_until
from holdfast.figures.weekly import store
from holdfast.figures.weekly.model import Choice, Letter, Summary, Waiting
from holdfast.figures.weekly.schedule import next_at, week_due
from holdfast.figures.weekly.summing import summary_of
from holdfast.figures.weekly.writing import Places, letter_of
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 30.0
CLAIM_MS: Final = 10 * 60_000
"""Longer than a mail server is waited for."""
RETRY_MS: Final = 5 * 60_000
HORIZON_MS: Final = 2 * DAY_MS
KEPT_MS: Final = 100 * DAY_MS
PROBLEM_CHARACTERS_MAX: Final = 200
PROOF_HEX: Final = 40


class Mailing(Protocol):
    async def send_notice(self, notice: MailNotice) -> Outcome: ...


class Weekly:
    """``mailing`` gives the email channel that letters leave by, None while there is none; ``key`` signs the links that
    end them.
    """

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        key: bytes,
        mailing: Callable[[], Mailing | None],
        places: Places,
    ) -> None:
        self._database = database
        self._clock = clock
        self._key = key
        self._mailing = mailing
        self._places = places
        self._log = get_log("weekly")

    @property
    def can_mail(self) -> bool:
        return self._mailing() is not None

    async def run(self) -> None:
        while True:
            try:
                await self.step()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable", error=str(error))
            await self._clock.sleep(EVERY_SECONDS)

    async def step(self) -> int:
        """Make the letters that are due, and carry those that wait; how many were handed over."""
        if not self.can_mail:
            return 0
        now = self._clock.now_ms()
        week = week_due(now, await self._database.read(reading.zone))
        if week is not None and not await self._database.read(store.is_made, week.since):
            await self._database.write(make_letters, week, now)
        return await self.carry()

    async def send_now(self) -> dict[str, int]:
        """Send the last whole week's summary to those who want it and have not got it yet: how many by outcome."""
        now = self._clock.now_ms()
        week = last_week(now, await self._database.read(reading.zone))
        await self._database.write(make_letters, week, now, is_asked_for=True)
        await self.carry()
        return await self._database.read(store.letters_of, week.since)

    async def carry(self) -> int:
        """Carry every letter that is due, one after the other; how many were handed over."""
        carried = 0
        while (mailing := self._mailing()) is not None:
            now = self._clock.now_ms()
            letter = await self._database.read(store.due, now)
            if letter is None:
                break
            if await self._database.write(store.claim, letter, now=now, until=now + CLAIM_MS):
                carried += await self._hand_over(letter, mailing)
        return carried

    async def preview(self) -> tuple[Summary, Letter]:
        """The last whole week, as it would be written now; its link ends nothing."""
        summary = await self._database.read(_last_summary, self._clock.now_ms())
        return summary, letter_of(summary, self._places, f"{self._places.hub_url}/subscriptions/weekly")

    async def next_at(self) -> int:
        return next_at(self._clock.now_ms(), await self._database.read(reading.zone))

    async def choice(self, agent_id: str) -> Choice | None:
        return await self._database.read(store.choice, agent_id)

    async def choose(self, agent_id: str, *, wanted: bool) -> None:
        await self._database.write(store.choose, agent_id, wanted=wanted, now=self._clock.now_ms())

    async def leave(self, token: str) -> bool:
        """End it for whom the link was written; False where it is not genuine."""
        agent_id, _, proof = token.partition(".")
        if not hmac.compare_digest(proof.encode(), self._proof(agent_id).encode()):
            return False
        if await self.choice(agent_id) is None:
            return False
        await self.choose(agent_id, wanted=False)
        return True

    def token(self, agent_id: str) -> str:
        return f"{agent_id}.{self._proof(agent_id)}"

    def _proof(self, agent_id: str) -> str:
        return hmac.new(self._key, agent_id.encode(), hashlib.sha256).hexdigest()[:PROOF_HEX]

    async def _hand_over(self, letter: Waiting, mailing: Mailing) -> bool:
        outcome = await mailing.send_notice(self._notice(letter))
        now = self._clock.now_ms()
        is_sent = isinstance(outcome, Accepted)
        is_over = is_sent or isinstance(outcome, Rejected) or now - letter.made_at >= HORIZON_MS
        problem = "" if isinstance(outcome, Accepted) else outcome.reason[:PROBLEM_CHARACTERS_MAX]
        word = "sent" if is_sent else "failed"
        await self._database.write(
            store.settle,
            letter,
            at=now if is_over else None,
            due_at=now + RETRY_MS,
            outcome=word if is_over else "",
            problem=problem,
        )
        if not is_sent:
            self._log.warning("a weekly summary was not handed over", agent=letter.agent_id, problem=problem)
        return is_sent

    def _notice(self, letter: Waiting) -> MailNotice:
        leave_url = f"{self._places.hub_url}/subscriptions/weekly?t={self.token(letter.agent_id)}"
        written = letter_of(letter.summary, self._places, leave_url)
        return MailNotice(
            id=f"weekly.{letter.week}.{letter.agent_id}",
            address=letter.address,
            subject=written.subject,
            text=written.text,
            html=written.html,
            made_at=letter.made_at,
            leave_url=leave_url,
        )


async def make_letters(tx: Tx, week: Span, now: int, *, is_asked_for: bool = False) -> int:
    """Take the week and write its letters, unless that was done; how many. It waits until the week is counted, unless
    somebody asks for it now.
    """
    if await store.is_made(tx, week.since):
        return 0
    if not is_asked_for and await counted_until(tx) < week.until:
        return 0
    summary = await summary_of(tx, week, await reading.zone(tx), now)
    if not await store.make(tx, summary, now):
        return 0
    await store.forget(tx, week.since - KEPT_MS)
    if summary.is_empty and not is_asked_for:
        return 0
    return await store.add_letters(tx, week.since, now)


async def _last_summary(tx: Tx, now: int) -> Summary:
    zone = await reading.zone(tx)
    return await summary_of(tx, last_week(now, zone), zone, now)
