"""Carries mail between the shop's mailbox and the people: delivery, answers, bounces, vacation notices."""

from holdfast_simulators.clock import MS_PER_SECOND
from holdfast_simulators.mail.mailbox import Mailbox
from holdfast_simulators.mail.reading import Letter, domain_of, read_letter, same_mailbox
from holdfast_simulators.mail.weather import PLATFORM
from holdfast_simulators.mail.writing import Sheet, receive, write_bounce, write_letter
from holdfast_simulators.people import Message, Person, Thread
from holdfast_simulators.settings import MailAccount
from holdfast_simulators.world import World

VACATION_FLAG = "vacation"
VACATION_TEXT = "I am away until Monday and will read your message then."
VACATION_AGAIN_MS = 7 * 24 * 3600 * MS_PER_SECOND
"""RFC 3834 (2): one automatic answer per sender in a period of days."""

AFTERWARDS_SECONDS = 1.0
"""How long after a delivery its vacation notice or bounce arrives."""

SUBJECT_CHARACTERS_MAX = 60
ID_LETTERS = 20
NULL_SENDERS = ("", "<>")


class PostOffice:
    def __init__(
        self, *, world: World, account: MailAccount, mailbox: Mailbox, sent: Mailbox | None = None
    ) -> None:
        """`sent` is the folder where the provider keeps what was submitted; some keep nothing."""
        self._sent = sent
        self._world = world
        self._account = account
        self._mailbox = mailbox
        self._host = f"mx.{domain_of(account.address)}"
        self._vacations_told_ms: dict[str, int] = {}

    def refusal(self, recipient: str) -> str | None:
        """The SMTP answer for a recipient that cannot get mail; None when it can."""
        if self.person_at(recipient) or same_mailbox(recipient, self._account.address):
            return None
        if domain_of(recipient) in self._local_domains():
            return f"550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"
        return f"550 5.1.2 <{recipient}>: Recipient address rejected: Domain not found"

    def person_at(self, recipient: str) -> Person | None:
        exactly = self._world.people.owner(PLATFORM, self._account.key, recipient)
        if exactly is not None:
            return exactly
        for person in self._world.people:
            address = self._address_of(person)
            if address and same_mailbox(address, recipient):
                return person
        return None

    def deliver(self, raw: bytes, *, envelope_from: str, recipient: str) -> None:
        """Hand the shop's mail to a person, or to the shop itself; raises MailboxFullError."""
        person = self.person_at(recipient)
        if person is None:
            self.arrive(raw, envelope_from=envelope_from, to=recipient, dmarc="pass")
            return
        letter = read_letter(raw)
        self._record(person, letter)
        if VACATION_FLAG in person.flags and self._deserves_notice(person, letter, envelope_from):
            self._world.background.spawn(self._tell_vacation(person, letter, envelope_from))

    def keep_copy(self, raw: bytes) -> None:
        """What was submitted shows in the folder of sent mail; raises MailboxFullError."""
        if self._sent is not None:
            self._sent.append(raw, at_ms=self._world.clock.now_ms())

    def arrive(self, raw: bytes, *, envelope_from: str, to: str, dmarc: str) -> int:
        """Put a message into the shop's mailbox and return its UID; raises MailboxFullError."""
        now_ms = self._world.clock.now_ms()
        sender = "" if envelope_from in NULL_SENDERS else envelope_from
        traced = receive(raw, host=self._host, envelope_from=sender, to=to, dmarc=dmarc, at_ms=now_ms)
        return self._mailbox.append(traced, at_ms=now_ms).uid

    def write(self, person: Person, text: str, *, subject: str | None) -> Message:
        """A person writes to the shop: an answer to the latest mail, or with `subject` a new thread.

        Raises LookupError when the person has no mail address, and MailboxFullError.
        """
        address = self._address_of(person)
        if address is None:
            raise LookupError(f"{person.name} has no mail address.")
        thread = self._thread(address)
        latest = thread.messages[-1] if thread.messages and subject is None else None
        return self._send(
            person,
            Sheet(
                sender=address,
                sender_name=person.name,
                to=self._answer_address(thread) if latest else self._account.address,
                subject=subject or (_answer_subject(latest) if latest else _first_words(text)),
                text=text,
                message_id=self._new_id(address),
                at_ms=self._world.clock.now_ms(),
                references=_chain(latest) if latest else (),
            ),
            envelope_from=address,
        )

    async def bounce_later(
        self, raw: bytes, *, envelope_from: str, recipient: str, after_seconds: float
    ) -> None:
        """Report to the sender that a message which was accepted could not be delivered."""
        if envelope_from in NULL_SENDERS:
            # A bounce is never bounced (RFC 5321, 4.5.5).
            return
        await self._world.clock.sleep(after_seconds or AFTERWARDS_SECONDS)
        letter = read_letter(raw)
        daemon = f"mailer-daemon@{domain_of(recipient)}"
        sheet = Sheet(
            sender=daemon,
            sender_name="Mail Delivery System",
            to=envelope_from,
            subject="Undelivered Mail Returned to Sender",
            text="Your message could not be delivered to one or more recipients.",
            message_id=self._new_id(daemon),
            at_ms=self._world.clock.now_ms(),
            references=(letter.message_id,) if letter.message_id else (),
        )
        reason = f"550 5.1.1 <{recipient}>: User unknown"
        report = write_bounce(sheet, original=raw, recipient=recipient, status="5.1.1", reason=reason)
        self.arrive(report, envelope_from="", to=envelope_from, dmarc="none")

    def _send(self, person: Person, sheet: Sheet, *, envelope_from: str) -> Message:
        reaches_shop = domain_of(sheet.to) == domain_of(self._account.address)
        if reaches_shop:
            self.arrive(write_letter(sheet), envelope_from=envelope_from, to=sheet.to, dmarc="pass")
        return self._world.record_message(
            platform=PLATFORM,
            account=self._account.key,
            address=sheet.sender,
            direction="out",
            text=sheet.text,
            message_id=sheet.message_id,
            state="sent" if reaches_shop else "failed",
            reply_to=sheet.references[-1] if sheet.references else None,
            details={
                "message_id": sheet.message_id,
                "subject": sheet.subject,
                "from": sheet.sender,
                "from_name": person.name,
                "to": sheet.to,
                "references": list(sheet.references),
                "automatic": sheet.automatic,
                "copy": 1,
            },
        )

    def _record(self, person: Person, letter: Letter) -> None:
        address = self._address_of(person) or ""
        known_id = letter.message_id or self._new_id(self._account.address)
        copies = sum(m.details.get("message_id") == known_id for m in self._thread(address).messages)
        self._world.record_message(
            platform=PLATFORM,
            account=self._account.key,
            address=address,
            direction="in",
            text=letter.text,
            message_id=self._unused(known_id),
            state="delivered",
            reply_to=letter.references[-1] if letter.references else None,
            details={
                "message_id": known_id,
                "subject": letter.subject,
                "from": letter.sender,
                "from_name": letter.sender_name,
                "to": address,
                "answer_to": letter.reply_to,
                "references": list(letter.references),
                "automatic": letter.automatic,
                "copy": copies + 1,
            },
        )

    def _unused(self, message_id: str) -> str:
        """Each arrival counts, the second copy of one Message-ID too, so it gets a name of its own."""
        name, number = message_id, 1
        while self._world.message(name) is not None:
            number += 1
            name = f"{message_id}#{number}"
        return name

    def _deserves_notice(self, person: Person, letter: Letter, envelope_from: str) -> bool:
        if letter.automatic or envelope_from in NULL_SENDERS:
            return False
        now_ms = self._world.clock.now_ms()
        told_ms = self._vacations_told_ms.get(person.id)
        if told_ms is not None and now_ms - told_ms < VACATION_AGAIN_MS:
            return False
        self._vacations_told_ms[person.id] = now_ms
        return True

    async def _tell_vacation(self, person: Person, letter: Letter, envelope_from: str) -> None:
        await self._world.clock.sleep(AFTERWARDS_SECONDS)
        address = self._address_of(person) or ""
        notice = Sheet(
            sender=address,
            sender_name=person.name,
            to=envelope_from,
            subject=f"Automatic reply: {letter.subject}",
            text=VACATION_TEXT,
            message_id=self._new_id(address),
            at_ms=self._world.clock.now_ms(),
            references=(*letter.references, letter.message_id) if letter.message_id else (),
            automatic=True,
        )
        self._send(person, notice, envelope_from="")

    def _answer_address(self, thread: Thread) -> str:
        for message in reversed(thread.messages):
            if message.direction == "in":
                return str(message.details.get("answer_to") or self._account.address)
        return self._account.address

    def _thread(self, address: str) -> Thread:
        return self._world.thread(PLATFORM, self._account.key, address)

    def _address_of(self, person: Person) -> str | None:
        return person.address(PLATFORM, self._account.key)

    def _local_domains(self) -> set[str]:
        people = (self._address_of(person) or "" for person in self._world.people)
        return {domain_of(known) for known in (self._account.address, "@" + self._account.domain, *people)}

    def _new_id(self, address: str) -> str:
        return f"<{self._world.letters(ID_LETTERS)}@{domain_of(address)}>"


def _chain(message: Message) -> tuple[str, ...]:
    """References of an answer: those of the message it answers, and that message itself."""
    before = tuple(message.details.get("references", ()))
    own = message.details.get("message_id")
    return (*before, own) if own else before


def _answer_subject(message: Message) -> str:
    subject = str(message.details.get("subject") or _first_words(message.text))
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def _first_words(text: str) -> str:
    first_line = next(iter(text.strip().splitlines()), "")
    return first_line[:SUBJECT_CHARACTERS_MAX] or "(no subject)"
