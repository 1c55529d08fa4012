"""What the work comes to, counted once and read in any way, on every store."""

from datetime import UTC, datetime
from typing import Any, Final

import pytest

from holdfast.figures import Figures, Span
from holdfast.figures.counting import BATCH_ROWS, BEHIND_MS, FigureKeeper, count_batch
from holdfast.figures.model import Times
from holdfast.storage import Database, Tx

MONDAY: Final = int(datetime(2026, 11, 23, tzinfo=UTC).timestamp() * 1000)
MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
IG, SMS = "instagram:shop", "sms:shop"

_MESSAGE = """
INSERT INTO message (id, conversation_id, direction, author, channel, at, stored_at, source, automatic, state)
VALUES (:id, :talk, :direction, :author, :channel, :at, :at, 'webhook', :automatic, :state)
"""
_CONTACT = "INSERT INTO contact (id, name, created_at) VALUES (:id, 'Ann', 1)"
_TALK = """
INSERT INTO conversation (id, contact_id, last_at, team_id, created_at) VALUES (:id, :contact, 1, :team, 1)
"""
_CHANGE = """
INSERT INTO conversation_change (id, conversation_id, at, who, kind) VALUES (:id, :talk, :at, :who, 'resolved')
"""


class Office:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.figures = Figures(database=database, clock=self, place=lambda channel: channel.title())
        self.ms = MONDAY + 10 * DAY
        self.count = 0

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")

    async def run(self, sql: str, **values: Any) -> None:
        async def work(tx: Tx) -> None:
            await tx.run(sql, **values)

        await self.database.write(work)

    async def talk(self, name: str, team: str | None = None) -> None:
        await self.run(_CONTACT, id=f"ctc_{name}")
        await self.run(_TALK, id=name, contact=f"ctc_{name}", team=team)

    async def say(self, talk: str, at: int, author: str = "contact", **more: Any) -> None:
        self.count += 1
        values = {
            "id": f"msg_{self.count:06}",
            "talk": talk,
            "direction": "in" if author == "contact" else "out",
            "author": author,
            "channel": IG,
            "at": MONDAY + at,
            "automatic": 0,
            "state": "received" if author == "contact" else "sent",
        }
        await self.run(_MESSAGE, **{**values, **more})

    async def resolve(self, talk: str, at: int, who: str) -> None:
        self.count += 1
        await self.run(_CHANGE, id=f"chg_{self.count}", talk=talk, at=MONDAY + at, who=who)

    async def counted(self) -> None:
        keeper = FigureKeeper(database=self.database, clock=self)
        while await keeper.step():
            pass


@pytest.fixture
async def office(database: Database) -> Office:
    made = Office(database)
    await made.run(
        "INSERT INTO agent (id, email, name, password_hash, role, created_at) "
        "VALUES ('agt_1', 'e', 'Mara', '', 'agent', 1)"
    )
    await made.run("INSERT INTO label (id, name, colour, created_at) VALUES ('lab_1', 'Sizes', 'red', 1)")
    await made.talk("con_a", team="tea_1")
    await made.talk("con_b")
    return made


def about(times: Times) -> tuple[int, int | None, int | None]:
    """In minutes."""
    half, nine = (None if ms is None else round(ms / MINUTE) for ms in (times.median_ms, times.ninety_ms))
    return times.count, half, nine


WEEK: Final = Span(MONDAY, MONDAY + 7 * DAY)


async def test_every_message_is_counted_once(office: Office) -> None:
    await office.say("con_a", 9 * HOUR)
    await office.say("con_a", 9 * HOUR + 5 * MINUTE, "agent:agt_1")
    await office.say("con_b", DAY, channel=SMS)
    await office.say("con_b", DAY + MINUTE, "playbook:outage", automatic=1)
    for _ in range(2):
        await office.counted()
    found = await office.figures.overview(WEEK, "day")
    assert [(each.received, each.sent, each.automatic) for each in found.points[:3]] == [
        (1, 1, 0),
        (1, 0, 1),
        (0, 0, 0),
    ]
    assert (found.zone, len(found.points), found.counted_until) == ("UTC", 7, office.ms - BEHIND_MS)
    assert about(found.totals.first_reply) == (1, 5, 5)
    assert found.before.received == 0
    later = await office.figures.overview(Span(WEEK.until, WEEK.until + 7 * DAY), "week")
    assert (later.before.received, later.totals.received) == (2, 0)


async def test_what_is_stored_meanwhile_is_counted_next_time(office: Office) -> None:
    office.ms = MONDAY + 9 * HOUR + BEHIND_MS
    await office.say("con_a", 9 * HOUR - 1)
    await office.say("con_a", 9 * HOUR)
    await office.counted()
    assert (await office.figures.overview(WEEK, "day")).totals.received == 1
    office.ms += HOUR
    await office.counted()
    assert (await office.figures.overview(WEEK, "day")).totals.received == 2


async def test_more_than_a_batch_even_at_one_instant_is_counted_whole(office: Office) -> None:
    async def fill(tx: Tx) -> None:
        await tx.many(
            _MESSAGE,
            [
                {
                    "id": f"many_{number:06}",
                    "talk": "con_a",
                    "direction": "in",
                    "author": "contact",
                    "channel": IG,
                    "at": MONDAY + (number > BATCH_ROWS + 20) * HOUR,
                    "automatic": 0,
                    "state": "received",
                }
                for number in range(BATCH_ROWS + 50)
            ],
        )

    await office.database.write(fill)
    await office.counted()
    found = await office.figures.overview(Span(MONDAY, MONDAY + DAY), "hour")
    assert [each.received for each in found.points[:2]] == [BATCH_ROWS + 21, 29]


async def test_a_batch_that_fails_counts_nothing_twice(office: Office) -> None:
    await office.say("con_a", HOUR)

    async def die(tx: Tx) -> None:
        await count_batch(tx, office.ms)
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        await office.database.write(die)
    await office.counted()
    assert (await office.figures.overview(WEEK, "day")).totals.received == 1


async def test_the_work_is_divided_by_who_where_and_what(office: Office) -> None:
    await office.run(
        "INSERT INTO conversation_label (conversation_id, label_id, at) VALUES ('con_a', 'lab_1', 1)"
    )
    await office.say("con_a", HOUR)
    await office.say("con_a", HOUR + 2 * MINUTE, "agent:agt_1")
    await office.resolve("con_a", 2 * HOUR, "agent:agt_1")
    await office.say("con_b", HOUR, channel=SMS)
    await office.say("con_b", HOUR + 9 * MINUTE, "platform", channel=SMS)
    await office.counted()

    async def parts(by: Any) -> list[tuple[Any, ...]]:
        found = await office.figures.breakdown(WEEK, by)
        return [
            (each.name, each.received, each.sent, about(each.reply)[1], each.resolution.count)
            for each in found.parts
        ]

    assert await parts("agent") == [
        ("Mara", None, 1, 2, 1),
        ("", None, 1, 9, 0),
    ]
    assert await parts("channel") == [
        ("Instagram:Shop", 1, 1, 2, 1),
        ("Sms:Shop", 1, 1, 9, 0),
    ]
    assert await parts("label") == [("Sizes", None, None, 2, 1)]
    assert await parts("team") == [("tea_1", 1, 1, 2, 1), ("", 1, 1, 9, 0)]


async def test_half_and_nine_in_ten_are_found(office: Office) -> None:
    for number in range(1, 11):
        await office.talk(f"con_{number}")
        await office.say(f"con_{number}", 0)
        await office.say(f"con_{number}", number * MINUTE, "agent:agt_1")
    await office.counted()
    assert about((await office.figures.overview(WEEK, "day")).totals.reply) == (10, 5, 9)


async def test_the_busiest_hours_are_of_people_and_of_the_place(office: Office) -> None:
    await office.say("con_a", 9 * HOUR)
    await office.say("con_a", 9 * HOUR + 1, "agent:agt_1")
    await office.say("con_a", 6 * DAY + 23 * HOUR)
    await office.counted()
    found = await office.figures.busy(WEEK)
    assert (found.hours[0][9], found.hours[6][23], sum(map(sum, found.hours))) == (1, 1, 2)


async def test_an_outage_costs_those_who_did_not_hear_from_us(office: Office) -> None:
    await office.run(
        "INSERT INTO incident (id, channel, capabilities, cause, title, state, onset_at, opened_at, recovered_at, "
        "closed_at) VALUES ('inc_1', 'x', '[]', 'platform', 'Instagram', 'closed', :onset, :onset, :end, :end)",
        onset=MONDAY + HOUR,
        end=MONDAY + 2 * HOUR,
    )
    await office.run(
        "INSERT INTO incident_component (incident_id, channel, capabilities, cause, cause_since, title, state, "
        "onset_at, joined_at) VALUES ('inc_1', 'instagram:shop', '[]', 'platform', 1, 'x', 'closed', 1, 1)"
    )
    await office.talk("con_c")
    for name in ("con_a", "con_b", "con_c"):
        await office.say(name, HOUR + 10 * MINUTE)
    await office.say("con_a", HOUR + 20 * MINUTE, "playbook:outage", channel=SMS, automatic=1)
    await office.say("con_b", 30 * HOUR, "agent:agt_1")
    await office.say("con_c", 3 * HOUR)
    # con_c was won before it began, and is no lead at risk.
    for name, stage, worth, currency, since in (
        ("con_a", "stg_talking", 12_000, "EUR", 0),
        ("con_b", "stg_lost", 5_000, "EUR", 40 * HOUR),
        ("con_c", "stg_won", 9_000, "EUR", 0),
    ):
        await office.run(
            "INSERT INTO lead (contact_id, stage_id, value, currency, since, updated_at) "
            "VALUES (:name, :stage, :worth, :currency, :since, 1)",
            name=f"ctc_{name}",
            stage=stage,
            worth=worth,
            currency=currency,
            since=MONDAY + since,
        )
    office.ms = MONDAY + 4 * HOUR
    [open_] = await office.figures.outages(WEEK)
    assert (open_.at_risk, open_.saved, open_.open, open_.lost) == (3, 1, 2, 0)
    office.ms = MONDAY + 5 * DAY
    [over] = await office.figures.outages(WEEK)
    assert (over.at_risk, over.saved, over.open, over.lost, over.lasted_ms) == (3, 1, 0, 2, HOUR)
    for found, left in ((open_, (0, 1, 0, 5_000)), (over, (1, 0, 5_000, 0))):
        [leads] = found.leads
        assert (leads.currency, leads.at_risk, leads.saved) == ("EUR", 2, 1)
        assert (leads.value_at_risk, leads.value_saved) == (17_000, 12_000)
        assert (leads.lost, leads.open, leads.value_lost, leads.value_open) == left


_TARGET = """
INSERT INTO target (id, place, name, first_ms, changed_at) VALUES (:id, 1, :name, 1, 1)
"""
_CLOCK = """
INSERT INTO target_timer (message_id, kind, conversation_id, target_id, channel, started_at, limit_ms, in_hours,
    left_ms, outcome, counted_at, agent_id, team_id)
VALUES (:id, :kind, 'a', :target, :channel, 1, 1, 0, 0, :outcome, :at, :agent, '')
"""


async def test_what_was_promised_is_shared_out_by_target_agent_and_channel(office: Office) -> None:
    await office.run(_TARGET, id="tgt_1", name="Shop")
    await office.run(_TARGET, id="tgt_2", name="VIP")
    clocks = (
        ("first", "met", "tgt_1", IG, "mara", DAY),
        ("first", "met", "tgt_1", SMS, "mara", DAY),
        ("next", "missed", "tgt_1", IG, "", DAY),
        ("resolve", "met", "tgt_2", IG, "ben", 2 * DAY),
        ("first", "missed", "tgt_2", IG, "ben", 9 * DAY),
        ("first", "", "tgt_2", IG, "", None),
    )
    for number, (kind, outcome, target, channel, agent, at) in enumerate(clocks):
        await office.run(
            _CLOCK,
            id=f"msg_{number}",
            kind=kind,
            outcome=outcome,
            target=target,
            channel=channel,
            agent=agent,
            at=None if at is None else MONDAY + at,
        )
    span = Span(MONDAY, MONDAY + 7 * DAY)
    found = await office.figures.promises(span, "target")
    assert (found.total.met, found.total.missed, found.total.share) == (3, 1, 0.75)
    assert [(each.name, each.total.met, each.total.missed) for each in found.parts] == [
        ("Shop", 2, 1),
        ("VIP", 1, 0),
    ]
    assert (found.parts[0].first_reply.share, found.parts[0].next_reply.share) == (1.0, 0.0)
    assert found.parts[0].resolution.share is None
    by_agent = await office.figures.promises(span, "agent")
    assert [(each.key, each.total.met, each.total.missed) for each in by_agent.parts] == [
        ("mara", 2, 0),
        ("ben", 1, 0),
        ("", 0, 1),
    ]
    by_channel = await office.figures.promises(span, "channel")
    assert [(each.key, each.total.met) for each in by_channel.parts] == [(IG, 2), (SMS, 1)]
