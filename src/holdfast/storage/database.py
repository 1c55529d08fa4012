"""The seam to a database: a unit of work is an async function of a transaction.

A unit of work awaits nothing but its transaction. On SQLite it is run inside the writer thread, many in
one commit; on a networked database it runs on the event loop. The code above cannot tell.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

Row = Mapping[str, Any]
"""A result row by column name."""


class StoreUnavailableError(Exception):
    """The store did not answer or did not commit; nothing of the unit of work has taken effect.

    One exception: a networked store that loses the answer to a commit and cannot be asked for a minute. The
    error says so, and who repeats the work must be able to tell.
    """


class StoreMisaddressedError(StoreUnavailableError):
    """There is no such store, or it does not let us in: waiting will not help."""


class Tx(Protocol):
    async def all(self, sql: str, /, **values: object) -> list[Row]: ...

    async def one(self, sql: str, /, **values: object) -> Row | None: ...

    async def run(self, sql: str, /, **values: object) -> int:
        """Execute a statement; the number of rows it changed."""
        ...

    async def many(self, sql: str, rows: Iterable[Mapping[str, object]], /) -> None:
        """Execute a statement for each row, in their order.

        A statement that joins the rows (``FROM GIVEN (name TYPE, …)``) may see them all at once: no two of them
        may change the same row of the store.
        """
        ...


class Database(Protocol):
    async def write(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run one unit of work and return once it is committed and synced.

        An exception of the work rolls back its own changes alone. Raises StoreUnavailableError when the
        store failed: full, unreadable, closed.
        """
        ...

    async def read(
        self, work: Callable[Concatenate[Tx, P], Awaitable[T]], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a read on one consistent view, beside the writer. Raises StoreUnavailableError."""
        ...

    async def close(self) -> None: ...
