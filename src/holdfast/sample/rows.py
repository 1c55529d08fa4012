"""From what was said to the rows that a hub would have written."""

from collections import defaultdict
from random import Random
from typing import Final

import msgspec

from holdfast.conversations.search import words_of
from holdfast.sample.people import (
    SECOND_CHANNEL,
    SECOND_EVERY,
    People,
    channel_of,
    name_of,
    time_key,
    value_of,
)
from holdfast.sample.town import DAY_MS, Plan, Said
from holdfast.sample.words import SENTENCES, answers, questions

EVENT_DAYS: Final = 30
ATTEMPT_DAYS: Final = 90
"""How far back a hub with its default settings remembers events and calls."""
OPEN_DAYS: Final = 14
AGENTS: Final = 4
PREVIEW_CHARACTERS: Final = 140
ANSWER_MS: Final = 400
TABLES: Final = (
    "contact",
    "contact_word",
    "address",
    "conversation",
    "lane",
    "message",
    "intent",
    "delivery",
    "attempt",
    "event",
)
"""In the order in which one refers to another."""
OUTCOMES: Final = (*("read",) * 11, *("delivered",) * 6, *("sent",) * 14, "rejected")
"""How messages ended, each as often as it stands here."""

Rows = dict[str, list[dict[str, object]]]


class Scribe:
    """Writes down one message after another; ``take`` hands over the rows since the last time."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        random = Random(plan.seed)  # noqa: S311 - invented people are no secret
        self._bits = random.getrandbits
        self._asked = questions(random)
        self._answered = answers(random)
        self._rows: Rows = defaultdict(list)
        self.people = People()
        self._events_from = plan.until - EVENT_DAYS * DAY_MS
        self._attempts_from = plan.until - ATTEMPT_DAYS * DAY_MS

    def take(self) -> Rows:
        rows, self._rows = self._rows, defaultdict(list)
        return {table: rows[table] for table in TABLES}

    def write(self, each: Said) -> None:
        if each.is_new:
            self._person(each.contact, each.at)
        draw = self._bits(16)
        pool = self._asked if each.is_incoming else self._answered
        text = pool[draw & (SENTENCES - 1)]
        key, channel = self.people.keys[each.contact], channel_of(each.contact)
        address = f"adr_{key}"
        if each.contact % SECOND_EVERY == 0 and each.number & 1_024:
            channel, address = SECOND_CHANNEL, f"ad2_{key}"
        message_id = f"msg_{time_key(each.at, each.number)}"
        outcome = "received" if each.is_incoming else OUTCOMES[draw >> 11]
        self._rows["message"].append(
            {
                "id": message_id,
                "conversation_id": f"cnv_{key}",
                "direction": "in" if each.is_incoming else "out",
                "author": "contact" if each.is_incoming else f"agent:agt_sample_{draw % AGENTS}",
                "channel": channel,
                "address_id": address,
                "external_id": None if outcome == "rejected" else f"wamid.{each.number:048d}",
                "text": text,
                "attachments": "[]",
                "details": '{"reply_to":null}' if each.is_incoming else "{}",
                "at": each.at,
                "stored_at": each.at,
                "source": "webhook" if each.is_incoming else "console",
                "state": _shown(outcome),
            }
        )
        if not each.is_incoming:
            self._delivery(each, message_id, channel, address, text, outcome)
        if each.at >= self._events_from:
            self._events(each, message_id, channel)
        self.people.note(each.contact, each.at, text, is_incoming=each.is_incoming)

    def _person(self, number: int, at: int) -> None:
        key = self.people.arrive(at)
        name, contact_id = name_of(number), f"con_{key}"
        self._rows["contact"].append({"id": contact_id, "name": name, "created_at": at})
        self._rows["conversation"].append(
            {"id": f"cnv_{key}", "contact_id": contact_id, "last_at": at, "created_at": at}
        )
        addresses = [(f"adr_{key}", channel_of(number), value_of(number, name), "wrote", "reply")]
        if number % SECOND_EVERY == 0:
            addresses.append(
                (f"ad2_{key}", SECOND_CHANNEL, f"+316{50_000_000 + number}", "confirmed", "failover")
            )
        words = words_of(name, *(value for _, _, value, _, _ in addresses))
        self._rows["contact_word"] += [{"word": word, "contact_id": contact_id} for word in words]
        for address_id, channel, value, proof, consent in addresses:
            self._rows["address"].append(
                {
                    "id": address_id,
                    "contact_id": contact_id,
                    "channel": channel,
                    "value": value,
                    "name": name,
                    "proof": proof,
                    "consent": consent,
                    "created_at": at,
                }
            )
            self._rows["lane"].append(
                {"id": f"{channel}|{address_id}", "channel": channel, "address_id": address_id}
            )

    def _delivery(
        self, each: Said, message_id: str, channel: str, address: str, text: str, outcome: str
    ) -> None:
        key = message_id[4:]
        self.people.positions[each.contact] += 1
        self._rows["intent"].append(
            {
                "id": f"int_{key}",
                "message_id": message_id,
                "conversation_id": f"cnv_{self.people.keys[each.contact]}",
                "contact_id": f"con_{self.people.keys[each.contact]}",
                "class": "person",
                "route": "auto",
                "created_at": each.at,
                "expires_at": each.at + 4 * DAY_MS,
            }
        )
        self._rows["delivery"].append(
            {
                "id": f"dlv_{key}",
                "intent_id": f"int_{key}",
                "message_id": message_id,
                "lane": f"{channel}|{address}",
                "position": self.people.positions[each.contact],
                "channel": channel,
                "address_id": address,
                "text": text,
                "state": outcome,
                "attempts": 1,
                "next_at": each.at,
                "external_id": None if outcome == "rejected" else f"wamid.{each.number:048d}",
                "created_at": each.at,
                "started_at": each.at,
                "settled_at": each.at + ANSWER_MS,
            }
        )
        if each.at >= self._attempts_from:
            self._rows["attempt"].append(
                {
                    "delivery_id": f"dlv_{key}",
                    "number": 1,
                    "started_at": each.at,
                    "finished_at": each.at + ANSWER_MS,
                    "outcome": "Rejected" if outcome == "rejected" else "Accepted",
                }
            )

    def _events(self, each: Said, message_id: str, channel: str) -> None:
        body = msgspec.json.encode({"message_id": message_id, "channel": channel}).decode()
        conversation_id = f"cnv_{self.people.keys[each.contact]}"
        kind = "message.received" if each.is_incoming else "message.created"
        for name, text in ((kind, body), ("conversation.changed", "{}")):
            self._rows["event"].append(
                {"at": each.at, "kind": name, "conversation_id": conversation_id, "body": text}
            )

    def standing(self, first: int, last: int) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
        """(conversations, addresses) of people by number, as they stand now."""
        numbers = range(first, min(last, len(self.people.keys)))
        addresses: list[dict[str, object]] = [
            {"id": f"adr_{self.people.keys[number]}", "last_in_at": self.people.last_in_at[number]}
            for number in numbers
        ]
        return [self._conversation(number) for number in numbers], addresses

    def _conversation(self, number: int) -> dict[str, object]:
        people = self.people
        is_open = people.last_at[number] > self._plan.until - OPEN_DAYS * DAY_MS
        return {
            "id": f"cnv_{people.keys[number]}",
            "status": "open" if is_open else "resolved",
            "last_at": people.last_at[number],
            "last_in_at": people.last_in_at[number],
            "last_preview": people.previews[number][:PREVIEW_CHARACTERS],
            "last_channel": channel_of(number),
            "unread": people.unread[number] if is_open else 0,
            "waiting_since": (people.waiting_since[number] or None) if is_open else None,
        }


def _shown(outcome: str) -> str:
    return "failed" if outcome == "rejected" else outcome
