"""The five promises, and what they rest on, each as a function that says in plain words what was not kept."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from typing import Final

from holdfast_simulators.people import Message

from .outage_known import alarms_are_true, all_closed, outage_is_known
from .stumbles import INDIGESTIBLE
from .truth import OPEN, PROVEN, STATED, Row, Truth, channel_of, seconds
from .words import received_words, words_of

HIDDEN_AFTER: Final = 20
"""Instagram shows the newest messages of a thread only; what lies behind them cannot be read back."""
PROMPT_SECONDS: Final = 6.0
"""How soon a reply is with its person when nothing stands in its way."""
EXPECTED_COMPLAINTS: Final = (
    "the disk is full",
    "the commit failed",
    "the process is gone",
    "the store is away",
    INDIGESTIBLE,
)
"""What the hub rightly complains of while its store fails, or refuses what is brought to it."""
NOT_KNOWN: Final = "It is not known whether this arrived."
"""How the reason begins of what was given up without a word from record or person: a machine's words, for one."""
TELL_TIME: Final = frozenset({"instagram", "whatsapp"})
WHOLE_SECOND_MS: Final = 1000
SENT_BY_US: Final = "in"
WRITTEN: Final = "out"
"""Directions as the person's phone shows them."""

Invariant = Callable[[Truth], Iterator[str]]


def broken_promises(truth: Truth) -> list[str]:
    """A sentence for each promise that was not kept in this run."""
    return truth.witnessed + [
        f"{each.__name__}: {sentence}" for each in INVARIANTS for sentence in each(truth)
    ]


# --- 1. accepted is kept ---------------------------------------------------------------------------------


def accepted_is_kept(truth: Truth) -> Iterator[str]:
    stored: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in truth.messages:
        if row["external_id"]:
            stored[row["channel"], row["external_id"]].append(row)
    newer: Counter[tuple[str, str]] = Counter()
    for message in reversed(truth.world):
        place = (channel_of(message), message.address)
        if message.direction == WRITTEN:
            rows = stored[channel_of(message), message.id]
            yield from _kept(truth, message, rows, hidden=newer[place] >= HIDDEN_AFTER)
        newer[place] += 1


def _kept(truth: Truth, message: Message, rows: list[Row], *, hidden: bool) -> Iterator[str]:
    what = f"{message.text} of {message.person} on {channel_of(message)} at {seconds(message.at_ms):.1f} s"
    acknowledged = message.id in truth.diary.answered
    if not rows and (acknowledged or (message.platform != "whatsapp" and not hidden)):
        yield f"{what} is in no conversation" + (" though its webhook was answered" if acknowledged else "")
    if len(rows) > 1:
        yield f"{what} is there {len(rows)} times"
    for row in rows:
        if row["direction"] != "in" or row["text"] != message.text:
            yield f"{what} is kept as {row['direction']} {row['text']!r}"


def each_is_kept_once(truth: Truth) -> Iterator[str]:
    written = {m.text for m in truth.world if m.direction == WRITTEN}
    ours = {text for _, text in truth.diary.written_direct.values()}
    kept = Counter(row["text"] for row in truth.messages if row["direction"] == "in")
    yield from (f"{text} is kept {count} times" for text, count in kept.items() if count > 1)
    for external_id, (_, text) in truth.diary.written_direct.items():
        if not kept[text]:
            yield f"{text}, acknowledged in our own chat as {external_id}, is in no conversation"
    for text in kept:
        if text not in written | ours and not text.startswith("m"):
            yield f"nobody ever wrote {text!r}"


def messages_stand_where_they_were_written(truth: Truth) -> Iterator[str]:
    """In a thread the platform's time decides, where its webhooks tell it; a history may tell whole seconds."""
    written = {
        (channel_of(m), m.id): m for m in truth.world if m.direction == WRITTEN and m.platform in TELL_TIME
    }
    for row in truth.messages:
        message = written.get((row["channel"], row["external_id"]))
        if message is not None and abs(row["at"] - message.at_ms) >= WHOLE_SECOND_MS:
            yield f"{message.text}, written at {seconds(message.at_ms):.1f} s, stands at {seconds(row['at']):.1f} s"


# --- 2. once and in order --------------------------------------------------------------------------------


def accepted_replies_exist(truth: Truth) -> Iterator[str]:
    known = {row["idempotency_key"] for row in truth.intents}
    for reply in truth.diary.replies:
        if reply.standing == "accepted" and f"reply-{reply.number}" not in known:
            yield f"reply {reply.number} was accepted at {reply.accepted_at:.1f} s and is not in the store"


def each_has_its_effect_once(truth: Truth) -> Iterator[str]:
    """Every word of every reply reaches its person once, over all channels together."""
    reached = received_words(truth)
    states = {row["idempotency_key"]: row for row in truth.intents}
    certain: Counter[tuple[str, str]] = Counter()
    possible: Counter[tuple[str, str]] = Counter()
    for reply in truth.diary.replies:
        intent = states.get(f"reply-{reply.number}")
        if intent is None:
            continue
        for word in words_of(reply.text):
            possible[reply.person, word] += 1
            certain[reply.person, word] += intent["state"] in PROVEN
    for key in sorted(set(possible) | set(reached)):
        person, word = key
        if reached[key] > possible[key]:
            yield f"{word!r} reached {person} {reached[key]} times, and was written {possible[key]} times"
        elif reached[key] < certain[key]:
            yield f"{word!r} never reached {person}, and is shown as sent"


def every_reply_is_settled(truth: Truth) -> Iterator[str]:
    """At rest a reply has reached its person, or says why it has not: never in doubt where there is evidence."""
    for row in truth.deliveries:
        if row["state"] in OPEN:
            yield (
                f"{row['id']} of {row['idempotency_key']} on {row['channel']} is still {row['state']}"
                f" after {truth.ended_at:.0f} s ({row['reason']})"
            )


def order_is_kept(truth: Truth) -> Iterator[str]:
    """On one channel to one person, what was queued first arrives first; of two in the same words nobody can tell."""
    position = {(row["channel"], row["external_id"]): row["position"] for row in truth.deliveries}
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for message in truth.world:
        place = (channel_of(message), message.address)
        here = position.get((place[0], message.id))
        if message.direction != SENT_BY_US or here is None:
            continue
        before, text = last.get(place, (0, ""))
        if here < before and message.text != text:
            what = f"{message.text[:20]!r} after {text[:20]!r}"
            yield f"on {place[0]} {message.person} got {what}, which was queued later"
        last[place] = (here, message.text)


def words_are_in_order(truth: Truth) -> Iterator[str]:
    """The parts of a long reply, and the replies to one person on one channel, arrive as they were written."""
    moved = {
        row["message_id"]
        for row in truth.deliveries
        if row["state"] == "superseded" or row["id"] in truth.aside
    }
    detours = {r.number for r in truth.diary.replies if r.message_id in moved}
    last: dict[tuple[str, str], tuple[int, int]] = {}
    for message in truth.world:
        if message.direction != SENT_BY_US:
            continue
        place = (channel_of(message), message.address)
        for word in words_of(message.text.rpartition("\n")[2]):
            if not word.startswith("r"):
                continue
            number, _, nth = word[1:].partition("w")
            here = (int(number), int(nth))
            if int(number) not in detours:
                if here < last.get(place, (-1, -1)):
                    yield f"on {place[0]} {message.person} got {word} after {last[place]}"
                last[place] = here


def shown_states_are_true(truth: Truth) -> Iterator[str]:
    """What is shown as sent is with the platform, word for word; what is shown as read was seen."""
    world = {(channel_of(m), m.id): m for m in truth.world if m.direction == SENT_BY_US}
    for row in truth.deliveries:
        if row["state"] not in PROVEN or row["channel"].startswith("direct:"):
            continue
        if str(row["external_id"]).startswith(STATED):
            continue
        message = world.get((row["channel"], row["external_id"]))
        what = f"{row['idempotency_key']} on {row['channel']}"
        if message is None:
            yield f"{what} is shown as {row['state']}, and the platform has no such message"
        elif message.address != row["address"] or message.text.split() != row["text"].split():
            yield f"{what} is shown as {row['state']}, and the platform has {message.text[:30]!r} for {message.person}"
        elif row["state"] == "read" and message.state != "seen":
            yield f"{what} is shown as read, and was not seen"


def receipts_are_shown(truth: Truth) -> Iterator[str]:
    """What a platform told us of a message is shown on it, however early it came."""
    for row in truth.deliveries:
        for state, shown in (("delivered", ("delivered", "read")), ("read", ("read",))):
            if (row["external_id"], state) in truth.diary.receipts and row["state"] not in shown:
                yield f"{row['idempotency_key']} on {row['channel']} is {state}, and is shown as {row['state']}"


def reactions_are_shown(truth: Truth) -> Iterator[str]:
    """What came before the message that it is about is matched when that comes."""
    reacted = {row["message_id"] for row in truth.reactions}
    for row in truth.messages:
        if row["external_id"] in truth.diary.reactions and row["id"] not in reacted:
            yield f"somebody reacted to {row['text']} on {row['channel']}, and nothing shows it"


def nothing_sent_is_shown_unsent(truth: Truth) -> Iterator[str]:
    """What the platform has is known to be sent, by exactly one delivery, or is said not to be known."""
    proven: dict[tuple[str, str], list[Row]] = defaultdict(list)
    stated: Counter[tuple[str, str, str]] = Counter()
    for row in truth.deliveries:
        if row["external_id"]:
            proven[row["channel"], row["external_id"]].append(row)
        if str(row["external_id"]).startswith(STATED) or row["reason"].startswith(NOT_KNOWN):
            stated[row["channel"], row["address"], row["text"]] += 1
    for message in truth.world:
        if message.direction != SENT_BY_US or message.kind == "notice":
            continue
        rows = proven[channel_of(message), message.id]
        what = f"{message.text[:30]!r} to {message.person} on {channel_of(message)} at {seconds(message.at_ms):.1f} s"
        if not rows and stated[channel_of(message), message.address, message.text] > 0:
            stated[channel_of(message), message.address, message.text] -= 1
        elif len(rows) != 1:
            yield f"{what} belongs to {len(rows)} deliveries"
        elif rows[0]["state"] not in PROVEN:
            yield f"{what} is shown as {rows[0]['state']}"


def nothing_is_ascribed_to_others(truth: Truth) -> Iterator[str]:
    """Nobody wrote in a platform's own app, so nothing of ours may be shown as written there."""
    for row in truth.messages:
        if row["author"] == "platform":
            yield f"{row['text'][:30]!r} on {row['channel']} is shown as written in the platform's own app"


# --- 3. one conversation per person ----------------------------------------------------------------------


def contacts_are_one_person(truth: Truth) -> Iterator[str]:
    people: dict[str, set[str]] = defaultdict(set)
    for row in truth.addresses:
        if not row["proof"]:
            continue
        people[row["contact_id"]].add(truth.owners.get((row["channel"], row["value"]), "nobody"))
    yield from (
        f"contact {who} is {', '.join(sorted(each))}" for who, each in people.items() if len(each) > 1
    )


def messages_are_with_their_person(truth: Truth) -> Iterator[str]:
    person_of = {
        row["conversation_id"]: truth.owners.get((row["channel"], row["value"]), "nobody")
        for row in truth.addresses
        if row["proof"]
    }
    written = {m.text: m.person for m in truth.world if m.direction == WRITTEN}
    for row in truth.messages:
        if row["direction"] == "in" and person_of.get(row["conversation_id"]) != written.get(
            row["text"], person_of.get(row["conversation_id"])
        ):
            yield f"{row['text']} is in the conversation of {person_of.get(row['conversation_id'])}"


def replies_reach_their_person(truth: Truth) -> Iterator[str]:
    person_of = {f"reply-{reply.number}": reply.person for reply in truth.diary.replies}
    for row in truth.deliveries:
        meant = person_of.get(row["idempotency_key"])
        got = truth.owners.get((row["channel"], row["address"]), "nobody")
        if got == "nobody" and row["state"] in PROVEN:
            yield f"{row['text'][:30]!r} went to {row['address']}, of which nobody has shown that it is theirs"
        elif meant is not None and got != meant:
            yield f"{row['idempotency_key']} was meant for {meant} and went to {got}"


# --- 5. no layer's stall stops the others ----------------------------------------------------------------


def others_are_not_held_up(truth: Truth) -> Iterator[str]:
    """While one platform fails, replies on the others are with their people at once."""
    if truth.fate.mood == "storm":
        return
    failing = {each.platform for each in truth.fate.misfortunes}
    arrived = {(channel_of(m), m.id): m.at_ms for m in truth.world}
    first: dict[str, Row] = {}
    for row in truth.deliveries:
        first.setdefault(row["idempotency_key"] or row["id"], row)
    for reply in truth.diary.replies:
        here = first.get(f"reply-{reply.number}")
        if here is None or reply.standing != "accepted" or here["channel"].split(":")[0] in failing:
            continue
        if not truth.diary.was_up(reply.accepted_at, reply.accepted_at + PROMPT_SECONDS):
            continue
        took = seconds(arrived.get((here["channel"], here["external_id"]), 1 << 50)) - reply.accepted_at
        if not here["channel"].startswith("direct:") and took > PROMPT_SECONDS:
            yield f"reply {reply.number} on {here['channel']} took {took:.1f} s, and that platform worked"


# --- what they rest on -----------------------------------------------------------------------------------


def the_ledger_accounts_for_all(truth: Truth) -> Iterator[str]:
    if truth.lost:
        yield f"the hub's own ledger counts {truth.lost} lost"


def failed_units_leave_nothing(truth: Truth) -> Iterator[str]:
    for each in truth.stumbled:
        yield f"{each} was written by a unit of work that failed"


def everything_comes_to_rest(truth: Truth) -> Iterator[str]:
    if not truth.rested:
        yield f"something is still open after {truth.ended_at:.0f} s"


def breakers_close(truth: Truth) -> Iterator[str]:
    for row in truth.breakers:
        if row["state"] != "closed":
            yield f"the breaker of {row['channel']} is {row['state']} though everything works: {row['reason']}"


def nothing_surprises(truth: Truth) -> Iterator[str]:
    """No loop fails, no adapter breaks, no envelope is set aside."""
    for line in truth.diary.log:
        if line.surprise and not any(words in line.text for words in EXPECTED_COMPLAINTS):
            yield f"at {line.at:.1f} s the log says {line.text[-1500:]}"


INVARIANTS: Final[tuple[Invariant, ...]] = (
    accepted_is_kept,
    each_is_kept_once,
    messages_stand_where_they_were_written,
    accepted_replies_exist,
    each_has_its_effect_once,
    every_reply_is_settled,
    order_is_kept,
    words_are_in_order,
    shown_states_are_true,
    receipts_are_shown,
    reactions_are_shown,
    nothing_sent_is_shown_unsent,
    nothing_is_ascribed_to_others,
    contacts_are_one_person,
    messages_are_with_their_person,
    replies_reach_their_person,
    outage_is_known,
    alarms_are_true,
    all_closed,
    others_are_not_held_up,
    the_ledger_accounts_for_all,
    failed_units_leave_nothing,
    everything_comes_to_rest,
    breakers_close,
    nothing_surprises,
)
