"""Messages between our own accounts: what they prove, and that they are nobody's conversation."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import msgspec
import pytest
from tests.unit.conftest import START_MS, Bench

from holdfast.channels.contract import (
    Accepted,
    Capability,
    Deferred,
    ErrorClass,
    HistoryPage,
    InDoubt,
    MessageEchoed,
    MessageReceived,
    Outcome,
    Outgoing,
    ReceiptArrived,
    ReceiptState,
    Rejected,
    Scope,
    Unreachable,
)
from holdfast.radar import State, Verdict
from holdfast.radar.round_trips import Marks, Trip, TripState, Way, latest
from holdfast.radar.round_trips.pace import HURRIED_MS, LASTING_MS, next_at

SHOP, BACKUP = "instagram:shop", "instagram:backup"
EVERY_MS: Final = 600_000
WAY: Final = Way(sender=SHOP, receiver=BACKUP, address="backup-as-seen", every_ms=EVERY_MS, wait_ms=15_000)


class Accounts:
    """The bench with two accounts of which the one writes to the other."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.shop = bench.add(SHOP, echoes=True)
        self.backup = bench.add(BACKUP, echoes=True)
        bench.ways = [WAY]

    async def round(self) -> None:
        """One round, with what it begins."""
        await self.bench.round_trips.round()
        going = list(getattr(self.bench.round_trips, "_going").values())  # noqa: B009 - to see them end
        await asyncio.gather(*going)
        await asyncio.sleep(0)

    async def trip(self) -> Trip:
        """The first one; after a failure the next follows soon."""
        return (await self.bench.database.read(latest, SHOP, 10))[-1]

    async def arrives(self, outgoing: Outgoing, channel: str = BACKUP, **more: Any) -> None:
        event = MessageReceived(
            external_id=f"mid-{outgoing.delivery_id}",
            address="shop-as-seen",
            at=self.bench.clock.now_ms(),
            text=outgoing.text,
            name="The shop",
        )
        await self.bench.arrive(channel, event, **more)

    async def seen(self) -> list[tuple[str, str, str, str, str]]:
        rows = await self.bench.rows("SELECT * FROM observation ORDER BY id")
        return [
            (row["channel"], row["kind"], row["capability"], row["result"], row["error_class"])
            for row in rows
        ]

    async def nobody_was_told(self) -> bool:
        """No person, thread, message or event came of it."""
        tables = ("contact", "address", "conversation", "message", "event", "parked_event", "unread_envelope")
        counts = [await self.bench.rows(f"SELECT 1 FROM {table}") for table in tables]
        return not any(counts)


@pytest.fixture
async def accounts(hub: Bench) -> Accounts:
    return Accounts(hub)


SENT_WELL: Final = [
    (SHOP, "echo_expected", "receive", "unknown", ""),
    (SHOP, "round_trip", "send", "ok", ""),
]


async def test_a_message_that_arrives_proves_both_and_is_nobodys_conversation(accounts: Accounts) -> None:
    await accounts.round()
    [sent] = accounts.shop.sent
    assert sent.address == "backup-as-seen"
    assert not sent.human
    accounts.bench.clock.move(2)
    await accounts.arrives(sent)
    echo = MessageEchoed(external_id="instagram-1", address="backup-as-seen", at=START_MS, text=sent.text)
    await accounts.bench.arrive(SHOP, echo)
    assert await accounts.seen() == [
        *SENT_WELL,
        (BACKUP, "round_trip", "receive", "ok", ""),
        (SHOP, "echo_seen", "receive", "ok", ""),
    ]
    trip = await accounts.trip()
    assert (trip.state, trip.latency_ms) == (TripState.ARRIVED, 2_000)
    assert await accounts.nobody_was_told()
    assert accounts.bench.observed == []


async def test_it_is_told_once_however_often_it_arrives(accounts: Accounts) -> None:
    await accounts.round()
    [sent] = accounts.shop.sent
    for _ in range(3):
        await accounts.arrives(sent)
    assert [seen[2:4] for seen in await accounts.seen()].count(("receive", "ok")) == 1


async def test_what_does_not_arrive_in_time_is_a_failure_of_receiving(accounts: Accounts) -> None:
    await accounts.round()
    accounts.bench.clock.move(14.9)
    await accounts.round()
    assert await accounts.seen() == SENT_WELL
    accounts.bench.clock.move(0.1)
    await accounts.round()
    assert (await accounts.seen())[:3] == [*SENT_WELL, (BACKUP, "round_trip", "receive", "fail", "")]
    assert (await accounts.trip()).state is TripState.MISSING


async def test_what_comes_late_is_late(accounts: Accounts) -> None:
    await accounts.round()
    accounts.bench.clock.move(16)
    await accounts.round()
    await accounts.arrives(accounts.shop.sent[0])
    assert (await accounts.seen())[-1] == (BACKUP, "round_trip", "receive", "fail", "late")
    assert (await accounts.trip()).state is TripState.LATE


async def test_what_waited_in_our_own_spool_came_in_time(accounts: Accounts) -> None:
    await accounts.round()
    accounts.bench.clock.move(16)
    await accounts.round()
    await accounts.arrives(accounts.shop.sent[0], lag_ms=-5_000)
    assert (await accounts.seen())[-1] == (BACKUP, "round_trip", "receive", "ok", "")
    assert (await accounts.trip()).state is TripState.ARRIVED


@pytest.mark.parametrize(
    ("outcome", "error_class"),
    [
        (Unreachable("no connection"), "network"),
        (Deferred(ErrorClass.TOKEN, "expired", Scope.CHANNEL), "token"),
        (Rejected(ErrorClass.WINDOW, "closed"), "window"),
        (InDoubt("HTTP 500", over=True), "platform"),
    ],
)
async def test_a_send_that_fails_says_nothing_of_receiving(
    accounts: Accounts, outcome: Outcome, error_class: str
) -> None:
    accounts.shop.answer = outcome
    await accounts.round()
    accounts.bench.clock.move(14)
    await accounts.round()
    assert await accounts.seen() == [(SHOP, "round_trip", "send", "fail", error_class)]
    trip = await accounts.trip()
    assert (trip.state, trip.reason) == (TripState.FAILED, outcome.reason)  # type: ignore[union-attr] - none is accepted


async def test_a_lost_answer_is_a_failed_send_and_leaves_receiving_open(accounts: Accounts) -> None:
    accounts.shop.answer = InDoubt("no answer")
    await accounts.round()
    accounts.bench.clock.move(14.9)
    await accounts.round()
    accounts.bench.clock.move(0.1)
    accounts.shop.answer = None
    await accounts.round()
    assert await accounts.seen() == [(SHOP, "round_trip", "send", "fail", "platform"), *SENT_WELL]
    assert (await accounts.trip()).state is TripState.UNKNOWN


async def test_patience_with_one_person_says_nothing_of_the_channel(accounts: Accounts) -> None:
    accounts.shop.answer = Deferred(ErrorClass.THROTTLED, "too many to this person", Scope.LANE)
    await accounts.round()
    assert await accounts.seen() == []


async def test_it_may_arrive_before_its_answer(accounts: Accounts) -> None:
    async def meanwhile(outgoing: Outgoing) -> Outcome:
        await accounts.arrives(outgoing)
        return Accepted("mid")

    accounts.shop.answer = meanwhile
    await accounts.round()
    assert {seen[:4] for seen in await accounts.seen()} == {
        (BACKUP, "round_trip", "receive", "ok"),
        (SHOP, "echo_expected", "receive", "unknown"),
        (SHOP, "round_trip", "send", "ok"),
    }
    assert (await accounts.trip()).state is TripState.ARRIVED


async def test_a_receipt_of_failure_takes_it_back(accounts: Accounts) -> None:
    await accounts.round()
    [sent] = accounts.shop.sent
    for key in ("failed", "failed again"):
        receipt = ReceiptArrived(
            key=key,
            state=ReceiptState.FAILED,
            at=START_MS,
            external_id="instagram-1",
            correlation=sent.delivery_id,
            reason="The carrier reports undelivered.",
        )
        await accounts.bench.arrive(SHOP, receipt)
    accounts.bench.clock.move(14)
    await accounts.round()
    assert await accounts.seen() == [*SENT_WELL, (SHOP, "round_trip", "send", "fail", "platform")]
    assert (await accounts.trip()).state is TripState.FAILED
    assert await accounts.nobody_was_told()


async def test_there_is_never_a_second_one_under_way(accounts: Accounts) -> None:
    answered = asyncio.Event()

    async def slowly(_: Outgoing) -> Outcome:
        await answered.wait()
        return Accepted("mid")

    accounts.shop.answer = slowly
    await accounts.bench.round_trips.round()
    await asyncio.sleep(0)
    other = accounts.bench.make_round_trips()  # of another process
    accounts.bench.clock.move(30)
    await other.round()
    await accounts.bench.round_trips.round()
    answered.set()
    await accounts.round()
    assert len(accounts.shop.sent) == 1


async def test_what_a_kill_left_is_no_evidence_and_goes_on(accounts: Accounts) -> None:
    """The answer was never heard, and what arrives later than it should may be late by our own fault."""
    killed = asyncio.Event()

    async def never(_: Outgoing) -> Outcome:
        await killed.wait()
        raise AssertionError

    accounts.shop.answer = never
    await accounts.bench.round_trips.round()
    await asyncio.sleep(0)
    [task] = getattr(accounts.bench.round_trips, "_going").values()  # noqa: B009 - the process dies here
    task.cancel()
    accounts.shop.answer = None
    restarted = accounts.bench.round_trips = accounts.bench.make_round_trips()
    accounts.bench.clock.move(700)
    await restarted.round()
    assert await accounts.seen() == []
    await accounts.round()
    assert len(accounts.shop.sent) == 2
    assert (await accounts.trip()).state is TripState.UNKNOWN


async def test_a_hub_that_was_down_holds_nothing_against_the_platform(accounts: Accounts) -> None:
    await accounts.round()
    accounts.bench.clock.move(5)
    restarted = accounts.bench.make_round_trips()
    running = asyncio.create_task(restarted.run())
    await asyncio.sleep(0)
    accounts.bench.clock.move(60)
    await restarted.round()
    running.cancel()
    assert await accounts.seen() == SENT_WELL
    assert (await accounts.trip()).state is TripState.UNKNOWN


async def test_what_the_history_tells_of_it_is_no_gap(accounts: Accounts) -> None:
    await accounts.round()
    [sent] = accounts.shop.sent
    event = MessageReceived(external_id="mid", address="shop-as-seen", at=START_MS, text=sent.text)
    echo = MessageEchoed(external_id="mid", address="backup-as-seen", at=START_MS, text=sent.text)
    other = MessageReceived(external_id="other", address="ann", at=START_MS, text="Are you open?")
    bodies = tuple(_body(each) for each in (event, echo, other))
    page = HistoryPage(bodies, ("mid", "mid-echo", "other"), (START_MS, START_MS, START_MS))
    accounts.backup.pages = [page]
    accounts.bench.clock.move(10)
    assert await accounts.bench.history.read_back(BACKUP) == 1
    await accounts.bench.apply()
    [message] = await accounts.bench.rows("SELECT * FROM message")
    assert message["text"] == "Are you open?"


def _body(event: Any) -> bytes:
    return msgspec.json.encode([event])


@pytest.mark.parametrize(
    "forge",
    [
        lambda text: text[:-1] + ("0" if text[-1] != "0" else "1"),
        lambda text: text.replace("rt_", "rt_0")[:-1],
        lambda _: "rt_01J8ZK3Q000000000000000000-0123456789abcdef",
    ],
)
async def test_nobody_else_can_hide_a_message_so(accounts: Accounts, forge: Callable[[str], str]) -> None:
    await accounts.round()
    [sent] = accounts.shop.sent
    event = MessageReceived(external_id="m", address="ann", at=START_MS, text=forge(sent.text))
    await accounts.bench.arrive(BACKUP, event)
    assert len(await accounts.bench.rows("SELECT * FROM message")) == 1


async def test_a_mark_that_arrives_elsewhere_proves_nothing(accounts: Accounts) -> None:
    await accounts.round()
    await accounts.arrives(accounts.shop.sent[0], channel=SHOP)
    assert await accounts.seen() == SENT_WELL
    assert (await accounts.trip()).state is TripState.UNDER_WAY


def test_the_text_fits_a_text_message_and_bears_its_mark() -> None:
    marks = Marks(b"key")
    text = marks.text("rt_01J8ZK3QABCDEFGHJKMNPQRSTV")
    assert len(text) <= 160
    assert text.isascii()
    assert marks.trip_in(f"> {text}\n--\nsent by mail") == "rt_01J8ZK3QABCDEFGHJKMNPQRSTV"
    assert Marks(b"another").trip_in(text) == ""


def _last(**more: Any) -> Trip:
    values = {"state": TripState.ARRIVED, "began_at": START_MS, "due_at": 0, "ended_at": START_MS, **more}
    return Trip(id="rt_1", sender=SHOP, receiver=BACKUP, **values)


def _verdict(state: State, since: int = START_MS) -> Verdict:
    return Verdict(channel=SHOP, capability=Capability.SEND, state=state, since=since)


@pytest.mark.parametrize(
    ("last", "states", "pause"),
    [
        (_last(), (State.UP, State.UP), EVERY_MS),
        (_last(), (State.UNKNOWN, State.UNKNOWN), EVERY_MS),
        (_last(state=TripState.MISSING), (State.UP, State.UP), HURRIED_MS),
        (_last(state=TripState.FAILED), (State.UP, State.UP), HURRIED_MS),
        (_last(state=TripState.UNKNOWN), (State.UP, State.UP), EVERY_MS),
        (_last(state=TripState.UNKNOWN, reason="no answer"), (State.UP, State.UP), HURRIED_MS),
        (_last(), (State.SUSPECTED, State.UP), HURRIED_MS),
        (_last(), (State.UP, State.RECOVERING), HURRIED_MS),
    ],
)
def test_seldom_while_all_is_well_and_often_while_it_is_not(
    last: Trip, states: tuple[State, ...], pause: int
) -> None:
    assert next_at(WAY, last, [_verdict(state) for state in states]) == START_MS + pause


def test_what_has_failed_for_long_is_tried_less_often() -> None:
    lasting = _verdict(State.DOWN, since=START_MS - 3_600_000)
    assert next_at(WAY, _last(), [lasting]) == START_MS + LASTING_MS


def test_the_first_goes_at_once() -> None:
    assert next_at(WAY, None, []) == 0
