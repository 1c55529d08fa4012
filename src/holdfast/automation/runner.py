"""Carrying rules out: each acts on a message once, whatever is killed in between."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.automation import store
from holdfast.automation.matching import chosen
from holdfast.automation.model import RULES_MAX, Actions, Heard, Rule, filled
from holdfast.kernel import Clock, IdSource, get_log
from holdfast.outbox import NewReply, Outbox, ReplyRefusedError
from holdfast.posts import Hours, open_at, opening_words
from holdfast.posts.store import load_profile
from holdfast.storage import Database, Event, Row, StoreUnavailableError, Tx
from holdfast.work import Decision, WorkRefusedError
from holdfast.work.deciding import decided, put, standings
from holdfast.work.store import known_agents, known_labels, labels_of, teams

RECEIVED: Final = "message.received"
REPLY_WITHIN_MS: Final = 10 * 60_000
"""A machine's answer to what is older would only disturb."""
HOUR_MS: Final = 3_600_000


class RuleRunner:
    """A rule acts on what arrived after it was last changed, as the conversation stood before any of them acted."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        ids: IdSource,
        outbox: Outbox,
        business: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._ids = ids
        self._outbox = outbox
        self._business = business
        self._log = get_log("rules")

    async def follow(self, events: Sequence[Event]) -> None:
        """Act on what people wrote. Looks before anything is written: without rules a flood costs nothing."""
        heard = [str(each.body["message_id"]) for each in events if each.kind == RECEIVED]
        if not heard:
            return
        rules = [each for each in await self._database.read(store.rules, RULES_MAX) if each.enabled]
        if not rules:
            return
        for message_id in await self._database.read(self._meant, heard, rules):
            await self._act_alone(message_id)
        self._outbox.stir()

    async def _act_alone(self, message_id: str) -> None:
        """One message that makes trouble does not stop the others."""
        try:
            await self._database.write(self._act, message_id)
        except StoreUnavailableError:
            raise
        except Exception:  # noqa: BLE001 - whatever it was, other messages have their own rules
            self._log.exception("a rule failed", message=message_id)

    async def _meant(self, tx: Tx, message_ids: Sequence[str], rules: Sequence[Rule]) -> list[str]:
        """The messages on which any rule acts."""
        hours = (await load_profile(tx)).hours
        rows = await store.heard(tx, message_ids)
        labels = await labels_of(tx, {str(row["conversation_id"]) for row in rows})
        return [str(row["id"]) for row in rows if _acting(rules, row, hours, labels)]

    async def _act(self, tx: Tx, message_id: str) -> None:
        """All rules in one unit of work: what they do, and that they have done it."""
        if await store.has_acted(tx, message_id):
            return
        hours = (await load_profile(tx)).hours
        for row in await store.heard(tx, [message_id]):
            labels = await labels_of(tx, [row["conversation_id"]])
            for rule in _acting(await store.rules(tx, RULES_MAX), row, hours, labels):
                now = self._clock.now_ms()
                run = {"message_id": message_id, "conversation_id": row["conversation_id"], "at": now}
                await store.act(tx, rule.id, **run)
                await self._decide(tx, rule, row, now)
                await self._reply(tx, rule, row, hours, now)

    async def _decide(self, tx: Tx, rule: Rule, row: Row, now: int) -> None:
        decision = await _possible(tx, rule.then)
        before = await standings(tx, [row["conversation_id"]])
        try:
            after = [decided(each, decision) for each in before]
        except WorkRefusedError as error:
            self._log.info("a rule could not decide", rule=rule.id, reason=str(error))
            return
        await put(tx, self._ids, before, after, by=f"rule:{rule.name}", now=now)

    async def _reply(self, tx: Tx, rule: Rule, row: Row, hours: Hours, now: int) -> None:
        if not rule.then.reply or row["automatic"] or row["late"] or row["at"] < now - REPLY_WITHIN_MS:
            return
        conversation_id = str(row["conversation_id"])
        since = now - rule.then.reply_every_hours * HOUR_MS
        if await store.has_replied(tx, rule.id, conversation_id, since):
            return
        if await store.was_answered(tx, conversation_id, row["at"]):
            return
        name = str(row["name"])
        text = filled(
            rule.then.reply,
            name=name,
            first_name=name.split(" ", maxsplit=1)[0],
            business=self._business,
            hours=opening_words(hours, now),
        )
        reply = NewReply(
            conversation_id=conversation_id,
            text=text,
            author=f"rule:{rule.name}",
            route=f"only:{row['channel']}",
            klass="bot",
            source="rule",
            idempotency_key=f"rule:{rule.id}:{row['id']}",
        )
        try:
            await self._outbox.enqueue_within(tx, reply)
        except ReplyRefusedError as error:
            self._log.info("a rule could not answer", rule=rule.id, reason=error.code)
            return
        await store.replied(tx, rule.id, str(row["id"]))


def _acting(rules: Sequence[Rule], row: Row, hours: Hours, labels: dict[str, list[str]]) -> list[Rule]:
    heard = Heard(
        text=row["text"],
        channel=row["channel"],
        is_first=bool(row["is_first"]),
        is_open=open_at(hours, row["at"]).is_open,
        labels=tuple(labels.get(row["conversation_id"], ())),
    )
    return chosen((each for each in rules if each.changed_at <= row["stored_at"]), heard)


async def _possible(tx: Tx, then: Actions) -> Decision:
    """What a rule named may be gone: the rest is done all the same."""
    known = await known_labels(tx, then.add_labels)
    decision = Decision(add_labels=tuple(each for each in then.add_labels if each in known))
    if then.team and then.team in {str(row["id"]) for row in await teams(tx)}:
        decision = msgspec.structs.replace(decision, team=then.team)
    if then.assignee and await known_agents(tx, [then.assignee]):
        decision = msgspec.structs.replace(decision, assignee=then.assignee)
    return decision
