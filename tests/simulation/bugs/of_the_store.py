"""Bugs of the store and the spool, of what is applied one by one, and of what clients are told."""

from typing import Final

from .model import KEPT, ONCE, RESTS, Bug, Edit

TOLD: Final = ("clients_are_told",)
LEFT: Final = ("failed_units_leave_nothing",)

OF_THE_STORE: Final = (
    Bug(
        name="failed-units-keep-their-effects",
        what="a unit of work that fails is not undone when the others of its commit stand",
        edits=(Edit("storage/sqlite.py", r'connection\.execute\("ROLLBACK TO unit"\)', "pass"),),
        breaks=(*LEFT, *KEPT),
        seeds=20,
    ),
    Bug(
        name="second-run-on-top-of-the-first",
        what="what ran plainly, until one failed, is not undone before all of it runs again",
        edits=(
            Edit(
                "storage/sqlite.py",
                r'^ +connection\.execute\("ROLLBACK"\)\n +connection\.execute\("BEGIN IMMEDIATE"\)\n(?= +for unit)',
                "",
            ),
        ),
        breaks=(*LEFT, *KEPT, *ONCE),
        seeds=20,
    ),
    Bug(
        name="refusals-are-swallowed-one-by-one",
        what="where a batch is applied one by one, what the store refuses is left behind and the cursor moves on",
        edits=(
            Edit(
                "conversations/applier.py",
                r"(write\(self\._apply, \[read\]\)\n +except StoreUnavailableError:\n +)raise",
                r"\1return",
            ),
        ),
        breaks=KEPT,
        seeds=20,
    ),
    Bug(
        name="confirmed-before-the-append-commits",
        what="the spool tells all who wait that they are safe, and writes then",
        edits=(
            Edit(
                "storage/spool.py",
                r"^( +)(first = await self\._database\.write\(_append_all.*)$",
                r"\1[each.confirm(0) for each in batch]\n\1\2",
            ),
        ),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="numbers-shift-within-a-batch",
        what="whoever appends is told the number of what came before",
        edits=(
            Edit("storage/spool.py", r"in enumerate\(batch, first\):", "in enumerate(batch, first - 1):"),
        ),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="numbers-are-those-of-the-first",
        what="all who append together are told the number of the first of them",
        edits=(Edit("storage/spool.py", r"each\.confirm\(seq\)", "each.confirm(first)"),),
        breaks=KEPT,
        seeds=20,
    ),
    Bug(
        name="many-rows-lose-their-rest",
        what="what is left over of many rows after the first full piece is not written",
        edits=(
            Edit(
                "storage/sqlite.py",
                r"^( +)for size in ROWS_AT_ONCE:$",
                r"\1for size in ROWS_AT_ONCE:\n\1    if place and size == 1:\n\1        return",
            ),
        ),
        breaks=(*KEPT, *ONCE, *TOLD, *RESTS, "nothing_surprises"),
        seeds=20,
    ),
    Bug(
        name="sent-is-not-told",
        what="no event says that a message was sent where many are settled together",
        edits=(
            Edit(
                "outbox/showing/store.py",
                r"^( +await tx\.run\(_SENT, message_ids=message_ids\))\n.*$",
                r"\1",
            ),
        ),
        breaks=TOLD,
        seeds=2,
    ),
    Bug(
        name="late-changes-are-not-told",
        what="no event says what receipts, doubts and second ways make of a message",
        edits=(Edit("outbox/showing/store.py", r"^    await append_events\(tx, .*$", "    pass"),),
        breaks=TOLD,
        seeds=2,
    ),
    Bug(
        name="reactions-are-not-told",
        what="no event says that somebody reacted to a message",
        edits=(
            Edit(
                "conversations/apply_event.py",
                r'^    (await append_event\(\n        tx,\n        at=now,\n        kind="message\.changed")',
                r"    False and \1",
            ),
        ),
        breaks=TOLD,
        seeds=4,
    ),
    Bug(
        name="conversations-are-not-told",
        what="no event says that a conversation has something unread",
        edits=(Edit("conversations/arrivals.py", r"^    await store\.tell_conversations\(.*$", "    pass"),),
        breaks=TOLD,
        seeds=2,
    ),
)
