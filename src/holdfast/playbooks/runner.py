"""Carrying out the playbook: every step is taken once, whatever is killed in between."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec

from holdfast.channels.contract import Adapter, HistoryUnavailableError
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.outbox import FailoverRule, NewReply, Outbox, ReplyRefusedError, incident_ledger
from holdfast.playbooks import store
from holdfast.playbooks.by_hand import AFTERWARDS, by_itself, with_steps
from holdfast.playbooks.model import Playbook, fill
from holdfast.radar import add_incident_update
from holdfast.storage import Database, EventLog, Row, SpoolUnavailableError, StoreUnavailableError, Tx

EVERY_SECONDS: Final = 1.0
PEOPLE_AT_ONCE: Final = 50
BEFORE_ONSET_MS: Final = 60_000
"""People who wrote this shortly before the failure began have most likely not been answered."""
RECOVERY_DAYS: Final = 1
RESUBSCRIBE_MS: Final = 10_000
HISTORY_PATIENCE_MS: Final = 120_000
AUTHOR: Final = "playbook:outage"


class Surroundings(msgspec.Struct, frozen=True):
    """What the playbook needs to know of the rest: names, other ways to reach us, private links for a contact that
    are sent over a channel.
    """

    business: str
    name_of: Callable[[str], str]
    other_ways: Callable[[str], str]
    continue_link: Callable[[str, str], Awaitable[str]]
    read_back: Callable[[str, int], Awaitable[int]]
    channels: Callable[[], Mapping[str, Adapter]]


class PlaybookRunner:
    def __init__(
        self,
        *,
        database: Database,
        events: EventLog,
        clock: Clock,
        ids: IdSource,
        outbox: Outbox,
        playbook: Callable[[], Playbook],
        surroundings: Surroundings,
    ) -> None:
        self._database = database
        self._events = events
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._playbook = playbook
        self._around = surroundings
        self._resubscribed: dict[str, int] = {}
        self._log = get_log("playbook")

    async def run(self) -> None:
        while True:
            try:
                await self.step()
            except StoreUnavailableError as error:
                self._log.warning("store unavailable", error=str(error))
            await self._clock.sleep(EVERY_SECONDS)

    async def step(self) -> None:
        """Do for every incident what is due now."""
        playbook = self._playbook()
        for incident in await self._database.read(store.open_parts):
            await self._alone(self._during, playbook, incident)
        since = self._clock.now_ms() - RECOVERY_DAYS * 86_400_000
        for incident in await self._database.read(store.closed_parts, since):
            await self._alone(self._after, playbook, incident)

    async def _alone(
        self, do: Callable[[Playbook, Row], Awaitable[None]], playbook: Playbook, incident: Row
    ) -> None:
        """One incident that makes trouble does not stop the others; it is tried again at the next step."""
        try:
            await do(playbook, incident)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - whatever it was, other incidents have their own steps
            self._log.exception("a step of the playbook failed", incident=incident["id"])

    async def _during(self, written: Playbook, incident: Row) -> None:
        playbook = with_steps(written, await self._database.read(store.asked_steps, incident["id"]))
        capabilities = msgspec.json.decode(incident["capabilities"], type=list[str])
        if incident["cause"] == "subscription":
            await self._resubscribe(incident["channel"])
        if incident["state"] == "recovering":
            await self._drain(playbook, incident)
        if not {"send", "sign_in"} & set(capabilities):
            return
        if playbook.hold.enabled:
            await self._hold(incident)
        if playbook.fail_over.enabled and incident["state"] == "open":
            await self._fail_over(playbook, incident)
        if playbook.auto_reply.enabled and incident["state"] == "open":
            await self._answer(playbook, incident)

    async def _hold(self, incident: Row) -> None:
        if await self._outbox.hold(incident["channel"], incident["id"]):
            name = self._around.name_of(incident["channel"])
            text = f"What we write on {name} waits now, in order."
            await self._tell_once(incident, "hold", str(incident["onset_at"]), text)

    async def _resubscribe(self, channel: str) -> None:
        now = self._clock.now_ms()
        adapter = self._around.channels().get(channel)
        if adapter is None or now - self._resubscribed.get(channel, 0) < RESUBSCRIBE_MS:
            return
        self._resubscribed[channel] = now
        agreed = await adapter.resubscribe()
        self._log.info("asked for webhooks again", channel=channel, agreed=agreed)

    async def _fail_over(self, playbook: Playbook, incident: Row) -> None:
        rule = FailoverRule(
            after_ms=int(playbook.fail_over.after_seconds * 1000),
            order=playbook.fail_over.order,
            lead_in=self._fill(playbook.fail_over.lead_in, incident),
        )
        moved = await self._outbox.fail_over(incident["channel"], incident["id"], rule)
        if moved:
            self._log.info("carried to other channels", incident=incident["id"], deliveries=moved)
            text = "We continue conversations on other channels where people agreed to it."
            await self._publish_once(playbook, incident, "fail_over", text)

    async def _answer(self, playbook: Playbook, incident: Row) -> None:
        since = incident["onset_at"] - BEFORE_ONSET_MS
        rows = await self._database.read(
            store.unanswered, incident["id"], incident["channel"], since, PEOPLE_AT_ONCE
        )
        for row in rows:
            outcome = await self._answer_one(playbook, incident, row)
            await self._take(incident, "auto_reply", row["contact_id"], outcome)

    async def _answer_one(self, playbook: Playbook, incident: Row, row: Row) -> str:
        """The message's id, or why this person could not be answered."""
        order = playbook.fail_over.order
        route = await self._outbox.way_around(row["conversation_id"], incident["channel"], order)
        if route is None:
            return "no other way"
        link = await self._around.continue_link(row["contact_id"], route)
        text = self._fill(playbook.auto_reply.text, incident, continue_link=link)
        reply = NewReply(
            conversation_id=row["conversation_id"],
            text=text,
            author=AUTHOR,
            route=f"only:{route}",
            klass="bot",
            source="playbook",
            idempotency_key=f"auto_reply:{incident['id']}:{row['contact_id']}",
            incident_id=incident["id"],
        )
        return await self._enqueue(reply)

    async def _enqueue(self, reply: NewReply) -> str:
        try:
            return (await self._outbox.enqueue(reply)).message_id
        except ReplyRefusedError as error:
            return error.code

    async def _drain(self, playbook: Playbook, incident: Row) -> None:
        returning = f"{incident['channel']}:{incident['recovered_at']}"
        if playbook.recovery.drain and await self._take(incident, "drain", returning, "due"):
            await self._outbox.drain(incident["channel"])
        await self._tell_first_through(incident)

    async def _tell_first_through(self, incident: Row) -> None:
        """The proof that people feel: the first held message that went out here again."""
        since = incident["recovered_at"]
        at = await self._database.read(store.first_through, incident["id"], incident["channel"], since)
        if at is not None:
            name = self._around.name_of(incident["channel"])
            await self._tell_once(
                incident, "through", str(since), f"The first message went out on {name} again."
            )

    async def _tell_once(self, incident: Row, step: str, subject: str, text: str) -> None:
        """A line for the team."""
        marked = f"{incident['channel']}:{subject}"
        if await self._take(incident, f"tell:{step}", marked, text):
            await self._database.write(self._add_update, incident["id"], text, public=False)
            self._events.wake()

    async def _after(self, written: Playbook, incident: Row) -> None:
        asked = await self._database.read(store.asked_steps, incident["id"])
        playbook = with_steps(written, asked)
        for step in AFTERWARDS:
            if step in asked and not by_itself(written, step):
                await self._take_late(playbook, incident, step)
        whole = incident["all_closed_at"]
        if await self._database.read(store.step_taken, incident["id"], "account", str(whole)):
            return
        if await self._settle_part(playbook, incident) and whole is not None:
            await self._account(playbook, incident)

    async def _take_late(self, playbook: Playbook, incident: Row, step: str) -> None:
        """What somebody asked for when the channel's people were settled already."""
        ending = f"{incident['channel']}:{incident['closed_at']}"
        if await self._database.read(store.step_taken, incident["id"], f"late:{step}", ending):
            return
        if step == "drain":
            await self._drain(playbook, incident)
        elif not await (self._read_back if step == "read_back" else self._thank)(playbook, incident):
            return
        await self._take(incident, f"late:{step}", ending, "done")

    async def _settle_part(self, playbook: Playbook, incident: Row) -> bool:
        """Whether all that is due to one channel's people is done."""
        ending = f"{incident['channel']}:{incident['closed_at']}"
        if await self._database.read(store.step_taken, incident["id"], "settled", ending):
            return True
        await self._outbox.drop_stale_bots(incident["id"])
        await self._drain(playbook, incident)
        if not await self._read_back(playbook, incident):
            return False
        if playbook.recovery.thank and not await self._thank(playbook, incident):
            return False
        await self._tell_first_through(incident)
        name = self._around.name_of(incident["channel"])
        await self._tell_once(incident, "settled", ending, f"{name}: what was held has been given to go out.")
        await self._take(incident, "settled", ending, "done")
        return True

    async def _read_back(self, playbook: Playbook, incident: Row) -> bool:
        """Whether the platform's history has been read for this incident, or has none to read."""
        closing = f"{incident['channel']}:{incident['closed_at']}"
        done = await self._database.read(store.step_taken, incident["id"], "read_back", closing)
        if done or not playbook.recovery.read_back:
            return True
        try:
            count = await self._around.read_back(incident["channel"], incident["onset_at"] - BEFORE_ONSET_MS)
        except HistoryUnavailableError as error:
            return await self._no_history(incident, str(error))
        except (SpoolUnavailableError, KeyError) as error:
            self._log.warning("history not read", incident=incident["id"], error=repr(error))
            return False
        await self._take(incident, "read_back", closing, str(count))
        if count:
            name = self._around.name_of(incident["channel"])
            found = f"{count} messages were" if count > 1 else "1 message was"
            text = f"{found} read back from the history of {name}."
            await self._tell_once(incident, "read_back", closing, text)
        return True

    async def _no_history(self, incident: Row, reason: str) -> bool:
        if self._clock.now_ms() - incident["closed_at"] < HISTORY_PATIENCE_MS and "no history" not in reason:
            return False
        await self._take(incident, "read_back", f"{incident['channel']}:{incident['closed_at']}", reason)
        return True

    async def _thank(self, playbook: Playbook, incident: Row) -> bool:
        """Whether everyone who was answered automatically has been thanked."""
        since = incident["onset_at"] - BEFORE_ONSET_MS
        rows = await self._database.read(
            store.answered, incident["id"], incident["channel"], since, PEOPLE_AT_ONCE
        )
        for row in rows:
            reply = NewReply(
                conversation_id=row["conversation_id"],
                text=self._fill(playbook.recovery.thank_text, incident),
                author=AUTHOR,
                route=f"only:{incident['channel']}",
                klass="bot",
                source="playbook",
                idempotency_key=f"thank:{incident['id']}:{row['contact_id']}",
            )
            await self._take(incident, "thank", row["contact_id"], await self._enqueue(reply))
        return len(rows) < PEOPLE_AT_ONCE

    async def _account(self, playbook: Playbook, incident: Row) -> None:
        ledger = await self._database.read(incident_ledger, incident["id"])
        if ledger["waiting"] or ledger["in_doubt"]:
            return
        ending = str(incident["all_closed_at"])
        await self._publish_once(playbook, incident, f"account:{ending}", _account_text(ledger))
        await self._take(incident, "account", ending, "done")

    async def _publish_once(self, playbook: Playbook, incident: Row, step: str, text: str) -> None:
        if playbook.publish.enabled and await self._take(incident, f"publish:{step}", "", text):
            await self._database.write(self._add_update, incident["id"], text)
            self._events.wake()

    async def _add_update(self, tx: Tx, incident_id: str, text: str, *, public: bool = True) -> None:
        await add_incident_update(
            tx, incident_id, kind="step", text=text, at=self._clock.now_ms(), public=public
        )

    async def _take(self, incident: Row, step: str, subject: str, outcome: str) -> bool:
        return await self._database.write(
            store.take_step, incident["id"], step, subject, self._clock.now_ms(), outcome
        )

    def _fill(self, text: str, incident: Row, continue_link: str = "") -> str:
        return fill(
            text,
            business=self._around.business,
            failing=self._around.name_of(incident["channel"]),
            other_ways=self._around.other_ways(incident["channel"]),
            continue_link=continue_link,
        )


def _account_text(ledger: dict[str, Any]) -> str:
    parts = [
        f"{ledger['held']} messages were held",
        f"{ledger['sent_after_hold']} went out when the channel returned",
        f"{ledger['rerouted']} reached people another way",
        f"{ledger['read_back']} were read back from the platform",
        f"{ledger['lost']} were lost",
    ]
    return "The account: " + "; ".join(parts) + "."
