"""The mail provider as a whole: SMTP in, IMAP out, and the people who write and read."""

import ssl

from holdfast_simulators.clock import MS_PER_SECOND, Clock
from holdfast_simulators.faults import Fault
from holdfast_simulators.mail.imap import ImapServer
from holdfast_simulators.mail.listener import Listener
from holdfast_simulators.mail.mailbox import Mailbox
from holdfast_simulators.mail.post_office import PostOffice
from holdfast_simulators.mail.submission import SubmissionServer
from holdfast_simulators.mail.weather import PLATFORM, Weather
from holdfast_simulators.people import Message, Person
from holdfast_simulators.settings import MailAccount
from holdfast_simulators.world import World

REOPEN_AGAIN_SECONDS = 0.2


class MailSimulator:
    """Listens on the loopback only. Its ports keep their numbers while a fault refuses connections."""

    def __init__(
        self,
        *,
        world: World,
        settings: MailAccount,
        clock: Clock,
        tls: ssl.SSLContext | None = None,
        allows_clear: bool = True,
    ) -> None:
        """With `tls` both ports speak TLS from the start (RFC 8314).

        Without it, `allows_clear` says whether a client may sign in all the same.
        """
        may_sign_in = tls is not None or allows_clear
        weather = Weather(world=world, account=settings.key)
        self.mailbox = Mailbox(uid_validity=clock.now_ms() // MS_PER_SECOND)
        self.sent = Mailbox(uid_validity=self.mailbox.uid_validity) if settings.keeps_sent else None
        self._world = world
        self._clock = clock
        self._account = settings
        self._post_office = PostOffice(world=world, account=settings, mailbox=self.mailbox, sent=self.sent)
        submission = SubmissionServer(
            world=world,
            account=settings,
            post_office=self._post_office,
            weather=weather,
            may_sign_in=may_sign_in,
        )
        imap = ImapServer(
            mailbox=self.mailbox, sent=self.sent, account=settings, weather=weather, may_sign_in=may_sign_in
        )
        self._smtp = Listener(submission.answer, port=settings.smtp_port, tls=tls)
        self._imap = Listener(imap.answer, port=settings.imap_port, tls=tls)

    @property
    def smtp_port(self) -> int:
        return self._smtp.port

    @property
    def imap_port(self) -> int:
        return self._imap.port

    @property
    def takes_mail(self) -> bool:
        """Whether the SMTP port is open; a fault that refuses connections closes it."""
        return self._smtp.is_open

    async def start(self) -> None:
        """Listen on both ports; raises OSError when one is taken."""
        await self._smtp.open()
        await self._imap.open()
        self._world.faults.on_start.append(self._fault_started)
        self._world.faults.on_end.append(self._fault_ended)
        if self._is_refusing():
            self._smtp.shut()

    async def stop(self) -> None:
        self._world.faults.on_start.remove(self._fault_started)
        self._world.faults.on_end.remove(self._fault_ended)
        await self._smtp.stop()
        await self._imap.stop()

    async def person_writes(self, person_id: str, text: str, *, subject: str | None = None) -> str:
        """The person's mail arrives in the shop's mailbox; returns the message's id in the world.

        Without `subject` it answers the latest mail between the two, else it begins a new thread.
        Raises LookupError for an unknown person or one without a mail address, and MailboxFullError.
        """
        return self._post_office.write(self._person(person_id), text, subject=subject).id

    async def receive_raw(self, raw: bytes, *, envelope_from: str, dmarc: str = "none") -> int:
        """Any bytes from anyone arrive in the shop's mailbox; returns the UID. Raises MailboxFullError."""
        return self._post_office.arrive(
            raw, envelope_from=envelope_from, to=self._account.address, dmarc=dmarc
        )

    def thread(self, person_id: str) -> list[Message]:
        """What the person's mail program shows, oldest first.

        Sender, subject and Message-ID stand in `details`; a second copy of one Message-ID is an entry
        of its own whose `details["copy"]` is 2.
        """
        address = self._person(person_id).address(PLATFORM, self._account.key)
        found = self._world.thread_if_any(PLATFORM, self._account.key, address or "")
        return list(found.messages) if found else []

    def _person(self, person_id: str) -> Person:
        person = self._world.people.get(person_id)
        if person is None:
            raise LookupError(f"There is no person with the id {person_id}.")
        return person

    def _is_refusing(self) -> bool:
        return bool(self._world.faults.active(PLATFORM, "send", self._account.key, {"refused"}))

    def _fault_started(self, _fault: Fault) -> None:
        if self._is_refusing():
            self._smtp.shut()

    def _fault_ended(self, _fault: Fault) -> None:
        if not self._is_refusing():
            self._world.background.spawn(self.settled())

    async def settled(self) -> None:
        """Returns when the SMTP port is open or shut as the faults want it."""
        while not self._is_refusing():
            try:
                await self._smtp.open()
            except OSError:
                # Somebody else's connection may hold the number for a moment.
                await self._clock.sleep(REOPEN_AGAIN_SECONDS)
            else:
                break
        if self._is_refusing():
            self._smtp.shut()
