"""Who can be reached when a channel fails, and asking the others: on every database."""

from random import Random
from typing import Any

import msgspec
import pytest

from holdfast.contacts.campaigns import CampaignRunner, Campaigns, NewCampaign
from holdfast.contacts.reachability import Reachability
from holdfast.conversations import NewAddress
from holdfast.outbox import FailoverRule, NewReply
from holdfast.outbox.routing import PLATFORM_ORDER
from holdfast.work import TakenError, UnknownError, WorkRefusedError

IG, WA, SMS, MAIL = "instagram:shop", "whatsapp:shop", "sms:shop", "email:shop"
MINUTE_MS = 60_000
DAY_MS = 86_400_000


def reachability(town: Any) -> Reachability:
    return Reachability(
        database=town.database,
        clock=town.clock,
        facts=lambda: town.facts,
        carrying=lambda: (True, PLATFORM_ORDER),
    )


async def add(town: Any, contact: str, channel: str, value: str, **more: Any) -> None:
    await town.conversations.add_address(contact, NewAddress(channel=channel, value=value, **more), "test")


async def writes(town: Any, name: str) -> str:
    """Somebody who has just written on Instagram."""
    contact = await town.person(name, (IG, name))
    await town.says(IG, name, "Hello")
    return str(contact)


async def test_each_is_counted_as_messages_would_really_be_carried(town: Any) -> None:
    told = {
        "mail": (MAIL, {"proof": "confirmed", "consent": "failover"}),
        "whatsapp": (WA, {"proof": "wrote", "consent": "failover"}),
        "reply": (MAIL, {"proof": "wrote", "consent": "reply"}),
        "unproven": (SMS, {"consent": "failover"}),
        "away": (SMS, {"proof": "wrote", "consent": "opted_out"}),
    }
    await writes(town, "alone")
    for name, (channel, more) in told.items():
        await add(town, await writes(town, name), channel, f"{name}-2", **more)
    await town.says(SMS, "+31", "I write by SMS")
    counted = await reachability(town).count()
    assert (counted.people, counted.days, counted.carries) == (7, 90, True)
    [instagram, sms] = counted.channels
    assert (instagram.channel, instagram.domain, instagram.people) == (IG, "meta", 6)
    assert (instagram.reachable, instagram.ways) == (1, {MAIL: 1})
    assert instagram.gaps == {"no_consent": 1, "unproven": 1, "opted_out": 1, "only_here": 2}
    assert instagram.askable == 5
    assert (sms.channel, sms.people, sms.reachable, sms.gaps) == (SMS, 1, 0, {"only_here": 1})


async def test_the_count_says_what_rerouting_then_does(town: Any) -> None:
    """A seeded crowd: everybody whom the count calls reachable, and nobody else, is carried elsewhere."""
    dice = Random(11)  # noqa: S311 - the same in every run
    for number in range(60):
        contact = await writes(town, f"p{number}")
        for channel in (WA, SMS, MAIL):
            if dice.random() < 0.6:
                proof = dice.choice([None, "wrote", "confirmed", "agent"])
                consent = dice.choice(["none", "reply", "failover", "failover", "opted_out"])
                await add(town, contact, channel, f"{channel}-{number}", proof=proof, consent=consent)
    await town.run("UPDATE address SET last_in_at = NULL WHERE channel <> :channel", channel=IG)
    counted = await reachability(town).count()
    [instagram] = counted.channels
    for row in await town.rows("SELECT id FROM conversation"):
        reply = NewReply(conversation_id=row["id"], text="Hello", author="agent:a", route=IG)
        await town.outbox.enqueue(reply)
    await town.run("UPDATE delivery SET state = 'held'")
    town.facts = {
        channel: msgspec.structs.replace(fact, health="down" if fact.domain == "meta" else "up")
        for channel, fact in town.facts.items()
    }
    moved = await town.outbox.fail_over(IG, "inc_1", FailoverRule(after_ms=-1, order=PLATFORM_ORDER))
    assert 0 < moved == instagram.reachable < 60
    carried = await town.rows(
        "SELECT channel, COUNT(*) AS count FROM delivery WHERE state = 'queued' GROUP BY channel"
    )
    assert {row["channel"]: row["count"] for row in carried} == instagram.ways


async def test_one_person_is_told_in_the_same_way(town: Any) -> None:
    contact = await writes(town, "ann")
    [line] = await reachability(town).of_contact(contact)
    assert (line.channel, line.way, line.gap, line.usable) == (IG, "", "only_here", True)
    await add(town, contact, MAIL, "ann@x.org", proof="confirmed", consent="failover")
    [line] = await reachability(town).of_contact(contact)
    assert (line.way, line.gap) == (MAIL, "")
    town.facts[MAIL] = msgspec.structs.replace(town.facts[MAIL], health="down")
    [line] = await reachability(town).of_contact(contact)
    assert line.way == "", "what fails already is no way out"
    with pytest.raises(UnknownError):
        await reachability(town).of_contact("con_none")


async def test_who_has_not_written_lately_is_not_counted(town: Any) -> None:
    await writes(town, "ann")
    town.clock.ms += 100 * DAY_MS
    await writes(town, "bo")
    assert (await reachability(town).count(90)).people == 1
    assert (await reachability(town).count(365)).people == 2


class Office:
    """Campaigns with what runs them; a link is the contact's id."""

    def __init__(self, town: Any) -> None:
        self.town = town
        self.campaigns = Campaigns(
            database=town.database,
            clock=town.clock,
            ids=town.ids,
            facts=lambda: town.facts,
            direct=lambda: "direct:web",
        )
        self.runner = self.new_runner()

    def new_runner(self) -> CampaignRunner:
        """As a process makes it when it starts."""

        async def link(tx: Any, contact_id: str, via: str) -> str:
            return (
                f"https://shop/{via}/{await self.town.members.links.make(tx, contact_id, 'direct:web', via)}"
            )

        return CampaignRunner(
            database=self.town.database,
            clock=self.town.clock,
            outbox=self.town.outbox,
            facts=lambda: self.town.facts,
            order=lambda: PLATFORM_ORDER,
            link=link,
            business="Kelp",
        )

    async def started(self, **more: Any) -> str:
        wanted = {
            "name": "Autumn",
            "text": "Hello {name}, go on with {business}: {link}",
            "per_minute": 600,
            **more,
        }
        made = await self.campaigns.make(NewCampaign(**wanted), "agent:a")
        await self.campaigns.start(made.id, "agent:a")
        return made.id

    async def run(self, steps: int = 10) -> None:
        for _ in range(steps):
            await self.runner.step()
            self.town.clock.ms += 1_000

    async def asked(self) -> list[str]:
        rows = await self.town.rows(
            "SELECT contact.name FROM campaign_person JOIN contact ON contact.id = contact_id ORDER BY contact.name"
        )
        return [row["name"] for row in rows]


@pytest.fixture
def office(town: Any) -> Office:
    return Office(town)


async def test_those_are_asked_who_have_no_other_way_and_may_be_written_to(town: Any, office: Office) -> None:
    closed = await writes(town, "closed")
    town.clock.ms += DAY_MS + 1
    for name in ("ann", "bo"):
        await writes(town, name)
    reached = await writes(town, "reached")
    await add(town, reached, MAIL, "r@x.org", proof="confirmed", consent="failover")
    away = await writes(town, "away")
    await town.run("UPDATE address SET consent = 'opted_out' WHERE contact_id = :id", id=away)
    await town.says(SMS, "+31", "I write by SMS")
    campaign = await office.started(channels=(IG,))
    await office.run()
    assert await office.asked() == ["ann", "bo"], closed
    sent = await town.rows(
        "SELECT text, author, channel, automatic FROM message WHERE source = 'campaign' ORDER BY text"
    )
    assert sent[0]["text"].startswith("Hello ann, go on with Kelp: https://shop/instagram:shop/")
    assert (sent[0]["author"], sent[0]["channel"], sent[0]["automatic"]) == ("campaign:Autumn", IG, 1)
    assert len(await town.rows("SELECT * FROM continue_link")) == 2
    done = await office.campaigns.get(campaign)
    assert (done.state, done.results.asked, done.results.waiting) == ("done", 2, 2)


async def test_nobody_is_asked_twice_whatever_is_killed_merged_or_begun_again(
    town: Any, office: Office
) -> None:
    contacts = [await writes(town, f"p{number}") for number in range(6)]
    campaign = await office.started()
    real = town.outbox.enqueue_within
    left = [3]

    async def dies(tx: Any, reply: Any) -> Any:
        """The process is killed in the middle of asking the fourth."""
        if not left[0]:
            raise RuntimeError("killed")
        left[0] -= 1
        return await real(tx, reply)

    town.outbox.enqueue_within = dies
    with pytest.raises(RuntimeError):
        await office.run(20)
    town.outbox.enqueue_within = real
    assert len(await office.asked()) == 3
    office.runner = office.new_runner()
    await office.run(20)
    assert len(await office.asked()) == 6
    assert len(await town.rows("SELECT id FROM message WHERE source = 'campaign'")) == 6
    fresh = await writes(town, "fresh")
    await town.conversations.merge(fresh, contacts[0], "agent:a")
    await office.campaigns.start(campaign, "agent:a")
    again = await office.started(name="Winter")
    await office.run(20)
    assert len(await town.rows("SELECT id FROM message WHERE source = 'campaign'")) == 6
    assert (await office.campaigns.get(again)).results.asked == 0


async def test_no_more_are_asked_than_the_rate_allows_and_none_after_a_stop(
    town: Any, office: Office
) -> None:
    for number in range(8):
        await writes(town, f"p{number}")
    campaign = await office.started(per_minute=2)
    await office.run(100)  # 100 s
    assert len(await office.asked()) == 4
    await office.campaigns.stop(campaign, "agent:a")
    await office.run(100)
    assert len(await office.asked()) == 4
    with pytest.raises(TakenError):
        await office.campaigns.stop(campaign, "agent:a")
    with pytest.raises(TakenError, match="asked people"):
        await office.campaigns.delete(campaign, "agent:a")
    assert (await office.campaigns.get(campaign)).state == "stopped"


async def test_what_came_of_it_is_counted(town: Any, office: Office) -> None:
    ann, bo = await writes(town, "ann"), await writes(town, "bo")
    campaign = await office.started()
    await office.run()
    await add(town, ann, MAIL, "ann@x.org", proof="confirmed", consent="failover")
    await town.run(
        "UPDATE address SET consent = 'opted_out', consent_at = :at WHERE contact_id = :id",
        at=town.clock.ms,
        id=bo,
    )
    await town.run("UPDATE message SET state = 'sent' WHERE source = 'campaign'")
    results = (await office.campaigns.get(campaign)).results
    assert (results.asked, results.sent, results.waiting, results.added, results.opted_out) == (2, 2, 0, 1, 1)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"text": "Write to us."}, "needs {link}"),
        ({"text": "{link} {surname}"}, "surname"),
        ({"text": "{link}" + "x" * 900}, "900"),
        ({"name": " "}, "name"),
        ({"days": 0}, "days"),
        ({"per_minute": 601}, "600"),
        ({"channels": ("instagram:other",)}, "no channel"),
    ],
)
async def test_a_campaign_that_makes_no_sense_is_refused(
    office: Office, more: dict[str, Any], problem: str
) -> None:
    wanted = {"name": "Autumn", "text": "{link}", **more}
    with pytest.raises(WorkRefusedError, match=problem):
        await office.campaigns.make(NewCampaign(**wanted), "agent:a")
    assert await office.campaigns.all() == []
