"""Taking a reply: message, intent, deliveries and events in one transaction."""

from collections.abc import Sequence
from typing import Final

import msgspec

from holdfast.channels.text import split_text
from holdfast.conversations import conversation_answered, conversation_changed
from holdfast.kernel import Clock, IdSource
from holdfast.media import BUSINESS, Item, UnknownMediaError, use_media
from holdfast.outbox import store
from holdfast.outbox.breaker import BreakerState, held_because
from holdfast.outbox.candidates import ChannelFact, Facts, candidates
from holdfast.outbox.model import (
    FILES_MAX,
    ONLY,
    TEXT_BYTES_MAX,
    AnsweredMeanwhileError,
    Enqueued,
    NewReply,
    ReplyRefusedError,
)
from holdfast.outbox.routing import Candidate, choose_preferred, usable
from holdfast.storage import Row, Tx, append_event

PREVIEW_CHARACTERS: Final = 140
FAR_AWAY: Final = 1 << 50
"""Urgency of a lane without a closing window; bots come after all people."""
HOUR_MS: Final = 3_600_000


class Enqueue:
    def __init__(
        self, *, clock: Clock, ids: IdSource, facts: Facts, person_hours: float, bot_hours: float
    ) -> None:
        self._clock = clock
        self._ids = ids
        self._facts = facts
        self._horizon_ms = {"person": int(person_hours * HOUR_MS), "bot": int(bot_hours * HOUR_MS)}

    async def __call__(self, tx: Tx, reply: NewReply) -> Enqueued:
        """Store a reply and queue it. Raises ReplyRefusedError; then nothing is stored."""
        text = _checked_text(reply)
        if reply.idempotency_key:
            earlier = await store.intent_by_key(tx, reply.idempotency_key)
            if earlier is not None:
                return _same(earlier, reply, text)
        conversation, chosen = await self._examined(tx, reply)
        if reply.files:
            reply = msgspec.structs.replace(reply, route=f"{ONLY}{chosen.channel}")
        message_id = await self._store(tx, conversation, reply, text, chosen)
        return Enqueued(message_id, created=True)

    async def check(self, tx: Tx, reply: NewReply) -> None:
        """Raises ReplyRefusedError where a reply could not be taken now."""
        _checked_text(reply)
        await self._examined(tx, reply)

    async def _examined(self, tx: Tx, reply: NewReply) -> tuple[Row, Candidate]:
        """Its conversation and the way that it would take."""
        conversation = await store.get_conversation(tx, reply.conversation_id)
        if conversation is None:
            raise ReplyRefusedError(
                "unknown_conversation", f"There is no conversation {reply.conversation_id}."
            )
        if reply.seen is not None:
            others = await store.answered_since(tx, reply.conversation_id, reply.author, reply.seen)
            if others:
                raise AnsweredMeanwhileError(others)
        chosen = await self._choose(tx, reply)
        if reply.reply_to:
            await self._check_quote(tx, reply, chosen)
        return conversation, chosen

    async def _check_quote(self, tx: Tx, reply: NewReply, chosen: Candidate) -> None:
        row = await store.quoted(tx, reply.reply_to)
        if row is None or row["conversation_id"] != reply.conversation_id or row["unsent_at"] is not None:
            raise ReplyRefusedError("cannot_quote", "The message to quote is not there any more.", "reply_to")
        if not chosen.quotes or row["channel"] != chosen.channel or not row["external_id"]:
            sentence = f"{chosen.name}: this message cannot be quoted there; leave the quote out."
            raise ReplyRefusedError("cannot_quote", sentence, "reply_to")

    async def _choose(self, tx: Tx, reply: NewReply) -> Candidate:
        rows = await store.addresses_for(tx, reply.conversation_id)
        if reply.address_id:
            rows = [row for row in rows if row["id"] == reply.address_id]
        known = candidates(rows, self._facts(), human=reply.klass == "person")
        if reply.files:
            known = [each for each in known if each.files]
        chosen = choose_preferred(known, reply.route, self._clock.now_ms())
        if chosen is None:
            raise _no_route(reply)
        problem = usable(chosen, self._clock.now_ms())
        if problem:
            code = "window_closed" if "window" in problem else "no_route"
            raise ReplyRefusedError(code, f"{chosen.name}: {problem}.", "channel")
        return chosen

    async def _store(self, tx: Tx, conversation: Row, reply: NewReply, text: str, chosen: Candidate) -> str:
        now = self._clock.now_ms()
        message_id, intent_id = self._ids.new("msg"), self._ids.new("int")
        files = await _use_files(tx, message_id, reply.files)
        attachments = (*reply.attachments, *(each.attachment() for each in files))
        breaker = await store.load_breaker(tx, chosen.channel)
        held = breaker.state is BreakerState.OPEN
        reason = held_because(chosen.name) if held else ""
        await store.insert_message(
            tx,
            id=message_id,
            conversation_id=reply.conversation_id,
            author=reply.author,
            channel=chosen.channel,
            address_id=chosen.address_id,
            text=text,
            attachments=msgspec.json.encode(attachments).decode(),
            details=msgspec.json.encode(_details(files, reply.reply_to)).decode(),
            at=now,
            source=reply.source,
            automatic=int(reply.automatic or reply.klass == "bot"),
            state="held" if held else "waiting",
            state_reason=reason,
        )
        await store.insert_intent(
            tx,
            id=intent_id,
            message_id=message_id,
            conversation_id=reply.conversation_id,
            contact_id=conversation["contact_id"],
            klass=reply.klass,
            route=reply.route,
            idempotency_key=reply.idempotency_key,
            created_at=now,
            expires_at=now + self._horizon_ms[reply.klass],
        )
        incident_id = reply.incident_id or await store.open_incident(tx, chosen.channel)
        await insert_deliveries(
            tx,
            self._ids,
            fact=self._facts()[chosen.channel],
            chosen=chosen,
            intent_id=intent_id,
            message_id=message_id,
            text=text,
            klass=reply.klass,
            state="held" if held else "queued",
            reason=reason,
            incident_id=incident_id,
            now=now,
        )
        answers = reply.klass == "person"
        await conversation_answered(
            tx,
            conversation_id=reply.conversation_id,
            at=now,
            preview=text[:PREVIEW_CHARACTERS] or (f"[{attachments[0].kind}]" if attachments else ""),
            answers=answers,
        )
        await append_event(
            tx,
            at=now,
            kind="message.created",
            conversation_id=reply.conversation_id,
            body={"message_id": message_id, "channel": chosen.channel},
        )
        await conversation_changed(tx, reply.conversation_id, now)
        return message_id


async def insert_deliveries(
    tx: Tx,
    ids: IdSource,
    *,
    fact: ChannelFact,
    chosen: Candidate,
    intent_id: str,
    message_id: str,
    text: str,
    klass: str,
    state: str,
    reason: str,
    incident_id: str | None,
    now: int,
) -> None:
    """Queue a text on one lane, in as many parts as the channel needs."""
    parts: Sequence[str] = split_text(text, fact.limits) or (text,)
    for number, part in enumerate(parts, start=1):
        await store.insert_delivery(
            tx,
            id=ids.new("dlv"),
            intent_id=intent_id,
            message_id=message_id,
            lane=f"{chosen.channel}|{chosen.address_id}",
            channel=chosen.channel,
            address_id=chosen.address_id,
            part=number,
            parts=len(parts),
            text=part,
            details="{}",
            state=state,
            reason=reason,
            incident_id=incident_id,
            at=now,
            urgency=_urgency(chosen, klass),
        )


def _urgency(chosen: Candidate, klass: str) -> int:
    closing = chosen.window_closes_at or FAR_AWAY
    return closing if klass == "person" else closing + FAR_AWAY


def _checked_text(reply: NewReply) -> str:
    text = reply.text.replace("\x00", "").strip()
    if not text and not reply.attachments and not reply.files:
        raise ReplyRefusedError("empty", "The message is empty.", "text")
    if len(reply.files) > FILES_MAX:
        raise ReplyRefusedError("too_many_files", f"A message takes {FILES_MAX} files at most.", "files")
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > TEXT_BYTES_MAX:
        raise ReplyRefusedError("too_long", f"The text is over {TEXT_BYTES_MAX} bytes.", "text")
    return text


def _same(earlier: Row, reply: NewReply, text: str) -> Enqueued:
    if earlier["conversation_id"] != reply.conversation_id or earlier["text"] != text:
        raise ReplyRefusedError(
            "key_reused", "This idempotency key was used for another message.", "idempotency_key"
        )
    return Enqueued(str(earlier["message_id"]), created=False)


async def _use_files(tx: Tx, message_id: str, ids: Sequence[str]) -> list[Item]:
    try:
        return await use_media(tx, f"message:{message_id}", tuple(dict.fromkeys(ids)), BUSINESS)
    except UnknownMediaError as error:
        sentence = "A file is not there any more; attach it again."
        raise ReplyRefusedError("unknown_file", sentence, "files") from error


def _details(files: Sequence[Item], reply_to: str) -> dict[str, str]:
    """Files with their measures, as our own pages show them, and what is quoted."""
    shown = {"attachments": msgspec.json.encode(files).decode()} if files else {}
    return shown | ({"reply_to": reply_to} if reply_to else {})


def _no_route(reply: NewReply) -> ReplyRefusedError:
    channel = reply.route.removeprefix(ONLY)
    if reply.files:
        sentence = "Files can be sent in our own chat only, and there is no open way to this person there."
        return ReplyRefusedError("no_route", sentence, "files")
    if channel == "auto":
        sentence = "There is no way to reach this person now: no proven address with an open window."
        return ReplyRefusedError("no_route", sentence)
    return ReplyRefusedError("no_route", f"This person has no address on {channel}.", "channel")
