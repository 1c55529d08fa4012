"""The bugs, by the promise that they break."""

from typing import Final

from .model import KEPT, ONCE, OWNED, RESTS, Bug, Edit
from .of_the_store import OF_THE_STORE

_LATER: Final = "__import__('asyncio').ensure_future"

BUGS: Final = (
    Bug(
        name="webhook-answered-before-its-append",
        what="the platform is told yes while the envelope is still on its way to the spool",
        edits=(
            Edit(
                "web/hooks.py",
                r"await self\._spool\.append\(envelope\)",
                f"self._later = {_LATER}(self._spool.append(envelope))",
            ),
        ),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="chat-acknowledged-before-its-append",
        what="a visitor is told that a message is safe while it is still on its way to the spool",
        edits=(
            Edit(
                "portal/writing.py",
                r"await self\._spool\.append\(envelope\)",
                f"self._later = {_LATER}(self._spool.append(envelope))",
            ),
        ),
        breaks=KEPT,
        seeds=4,
    ),
    Bug(
        name="reply-accepted-before-its-commit",
        what="the API answers 201 while the reply is still on its way to the store",
        edits=(
            Edit(
                "web/api/messages.py",
                r"try:\n        enqueued = await services\.outbox\.enqueue\(reply\)\n(    .*\n)+?    return .*",
                f"later = {_LATER}(services.outbox.enqueue(reply))\\n"
                '    return Response({"id": str(id(later))}, status_code=201)',
            ),
        ),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="append-not-awaited",
        what="the spool hands the envelope to its writer and does not wait for it",
        edits=(
            Edit(
                "storage/spool.py",
                r"seq = await waiting\.number",
                "seq = 0",
            ),
        ),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="told-before-the-group-commits",
        what="the writer tells of each unit when it has run, not when its group is committed",
        edits=(
            Edit(
                "storage/sqlite.py",
                r"^( +)(unit\.result = _drive\(.*\))$",
                r"\1\2\n\1unit.announce()",
            ),
        ),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="failed-commit-told-as-done",
        what="a commit that the disk refused is told as if it stood",
        edits=(Edit("storage/sqlite.py", r"unit\.error = failure", "unit.error = None"),),
        breaks=(*KEPT, *RESTS, "nothing_surprises"),
        seeds=8,
    ),
    Bug(
        name="store-not-synced",
        what="the store leaves it to the system when a commit reaches the disk",
        edits=(Edit("storage/sqlite.py", r'synchronous: str = "FULL"', 'synchronous: str = "NORMAL"'),),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="spool-not-synced",
        what="the spool leaves it to the system when an append reaches the disk",
        edits=(Edit("storage/spool.py", r'synchronous: str = "FULL"', 'synchronous: str = "OFF"'),),
        breaks=KEPT,
        seeds=2,
    ),
    Bug(
        name="cursor-before-the-effects",
        what="the applier notes that it has read envelopes before what they do is committed",
        edits=(
            Edit(
                "conversations/applier.py",
                r"^( +)(await self\._database\.write\(self\._apply, batch\))$",
                r"\1await self._database.write(store.write_cursor, self._cursor, envelopes[-1].seq)\n\1\2",
            ),
        ),
        breaks=KEPT,
    ),
    Bug(
        name="poison-blocks-the-road",
        what="an envelope that cannot be read stops those behind it",
        edits=(
            Edit(
                "conversations/applier.py",
                r"(except UnreadableError as error:\n +)return Read\(envelope, problem=str\(error\)\)",
                r"\1raise",
            ),
        ),
        breaks=("nothing_surprises", *KEPT, *RESTS),
    ),
    Bug(
        name="poison-drops-those-behind",
        what="an envelope that cannot be read takes those behind it in its batch along",
        edits=(
            Edit(
                "conversations/applier.py",
                r"for read in batch for each in self\._happened",
                "for read in __import__('itertools').takewhile(lambda each: not each.problem, batch)"
                " for each in self._happened",
            ),
        ),
        breaks=KEPT,
        seeds=30,
    ),
    Bug(
        name="duplicates-are-not-seen",
        what="a webhook that comes twice makes two messages",
        edits=(
            Edit(
                "storage/migrations/0001_start.sql",
                "CREATE UNIQUE INDEX message_external",
                "CREATE INDEX message_external",
            ),
            Edit("conversations/apply_event.py", r"if known is not None:", "if False:"),
            Edit("conversations/arrivals.py", r"await store\.spoken_of\(.*\}\)", "()"),
        ),
        breaks=KEPT,
    ),
    Bug(
        name="late-messages-stand-at-the-end",
        what="a message stands where it arrived, not where it was written",
        edits=(
            Edit(
                "conversations/apply_event.py",
                r'"at": event\.at,\n        "stored_at":',
                '"at": context.now,\n        "stored_at":',
            ),
        ),
        breaks=("messages_stand_where_they_were_written",),
        seeds=4,
    ),
    Bug(
        name="parked-events-stay-parked",
        what="what came before the message that it speaks of is never matched",
        edits=(Edit("conversations/**/*.py", r"in await store\.take_parked\(.*\):", "in ():"),),
        breaks=("reactions_are_shown",),
        seeds=6,
    ),
    Bug(
        name="lane-taken-from-its-holder",
        what="a lane is leased though another holds it",
        edits=(Edit("outbox/**/*.py", r" AND (lane\.)?lease_until <= :now$", ""),),
        breaks=OWNED,
    ),
    Bug(
        name="fence-not-checked",
        what="a worker goes on in a lane that it has lost",
        edits=(
            Edit(
                "outbox/**/*.py",
                r'if row\["fence"\] == fences\[name\] and .*:',
                "if name:",
            ),
        ),
        breaks=OWNED,
        seeds=60,
    ),
    Bug(
        name="settled-whatever-it-is-now",
        what="an answer moves a delivery that has moved on meanwhile",
        edits=(Edit("outbox/**/*.py", r"WHERE id = :id AND state = :was", "WHERE id = :id"),),
        breaks=(*OWNED, *ONCE, "shown_states_are_true"),
        seeds=20,
    ),
    Bug(
        name="rescued-sends-go-out-again",
        what="what a kill left half sent is queued again without a look",
        edits=(Edit("outbox/rescuer.py", r'"in_doubt",', '"queued",'),),
        breaks=ONCE,
        seeds=20,
    ),
    Bug(
        name="doubts-go-out-again",
        what="a send whose answer was lost is queued again without a look",
        edits=(Edit("outbox/settle.py", r'"in_doubt",', '"queued",'),),
        breaks=ONCE,
    ),
    Bug(
        name="one-look-proves-absence",
        what="what the platform's record does not show yet counts as not sent",
        edits=(Edit("outbox/doubt/policy.py", r"return notes\.absent \+ 1 >= .*", "return True"),),
        breaks=ONCE,
        seeds=3,
        finding="killed-while-a-platform-works",
    ),
    Bug(
        name="late-acceptance-is-not-awaited-after-a-kill",
        what="a platform that was at work when the hub was killed is not given its time to act",
        edits=(Edit("outbox/rescuer.py", r"late_ms = fact\.late_ms if fact else LATE_MS", "late_ms = 0"),),
        breaks=ONCE,
        seeds=6,
        finding="killed-while-a-platform-works",
    ),
    Bug(
        name="back-at-its-old-place",
        what="what was set aside is sent again in front of what was written later and has gone",
        edits=(Edit("outbox/doubt/store.py", r"tx\.run\(_TO_THE_END, ", "tx.run(_MOVE, "),),
        breaks=OWNED,
        seeds=20,
    ),
    Bug(
        name="sent-without-proof",
        what="a lost answer is taken for a yes",
        edits=(
            Edit(
                "outbox/settle.py",
                r"case InDoubt\(\):\n",
                'case InDoubt():\n                await self.accepted(tx, delivery, delivery["id"], now)\n'
                "                return\n",
            ),
        ),
        breaks=("shown_states_are_true", *ONCE),
    ),
    Bug(
        name="sent-twice-by-two-ways",
        what="what went another way goes out on the first one, too, when that returns",
        edits=(Edit("outbox/reroute.py", r'await store\.set_state\(tx, row, "superseded".*', "del name"),),
        breaks=ONCE,
        seeds=30,
    ),
    Bug(
        name="overtaken-in-the-lane",
        what="what waits for its next try lets those behind it pass",
        edits=(
            Edit(
                "outbox/**/*.py",
                r"SELECT MIN\(p\.position\) (FROM delivery p\s+WHERE p\.lane = l\.id AND .*'in_doubt'\))",
                r"SELECT p.position \1 ORDER BY p.next_at, p.position LIMIT 1",
            ),
        ),
        breaks=OWNED,
    ),
    Bug(
        name="lane-forgotten",
        what="a lane that has to wait is never due again",
        edits=(
            Edit("outbox/**/*.py", r"leased_by = NULL, due_at = :due_at", "leased_by = NULL, due_at = NULL"),
            Edit("outbox/rescuer.py", r"await store\.wake_forgotten_lanes\(tx, now\)", "pass"),
        ),
        breaks=RESTS,
    ),
    Bug(
        name="breaker-never-closes",
        what="a channel that works again is still held",
        edits=(Edit("outbox/breaker.py", r"return Breaker\(breaker\.channel\)", "return breaker"),),
        breaks=RESTS,
    ),
    Bug(
        name="living-senders-are-rescued",
        what="what a living node is sending is taken for abandoned",
        edits=(Edit("outbox/**/*.py", r"(d\.state = 'sending') AND l\.lease_until <= :now", r"\1"),),
        breaks=(*OWNED, *ONCE),
        seeds=20,
    ),
    Bug(
        name="doubt-does-not-hold-its-lane",
        what="what is in doubt is sent again as if it had not been",
        edits=(
            Edit(
                "outbox/**/*.py",
                r'head\["state"\] in \{"sending", "in_doubt"\}',
                'head["state"] == "sending"',
            ),
        ),
        breaks=(*ONCE, *OWNED, "nothing_surprises"),
    ),
    Bug(
        name="keys-are-not-seen",
        what="a reply that is written again under its key becomes a second one",
        edits=(
            Edit("outbox/enqueue.py", r"if earlier is not None:", "if False:"),
            Edit("storage/migrations/0001_start.sql", "idempotency_key TEXT UNIQUE", "idempotency_key TEXT"),
        ),
        breaks=ONCE,
    ),
    Bug(
        name="hearsay-is-written-to",
        what="a reply goes to an address of which nobody has shown that it is theirs",
        edits=(Edit("outbox/routing.py", r"if candidate\.proof is None:", "if False:"),),
        breaks=("replies_reach_their_person", *ONCE),
        seeds=20,
    ),
    Bug(
        name="outages-are-not-told",
        what="a confirmed failure opens no incident",
        edits=(Edit("radar/incidents/course.py", r"_opened\(.*\) if confirmed else None", "None"),),
        breaks=("outage_is_known",),
        seeds=4,
        first=2,
    ),
    *OF_THE_STORE,
)
