"""What was said in one thread, whole and in order, kept so by the changes of a stream."""

from typing import Final

from holdfast.client.calls import Client
from holdfast.client.errors import DirectError
from holdfast.client.model import Change, Gone, Message, MessageChanged, MessagePage, ThreadChanged

PAGE: Final = 100
MESSAGES_MAX: Final = 100_000
"""The latest ones are read; what is older stays with the hub."""
BEGINNINGS_MAX: Final = 5
"""How often reading begins anew because what was said earlier became another meanwhile."""


class Kept:
    """Call ``read`` once, then hand every change of the stream to ``take``. Both raise DirectError."""

    def __init__(self, client: Client, thread: str) -> None:
        self.thread = thread
        self._client = client
        self._messages: dict[str, Message] = {}
        self._history = ""

    @property
    def messages(self) -> list[Message]:
        """In the order in which they stand in the thread."""
        return sorted(self._messages.values(), key=lambda each: (each.order, each.id))

    async def read(self) -> None:
        """Everything there is, from the newest page back."""
        for _ in range(BEGINNINGS_MAX):
            found = await self._pages()
            if found is not None:
                self._messages = {each.id: each for page in found for each in page.messages}
                self._history = found[0].history
                return
        raise DirectError(503, "unavailable", "What was said became another again and again; read it later.")

    async def take(self, change: Change) -> None:
        match change:
            case MessageChanged(thread=self.thread):
                self._messages[change.message.id] = change.message
            case ThreadChanged() if change.thread.id == self.thread:
                # An address was proven, or agents joined or parted people: more was said before, or less.
                if change.thread.history != self._history:
                    await self.read()
            case Gone(thread=self.thread):
                self._messages.clear()

    async def _pages(self) -> list[MessagePage] | None:
        """None where the pages do not belong together."""
        pages = [await self._client.messages(self.thread, limit=PAGE)]
        while pages[-1].before and len(pages) * PAGE < MESSAGES_MAX:
            pages.append(await self._client.messages(self.thread, before=pages[-1].before, limit=PAGE))
            if pages[-1].history != pages[0].history:
                return None
        return pages
