"""Mailboxes are read without losing or repeating a mail; earlier history is taken over once."""

from typing import Any

import msgspec
import pytest

from holdfast.channels.contract import MessageReceived
from holdfast.channels.email.mailbox import PolledMail
from holdfast.conversations import MailReader, NewAddress
from holdfast.conversations.past import PastMessage, take_over
from holdfast.conversations.store import mailbox_cursor
from holdfast.storage import NewEnvelope, SpoolUnavailableError

MAIL, IG = "email:shop", "instagram:shop"


class Mailbox:
    """Mails by number; gives two at a time, after the cursor."""

    def __init__(self, mails: list[bytes]) -> None:
        self.mails = mails
        self.asked: list[str] = []

    async def poll(self, cursor: str) -> PolledMail:
        self.asked.append(cursor)
        start = int(cursor or 0)
        end = min(start + 2, len(self.mails))
        return PolledMail(tuple(self.mails[start:end]), str(end), more=end < len(self.mails))


class Account:
    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.poll_seconds = 20.0


class FullAfter:
    """A spool that is full after so many mails."""

    def __init__(self, spool: Any, room: int) -> None:
        self._spool = spool
        self.room = room

    async def append(self, envelope: NewEnvelope) -> int:
        if not self.room:
            raise SpoolUnavailableError("full")
        self.room -= 1
        return int(await self._spool.append(envelope))


def mails(hub: Any, count: int) -> list[bytes]:
    at = hub.clock.now_ms()
    return [
        msgspec.json.encode([MessageReceived(f"<{n}@ann>", "a@b", at + n, f"mail {n}")]) for n in range(count)
    ]


def reader(hub: Any, mailbox: Mailbox, spool: Any = None) -> MailReader:
    return MailReader(
        database=hub.database,
        spool=spool or hub.spool,
        clock=hub.clock,
        mailboxes=lambda: {MAIL: Account(mailbox)},  # type: ignore[dict-item]  # what the reader uses of it
    )


async def read_texts(hub: Any) -> list[str]:
    await hub.apply()
    return [row["text"] for row in await hub.rows("SELECT text FROM message ORDER BY at")]


async def test_a_mailbox_is_read_to_its_end_and_on_from_there(hub: Any) -> None:
    hub.add(MAIL)
    mailbox = Mailbox(mails(hub, 5))
    assert await reader(hub, mailbox).read(MAIL) == 5
    assert await read_texts(hub) == [f"mail {n}" for n in range(5)]
    assert mailbox.asked == ["", "2", "4"]
    assert await reader(hub, mailbox).read(MAIL) == 0
    assert mailbox.asked[-1] == "5"


async def test_a_mail_that_was_not_made_durable_is_read_again_and_none_twice(hub: Any) -> None:
    hub.add(MAIL)
    mailbox = Mailbox(mails(hub, 5))
    with pytest.raises(SpoolUnavailableError):
        await reader(hub, mailbox, FullAfter(hub.spool, 3)).read(MAIL)
    assert await hub.database.read(mailbox_cursor, MAIL) == "2"
    await reader(hub, mailbox).read(MAIL)
    assert await read_texts(hub) == [f"mail {n}" for n in range(5)]


def said(number: int, direction: str = "in", value: str = "ann") -> PastMessage:
    return PastMessage(
        channel=IG,
        value=value,
        direction=direction,
        text=f"text {number}",
        at=1_700_000_000_000 + number,
        external_id=f"past{number}",
    )


async def test_the_past_is_taken_over_once_in_its_order(hub: Any) -> None:
    hub.add(IG)
    _, conversation_id = await hub.person(NewAddress(channel=IG, value="ann", proof="confirmed"))
    past = [said(1), said(2, "out"), said(3)]
    now = hub.clock.now_ms()
    assert await hub.database.write(take_over, hub.ids, past, now) == 3
    assert await hub.database.write(take_over, hub.ids, past, now) == 0
    thread = await hub.thread(conversation_id)
    assert [(row["text"], row["direction"], row["state"]) for row in thread] == [
        ("text 1", "in", "received"),
        ("text 2", "out", "sent"),
        ("text 3", "in", "received"),
    ]
    conversation = await hub.one("SELECT unread, waiting_since, last_preview FROM conversation")
    assert conversation["unread"] == 1
    assert conversation["waiting_since"] == past[2].at


async def test_the_past_of_a_stranger_is_refused_whole(hub: Any) -> None:
    hub.add(IG)
    await hub.person(NewAddress(channel=IG, value="ann", proof="confirmed"))
    with pytest.raises(LookupError, match="no contact has the address ben"):
        await hub.database.write(take_over, hub.ids, [said(1), said(2, value="ben")], 1)
    assert await hub.rows("SELECT id FROM message") == []
