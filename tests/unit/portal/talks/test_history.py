"""What was said earlier with the business becomes another: by proof, and by what agents join and part."""

from typing import Any

import pytest
from tests.unit.portal.talks.conftest import SHOP, Town
from tests.unit.portal.talks.test_coming_along import sign_in

from holdfast.conversations import Conversations
from holdfast.members import Member
from holdfast.members.joining import Joiner
from holdfast.portal.talks.model import ThreadChanged


class Desk:
    """Those who join and part people: members by proof, agents by hand."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.conversations = Conversations(
            database=town.database, events=town.events, clock=town.clock, ids=town.ids
        )
        self._joiner = Joiner(conversations=self.conversations, ids=town.ids, direct=lambda: "direct:web")

    async def prove(self, member: Member, address: str) -> None:
        """A member shows that an address is theirs."""
        self._town.clock.ms += 1
        at = self._town.clock.ms
        await self._town.database.write(self._joiner.join, member, [address], at)

    async def address_of(self, member: Member) -> Any:
        [row] = await self._town.rows("SELECT * FROM address WHERE value = :id", id=member.id)
        return row


@pytest.fixture
async def desk(town: Town) -> Desk:
    return Desk(town)


async def elsewhere(town: Town) -> Member:
    """Somebody who wrote to the business from an address that Ann will prove; which channel it is plays no part."""
    other = await town.member("Elsewhere")
    for number in range(3):
        await town.tell(other, SHOP, f"Long ago {number}")
    return other


async def history_told(town: Town, member: Member, cursor: str) -> list[str]:
    """By what a device that was away is told."""
    changes = (await town.changes(member, cursor)).changes
    threads = [each.thread for each in changes if isinstance(each, ThreadChanged)]
    return [each.history for each in threads if each.id == SHOP]


async def live_told(town: Town, member: Member, cursor: str) -> list[str]:
    """By what a device that is there is told."""
    events, seq = (int(each) for each in cursor.split("."))
    happenings = await town.direct.after(events, seq)
    told = await town.direct.told(happenings, *(await town.direct.newest()), {member.id})
    changes = [each.change for each in told if member.id in each.members]
    return [each.thread.history for each in changes if isinstance(each, ThreadChanged)]


async def now(town: Town, member: Member) -> str:
    thread = await town.direct.thread(member, SHOP)
    page = await town.direct.messages(member, SHOP, "", 1)
    assert thread.history == page.history
    return thread.history


@pytest.mark.parametrize("has_written", [True, False])
async def test_a_proven_address_makes_another_history_and_every_device_is_told(
    town: Town, desk: Desk, *, has_written: bool
) -> None:
    ann, other = await town.member("Ann"), await elsewhere(town)
    if has_written:
        await town.tell(ann, SHOP, "Hello")
    before, cursor = await now(town, ann), await town.direct.cursor()
    await desk.prove(ann, (await desk.address_of(other))["id"])
    after = await now(town, ann)
    assert after not in {"", before}
    assert (await history_told(town, ann, cursor))[-1] == after
    assert (await live_told(town, ann, cursor))[-1] == after
    said = [f"Long ago {number}" for number in range(3)]
    assert await town.texts(ann, SHOP) == [*said, *(["Hello"] if has_written else [])]


async def test_proof_of_what_agents_had_joined_already_is_told_as_well(town: Town, desk: Desk) -> None:
    ann, other = await town.member("Ann"), await elsewhere(town)
    await town.tell(ann, SHOP, "Hello")
    own, proven = await desk.address_of(ann), await desk.address_of(other)
    await desk.conversations.merge(own["contact_id"], proven["contact_id"], by="agent:mara")
    before, cursor = await now(town, ann), await town.direct.cursor()
    assert await town.texts(ann, SHOP) == ["Hello"]
    await desk.prove(ann, proven["id"])
    assert (await history_told(town, ann, cursor))[-1] == await now(town, ann) != before
    assert len(await town.texts(ann, SHOP)) == 4


async def test_who_signs_in_after_a_private_link_brings_what_it_continued_to_their_other_devices(
    town: Town, desk: Desk
) -> None:
    ann, other = await town.member("Ann"), await elsewhere(town)
    await town.tell(ann, SHOP, "Hello")
    contact = (await desk.address_of(other))["contact_id"]
    guest = await town.member("Guest", kind="guest")
    links = town.members.links
    token = await town.database.write(links.make, contact, "direct:web", "direct:web")
    assert await town.database.write(links.redeem, token, guest, "direct:web")
    before, cursor = await now(town, ann), await town.direct.cursor()
    await sign_in(town, guest, ann)
    assert (await history_told(town, ann, cursor))[-1] == await now(town, ann) != before
    assert await town.texts(ann, SHOP) == ["Long ago 0", "Long ago 1", "Long ago 2", "Hello"]


async def test_what_agents_part_is_told_and_the_same_history_comes_back_with_it(
    town: Town, desk: Desk
) -> None:
    ann, other = await town.member("Ann"), await elsewhere(town)
    await town.tell(ann, SHOP, "Hello")
    alone = await now(town, ann)
    await desk.prove(ann, (await desk.address_of(other))["id"])
    [merge] = await town.rows("SELECT id FROM contact_merge")
    cursor = await town.direct.cursor()
    await desk.conversations.unmerge(str(merge["id"]), by="agent:mara")
    assert await town.texts(ann, SHOP) == ["Hello"]
    assert await now(town, ann) == alone
    assert (await history_told(town, ann, cursor))[-1] == alone
    assert (await live_told(town, ann, cursor))[-1] == alone


async def test_what_is_only_said_leaves_the_history_as_it_is(town: Town) -> None:
    ann, ben = await town.member("Ann"), await town.member("Ben")
    await town.tell(ann, SHOP, "Hello")
    before = await now(town, ann)
    await town.tell(ann, SHOP, "Anybody?")
    assert await now(town, ann) == before
    pair = await town.pair(ann, ben)
    assert (pair.history, (await town.direct.messages(ann, pair.id, "", 1)).history) == ("", "")
