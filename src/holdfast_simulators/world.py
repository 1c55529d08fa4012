"""The truth: accounts, people, threads, faults and the log of calls. In memory, with time passed in."""

import random
import string
from collections.abc import Callable
from typing import Any

from holdfast_simulators.accounts import AccountBook
from holdfast_simulators.background import Background
from holdfast_simulators.clock import Clock
from holdfast_simulators.faults import Fault, FaultBook
from holdfast_simulators.live import Live
from holdfast_simulators.people import Direction, Message, People, Person, Thread
from holdfast_simulators.post_book import PostBook
from holdfast_simulators.request_log import LoggedRequest, RequestLog
from holdfast_simulators.settings import Settings

MESSAGES_MAX = 1_000_000
THREAD_ID_BYTES = 33
ID_LETTERS = string.ascii_letters + string.digits


class WorldFull(RuntimeError):  # noqa: N818 - a limit that was reached
    pass


class World:
    """Everything the fakes know. `random` is the only source of chance, `clock` the only time."""

    def __init__(self, *, settings: Settings, clock: Clock, chance: random.Random) -> None:
        self.settings = settings
        self.clock = clock
        self.random = chance
        self.background = Background()
        self.live = Live()
        self.people = People()
        self.accounts = AccountBook(settings.accounts)
        self.posts = PostBook(random.Random(settings.seed))  # noqa: S311 - of its own, so that posts change nothing else
        self.requests = RequestLog()
        self.faults = FaultBook(clock=clock, random=chance, background=self.background)
        self.addresses: dict[str, str] = {}
        """Where each platform answers, e.g. {"instagram": "http://127.0.0.1:40001"}."""
        self.on_message: list[Callable[[Message], None]] = []
        """Told of everything that is written."""
        self._threads: dict[tuple[str, str, str], Thread] = {}
        self._threads_by_id: dict[str, Thread] = {}
        self._messages: dict[str, Message] = {}
        self.faults.on_start.append(lambda fault: self._tell_fault("fault_started", fault))
        self.faults.on_end.append(lambda fault: self._tell_fault("fault_ended", fault))

    async def close(self) -> None:
        await self.background.close()

    def record_message(
        self,
        *,
        platform: str,
        account: str,
        address: str,
        direction: Direction,
        text: str,
        message_id: str,
        kind: str = "text",
        at_ms: int | None = None,
        state: str = "sent",
        reply_to: str | None = None,
        details: dict[str, Any] | None = None,
    ) -> Message:
        """Add to the truth and tell the phones. Times rise strictly inside one thread."""
        if len(self._messages) >= MESSAGES_MAX:
            raise WorldFull(f"The simulated world holds at most {MESSAGES_MAX} messages.")
        thread = self.thread(platform, account, address)
        message = Message(
            id=message_id,
            platform=platform,
            account=account,
            address=address,
            person=thread.person,
            direction=direction,
            text=text,
            kind=kind,
            at_ms=self._time_in(thread) if at_ms is None else at_ms,
            number=len(self._messages) + 1,
            state=state,
            reply_to=reply_to,
            details=details or {},
        )
        thread.messages.append(message)
        self._messages[message.id] = message
        self.live.publish("message", message=message.shown())
        for told in self.on_message:
            told(message)
        return message

    def changed(self, message: Message) -> None:
        """Tell the phones that this message looks different now."""
        self.live.publish("message_changed", message=message.shown())

    def thread(self, platform: str, account: str, address: str) -> Thread:
        """The thread, made when it does not exist yet."""
        key = (platform, account, address)
        found = self._threads.get(key)
        if found is not None:
            return found
        owner = self.people.owner(platform, account, address)
        made = Thread(
            id="aWdf" + self.letters(THREAD_ID_BYTES),
            platform=platform,
            account=account,
            address=address,
            person=owner.id if owner else None,
        )
        self._threads[key] = made
        self._threads_by_id[made.id] = made
        return made

    def thread_if_any(self, platform: str, account: str, address: str) -> Thread | None:
        return self._threads.get((platform, account, address))

    def thread_by_id(self, thread_id: str) -> Thread | None:
        return self._threads_by_id.get(thread_id)

    def threads(self, platform: str | None = None, account: str | None = None) -> list[Thread]:
        return [
            thread
            for thread in self._threads.values()
            if (platform is None or thread.platform == platform)
            and (account is None or thread.account == account)
        ]

    def message(self, message_id: str) -> Message | None:
        return self._messages.get(message_id)

    def message_count(self) -> int:
        return len(self._messages)

    def messages(self) -> list[Message]:
        """Everything ever said, in the order in which it was recorded."""
        return list(self._messages.values())

    def log_request(self, request: LoggedRequest) -> None:
        self.requests.add(request)
        self.live.publish("request", request=request.shown())

    def add_person(self, person: Person) -> None:
        """Raises AddressTaken."""
        self.people.add(person)
        self.live.publish("person", person=person.id)

    def letters(self, length: int) -> str:
        return "".join(self.random.choices(ID_LETTERS, k=length))

    def digits(self, length: int) -> str:
        return "".join(self.random.choices(string.digits, k=length))

    def _time_in(self, thread: Thread) -> int:
        now_ms = self.clock.now_ms()
        return max(now_ms, thread.messages[-1].at_ms + 1) if thread.messages else now_ms

    def _tell_fault(self, kind: str, fault: Fault) -> None:
        self.live.publish(kind, fault=fault.id, platform=fault.platform)
