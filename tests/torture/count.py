"""The count after the torture: what was promised, against what is there."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final

from tests.scenarios.demo import SHOWN_AS_SENT, Demo, Refused, measured, until
from tests.torture.load import Load

ARRIVE_SECONDS: Final = 420.0
"""Instagram repeats what it could not deliver often enough only after five minutes."""
SETTLE_SECONDS: Final = 90.0
GRAIN_MS: Final = {"instagram": 1_000, "sms": 5_000}
"""How finely a platform tells when something was written: within it, repeated webhooks may change places.
Instagram's history tells whole seconds, until the webhook has come, too. A text's webhook tells no time at
all: what waited while the hub started counts from its arrival. The bare wire leaves no such choice.
"""
FINDINGS_TOLD: Final = 12
UNKNOWN: Final = 404
UNKNOWABLE: Final = frozenset({"in_doubt", "waiting", "held"})
"""States of a reply whose platform has no record that could settle it, and of those behind it."""


async def everything_arrived(demo: Demo, load: Load) -> None:
    """Each message that was acknowledged stands in its conversation once, in the order of writing."""
    bare = load.wire.delivered
    lines = [
        *((person, GRAIN_MS[platform], texts) for (person, platform), texts in load.written.items()),
        *((person, 0, texts) for (person, _), texts in bare.items()),
    ]
    wanted = [text for texts in (*(texts for *_, texts in lines), *load.chats.values()) for text in texts]

    async def arrived() -> bool:
        texts = {each["text"] for each in await demo.items("/messages", direction="in")}
        return all(text in texts for text in wanted)

    with suppress(AssertionError):
        await until(arrived, ARRIVE_SECONDS, "everything that was written")
    found = [each["text"] for each in await demo.items("/messages", direction="in")]
    counts = Counter(found)
    lost = [text for text in wanted if not counts[text]]
    doubled = [text for text in wanted if counts[text] > 1]
    misplaced = [text for line in lines for text in await _misplaced(demo, *line)]
    misplaced += [name for name, texts in load.chats.items() if not _in_order(texts, found[::-1])]
    unreadable = (await demo.api("GET", "/unreadable"))["items"]
    measured(
        "in: %d acknowledged, of them %d on the bare wire and %d in chats; %d lost, %d doubled, %d out of order",
        *(len(wanted), sum(map(len, bare.values())), sum(map(len, load.chats.values()))),
        *(len(lost), len(doubled), len(misplaced)),
    )
    _nothing(lost=lost, doubled=doubled, out_of_order=misplaced, unreadable=unreadable)


async def _misplaced(demo: Demo, person: str, grain_ms: int, texts: Mapping[str, int]) -> list[str]:
    there = [each["text"] for each in await demo.thread(person) if each["text"] in texts]
    return [later for earlier, later in pairwise(there) if texts[later] < texts[earlier] - grain_ms]


async def what_went_out(demo: Demo, load: Load) -> None:
    """Each reply reached its phone once and in order, or is honestly shown as not yet sent."""
    with suppress(AssertionError):
        await demo.all_settled(SETTLE_SECONDS)
    phones = await _on_phones(demo)
    reached = Counter(text for texts in phones.values() for text in texts)
    taken = [message for messages in load.taken.values() for message in messages]
    shown = [found for message in taken if (found := await _shown(demo, message))]
    doubled = [each["text"] for each in shown if reached[each["text"]] > 1]
    hollow = [each["text"] for each in shown if each["state"] in SHOWN_AS_SENT and not reached[each["text"]]]
    unproven = [each for each in shown if each["state"] not in SHOWN_AS_SENT]
    jumbled = [
        (line, platform)
        for line, messages in load.taken.items()
        for platform, texts in phones.items()
        if not _in_order([message["text"] for message in messages], texts)
    ]
    measured(
        "out: %d acknowledged, %d lost; at the platforms %d doubled, %d out of order, %d shown but not sent; %s",
        *(len(taken), len(taken) - len(shown), len(doubled), len(jumbled), len(hollow)),
        dict(Counter(message["state"] for message in shown)),
    )
    known = {each["id"] for each in shown}
    _nothing(
        lost=[each["text"] for each in taken if each["id"] not in known],
        made_twice=[each for each, times in Counter(each["id"] for each in taken).items() if times > 1],
        doubled=doubled,
        shown_but_not_sent=hollow,
        out_of_order=jumbled,
        unproven=[each for each in unproven if not _nobody_can_know(each)],
    )


async def _on_phones(demo: Demo) -> dict[str, list[str]]:
    """What people received, by platform, oldest first: the last lines, since what was carried over says so above."""
    texts: dict[str, list[str]] = {}
    for each in await demo.on_all_phones():
        if each["direction"] == "in":
            texts.setdefault(each["platform"], []).append(each["text"].rstrip().rpartition("\n")[2])
    return texts


def _nobody_can_know(message: dict[str, Any]) -> bool:
    """A person is asked: WhatsApp keeps no record, and Instagram's reaches back over a few messages alone."""
    return message["state"] in UNKNOWABLE and message["channel"] in {"whatsapp:shop", "instagram:shop"}


def _nothing(**findings: Sequence[object]) -> None:
    """Fail with what was found, where anything was: the first of it and how many there are."""
    found = {name: (len(each), list(each[:FINDINGS_TOLD])) for name, each in findings.items() if each}
    assert not found, found


async def _shown(demo: Demo, message: dict[str, Any]) -> dict[str, Any] | None:
    """The message as it is shown now, or nothing where the hub has forgotten what it took."""
    try:
        return await demo.shown(message)
    except Refused as refused:
        if refused.status != UNKNOWN:
            raise
        return None


def _in_order(texts: Sequence[str], there: Sequence[str]) -> bool:
    """Whether those of the texts that are there stand in their order."""
    wanted, present = set(texts), set(there)
    return [text for text in there if text in wanted] == [text for text in texts if text in present]
