"""The mail provider as a client sees it: aiosmtplib submits, imap-tools reads, people answer."""

import asyncio
import imaplib
import random
import ssl
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from imap_tools import MailBox, MailBoxUnencrypted, MailMessage, MailMessageFlags
from imap_tools.errors import ImapToolsError, MailboxLoginError

from holdfast_simulators.clock import WallClock
from holdfast_simulators.faults import Fault
from holdfast_simulators.mail import MailSimulator
from holdfast_simulators.mail.imap.grammar import BadCommandError, parse_command
from holdfast_simulators.mail.imap.numbers import chosen
from holdfast_simulators.mail.reading import read_letter
from holdfast_simulators.people import Person
from holdfast_simulators.settings import Accounts, MailAccount, Settings
from holdfast_simulators.world import World

SHOP = "help@shop.example"
ANN = "ann@people.example"
BEN = "ben@people.example"
PASSWORD = "secret"
PATIENCE_SECONDS = 5.0
LOOK_SECONDS = 0.01


class HastyClock(WallClock):
    """Real time, but what should take long takes a hundredth of it."""

    def __init__(self) -> None:
        self.waiting = 0

    async def sleep(self, seconds: float) -> None:
        self.waiting += 1
        try:
            await asyncio.sleep(seconds / 100)
        finally:
            self.waiting -= 1


class Provider:
    """A running mail provider and the two clients of it that the tests use."""

    def __init__(self, world: World, clock: HastyClock, account: MailAccount, **options: Any) -> None:
        self.world = world
        self.clock = clock
        self.mail = MailSimulator(world=world, settings=account, clock=clock, **options)

    def fault(self, kind: str, **more: Any) -> Fault:
        return self.world.faults.start(Fault(platform="email", kind=kind, **more))

    async def submit(
        self, message: EmailMessage, *, sender: str = SHOP, to: str = ANN, password: str = PASSWORD
    ) -> str:
        """Submit on a connection of its own and return the answer after the dot."""
        client = aiosmtplib.SMTP(
            hostname="127.0.0.1", port=self.mail.smtp_port, start_tls=False, timeout=PATIENCE_SECONDS
        )
        try:
            await client.connect()
            await client.login("shop", password)
            _, answer = await client.send_message(message, sender=sender, recipients=[to])
        finally:
            client.close()
        return answer

    async def refusal(self, message: EmailMessage, **more: Any) -> str:
        """Submit, expect a refusal and return its code and text."""
        with pytest.raises(aiosmtplib.SMTPException) as caught:
            await self.submit(message, **more)
        error: Any = caught.value
        if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
            error = error.recipients[0]
        return f"{error.code} {error.message}"

    async def read(self, work: Callable[[MailBoxUnencrypted], Any]) -> Any:
        """Do the work with imap-tools, which blocks, in a thread."""
        return await asyncio.to_thread(self._read, work)

    def _read(self, work: Callable[[MailBoxUnencrypted], Any]) -> Any:
        with signed_in(self.mail.imap_port) as box:
            return work(box)

    async def inbox(self) -> list[MailMessage]:
        return list(await self.read(lambda box: list(box.fetch(mark_seen=False))))


@contextmanager
def signed_in(port: int, password: str = PASSWORD) -> Iterator[MailBoxUnencrypted]:
    box = MailBoxUnencrypted("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    try:
        yield box.login("shop", password)
    except BaseException:
        box.client.shutdown()
        raise
    box.logout()


@asynccontextmanager
async def a_provider(**options: Any) -> AsyncIterator[Provider]:
    account = MailAccount(domain="people.example", address=SHOP, user="shop", password=PASSWORD)
    settings = Settings(control_token="t", accounts=Accounts(mail=account))
    clock = HastyClock()
    world = World(settings=settings, clock=clock, chance=random.Random(7))  # noqa: S311 - chance, not secrecy
    world.add_person(Person(id="ann", name="Ann Åberg", addresses={"email": ANN}))
    world.add_person(Person(id="ben", name="Ben", addresses={"email": BEN}, flags=frozenset({"vacation"})))
    running = Provider(world, clock, account, **options)
    await running.mail.start()
    yield running
    await running.mail.stop()
    await world.close()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with a_provider() as running:
        yield running


@pytest.fixture
def tls_contexts(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context with a certificate of its own making, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "both.pem"
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(file)
    return serving, ssl.create_default_context(cadata=certificate.public_bytes(Encoding.PEM).decode())


async def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        await asyncio.sleep(LOOK_SECONDS)


def letter(text: str = "Your order is on its way.", **headers: str) -> EmailMessage:
    message = EmailMessage()
    usual = {"From": f"Shop <{SHOP}>", "To": ANN, "Subject": "Order 77", "Message_ID": "<m1@shop.example>"}
    for name, value in {**usual, **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


# People and their threads


async def test_mail_of_the_shop_reaches_the_person(provider: Provider) -> None:
    answer = await provider.submit(letter("Größe 38 ist da.\n.\nBis bald"))
    (arrived,) = provider.mail.thread("ann")
    assert answer.startswith("2.0.0")
    assert (arrived.direction, arrived.text) == ("in", "Größe 38 ist da.\n.\nBis bald")
    assert arrived.details["subject"] == "Order 77"
    assert (arrived.details["from"], arrived.details["from_name"]) == (SHOP, "Shop")


async def test_the_same_message_id_twice_is_two_entries(provider: Provider) -> None:
    await provider.submit(letter())
    await provider.submit(letter())
    thread = provider.mail.thread("ann")
    assert [m.details["message_id"] for m in thread] == ["<m1@shop.example>"] * 2
    assert [m.details["copy"] for m in thread] == [1, 2]
    assert len(provider.world.messages()) == 2


async def test_a_person_begins_a_thread(provider: Provider) -> None:
    sent_id = await provider.mail.person_writes("ann", "Do you have it in blue? ü", subject="A coat")
    (mail,) = await provider.inbox()
    assert (mail.from_, mail.subject, mail.text.strip()) == (ANN, "A coat", "Do you have it in blue? ü")
    assert mail.headers["message-id"] == (sent_id,)
    assert "in-reply-to" not in mail.headers
    verdict = mail.headers["authentication-results"][0]
    assert verdict.startswith("mx.shop.example;")
    assert "dmarc=pass header.from=people.example" in verdict


async def test_a_person_answers_where_the_mail_asks(provider: Provider) -> None:
    await provider.submit(letter(Reply_To="help+t42.9f@shop.example", References="<first@people.example>"))
    await provider.mail.person_writes("ann", "Thanks!")
    (mail,) = await provider.inbox()
    assert mail.to == ("help+t42.9f@shop.example",)
    assert mail.subject == "Re: Order 77"
    assert mail.headers["in-reply-to"] == ("<m1@shop.example>",)
    assert mail.headers["references"] == ("<first@people.example> <m1@shop.example>",)
    assert mail.headers["delivered-to"] == ("help+t42.9f@shop.example",)


async def test_an_answer_to_elsewhere_does_not_reach_the_shop(provider: Provider) -> None:
    await provider.submit(letter(Reply_To="someone@else.example"))
    await provider.mail.person_writes("ann", "Thanks!")
    assert await provider.inbox() == []
    assert provider.mail.thread("ann")[-1].state == "failed"


async def test_a_person_on_holiday_answers_once_by_machine(provider: Provider) -> None:
    await provider.submit(letter(), to=BEN)
    await until(lambda: len(provider.mail.mailbox.uids) == 1)
    await provider.submit(letter(Message_ID="<m2@shop.example>"), to=BEN)
    (mail,) = await provider.inbox()
    assert mail.headers["auto-submitted"] == ("auto-replied",)
    assert mail.headers["return-path"] == ("<>",)
    assert mail.headers["in-reply-to"] == ("<m1@shop.example>",)


async def test_a_machine_is_not_answered_by_a_machine(provider: Provider) -> None:
    await provider.submit(letter(Auto_Submitted="auto-replied"), to=BEN)
    await provider.submit(letter(Message_ID="<m2@shop.example>"), sender="", to=BEN)
    await provider.submit(letter(Message_ID="<m3@shop.example>"), to=BEN)
    await until(lambda: bool(provider.mail.mailbox.uids))
    (mail,) = await provider.inbox()
    assert mail.headers["in-reply-to"] == ("<m3@shop.example>",)


async def test_unknown_people_and_people_without_mail(provider: Provider) -> None:
    provider.world.add_person(Person(id="cy", name="Cy"))
    for person in ("nobody", "cy"):
        with pytest.raises(LookupError):
            await provider.mail.person_writes(person, "Hello")


# Submission


@pytest.mark.parametrize(
    ("to", "code"), [("nobody@people.example", "550 5.1.1"), ("ann@nowhere.example", "550 5.1.2")]
)
async def test_unknown_recipients_are_refused(provider: Provider, to: str, code: str) -> None:
    assert (await provider.refusal(letter(), to=to)).startswith(code)


async def test_wrong_credentials_are_refused(provider: Provider) -> None:
    assert (await provider.refusal(letter(), password="wrong")).startswith("535 5.7.8")


async def test_a_sender_of_another_domain_is_refused(provider: Provider) -> None:
    assert (await provider.refusal(letter(), sender="x@other.example")).startswith("553 5.7.1")


async def test_without_signing_in_nothing_is_taken(provider: Provider) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=provider.mail.smtp_port, start_tls=False) as client:
        with pytest.raises(aiosmtplib.SMTPException) as caught:
            await client.send_message(letter(), sender=SHOP, recipients=[ANN])
    assert getattr(caught.value, "code", None) == 530


async def test_a_message_that_is_too_large_is_refused_early(provider: Provider) -> None:
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=provider.mail.smtp_port, start_tls=False) as client:
        await client.login("shop", PASSWORD)
        with pytest.raises(aiosmtplib.SMTPSenderRefused) as caught:
            await client.mail(SHOP, options=["SIZE=999999999"])
    assert caught.value.code == 552


async def test_one_connection_too_many_is_turned_away(provider: Provider) -> None:
    lines = [await asyncio.open_connection("127.0.0.1", provider.mail.smtp_port) for _ in range(51)]
    greetings = [await reader.readline() for reader, _ in lines]
    for _, writer in lines:
        writer.close()
        await writer.wait_closed()
    assert [greeting[:3] for greeting in greetings] == [b"220"] * 50 + [b"421"]


async def test_signing_in_over_tls_only(tls_contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    serving, asking = tls_contexts
    async with a_provider(tls=serving, allows_clear=False) as provider:
        await aiosmtplib.send(
            letter(),
            sender=SHOP,
            recipients=[ANN],
            hostname="127.0.0.1",
            port=provider.mail.smtp_port,
            use_tls=True,
            tls_context=asking,
            username="shop",
            password=PASSWORD,
        )
        assert len(provider.mail.thread("ann")) == 1
        await provider.mail.person_writes("ann", "Thanks!")

        def look() -> list[str]:
            with MailBox("127.0.0.1", provider.mail.imap_port, ssl_context=asking).login(
                "shop", PASSWORD
            ) as box:
                return box.uids()

        assert await asyncio.to_thread(look) == ["1"]


async def test_signing_in_in_clear_can_be_forbidden() -> None:
    async with a_provider(allows_clear=False) as provider:
        with pytest.raises(aiosmtplib.SMTPException):
            await provider.submit(letter())
        with pytest.raises(MailboxLoginError, match="PRIVACYREQUIRED"):
            await provider.inbox()


# Faults of submission


async def test_refused_closes_the_port_and_opens_it_again(provider: Provider) -> None:
    port = provider.mail.smtp_port
    fault = provider.fault("refused")
    with pytest.raises(aiosmtplib.SMTPConnectError):
        await provider.submit(letter())
    provider.world.faults.end(fault.id)
    await until(lambda: provider.mail.takes_mail)
    await provider.submit(letter())
    assert provider.mail.smtp_port == port


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("server_error", {"421 4.3.2", "451 4.3.0"}),
        ("throttle", {"421 4.7.0", "452 4.5.3"}),
        ("token_error", {"535 5.7.8"}),
    ],
)
async def test_refusing_faults_have_no_effect(provider: Provider, kind: str, codes: set[str]) -> None:
    provider.fault(kind)
    seen = {(await provider.refusal(letter()))[:9] for _ in range(8)}
    assert seen == codes
    assert provider.mail.thread("ann") == []


async def test_greylisting_refuses_the_first_try_only(provider: Provider) -> None:
    provider.fault("greylist")
    assert (await provider.refusal(letter())).startswith("450 4.7.1")
    await provider.submit(letter())
    assert len(provider.mail.thread("ann")) == 1


async def test_accepted_then_cut(provider: Provider) -> None:
    provider.fault("accept_then_reset")
    with pytest.raises(aiosmtplib.SMTPServerDisconnected):
        await provider.submit(letter())
    assert len(provider.mail.thread("ann")) == 1


async def test_a_slow_answer_comes_after_the_effect(provider: Provider) -> None:
    provider.fault("slow", delay_ms=5_000)
    sending = asyncio.ensure_future(provider.submit(letter()))
    await until(lambda: bool(provider.mail.thread("ann")))
    assert not sending.done()
    assert (await sending).startswith("2.0.0")


async def test_a_bounce_arrives_later_as_a_report(provider: Provider) -> None:
    provider.fault("bounce")
    await provider.submit(letter(), sender="bounce+01J@shop.example")
    await until(lambda: bool(provider.mail.mailbox.uids))
    (mail,) = await provider.inbox()
    parts = [part.get_content_type() for part in mail.obj.walk()]
    assert mail.obj.get_content_type() == "multipart/report"
    assert parts[1:3] == ["text/plain", "message/delivery-status"]
    assert mail.headers["delivered-to"] == ("bounce+01J@shop.example",)
    assert b"<m1@shop.example>" in mail.obj.as_bytes()
    assert provider.mail.thread("ann") == []


async def test_a_rate_is_a_share_of_messages(provider: Provider) -> None:
    provider.fault("bounce", rate=0.3)
    for _ in range(30):
        await provider.submit(letter())
    assert 12 < len(provider.mail.thread("ann")) < 29


# The mailbox


async def fill(provider: Provider, count: int) -> None:
    for number in range(1, count + 1):
        await provider.mail.person_writes("ann", f"Message {number}", subject=f"Subject {number}")


async def test_uids_rise_and_a_range_may_be_open(provider: Provider) -> None:
    await fill(provider, 3)

    def look(box: MailBoxUnencrypted) -> Any:
        return box.uids("ALL"), box.uids("UID 2:*"), box.uids("UID 9:*"), box.uids("(NOT UID 1) UNSEEN")

    everything, from_two, from_nine, others = await provider.read(look)
    assert everything == ["1", "2", "3"]
    assert from_two == ["2", "3"]
    assert from_nine == ["3"], "an open range names the last message even when it begins behind it"
    assert others == ["2", "3"]


async def test_status_names_the_mailbox_for_ever(provider: Provider) -> None:
    await fill(provider, 2)
    status = await provider.read(lambda box: box.folder.status("INBOX"))
    assert status["MESSAGES"] == status["UNSEEN"] == 2
    assert status["UIDNEXT"] == 3
    assert status["UIDVALIDITY"] == provider.mail.mailbox.uid_validity


async def test_reading_in_bulk(provider: Provider) -> None:
    await fill(provider, 3)
    mails = await provider.read(lambda box: list(box.fetch("UID 2:3", mark_seen=False, bulk=True)))
    assert [(m.uid, m.text.strip(), m.flags) for m in mails] == [
        ("2", "Message 2", ()),
        ("3", "Message 3", ()),
    ]
    assert mails[0].size_rfc822 == len(provider.mail.mailbox.find(2).raw)  # type: ignore[union-attr]


async def test_peeking_leaves_no_trace_and_reading_does(provider: Provider) -> None:
    await fill(provider, 1)
    await provider.inbox()
    assert (await provider.inbox())[0].flags == ()
    (read,) = await provider.read(lambda box: list(box.fetch(mark_seen=True)))
    assert read.flags == (MailMessageFlags.SEEN,)


async def test_flags_are_kept_and_deleted_mail_goes(provider: Provider) -> None:
    await fill(provider, 3)

    def work(box: MailBoxUnencrypted) -> Any:
        box.flag(["1"], MailMessageFlags.FLAGGED, value=True)
        box.delete(["2"])
        return box.uids("FLAGGED"), box.uids("ALL"), box.numbers("ALL")

    assert await provider.read(work) == (["1"], ["1", "3"], ["1", "2"])
    assert provider.mail.mailbox.uid_next == 4


async def test_headers_alone_and_by_name(provider: Provider) -> None:
    await fill(provider, 1)

    def work(box: MailBoxUnencrypted) -> Any:
        (mail,) = box.fetch(headers_only=True, mark_seen=False)
        fields = box.client.uid("FETCH", "1", "(BODY.PEEK[HEADER.FIELDS (Subject)] BODY.PEEK[TEXT]<0.7>)")
        return mail.subject, mail.text, [part[1] for part in fields[1] if isinstance(part, tuple)]

    subject, text, parts = await provider.read(work)
    assert (subject, text) == ("Subject 1", "")
    assert parts == [b"Subject: Subject 1\r\n\r\n", b"Message"]


async def test_an_examined_folder_cannot_be_changed(provider: Provider) -> None:
    await fill(provider, 1)

    def work(box: MailBoxUnencrypted) -> None:
        box.folder.set("INBOX", readonly=True)
        list(box.fetch(mark_seen=True))
        status, _ = box.client.uid("STORE", "1", "+FLAGS", "(\\Flagged)")
        assert status == "NO"

    await provider.read(work)
    assert provider.mail.mailbox.unseen == 1


async def test_there_is_no_other_folder(provider: Provider) -> None:
    with pytest.raises(ImapToolsError, match="NONEXISTENT"):
        await provider.read(lambda box: box.folder.set("Archive"))
    folders = await provider.read(lambda box: [folder.name for folder in box.folder.list()])
    assert folders == ["INBOX"]


async def test_waiting_hears_of_new_mail(provider: Provider) -> None:
    await fill(provider, 1)
    waiting = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(box: MailBoxUnencrypted) -> Any:
        with box.idle as idle:
            loop.call_soon_threadsafe(waiting.set)
            heard = idle.poll(timeout=PATIENCE_SECONDS)
        return heard, box.uids("ALL")

    hearing = asyncio.ensure_future(provider.read(wait))
    await waiting.wait()
    await fill(provider, 1)
    assert await hearing == ([b"* 2 EXISTS"], ["1", "2"])


async def test_a_rebuilt_mailbox_sends_its_readers_away(provider: Provider) -> None:
    await fill(provider, 2)
    before = provider.mail.mailbox.uid_validity

    def work(box: MailBoxUnencrypted) -> None:
        provider.mail.mailbox.rebuild()
        with pytest.raises(imaplib.IMAP4.abort):
            box.client.noop()

    await provider.read(work)
    assert provider.mail.mailbox.uid_validity > before


# Faults of the mailbox


async def test_a_wrong_password_is_told_so(provider: Provider) -> None:
    def sign_in() -> None:
        with signed_in(provider.mail.imap_port, "wrong"):
            pass

    with pytest.raises(MailboxLoginError, match="AUTHENTICATIONFAILED"):
        await asyncio.to_thread(sign_in)


async def test_an_unavailable_mailbox_says_so(provider: Provider) -> None:
    await fill(provider, 1)
    fault = provider.fault("server_error", capability="receive")
    with pytest.raises(imaplib.IMAP4.error, match="UNAVAILABLE"):
        await provider.inbox()
    await provider.submit(letter())
    provider.world.faults.end(fault.id)
    assert len(await provider.inbox()) == 1


async def test_a_fault_ends_a_session_that_waits(provider: Provider) -> None:
    waiting = asyncio.Event()
    loop = asyncio.get_running_loop()

    def wait(box: MailBoxUnencrypted) -> Any:
        box.idle.start()  # type: ignore[no-untyped-call]
        loop.call_soon_threadsafe(waiting.set)
        heard = box.idle.poll(timeout=PATIENCE_SECONDS)
        box.client.shutdown()
        return heard

    hearing = asyncio.ensure_future(asyncio.to_thread(_unchecked, provider.mail.imap_port, wait))
    await waiting.wait()
    provider.fault("server_error", capability="receive")
    assert b"BYE [UNAVAILABLE]" in (await hearing)[0]


def _unchecked(port: int, work: Callable[[MailBoxUnencrypted], Any]) -> Any:
    return work(MailBoxUnencrypted("127.0.0.1", port, timeout=PATIENCE_SECONDS).login("shop", PASSWORD))


@pytest.mark.parametrize(
    ("kind", "capability", "said"),
    [("throttle", "receive", "LIMIT"), ("token_error", "sign_in", "AUTHENTICATIONFAILED")],
)
async def test_refusals_of_the_mailbox(provider: Provider, kind: str, capability: str, said: str) -> None:
    provider.fault(kind, capability=capability)
    with pytest.raises(ImapToolsError, match=said):
        await provider.inbox()


async def test_calls_are_logged_with_their_fault_and_effect(provider: Provider) -> None:
    await provider.submit(letter())
    fault = provider.fault("server_error", capability="send")
    await provider.refusal(letter())
    await fill(provider, 1)
    await provider.inbox()
    calls = provider.world.requests.newest(50, "email")
    assert [c.status for c in calls if c.effect] == [250]
    assert [c.fault for c in calls if c.fault] == [fault.id]
    assert "UID FETCH" in [c.path for c in calls]


async def test_stopping_does_not_wait_for_a_slow_answer() -> None:
    async with a_provider() as provider:
        provider.fault("slow", capability="receive", delay_ms=120_000)
        reader, writer = await asyncio.open_connection("127.0.0.1", provider.mail.imap_port)
        await reader.readline()
        writer.write(b"a NOOP\r\n")
        await until(lambda: provider.clock.waiting > 0)
        async with asyncio.timeout(0.5):
            await provider.mail.stop()
            assert await reader.read() == b""
        writer.close()
        await provider.mail.start()


# Broken input


@pytest.mark.parametrize(
    "line",
    [b"", b"a", b"a LOGIN (", b'a LOGIN "x', b"a FETCH )", b"a LOGIN {5}", b"(a) b", b"a " + b"(" * 50],
)
def test_broken_commands_are_refused(line: bytes) -> None:
    with pytest.raises(BadCommandError):
        parse_command(line)


def test_commands_with_literals_and_sections() -> None:
    command = parse_command(b'a1 login {4}\r\nsh\xc3\xb6 "p\\"w"')
    assert (command.name, command.arguments) == ("LOGIN", ["sh\u00f6", 'p"w'])
    command = parse_command(b"a2 uid fetch 1:* (UID BODY.PEEK[HEADER.FIELDS (A B)]<0.5>)")
    assert command.name == "UID FETCH"
    assert command.arguments == ["1:*", ["UID", "BODY.PEEK[HEADER.FIELDS (A B)]<0.5>"]]


def test_sets_of_numbers() -> None:
    assert chosen("1:2,9", [1, 2, 5, 9]) == [1, 2, 9]
    assert chosen("*", [1, 5]) == [5]
    assert chosen("7:*", [1, 5]) == [5]
    assert chosen("1:*", []) == []
    with pytest.raises(BadCommandError):
        chosen("1:x", [1])


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"From: \xff<<>\r\nReply-To: ,;\r\nSubject: =?utf-8?b?!!?=\r\n\r\nhi",
        b"Content-Type: text/plain; charset=nope\r\n\r\n\xff\xfe",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary",
        b"Content-Type: message/rfc822\r\n\r\n\xff",
    ],
)
def test_broken_mail_is_read_as_well_as_it_goes(raw: bytes) -> None:
    letter_read = read_letter(raw)
    for words in (letter_read.text, letter_read.subject, letter_read.sender, letter_read.reply_to):
        words.encode()


def test_a_page_is_read_without_its_tags() -> None:
    raw = b"Content-Type: text/html\r\n\r\n<style>p {}</style><p>Hello&nbsp;Ann</p><p>Bye</p>"
    assert read_letter(raw).text == "Hello\u00a0Ann\nBye"


async def test_nonsense_on_the_line_is_answered_and_bounded(provider: Provider) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", provider.mail.imap_port)
    writer.write(b"".join(b"a%d NONSENSE\r\n" % n for n in range(40)))
    answers = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answers.count(b" BAD ") == 25
    assert b"* BYE" in answers


async def test_a_line_that_never_ends_ends_the_session(provider: Provider) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", provider.mail.imap_port)
    writer.write(b"a LOGIN " + b"x" * 40_000)
    answers = b""
    while b"BYE" not in answers:
        answers += await asyncio.wait_for(reader.read(1_000), PATIENCE_SECONDS)
    writer.close()
