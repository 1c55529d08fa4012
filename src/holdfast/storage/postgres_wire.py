"""Connections to PostgreSQL: how they are opened, a transaction on one, and what says that the store is away."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from decimal import Decimal
from socket import gaierror
from ssl import SSLError
from typing import Any, Final, cast

import asyncpg

from holdfast.storage.database import Row, StoreMisaddressedError, StoreUnavailableError
from holdfast.storage.dialect import for_postgres, joins_given, postgres_value

STATEMENT_SECONDS_MAX: Final = 20.0
CONNECT_SECONDS_MAX: Final = 5.0
STOP_SECONDS_MAX: Final = 10.0
STATEMENTS_PREPARED: Final = 512
_SERVER_SETTINGS: Final = {
    "application_name": "holdfast",
    "idle_in_transaction_session_timeout": "5000",
    "lock_timeout": "15000",
    "client_connection_check_interval": "1000",
    "jit": "off",
}
AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresSystemError,
    asyncpg.InternalServerError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ReadOnlySQLTransactionError,
    OSError,
    TimeoutError,
)
"""What says that the store, not the statement, is at fault."""
_NOT_OURS: Final = (
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.InsufficientPrivilegeError,
    asyncpg.ClientConfigurationError,
    gaierror,
    SSLError,
)

Connection = Any
"""An asyncpg connection; the library ships no types."""


class PostgresTx:
    """A transaction on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.is_asking = False

    async def all(self, sql: str, /, **values: object) -> list[Row]:
        text, names = for_postgres(sql)
        return cast("list[Row]", await self._ask(self._connection.fetch(text, *_arguments(names, values))))

    async def one(self, sql: str, /, **values: object) -> Row | None:
        text, names = for_postgres(sql)
        return cast(
            "Row | None", await self._ask(self._connection.fetchrow(text, *_arguments(names, values)))
        )

    async def run(self, sql: str, /, **values: object) -> int:
        text, names = for_postgres(sql)
        return _changed(await self._ask(self._connection.execute(text, *_arguments(names, values))))

    async def many(self, sql: str, rows: Iterable[Mapping[str, object]], /) -> None:
        text, names = for_postgres(sql)
        if joins_given(sql):
            each = list(rows)
            columns = [[postgres_value(row[name]) for row in each] for name in names]
            await self._ask(self._connection.execute(text, *columns))
        else:
            await self._ask(self._connection.executemany(text, [_arguments(names, row) for row in rows]))

    async def _ask(self, question: Awaitable[Any]) -> Any:
        self.is_asking = True
        try:
            return await question
        finally:
            self.is_asking = False


def options() -> dict[str, Any]:
    return {
        "timeout": CONNECT_SECONDS_MAX,
        "command_timeout": STATEMENT_SECONDS_MAX,
        "server_settings": _SERVER_SETTINGS,
        "statement_cache_size": STATEMENTS_PREPARED,
        "max_cached_statement_lifetime": 0,
    }


async def prepare(connection: Connection) -> None:
    """Sums come as numbers, not decimals; what is committed is synced, whatever the server's default."""
    await connection.set_type_codec(
        "numeric", encoder=str, decoder=_number, schema="pg_catalog", format="text"
    )
    if await connection.fetchval("SHOW synchronous_commit") in {"off", "local"}:
        await connection.execute("SET synchronous_commit TO on")


def _number(text: str) -> int | float:
    value = Decimal(text)
    return int(value) if value == value.to_integral_value() else float(value)


def _arguments(names: tuple[str, ...], values: Mapping[str, object]) -> list[object]:
    return [postgres_value(values[name]) for name in names]


def _changed(status: str) -> int:
    """The number of rows in a command's status, such as ``UPDATE 3`` or ``INSERT 0 1``."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


def unavailable(error: BaseException) -> StoreUnavailableError:
    kind = StoreMisaddressedError if isinstance(error, _NOT_OURS) else StoreUnavailableError
    failure = kind(str(error) or type(error).__name__)
    failure.__cause__ = error
    return failure


async def ended(closing: Awaitable[None], terminate: Callable[[], None]) -> None:
    try:
        async with asyncio.timeout(STOP_SECONDS_MAX):
            await closing
    except (TimeoutError, *AWAY):
        terminate()
