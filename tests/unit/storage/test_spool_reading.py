"""How much of the spool is in memory at once."""

from pathlib import Path

from holdfast.storage import NewEnvelope, Spool
from holdfast.storage.spool import READ_BYTES_MAX

MANY = 100


async def test_large_envelopes_are_read_a_few_at_a_time_and_none_is_left_out(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", inline=True, synchronous="OFF")
    sizes = (READ_BYTES_MAX // 2, READ_BYTES_MAX // 2, 1, READ_BYTES_MAX + 1, 1)
    for size in sizes:
        await spool.append(NewEnvelope("email:shop", "poll", 1, bytes(size)))
    batches, seq = [], 0
    while found := await spool.after(seq, MANY):
        batches.append([len(each.body) for each in found])
        seq = found[-1].seq
    await spool.close()
    assert batches == [[sizes[0], sizes[1]], [1], [sizes[3]], [1]]
