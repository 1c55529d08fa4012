"""Proof that comes late: of what was given up, and of a first call after a second one was made.

What is proven belongs to its message, however long nobody believed in it: it is not something that was
written in the platform's own app.
"""

from typing import Final

import msgspec

from holdfast.channels.contract import MessageEchoed, ReceiptArrived, ReceiptState
from holdfast.channels.text import same_words
from holdfast.outbox import store
from holdfast.outbox.doubt import store as doubts
from holdfast.outbox.doubt import words
from holdfast.outbox.doubt.notes import read_notes
from holdfast.outbox.model import GIVEN_UP, PROVEN
from holdfast.storage import Row, Tx

LATE_MS_MAX: Final = 3_600_000
"""Of a message that the platform made this long after our last call, nobody would say that it is that call's."""
CLOCKS_APART_MS: Final = 30_000
"""How far the platform's clock may stand behind ours where an echo is compared by its words."""
REPEATS_MAX: Final = 20
STATED: Final = "stated:"
"""How the external id begins of what a person said had arrived."""


async def match_by_words(tx: Tx, channel: str, echo: MessageEchoed) -> str | None:
    """The delivery that an echo speaks of though its letters or our clock are a little off, or that nobody
    expected an echo of.
    """
    if await doubts.is_a_message(tx, channel, echo.external_id):
        return None
    latest = echo.at + CLOCKS_APART_MS
    under_way = await doubts.under_way(tx, channel, echo.address, latest)
    rows = sorted(under_way, key=lambda row: abs(row["started_at"] - echo.at))
    rows += await doubts.doubted(tx, channel, echo.address, latest=latest, earliest=echo.at - LATE_MS_MAX)
    return next((str(row["id"]) for row in rows if same_words(row["text"], echo.text)), None)


async def join(tx: Tx, delivery: Row, external_id: str, now: int) -> bool:
    """Proof for a delivery that is settled already; False where it cannot be of that one."""
    if delivery["state"] in PROVEN:
        return await note_repeat(tx, delivery, external_id, now)
    await revive(tx, delivery, external_id, now)
    return True


async def note_repeat(tx: Tx, delivery: Row, external_id: str, now: int) -> bool:
    """The platform took a message once more: say so on it. False where there were fewer calls than that."""
    notes = read_notes(delivery["details"])
    if external_id in notes.repeats:
        return True
    if len(notes.repeats) >= min(REPEATS_MAX, delivery["attempts"] - 1):
        return False
    repeats = (*notes.repeats, external_id)
    await doubts.write_notes(tx, delivery["id"], msgspec.structs.replace(notes, repeats=repeats))
    await doubts.give_reason(tx, delivery["id"], words.ARRIVED_TWICE)
    await store.show(tx, delivery["message_id"], now)
    return True


async def revive(tx: Tx, delivery: Row, external_id: str, now: int) -> None:
    """What was given up was sent after all; what went another way meanwhile stays where it is."""
    if not await doubts.revive(tx, delivery["id"], external_id, words.ARRIVED_LATE, now):
        await doubts.name_it(tx, delivery["id"], external_id)
        await doubts.give_reason(tx, delivery["id"], words.ARRIVED_HERE_TOO)
    await store.show(tx, delivery["message_id"], now)


def is_settled(delivery: Row) -> bool:
    """Whether there was an answer, a proof or a decision, other than a person's word that it arrived."""
    stated = str(delivery["external_id"] or "").startswith(STATED)
    return bool(delivery["state"] in (*GIVEN_UP, *PROVEN) and not stated)


def took_another(delivery: Row, external_id: str) -> bool:
    """Whether an answer names another message than the one that proved this delivery before."""
    known = delivery["external_id"] or ""
    return bool(delivery["state"] in PROVEN and known != external_id and not known.startswith(STATED))


def is_of_another_call(delivery: Row, receipt: ReceiptArrived) -> bool:
    """Whether a receipt, found by our own handle, may be of another call than the one that counts."""
    known = delivery["external_id"] or ""
    if receipt.state is ReceiptState.FAILED and delivery["state"] == "sending":
        return bool(delivery["attempts"] > 1)
    return bool(
        known and receipt.external_id and not known.startswith(STATED) and known != receipt.external_id
    )


async def note_other_call(tx: Tx, delivery: Row, receipt: ReceiptArrived, now: int) -> bool:
    """False where the receipt has to wait until an answer names its call."""
    if receipt.state is ReceiptState.FAILED:
        return bool(delivery["state"] != "sending")
    if delivery["state"] in (*GIVEN_UP, *PROVEN):
        await join(tx, delivery, receipt.external_id, now)
    return True


def tells_of_given_up(delivery: Row, receipt: ReceiptArrived) -> bool:
    """Whether a receipt proves what was given up; "sent" may come after the "failed" that it preceded."""
    if delivery["state"] not in GIVEN_UP or delivery["attempts"] == 0:
        return False
    return not delivery["external_id"] or receipt.state is not ReceiptState.SENT


async def rejoin(tx: Tx, delivery: Row, now: int) -> None:
    """What was set aside is settled: the parts behind it go on, at the end of their lane."""
    if doubts.is_aside(delivery):
        await doubts.bring_back(tx, delivery)
        await store.wake_lane(tx, delivery["lane"].removesuffix(doubts.ASIDE), now)


async def send_again(tx: Tx, delivery: Row, state: str, reason: str, now: int) -> None:
    """Queue a doubt once more: in its place, or at the end where later messages have gone before it."""
    await store.set_state(tx, delivery, state, reason=reason, now=now, was="in_doubt")
    await rejoin(tx, delivery, now)
    await store.wake_lane(tx, delivery["lane"], now)
    await store.show(tx, delivery["message_id"], now)


async def give_up(tx: Tx, delivery: Row, state: str, reason: str, now: int) -> None:
    """A doubt is left as it is, and the parts of its message behind it with it."""
    await store.set_state(tx, delivery, state, reason=reason, now=now, was="in_doubt", final=True)
    await stop_parts(tx, delivery, now)
    await store.wake_lane(tx, delivery["lane"], now)
    await store.show(tx, delivery["message_id"], now)


async def stop_parts(tx: Tx, delivery: Row, now: int) -> None:
    """The parts behind one that cannot be sent are not sent either."""
    if delivery["part"] < delivery["parts"]:
        reason = words.part_stopped(delivery["part"], delivery["parts"])
        await doubts.stop_parts(tx, delivery, reason, now)
