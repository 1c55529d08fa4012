"""A mailbox whose server hangs."""

import asyncio
import contextlib
import time

from holdfast.channels import decode_channel_settings
from holdfast.channels.contract import ErrorClass
from holdfast.channels.email import EmailSettings, Mailbox, MailboxUnavailableError


def settings(port: int) -> EmailSettings:
    made = decode_channel_settings(
        "email",
        {
            "address": "help@example.org",
            "smtp_host": "127.0.0.1",
            "imap_host": "127.0.0.1",
            "imap_port": port,
            "imap_security": "none",
            "imap_user": "help",
            "imap_password": "secret",
        },
    )
    assert isinstance(made, EmailSettings)
    return made


async def test_a_server_that_is_not_there_is_a_matter_of_the_network() -> None:
    mailbox = Mailbox(settings(1))
    try:
        await mailbox.poll("")
    except MailboxUnavailableError as error:
        assert error.error_class is ErrorClass.NETWORK  # noqa: PT017 - the class is what counts
    else:
        raise AssertionError
    finally:
        await mailbox.close()


async def test_closing_does_not_wait_for_a_server_that_hangs() -> None:
    asked = asyncio.Event()

    async def greet_and_hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK hello\r\n")
        tag = (await reader.readline()).split()[0]
        writer.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
        await reader.readline()
        asked.set()
        await reader.read()
        writer.close()

    server = await asyncio.start_server(greet_and_hang, "127.0.0.1", 0)
    mailbox = Mailbox(settings(server.sockets[0].getsockname()[1]))
    polling = asyncio.create_task(mailbox.poll(""))
    await asked.wait()
    started = time.monotonic()
    await mailbox.close()
    with contextlib.suppress(MailboxUnavailableError):
        await asyncio.wait_for(polling, 10)
    assert time.monotonic() - started < 10
    server.close()
