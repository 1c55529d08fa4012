import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from holdfast.storage import NewEnvelope, Spool, SpoolUnavailableError


@pytest.fixture
async def spool(tmp_path: Path) -> AsyncIterator[Spool]:
    spool = Spool(tmp_path / "spool.db")
    yield spool
    await spool.close()


def arrived(number: int, *, at: int = 0, body: bytes = b"") -> NewEnvelope:
    return NewEnvelope("instagram:shop", "webhook", at or number, body or str(number).encode(), {"n": "1"})


async def test_an_envelope_comes_back_as_it_arrived(spool: Spool) -> None:
    every_byte = bytes(range(256))
    seq = await spool.append(NewEnvelope("sms:shop", "poll", 17, every_byte, {"content-type": "x/y; é"}))
    envelope = await spool.get(seq)
    assert envelope is not None
    assert (envelope.seq, envelope.channel, envelope.source) == (seq, "sms:shop", "poll")
    assert (envelope.received_at, envelope.body) == (17, every_byte)
    assert envelope.headers == {"content-type": "x/y; é"}
    assert await spool.get(seq + 1) is None


async def test_envelopes_are_numbered_in_order_of_arrival_and_read_after_a_cursor(spool: Spool) -> None:
    assert await spool.last_seq() == 0
    seqs = [await spool.append(arrived(number)) for number in range(10)]
    assert seqs == list(range(1, 11))
    page = await spool.after(4, 3)
    assert [envelope.seq for envelope in page] == [5, 6, 7]
    assert [envelope.body for envelope in page] == [b"4", b"5", b"6"]
    assert await spool.after(10, 3) == []
    assert await spool.last_seq() == 10


async def test_concurrent_arrivals_are_each_stored_once(spool: Spool) -> None:
    seqs = await asyncio.gather(*(spool.append(arrived(number)) for number in range(300)))
    assert sorted(seqs) == list(range(1, 301))
    stored = {envelope.seq: envelope.body for envelope in await spool.after(0, 1_000)}
    assert stored == {seq: str(number).encode() for number, seq in enumerate(seqs)}


async def test_a_sender_that_goes_away_disturbs_nobody_and_is_kept(spool: Spool) -> None:
    tasks = [asyncio.create_task(spool.append(arrived(number))) for number in range(20)]
    await asyncio.sleep(0)
    tasks[7].cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(outcomes[7], asyncio.CancelledError)
    assert [outcome for outcome in outcomes if isinstance(outcome, int)] == [
        number + 1 for number in range(20) if number != 7
    ]
    assert [envelope.body for envelope in await spool.after(0, 100)] == [b"%d" % n for n in range(20)]
    assert spool.arrived.is_set()


async def test_an_arrival_is_signalled(spool: Spool) -> None:
    assert not spool.arrived.is_set()
    await spool.append(arrived(1))
    assert spool.arrived.is_set()


async def test_only_what_was_applied_and_is_old_is_pruned_and_numbers_are_not_used_again(
    spool: Spool,
) -> None:
    for number in range(1, 7):
        await spool.append(arrived(number, at=number * 100))
    assert await spool.prune(applied=4, before_ms=300) == 2
    assert [envelope.seq for envelope in await spool.after(0, 10)] == [3, 4, 5, 6]
    assert await spool.prune(applied=4, before_ms=10_000) == 2
    assert [envelope.seq for envelope in await spool.after(0, 10)] == [5, 6]
    assert await spool.prune(applied=6, before_ms=10_000) == 2
    assert await spool.append(arrived(7)) == 7


async def test_a_spool_that_is_opened_again_goes_on_where_it_was(spool: Spool, tmp_path: Path) -> None:
    await spool.append(arrived(1))
    await spool.close()
    again = Spool(tmp_path / "spool.db")
    try:
        assert [envelope.body for envelope in await again.after(0, 10)] == [b"1"]
        assert await again.append(arrived(2)) == 2
    finally:
        await again.close()


async def test_a_closed_spool_accepts_nothing(spool: Spool) -> None:
    await spool.close()
    with pytest.raises(SpoolUnavailableError):
        await spool.append(arrived(1))
    assert not spool.arrived.is_set()


async def test_a_spool_in_a_place_that_does_not_exist_never_starts(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        Spool(tmp_path / "missing" / "spool.db")


async def test_a_spool_whose_file_was_lost_gives_no_number_again(spool: Spool) -> None:
    assert not await spool.begin_after(0)
    assert await spool.begin_after(70)
    assert not await spool.begin_after(70)
    assert [await spool.append(arrived(number)) for number in range(2)] == [71, 72]
    assert [envelope.seq for envelope in await spool.after(70, 10)] == [71, 72]


async def test_what_an_older_copy_holds_is_numbered_behind_and_applied(spool: Spool) -> None:
    assert [await spool.append(arrived(number)) for number in range(3)] == [1, 2, 3]
    assert not await spool.begin_after(3)
    assert await spool.begin_after(40)
    assert await spool.append(arrived(3)) == 44
    kept = await spool.after(40, 10)
    assert [(envelope.seq, envelope.body) for envelope in kept] == [
        (41, b"0"),
        (42, b"1"),
        (43, b"2"),
        (44, b"3"),
    ]
