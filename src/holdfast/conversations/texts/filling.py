"""Indexes what was stored before there was an index, beside everything else and in small steps.

Each step notes how far it came in its own transaction: a kill repeats nothing and skips nothing.
"""

from typing import Final

from holdfast.conversations.search import renew_words
from holdfast.conversations.texts import store
from holdfast.kernel import Clock, get_log
from holdfast.storage import Database, Tx

BATCH: Final = 250
"""Texts indexed in one transaction, so that no writer waits long."""
PAUSE_SECONDS: Final = 0.02
LOOK_AGAIN_SECONDS: Final = 3_600.0


class Filling:
    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def run(self) -> None:
        while True:
            indexed = 0
            while step := await self._database.write(fill_some):
                indexed += step
                await self._clock.sleep(PAUSE_SECONDS)
            if indexed:
                get_log("search").info("everything older can be found", indexed=indexed)
            await self._clock.sleep(LOOK_AGAIN_SECONDS)


async def fill_some(tx: Tx) -> int:
    """Index the next few; how many, 0 when all are."""
    for subject, after in (await store.filling(tx)).items():
        ids = await _index(tx, subject, after)
        await store.filled_to(tx, subject, ids[-1] if ids else store.DONE)
        if ids:
            return len(ids)
    return 0


async def _index(tx: Tx, subject: str, after: str) -> list[str]:
    if subject == "contact":
        contacts = await store.older_contacts(tx, after, BATCH)
        for each in contacts:
            await renew_words(tx, each)
        return contacts
    older = store.unindexed_notes if subject == "note" else store.unindexed_messages
    texts = await older(tx, after, BATCH)
    await store.index_missing(tx, texts)
    return [each.id for each in texts]
