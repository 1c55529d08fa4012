"""Apprise, which knows a hundred services. It blocks, so that it works in a thread and within a time."""

import asyncio
import socket
from typing import Any, Final

from holdfast.channels.outside import is_outside

SEND_SECONDS: Final = 30.0
CLEAR: Final = "The address is not one of Apprise's; see its list of services."
INSIDE: Final = "The address leads into the hub's own networks; alerts.inside_allowed would allow that."
REFUSED: Final = "The service refused it or did not answer."
SILENT: Final = "The service did not answer in time."


class AppriseOut:
    """``inside_allowed``: whether an address may lead into the hub's own networks."""

    def __init__(self, *, inside_allowed: bool, send_seconds: float = SEND_SECONDS) -> None:
        self._inside_allowed = inside_allowed
        self._send_seconds = send_seconds

    async def tell(self, url: str, title: str, text: str) -> str:
        """Why it was not taken, in a sentence without the address; empty where it was.

        What is told is text and nothing else: outside monitors have a word in it, which a mail shows as it is.
        """
        try:
            async with asyncio.timeout(self._send_seconds):
                return await asyncio.to_thread(self._tell, url, title, text)
        except TimeoutError:
            return SILENT

    def _tell(self, url: str, title: str, text: str) -> str:
        import apprise  # noqa: PLC0415 - it takes 40 MiB, which only those who use it shall pay

        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None or not isinstance(service, apprise.NotifyBase):
            return CLEAR
        if not self._inside_allowed and leads_inside(_host(service)):
            return INSIDE
        alone = apprise.Apprise()
        alone.add(service)
        try:
            told = alone.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
        except Exception as error:  # noqa: BLE001 - a plugin may raise whatever its service makes it
            return f"{REFUSED} ({type(error).__name__})"
        return "" if told else REFUSED


def _host(service: Any) -> str:
    """The host that the address names; of most services it is no host but a part of their secret."""
    return str(getattr(service, "host", "") or "")


def leads_inside(host: str) -> bool:
    """Whether a name is one of this machine or its networks; a name that leads nowhere does not."""
    if not host:
        return False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not is_outside(str(address[0])) for *_, address in found)
