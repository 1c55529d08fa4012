"""The count after the torture: what was promised, against what is there."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final

from tests.scenarios.demo import SHOWN_AS_SENT, Demo, Refused, measured, until
from tests.torture.load import Load

ARRIVE_SECONDS: Final = 180.0
SETTLE_SECONDS: Final = 90.0
GRAIN_MS: Final = {"instagram": 0, "whatsapp": 1_000, "sms": 5_000}
"""How finely a platform tells when something was written: within it, repeated webhooks may change places.
A text's webhook tells no time at all: what waited while the hub started counts from its arrival.
"""
BARE_PLATFORM: Final = "instagram"
UNKNOWN: Final = 404
UNKNOWABLE: Final = frozenset({"in_doubt", "waiting", "held"})
"""States of a reply whose platform keeps no record that could settle it, and of those behind it."""


async def everything_arrived(demo: Demo, load: Load) -> None:
    """Each message that was acknowledged stands in its conversation once, in the order of writing."""
    bare = {(person, BARE_PLATFORM): texts for person, texts in load.wire.delivered.items()}
    lines = [*load.written.items(), *bare.items()]
    wanted = [text for texts in (*(texts for _, texts in lines), *load.chats.values()) for text in texts]

    async def arrived() -> bool:
        texts = {each["text"] for each in await demo.items("/messages", direction="in")}
        return all(text in texts for text in wanted)

    with suppress(AssertionError):
        await until(arrived, ARRIVE_SECONDS, "everything that was written")
    counts = Counter(each["text"] for each in await demo.items("/messages", direction="in"))
    lost = [text for text in wanted if not counts[text]]
    doubled = [text for text in wanted if counts[text] > 1]
    misplaced = [name for line, texts in lines for name in await _misplaced(demo, line, texts)]
    unreadable = (await demo.api("GET", "/unreadable"))["items"]
    measured(
        "in: %d acknowledged, of them %d on the bare wire and %d in chats; %d lost, %d doubled, %d out of order",
        *(len(wanted), sum(map(len, bare.values())), sum(map(len, load.chats.values()))),
        *(len(lost), len(doubled), len(misplaced)),
    )
    assert (lost, doubled, misplaced, unreadable) == ([], [], [], [])


async def _misplaced(demo: Demo, line: tuple[str, str], texts: Mapping[str, int]) -> list[str]:
    person, platform = line
    there = [each["text"] for each in await demo.thread(person) if each["text"] in texts]
    return [later for earlier, later in pairwise(there) if texts[later] < texts[earlier] - GRAIN_MS[platform]]


async def what_went_out(demo: Demo, load: Load) -> None:
    """Each reply reached its phone once and in order, or is honestly shown as not yet sent."""
    with suppress(AssertionError):
        await demo.all_settled(SETTLE_SECONDS)
    phones = [each for each in await demo.on_all_phones() if each["direction"] == "in"]
    reached = Counter(each["text"] for each in phones)
    taken = [message for messages in load.taken.values() for message in messages]
    shown = [found for message in taken if (found := await _shown(demo, message))]
    doubled = [each["text"] for each in shown if reached[each["text"]] > 1]
    hollow = [each["text"] for each in shown if each["state"] in SHOWN_AS_SENT and not reached[each["text"]]]
    unproven = [each for each in shown if each["state"] not in SHOWN_AS_SENT]
    jumbled = [line for line, messages in load.taken.items() if _jumbled(messages, phones)]
    measured(
        "out: %d acknowledged, %d lost; at the platforms %d doubled, %d out of order, %d shown but not sent; %s",
        *(len(taken), len(taken) - len(shown), len(doubled), len(jumbled), len(hollow)),
        dict(Counter(message["state"] for message in shown)),
    )
    assert (len(shown), doubled, hollow, jumbled) == (len(taken), [], [], [])
    assert len({message["id"] for message in taken}) == len(taken)
    for message in unproven:
        assert message["state"] in UNKNOWABLE, message
        assert message["channel"] == "whatsapp:shop", message


async def _shown(demo: Demo, message: dict[str, Any]) -> dict[str, Any] | None:
    """The message as it is shown now, or nothing where the hub has forgotten what it took."""
    try:
        return await demo.shown(message)
    except Refused as refused:
        if refused.status != UNKNOWN:
            raise
        return None


def _jumbled(messages: list[dict[str, Any]], phones: list[dict[str, Any]]) -> bool:
    texts = [message["text"] for message in messages]
    there = [each["text"] for each in phones if each["text"] in texts]
    return there != [text for text in texts if text in there]
