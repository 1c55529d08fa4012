"""The week in one letter: on Monday morning, once, whoever is killed and however many nodes there are."""

import asyncio
import itertools
from datetime import datetime
from email import message_from_bytes, policy
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.contract.storage.conftest import Open

from holdfast.channels.contract import Accepted, ErrorClass, InDoubt, Outcome, Rejected, Unreachable
from holdfast.channels.email import MailNotice
from holdfast.channels.email.notices import compose_notice
from holdfast.channels.email.settings import EmailSettings
from holdfast.figures.counting import count_batch
from holdfast.figures.weekly import Weekly
from holdfast.figures.weekly.writing import Places
from holdfast.posts.hours import Hours
from holdfast.posts.model import Profile
from holdfast.posts.store import put_profile
from holdfast.settings import Secret
from holdfast.storage import Database, Tx

ZONE: Final = ZoneInfo("Asia/Tokyo")
HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
MONDAY: Final = int(datetime(2026, 11, 30, tzinfo=ZONE).timestamp() * 1000)
MORNING: Final = MONDAY + 8 * HOUR

_AGENT: Final = """
INSERT INTO agent (id, email, name, password_hash, role, created_at)
VALUES (:id, :email, :id, '', :role, 1)
"""
_MESSAGE: Final = """
INSERT INTO message (id, conversation_id, direction, author, channel, at, stored_at, source, automatic, state)
VALUES (:id, 'con_a', 'in', 'contact', 'instagram:shop', :at, :at, 'webhook', 0, 'received')
"""


class KilledError(BaseException):
    """The process ended here."""


class Clock:
    def __init__(self) -> None:
        self.ms = MORNING

    def now_ms(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self.ms / 1000

    async def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


class Mail:
    """A mail server that a test scripts; what it took."""

    def __init__(self) -> None:
        self.taken: list[MailNotice] = []
        self.answers: list[Outcome | BaseException] = []

    async def send_notice(self, notice: MailNotice) -> Outcome:
        answer = self.answers.pop(0) if self.answers else Accepted("")
        if not isinstance(answer, Rejected | Unreachable):
            self.taken.append(notice)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def to(self) -> list[str]:
        return [notice.address for notice in self.taken]


class Business:
    """A hub in Tokyo, with an owner and an agent, and one message on Wednesday."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = Clock()
        self.mail = Mail()
        self.weekly = self.node(database)

    def node(self, database: Database) -> Weekly:
        return Weekly(
            database=database,
            clock=self.clock,
            key=b"key",
            mailing=lambda: self.mail,
            places=Places("Kelp <& Co>", "https://hub.example"),
        )

    async def open(self) -> None:
        await self.database.write(_fill)
        await self.counted()

    async def counted(self) -> None:
        while await self.database.write(count_batch, self.clock.ms):
            pass


async def _fill(tx: Tx) -> None:
    await put_profile(tx, Profile(hours=Hours(zone=ZONE.key)), 1, "test")
    await tx.run(_AGENT, id="agt_1", email="mara@example.org", role="owner")
    await tx.run(_AGENT, id="agt_2", email="tom@example.org", role="agent")
    await tx.run("INSERT INTO contact (id, name, created_at) VALUES ('ctc_a', 'Ann', 1)")
    await tx.run(
        "INSERT INTO conversation (id, contact_id, last_at, created_at) VALUES ('con_a', 'ctc_a', 1, 1)"
    )
    await tx.run(_MESSAGE, id="msg_1", at=MONDAY - 5 * DAY + 14 * HOUR)


@pytest.fixture
async def business(database: Database) -> Business:
    made = Business(database)
    await made.open()
    return made


async def test_it_leaves_on_monday_morning_by_the_clocks_of_the_business(business: Business) -> None:
    business.clock.ms = MORNING - 1
    assert await business.weekly.next_at() == MORNING
    assert await business.weekly.step() == 0
    business.clock.ms = MORNING
    assert await business.weekly.step() == 1
    [letter] = business.mail.taken
    assert letter.address == "mara@example.org"
    assert letter.subject == "Kelp <& Co>: the week of 23 to 29 November 2026"
    assert "Received: 1 (0 the week before)" in letter.text
    assert "Busiest hour: Wednesday, 14:00 to 15:00 (1 message)" in letter.text
    assert "Kelp &lt;&amp; Co&gt;" in letter.html
    assert "<& Co>" not in letter.html
    assert await business.weekly.next_at() == MORNING + 7 * DAY
    business.clock.ms += 7 * DAY - 1
    assert await business.weekly.step() == 0


@pytest.mark.parametrize(("late", "letters"), [(2 * DAY - 1, 1), (2 * DAY, 0)])
async def test_a_hub_that_was_off_sends_it_within_two_days_or_never(
    business: Business, late: int, letters: int
) -> None:
    business.clock.ms = MORNING + late
    assert await business.weekly.step() == letters


async def test_it_waits_until_the_week_is_counted(business: Business, open_store: Open) -> None:
    await business.database.write(_count_back)
    assert await business.weekly.step() == 0
    await business.counted()
    assert await business.node(await open_store()).step() == 1


async def _count_back(tx: Tx) -> None:
    await tx.run("UPDATE reader_cursor SET value = :value WHERE name = 'figures'", value=MONDAY - 1)


async def test_two_nodes_at_once_send_each_letter_once(business: Business, open_store: Open) -> None:
    await business.weekly.choose("agt_2", wanted=True)
    other = business.node(await open_store())
    await asyncio.gather(business.weekly.step(), other.step(), business.weekly.step())
    assert sorted(business.mail.to) == ["mara@example.org", "tom@example.org"]


async def test_a_kill_loses_no_letter_and_repeats_none_as_another(
    business: Business, open_store: Open
) -> None:
    await business.weekly.choose("agt_2", wanted=True)
    business.mail.answers = [KilledError()]
    with pytest.raises(KilledError):
        await business.weekly.step()
    after = business.node(await open_store())
    assert await after.step() == 1  # the other letter; the first may still be on its way
    business.clock.ms += 10 * 60_000
    assert await after.step() == 1
    business.clock.ms += HOUR
    assert await after.step() == 0
    settings = EmailSettings(
        address="shop@kelp.example",
        smtp_host="localhost",
        imap_host="localhost",
        imap_user="shop",
        imap_password=Secret("p"),
    )
    mails = {compose_notice(settings, notice) for notice in business.mail.taken}
    assert (len(business.mail.taken), len(mails)) == (3, 2)
    mail = message_from_bytes(min(mails), policy=policy.default)
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["List-Unsubscribe"].startswith("<https://hub.example/subscriptions/weekly?t=agt_")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_a_letter_that_could_not_be_handed_over_goes_later_and_a_refused_one_does_not(
    business: Business,
) -> None:
    business.mail.answers = [
        Unreachable("The mail server cannot be reached."),
        InDoubt("The answer was lost."),
    ]
    for _ in range(3):
        await business.weekly.step()
        business.clock.ms += 5 * 60_000
    assert len({msgspec.json.encode(notice) for notice in business.mail.taken}) == 1
    assert len(business.mail.taken) == 2
    business.clock.ms = MORNING + 7 * DAY
    await business.counted()
    business.mail.answers = [Rejected(ErrorClass.RECIPIENT, "There is no such mailbox.")]
    for _ in range(2):
        assert await business.weekly.step() == 0
        business.clock.ms += HOUR
    found = await business.weekly.choice("agt_1")
    assert found is not None
    assert (found.outcome, found.problem) == ("failed", "There is no such mailbox.")


async def test_each_says_whether_they_want_it_and_a_link_ends_it(business: Business) -> None:
    for token in ("", "agt_1", "agt_1.forged", f"agt_2.{business.weekly.token('agt_1').partition('.')[2]}"):
        assert not await business.weekly.leave(token)
    business.mail.answers = [Unreachable("away")]
    await business.weekly.step()
    assert await business.weekly.leave(business.weekly.token("agt_1"))
    business.clock.ms += HOUR
    assert await business.weekly.step() == 0
    wanted = [await business.weekly.choice(name) for name in ("agt_1", "agt_2", "agt_3")]
    assert [each and (each.wanted, each.outcome) for each in wanted] == [
        (False, "withdrawn"),
        (False, None),
        None,
    ]


async def test_without_anything_to_tell_nobody_is_written_to(business: Business) -> None:
    for week in itertools.count(1):
        business.clock.ms = MORNING + week * 7 * DAY
        await business.counted()
        if not await business.weekly.step():
            break
    assert week == 2


async def test_it_is_sent_now_where_somebody_asks_and_not_again_on_monday(business: Business) -> None:
    business.clock.ms = MORNING + 5 * DAY
    await business.counted()
    for _ in range(2):
        assert await business.weekly.send_now() == {"sent": 1}
    assert business.mail.to == ["mara@example.org"]
