"""People who write and read, and agents who answer: at random, and undeterred by a hub that dies."""

import asyncio
import json
import random
from contextlib import suppress
from typing import Any, Final, NamedTuple

from holdfast.channels.transport import HttpAnswer
from holdfast.storage import Row, StoreUnavailableError, Tx
from holdfast_simulators import Fakes
from holdfast_simulators.accounts import AccountState
from holdfast_simulators.phone_line import PhoneLine, Writing

from .diary import Diary, Reply
from .fate import Fate
from .front_door import FrontDoor
from .hub_process import HubProcess
from .lives import KilledError
from .town import ACCOUNT_OF, DIRECT, Person

STOCK: Final = ("Yes, sure.", "Thank you!")
"""What agents write again and again: two of these cannot be told apart by their text."""
AUTO: Final = "auto"
TRIES_MAX: Final = 30
RETRY_SECONDS: Final = 1.5
VISITORS: Final = 2
REACT_ON: Final = frozenset({"instagram", "whatsapp"})
IMPATIENT: Final = 0.1
"""So many replies are sent twice at once, under the same key."""
REACTIONS: Final = 0.15
"""To so many of their own messages people react at once: the two webhooks may come in any order."""
LONG_WORDS: Final = (60, 260)
ASK_AFTER_MS: Final = 40_000
"""How long an agent lets a message stay in doubt before asking the person."""

_CONVERSATIONS: Final = """
SELECT v.id, v.contact_id, a.id AS address_id, a.channel, a.value
FROM conversation v JOIN address a ON a.contact_id = v.contact_id
WHERE v.last_in_at IS NOT NULL AND a.proof IS NOT NULL ORDER BY v.id, a.channel
"""
_LONG_IN_DOUBT: Final = """
SELECT d.message_id, d.channel, d.text, a.value, d.started_at FROM delivery d JOIN address a ON a.id = d.address_id
WHERE d.state = 'in_doubt' AND d.doubt_since < :before
    AND (d.channel LIKE 'whatsapp:%' OR d.reason LIKE '%More than%' OR d.lane LIKE '%|aside') ORDER BY d.id
"""
"""Only where the platform's record cannot tell: WhatsApp keeps none, the others hide what is behind many newer ones;
and where it was told too late, when what was written afterwards had gone."""
_SETTLED: Final = "SELECT external_id FROM delivery WHERE external_id IS NOT NULL"


class Place(NamedTuple):
    """Somebody's phone, open at one conversation."""

    phone: PhoneLine
    account: AccountState
    address: str


class Visitor(NamedTuple):
    id: str
    token: str


class People:
    def __init__(self, fate: Fate, people: list[Person], fakes: Fakes, door: FrontDoor, diary: Diary) -> None:
        self._fate = fate
        self._people = people
        self._fakes = fakes
        self._door = door
        self._diary = diary
        self._chance = random.Random(f"writing {fate.seed}")  # noqa: S311 - repeatable, not secret
        self._visitors: list[Visitor] = []
        self._written = 0

    async def write_for_a_while(self) -> None:
        """Until the active part of the run is over."""
        clock = self._fakes.world.clock
        loop = asyncio.get_running_loop()
        while loop.time() < self._fate.active_seconds:
            await self._do_something()
            await clock.sleep(self._chance.expovariate(1 / self._fate.gap_seconds))

    async def write_on(self, channel: str) -> None:
        """Somebody writes on this channel: only what arrives can prove that messages arrive again."""
        there = [person for person in self._people if channel in person.addresses]
        if there:
            await self._write(self._place_of(self._chance.choice(there), channel))

    async def _do_something(self) -> None:
        what = self._chance.random()
        if what < 0.08:
            await self._write_in_our_chat()
        elif what < 0.25:
            await self._look()
        else:
            for _ in range(self._chance.choice((1, 1, 1, 2, 3))):
                await self._write(self._any_place())

    def _any_place(self) -> Place:
        person = self._chance.choice(self._people)
        return self._place_of(person, self._chance.choice(list(person.addresses)))

    def _place_of(self, person: Person, channel: str) -> Place:
        platform, key = ACCOUNT_OF[channel]
        account = self._fakes.world.accounts.find(platform, key)
        if account is None:
            raise LookupError(key)
        return Place(self._fakes.platforms[platform].phone, account, person.addresses[channel])

    async def _write(self, place: Place) -> None:
        self._written += 1
        written = await place.phone.writes(place.account, place.address, Writing(text=f"m{self._written}"))
        if written.platform in REACT_ON and self._chance.random() < REACTIONS:
            await place.phone.reacts(written, "❤")

    async def _look(self) -> None:
        place = self._any_place()
        await place.phone.sees(place.account, place.address)

    async def _write_in_our_chat(self) -> None:
        if len(self._visitors) < VISITORS and not await self._come_to_our_chat():
            return
        visitor = self._chance.choice(self._visitors)
        self._written += 1
        text, client_id = f"m{self._written}", f"c{self._written}"
        if await self._door.write_in_chat(visitor.id, visitor.token, client_id, text):
            self._diary.written_direct[f"{visitor.id}:{client_id}"] = (visitor.id, text)

    async def _come_to_our_chat(self) -> bool:
        name = f"Visitor {len(self._visitors)}"
        made = await self._door.come_to_chat(name)
        if made is None:
            return False
        guest = made["member"]["id"]
        self._visitors.append(Visitor(guest, made["token"]))
        self._diary.visitors[guest] = name
        return True


class Agents:
    """One reply at a time to each conversation; a reply that got no answer is written again under its key."""

    def __init__(self, fate: Fate, fakes: Fakes, process: HubProcess, door: FrontDoor, diary: Diary) -> None:
        self._fate = fate
        self._world = fakes.world
        self._process = process
        self._door = door
        self._diary = diary
        self._chance = random.Random(f"answering {fate.seed}")  # noqa: S311 - repeatable, not secret
        self._busy: set[str] = set()

    async def answer_for_a_while(self) -> None:
        async with asyncio.TaskGroup() as group:
            while asyncio.get_running_loop().time() < self._fate.active_seconds:
                await asyncio.sleep(self._chance.expovariate(1 / self._fate.gap_seconds))
                if self._chance.random() < 0.08:
                    await self._regroup()
                reply = await self._begin()
                if reply is not None:
                    persist = self._chance.random() < 0.8
                    group.create_task(self._write(reply, persist=persist))

    async def answer_on(self, channel: str) -> None:
        """Answer somebody on this channel: only a send can prove that sends work again."""
        reply = await self._begin(channel)
        if reply is not None:
            await self._write(reply, persist=False)

    async def clear_doubts(self) -> None:
        """Where a platform keeps no record, ask the person, and tell the hub; for ever."""
        while True:
            await asyncio.sleep(10)
            try:
                await self._clear_doubts()
            except (KilledError, StoreUnavailableError):
                continue

    async def _begin(self, channel: str = AUTO) -> Reply | None:
        try:
            places = await self._process.ask(self._process.hub.database.read(_conversations))
        except (KilledError, StoreUnavailableError):
            return None
        free = [
            (place["id"], self._owner(place))
            for place in places
            if place["id"] not in self._busy and channel in (AUTO, place["channel"])
        ]
        if not free:
            return None
        conversation_id, person = self._chance.choice(free)
        self._busy.add(conversation_id)
        number = len(self._diary.replies)
        now = asyncio.get_running_loop().time()
        reply = Reply(number, person, conversation_id, self._words(number), now, channel)
        self._diary.replies.append(reply)
        return reply

    async def _regroup(self) -> None:
        """Join two contacts that are one person, or part one again."""
        with suppress(KilledError, StoreUnavailableError, LookupError, ValueError):
            places = await self._process.ask(self._process.hub.database.read(_conversations))
            one = self._chance.choice(places)
            same = [place for place in places if self._owner(place) == self._owner(one)]
            other = self._chance.choice(same)
            people = self._process.hub.conversations
            if one["contact_id"] != other["contact_id"]:
                await self._process.ask(people.merge(one["contact_id"], other["contact_id"], "agent:a"))
            elif self._chance.random() < 0.3:
                await self._process.ask(people.split(one["contact_id"], one["address_id"], "agent:a"))

    def _owner(self, place: Row) -> str:
        if place["channel"] == DIRECT:
            return self._diary.visitors.get(place["value"], "nobody")
        platform, account = ACCOUNT_OF[place["channel"]]
        owner = self._world.people.owner(platform, account, place["value"])
        return owner.id if owner else "nobody"

    def _words(self, number: int) -> str:
        what = self._chance.random()
        if what < self._fate.stock:
            return self._chance.choice(STOCK)
        count = self._chance.randint(*LONG_WORDS) if what < self._fate.stock + 0.1 else 1
        return " ".join(f"r{number}w{place}" for place in range(count))

    async def _write(self, reply: Reply, *, persist: bool) -> None:
        try:
            for _ in range(TRIES_MAX if persist else 1):
                if await self._try(reply):
                    return
                await asyncio.sleep(RETRY_SECONDS)
        finally:
            self._busy.discard(reply.conversation_id)

    async def _try(self, reply: Reply) -> bool:
        """Whether the hub said yes or no."""
        clicks = 2 if self._chance.random() < IMPATIENT else 1
        answers = await asyncio.gather(*(self._door.reply(reply, self._process.token) for _ in range(clicks)))
        answer = max(answers, key=lambda each: 0 if each is None else 1_000 - each.status)
        if answer is None or answer.status >= 500:
            return False
        if answer.status >= 400:
            reply.standing = "refused"
            return True
        reply.standing, reply.message_id = "accepted", _decoded(answer)["id"]
        reply.accepted_at = asyncio.get_running_loop().time()
        return True

    async def _clear_doubts(self) -> None:
        hub = self._process.hub
        before = hub.clock.now_ms() - ASK_AFTER_MS
        settled = await self._process.ask(hub.database.read(_settled))
        for row in await self._process.ask(hub.database.read(_in_doubt, before)):
            decision = "sent" if self._has_it(row, settled) else "resend"
            await self._door.decide(row["message_id"], decision, self._process.token)

    def _has_it(self, row: Row, settled: set[str]) -> bool:
        """The person looks: a message of these words that came since, and is not another delivery's."""
        platform, account = ACCOUNT_OF[row["channel"]]
        thread = self._world.thread(platform, account, row["value"])
        return any(
            message.direction == "in"
            and message.text == row["text"]
            and message.at_ms >= row["started_at"]
            and message.id not in settled
            for message in thread.messages
        )


def _decoded(answer: HttpAnswer) -> Any:
    return json.loads(answer.body)


async def _conversations(tx: Tx) -> list[Row]:
    return await tx.all(_CONVERSATIONS)


async def _in_doubt(tx: Tx, before: int) -> list[Row]:
    return await tx.all(_LONG_IN_DOUBT, before=before)


async def _settled(tx: Tx) -> set[str]:
    return {row["external_id"] for row in await tx.all(_SETTLED)}
