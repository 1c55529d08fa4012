"""Writing drafts as an incident goes on, and letting them out: by a person, or after a while by themselves."""

from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec

from holdfast.incidents import store
from holdfast.incidents.drafts import Facts, stage_of, write_draft
from holdfast.kernel import Clock, get_log
from holdfast.outbox import incident_ledger
from holdfast.radar import Incident, add_incident_update, load_incidents
from holdfast.storage import Database, EventLog, Row, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 2.0
CLOSED_LATELY_MS: Final = 60 * 60_000
"""What has been over for longer gets no draft any more."""
INCIDENTS_MAX: Final = 20
DRAFT_CHARACTERS_MAX: Final = 2_000


class Rule(msgspec.Struct, frozen=True):
    """``auto`` drafts go out ``after_ms`` after they were written unless a person has edited them; ``draft``
    ones wait for a person; with ``off`` none are written.
    """

    policy: Literal["auto", "draft", "off"]
    after_ms: int


class DraftGoneError(ValueError):
    """There is no such draft any more: it was told, withdrawn, or never written."""


class Drafter:
    """``rule`` is the playbook's, ``other_ways`` says where else people reach the business (by failing channel)."""

    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        rule: Callable[[], Rule],
        other_ways: Callable[[str], str],
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._rule = rule
        self._other_ways = other_ways

    async def run(self) -> None:
        while True:
            try:
                await self.step()
            except StoreUnavailableError as error:
                get_log("drafts").warning("store unavailable", error=str(error))
            await self._clock.sleep(EVERY_SECONDS)

    async def step(self) -> None:
        """Write what is to be written now, and let out what is due."""
        waiting = await self._database.read(store.waiting_drafts)
        lately = self._clock.now_ms() - CLOSED_LATELY_MS
        if not waiting and await self._database.read(store.is_quiet, lately):
            return
        rule = self._rule()
        incidents = await self._database.read(load_incidents, "all", INCIDENTS_MAX)
        if rule.policy != "off":
            for incident in incidents:
                if self._is_present(incident):
                    await self._write(incident, rule)
        stages = {each.id: stage_of(each) for each in incidents}
        for row in waiting:
            if stages.get(row["incident_id"]) != (row["stage"], row["round"]):
                await self._database.write(_withdraw, _key(row), self._clock.now_ms())
            elif rule.policy == "auto" and row["publish_at"] is not None:
                await self._let_out_if_due(row)

    def _is_present(self, incident: Incident) -> bool:
        if incident.merged_into:
            return False
        return incident.closed_at is None or self._clock.now_ms() - incident.closed_at < CLOSED_LATELY_MS

    async def _write(self, incident: Incident, rule: Rule) -> None:
        stage, since = stage_of(incident)
        ledger = await self._database.read(incident_ledger, incident.id)
        facts = Facts(incident, self._other_ways(incident.channel), ledger)
        key = {"incident_id": incident.id, "stage": stage.value, "round": since}
        now = self._clock.now_ms()
        due = now + rule.after_ms if rule.policy == "auto" else None
        known = await self._database.read(store.draft, incident.id, stage.value, since)
        text = write_draft(stage, facts)
        if known is None:
            await self._database.write(_make, key, text, now, due)
        elif known["state"] == "draft" and known["text"] != text and not known["edited_by"]:
            await self._database.write(store.freshen_draft, key, text)

    async def _let_out_if_due(self, row: Row) -> None:
        now = self._clock.now_ms()
        if row["publish_at"] <= now:
            try:
                await self._database.write(publish_draft, _key(row), by="", now=now)
            except DraftGoneError:
                return
            self._events.wake()


def _key(row: Row) -> dict[str, Any]:
    return {name: row[name] for name in ("incident_id", "stage", "round")}


async def _make(tx: Tx, key: dict[str, Any], text: str, now: int, due: int | None) -> None:
    await store.make_draft(tx, key, text, at=now, publish_at=due)


async def _withdraw(tx: Tx, key: dict[str, Any], now: int) -> None:
    await store.settle_draft(tx, key, "withdrawn", at=now, by="")


async def change_draft(tx: Tx, key: dict[str, Any], text: str, *, by: str) -> None:
    """A person's words instead; it goes out by a person only. Raises DraftGoneError."""
    if not await store.edit_draft(tx, key, text, by):
        raise DraftGoneError("There is no such draft any more; it was told or what it says is over.")


async def publish_draft(tx: Tx, key: dict[str, Any], *, by: str, now: int) -> Incident:
    """Tell the public, once. Raises DraftGoneError."""
    row = await store.draft(tx, key["incident_id"], key["stage"], key["round"])
    if row is None or not await store.settle_draft(tx, key, "published", at=now, by=by):
        raise DraftGoneError("There is no such draft any more; it was told or what it says is over.")
    return await add_incident_update(
        tx, key["incident_id"], kind=key["stage"], text=row["text"], at=now, public=True
    )


async def discard_draft(tx: Tx, key: dict[str, Any], *, by: str, now: int) -> None:
    """Say nothing. Raises DraftGoneError."""
    if not await store.settle_draft(tx, key, "discarded", at=now, by=by):
        raise DraftGoneError("There is no such draft any more; it was told or what it says is over.")
