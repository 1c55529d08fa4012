"""The history of a platform that keeps none for us."""

from collections.abc import AsyncGenerator

from holdfast.channels.contract import HistoryPage, HistoryUnavailableError


async def no_history(reason: str) -> AsyncGenerator[HistoryPage, None]:
    """Raises HistoryUnavailableError as soon as it is read."""
    raise HistoryUnavailableError(reason)
    yield  # makes this an iterator
