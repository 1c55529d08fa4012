"""Who waits in an incident, what it holds and how it ended, on every store."""

from typing import Any, Final

import pytest

from holdfast.channels.contract import Limits
from holdfast.incidents.outage import closings, dismiss, reach
from holdfast.outbox import ChannelFact, ledger_page
from holdfast.storage import Database, Tx

NOW: Final = 1_790_000_000_000
HOUR: Final = 3_600_000
IG, SMS, MAIL = "instagram:shop", "sms:shop", "email:shop"
DOMAINS: Final = {IG: "meta", SMS: "twilio", MAIL: "email"}

_CONTACT = "INSERT INTO contact (id, name, created_at) VALUES (:id, :name, 1)"
_TALK = """
INSERT INTO conversation (id, contact_id, last_at, waiting_since, created_at)
VALUES (:id, :contact, :at, CAST(:waiting AS BIGINT), 1)
"""
_ADDRESS = """
INSERT INTO address (id, contact_id, channel, value, proof, consent, last_in_at, created_at)
VALUES (:id, :contact, :channel, :value, 'wrote', :consent, :at, 1)
"""
_MESSAGE = """
INSERT INTO message (id, conversation_id, direction, author, channel, text, at, stored_at, source, state)
VALUES (:id, :talk, :direction, 'x', :channel, :text, :at, :at, 'webhook', :state)
"""
_INTENT = """
INSERT INTO intent (id, message_id, conversation_id, contact_id, class, route, created_at, expires_at)
VALUES (:id, :message, 'con', 'ctc', 'person', 'auto', 1, 1)
"""
_DELIVERY = """
INSERT INTO delivery (id, intent_id, message_id, lane, position, channel, address_id, text, state, next_at,
    incident_id, created_at)
VALUES (:id, :intent, :message, 'lane', 1, :channel, 'adr', '', :state, 1, 'inc_1', :at)
"""
_INCIDENT = """
INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at, closed_at)
VALUES (:id, :channel, '["send"]', 'platform', 'Instagram is not accepting messages', :state, :at, :at,
    CAST(:closed AS BIGINT))
"""
_PART = """
INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, onset_at,
    joined_at)
VALUES ('inc_1', :channel, '["send"]', 'platform', 1, 'x', 'open', :at, :at)
"""


def facts(**health: str) -> dict[str, ChannelFact]:
    return {
        channel: ChannelFact(
            channel=channel,
            platform=channel.partition(":")[0],
            name=channel.partition(":")[0].title(),
            domain=domain,
            limits=Limits(text_max=1000, sends_per_second=1.0),
            health=health.get(channel.partition(":")[0], "down" if channel == IG else "up"),
        )
        for channel, domain in DOMAINS.items()
    }


class Office:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.count = 0

    async def run(self, sql: str, **values: Any) -> None:
        async def work(tx: Tx) -> None:
            await tx.run(sql, **values)

        await self.database.write(work)

    async def person(self, name: str, *addresses: tuple[str, str, str], waits: bool = True) -> None:
        await self.run(_CONTACT, id=f"ctc_{name}", name=name)
        waiting = NOW if waits else None
        await self.run(_TALK, id=f"con_{name}", contact=f"ctc_{name}", at=NOW, waiting=waiting)
        for channel, value, consent in addresses:
            await self.run(
                _ADDRESS,
                id=f"adr_{name}_{channel[:2]}",
                contact=f"ctc_{name}",
                channel=channel,
                value=value,
                consent=consent,
                at=NOW,
            )

    async def wrote(self, name: str, at: int = NOW, text: str = "Are you there?") -> None:
        self.count += 1
        await self.run(
            _MESSAGE,
            id=f"msg_in{self.count}",
            talk=f"con_{name}",
            direction="in",
            channel=IG,
            text=text,
            at=at,
            state="received",
        )

    async def answered(self, name: str, number: int, *deliveries: str, shown: str, at: int = NOW) -> None:
        message = f"msg_{number:02}"
        await self.run(
            _MESSAGE,
            id=message,
            talk=f"con_{name}",
            direction="out",
            channel=IG,
            text=f"Answer {number}",
            at=at,
            state=shown,
        )
        await self.run(_INTENT, id=f"int_{number}", message=message)
        for part, state in enumerate(deliveries):
            await self.run(
                _DELIVERY,
                id=f"dlv_{number}_{part}",
                intent=f"int_{number}",
                message=message,
                channel=IG if part == 0 else SMS,
                state=state,
                at=at,
            )


@pytest.fixture
async def office(database: Database) -> Office:
    made = Office(database)
    await made.run(_INCIDENT, id="inc_1", channel=IG, state="open", at=NOW - HOUR, closed=None)
    await made.run(_PART, channel=IG, at=NOW - HOUR)
    return made


async def test_whom_nothing_reaches_is_told_with_what_can_be_done_by_hand(office: Office) -> None:
    await office.person("agreed", (IG, "ig1", "reply"), (SMS, "+311", "failover"))
    await office.person("shy", (IG, "ig2", "reply"), (SMS, "+312", "reply"))
    await office.person("alone", (IG, "ig3", "reply"))
    await office.person("gone", (IG, "ig4", "reply"), (SMS, "+314", "opted_out"))
    await office.person("happy", (IG, "ig5", "reply"), waits=False)
    for minute, name in enumerate(("agreed", "shy", "alone", "gone", "happy")):
        await office.wrote(name, NOW + minute)
    await office.answered("alone", 1, "held", shown="held", at=NOW - 9)
    found = await office.database.read(reach, "inc_1", facts(), NOW)
    assert (found.people, found.by_platform, found.unreachable, found.is_whole) == (4, {"sms": 1}, 3, True)
    assert [(each.contact_name, each.held) for each in found.items] == [("alone", 1), ("shy", 0), ("gone", 0)]
    alone, shy, gone = found.items
    assert alone.ways == ()
    assert [(way.phone, way.why) for way in shy.ways] == [
        ("+312", "did not agree to be reached here when another channel fails")
    ]
    assert [(way.phone, way.why) for way in gone.ways] == [("", "asked not to be written to here")]


async def test_another_way_that_fails_too_is_none(office: Office) -> None:
    await office.person("ann", (IG, "ig1", "reply"), (SMS, "+311", "failover"))
    await office.wrote("ann")
    [ann] = (await office.database.read(reach, "inc_1", facts(sms="down"), NOW)).items
    assert [(way.phone, way.why) for way in ann.ways] == [("+311", "Sms is failing too")]


async def test_nobody_is_unreachable_when_nothing_fails_any_more(office: Office) -> None:
    await office.person("ann", (IG, "ig1", "reply"))
    await office.wrote("ann")
    await office.run("UPDATE incident_component SET state = 'recovering'")
    assert (await office.database.read(reach, "inc_1", facts(), NOW)).people == 0


async def test_what_is_held_is_listed_page_by_page_and_by_what_became_of_it(office: Office) -> None:
    await office.person("ann", (IG, "ig1", "reply"))
    await office.answered("ann", 1, "held", shown="held", at=NOW)
    await office.answered("ann", 2, "superseded", "sent", shown="sent", at=NOW)
    await office.answered("ann", 3, "sent", shown="delivered", at=NOW + 1)
    await office.answered("ann", 4, "in_doubt", shown="in_doubt", at=NOW + 2)

    async def page(outcome: str = "", after: tuple[int, str] = (0, ""), limit: int = 9) -> list[Any]:
        rows = await office.database.read(ledger_page, "inc_1", outcome, after, limit)
        return [(row["message_id"], row["outcome"], row["state"]) for row in rows]

    whole = await page()
    assert whole == [
        ("msg_01", "waiting", "held"),
        ("msg_02", "rerouted", "sent"),
        ("msg_03", "sent", "delivered"),
        ("msg_04", "in_doubt", "in_doubt"),
    ]
    assert await page(limit=2) + await page(after=(NOW, "msg_02")) == whole
    assert await page("waiting") == whole[:1]
    assert await page("rerouted") == whole[1:2]
    assert await page("sent") == whole[2:3]
    assert await page("failed") == []


async def test_how_it_ended_is_told_until_it_is_put_away_by_each(office: Office) -> None:
    await office.person("ann", (IG, "ig1", "reply"))
    await office.answered("ann", 1, "sent", shown="sent")
    read = office.database.read
    await office.database.write(dismiss, "inc_1", "agent:a", NOW)
    assert await read(closings, "agent:a", NOW) == []
    await office.run("UPDATE incident SET state = 'closed', closed_at = :at WHERE id = 'inc_1'", at=NOW)
    [card] = await read(closings, "agent:a", NOW)
    assert (card.incident_id, card.held, card.sent_after_hold, card.lost) == ("inc_1", 1, 1, 0)
    for _ in range(2):
        await office.database.write(dismiss, "inc_1", "agent:a", NOW)
    await office.database.write(dismiss, "inc_none", "agent:a", NOW)
    assert await read(closings, "agent:a", NOW) == []
    assert len(await read(closings, "agent:b", NOW)) == 1
    assert await read(closings, "agent:b", NOW + 8 * 24 * HOUR) == []
