"""Reading mailboxes into the spool: first the mail is durable, then the place in the mailbox moves on."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from holdfast.channels.email import EmailAdapter, MailboxUnavailableError
from holdfast.conversations import store
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, NewEnvelope, Spool, SpoolUnavailableError, StoreUnavailableError

READ_SECONDS_MAX: Final = 120.0
LOOK_SECONDS: Final = 1.0


class MailReader:
    def __init__(
        self,
        *,
        database: Database,
        spool: Spool,
        clock: Clock,
        mailboxes: Callable[[], Mapping[str, EmailAdapter]],
    ) -> None:
        self._database = database
        self._spool = spool
        self._clock = clock
        self._mailboxes = mailboxes
        self._next_at: dict[str, float] = {}
        self._log = get_log("mail")

    async def run(self) -> None:
        while True:
            now = self._clock.monotonic()
            due = [name for name in self._mailboxes() if self._next_at.get(name, 0.0) <= now]
            await asyncio.gather(*(self._read(name) for name in due))
            await self._clock.sleep(LOOK_SECONDS)

    async def _read(self, channel: str) -> None:
        adapter = self._mailboxes()[channel]
        try:
            async with asyncio.timeout(READ_SECONDS_MAX):
                await self.read(channel)
        except MailboxUnavailableError as error:
            self._log.info("mailbox not readable now", channel=channel, reason=str(error))
        except (SpoolUnavailableError, StoreUnavailableError, TimeoutError) as error:
            self._log.warning("mailbox not read", channel=channel, error=repr(error))
        self._next_at[channel] = self._clock.monotonic() + adapter.poll_seconds

    async def read(self, channel: str) -> int:
        """Take what is new in one mailbox; the number of mails."""
        mailbox = self._mailboxes()[channel].mailbox
        taken, more = 0, True
        while more:
            cursor = await self._database.read(store.mailbox_cursor, channel)
            polled = await mailbox.poll(cursor)
            for body in polled.bodies:
                await self._spool.append(
                    NewEnvelope(channel=channel, source="poll", received_at=self._clock.now_ms(), body=body)
                )
            if polled.cursor != cursor:
                await self._database.write(store.set_mailbox_cursor, channel, polled.cursor)
            taken += len(polled.bodies)
            more = polled.more
        return taken
