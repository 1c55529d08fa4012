"""Whether the hub lives, whether it can keep what it is given, and its numbers for Prometheus."""

from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from holdfast.contacts.reachability import Reachability
from holdfast.inbox import Principal, channel_counts, commit_probe, spool_position
from holdfast.inbox import Scope as Right
from holdfast.kernel import Clock
from holdfast.storage import Database, Spool, SpoolUnavailableError, StoreUnavailableError
from holdfast.web.asgi import Receive, Scope, Send, answer, answer_error, answer_json, is_loopback
from holdfast.web.feed import Feed
from holdfast.web.metrics import Metrics

READY_SECONDS: Final = 1.0
"""How long a look at the disk counts, so that nobody can make us write by asking."""
PATHS: Final = ("/health/live", "/health/ready", "/metrics")


class Health:
    def __init__(
        self,
        *,
        database: Database,
        spool: Spool,
        clock: Clock,
        feed: Feed,
        metrics: Metrics,
        identify: Callable[[Scope], Awaitable[Principal | None]],
        reachability: Reachability | None,
    ) -> None:
        self._reachability = reachability
        self._database = database
        self._spool = spool
        self._clock = clock
        self._feed = feed
        self._metrics = metrics
        self._identify = identify
        self._looked_at = float("-inf")
        self._problem = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del receive
        match scope["path"]:
            case _ if scope["method"] not in {"GET", "HEAD"}:
                await answer_error(send, 405, "method", "Only GET.", headers=(("allow", "GET, HEAD"),))
            case "/health/live":
                await answer_json(send, 200, {"status": "live"})
            case "/health/ready":
                await self._ready(send)
            case "/metrics":
                await self._metrics_page(scope, send)
            case _:
                await answer_error(send, 404, "not_found", "There is nothing here.")

    async def _ready(self, send: Send) -> None:
        now = self._clock.monotonic()
        if now - self._looked_at >= READY_SECONDS:
            self._looked_at = now
            self._problem = await self._look()
        if self._problem:
            await answer_error(send, 503, "not_ready", self._problem)
        else:
            await answer_json(send, 200, {"status": "ready"})

    async def _look(self) -> str:
        """What stops the hub from keeping what it is given, or nothing."""
        try:
            await self._spool.last_seq()
        except (SpoolUnavailableError, StoreUnavailableError, OSError) as error:
            return f"The spool does not answer: {error}"
        try:
            await self._database.write(commit_probe, self._clock.now_ms())
        except StoreUnavailableError as error:
            return f"The store does not commit: {error}"
        return ""

    async def _metrics_page(self, scope: Scope, send: Send) -> None:
        if not is_loopback(scope) and not await self._may_read(scope):
            await answer_error(send, 401, "unauthorized", "Send a token, or ask from this machine.")
            return
        await self._refresh()
        await answer(send, 200, generate_latest(self._metrics.registry), CONTENT_TYPE_LATEST)

    async def _may_read(self, scope: Scope) -> bool:
        principal = await self._identify(scope)
        return principal is not None and Right.READ in principal.scopes

    async def _refresh(self) -> None:
        counts = await self._database.read(channel_counts)
        self._metrics.deliveries.clear()
        for channel, count in counts.items():
            for state in ("waiting", "held", "in_doubt"):
                self._metrics.deliveries.labels(channel, state).set(getattr(count, state))
        applied = await self._database.read(spool_position, self._spool.cursor_name)
        self._metrics.spool_behind.set(max(0, await self._spool.last_seq() - applied))
        self._metrics.events.set(max(0, self._feed.position))
        self._refresh_reach()

    def _refresh_reach(self) -> None:
        """What was counted last; counting takes longer than whoever asks for metrics waits."""
        counted = self._reachability.latest if self._reachability else None
        for channel in counted.channels if counted else ():
            self._metrics.reach_people.labels(channel.channel).set(channel.people)
            self._metrics.reachable_people.labels(channel.channel).set(channel.reachable)
