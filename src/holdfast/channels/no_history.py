"""The history of a platform that keeps none for us."""

from collections.abc import AsyncIterator

from holdfast.channels.contract import HistoryPage, HistoryUnavailableError


async def no_history(reason: str) -> AsyncIterator[HistoryPage]:
    """Raises HistoryUnavailableError as soon as it is read."""
    raise HistoryUnavailableError(reason)
    yield  # makes this an iterator
