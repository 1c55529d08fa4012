"""Handing a mail to the server that sends it: one person a transaction, so that an answer is about one."""

import contextlib
from collections.abc import AsyncIterator

import aiosmtplib

from holdfast.channels.contract import (
    Accepted,
    Deferred,
    ErrorClass,
    InDoubt,
    Outcome,
    Scope,
    Unreachable,
)
from holdfast.channels.email.errors import Stage, outcome_of_reply
from holdfast.channels.email.settings import EmailSettings


class Submission:
    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    async def hand_over(self, *, sender: str, receiver: str, mail: bytes, message_id: str) -> Outcome:
        """Raises nothing. Doubt begins with the content: before it, nothing has been sent."""
        stage = Stage.GREETING
        try:
            async with self._connected(self._settings.timeout_seconds) as server:
                stage = Stage.SIGN_IN
                await self._sign_in(server)
                stage = Stage.SENDER
                await server.mail(sender)
                stage = Stage.RECIPIENT
                await server.rcpt(receiver)
                stage = Stage.CONTENT
                await server.data(mail)
        except aiosmtplib.SMTPResponseException as error:
            return self._refused(error, stage)
        except aiosmtplib.SMTPNotSupported as error:
            return Deferred(ErrorClass.ACCOUNT, f"The mail server cannot do it: {error}", Scope.CHANNEL)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _lost(error, stage)
        return Accepted(message_id)

    async def look(self) -> Outcome:
        """Sign in and do nothing; Accepted where that works."""
        stage = Stage.GREETING
        try:
            async with self._connected(self._settings.probe_timeout_seconds) as server:
                stage = Stage.SIGN_IN
                await self._sign_in(server)
                stage = Stage.SENDER
                await server.noop()
        except aiosmtplib.SMTPResponseException as error:
            return self._refused(error, stage)
        except (aiosmtplib.SMTPException, OSError) as error:
            return Unreachable(f"The mail server cannot be reached: {error}")
        return Accepted("")

    @contextlib.asynccontextmanager
    async def _connected(self, timeout_seconds: float) -> AsyncIterator[aiosmtplib.SMTP]:
        server = aiosmtplib.SMTP(
            hostname=self._settings.smtp_host,
            port=self._settings.smtp_port,
            use_tls=self._settings.smtp_security == "tls",
            start_tls=self._settings.smtp_security == "starttls",
            timeout=timeout_seconds,
            local_hostname=self._settings.domain,
        )
        try:
            await server.connect()
            yield server
            # The mail is handed over by now; a server that is slow to say goodbye changes nothing.
            with contextlib.suppress(aiosmtplib.SMTPException, OSError):
                await server.quit(timeout=1)
        finally:
            server.close()

    async def _sign_in(self, server: aiosmtplib.SMTP) -> None:
        if self._settings.smtp_user and self._settings.smtp_password:
            await server.login(self._settings.smtp_user, self._settings.smtp_password.reveal())

    def _refused(self, error: aiosmtplib.SMTPResponseException, stage: Stage) -> Outcome:
        wait_ms = int(self._settings.greylist_wait_seconds * 1000)
        return outcome_of_reply(error.code, error.message, stage, greylist_wait_ms=wait_ms)


def _lost(error: Exception, stage: Stage) -> Outcome:
    words = f"{type(error).__name__}: {error}"
    if stage is Stage.CONTENT:
        return InDoubt(f"The connection was lost while the mail was handed over: {words}")
    return Unreachable(f"The mail server cannot be reached: {words}")
