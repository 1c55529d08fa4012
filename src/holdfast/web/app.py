"""The hub's web face as one ASGI application."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

from holdfast import media
from holdfast.members import MemberDesk
from holdfast.web import hooks, monitors, report, subscriptions
from holdfast.web.api import build_api
from holdfast.web.api.app import PREFIX as API
from holdfast.web.api.gate import Gate
from holdfast.web.asgi import AsgiApp, Message, Receive, Scope, Send
from holdfast.web.attendance import Attendance
from holdfast.web.call_log import CallLog
from holdfast.web.direct import Route, Router
from holdfast.web.direct.accounts import Accounts
from holdfast.web.direct.claiming import Claiming
from holdfast.web.direct.doings import Doings
from holdfast.web.direct.info import Info
from holdfast.web.direct.leads import LeadRoutes
from holdfast.web.direct.leaving import Leaves
from holdfast.web.direct.live import Live
from holdfast.web.direct.pushing import PushRoutes
from holdfast.web.direct.router import PREFIX as DIRECT
from holdfast.web.direct.signing_in import SigningIn
from holdfast.web.direct.stream import DirectStreams
from holdfast.web.direct.threads import Threads
from holdfast.web.direct.uploads import Uploads
from holdfast.web.feed import Feed
from holdfast.web.front import DIRECT_STREAM, STREAM, Front
from holdfast.web.health import Health
from holdfast.web.hooks import Hooks
from holdfast.web.identify import Identifier
from holdfast.web.media_files import MediaFiles
from holdfast.web.metrics import Metrics
from holdfast.web.monitors import MonitorsIn
from holdfast.web.pages import Pages
from holdfast.web.refusals import RefusalCounter
from holdfast.web.report import ReportDesk
from holdfast.web.services import ChannelDesk, ChannelFace, PlaybookShelf, PlaybookText, WebServices
from holdfast.web.static_files import StaticFiles
from holdfast.web.stream import Streams
from holdfast.web.subscriptions import SubscriptionDesk

__all__ = ["ChannelDesk", "ChannelFace", "PlaybookShelf", "PlaybookText", "WebServices", "build_web"]


def build_web(services: WebServices) -> Front:
    """The application for a server to run; its own tasks live from lifespan startup to shutdown.

    Call its ``retire`` when the server begins to stop: polls that wait for news would hold it up.
    """
    metrics = Metrics(services.registry)
    refusals = RefusalCounter(services.database, services.clock)
    calls = CallLog(services.database, services.clock)
    identifier = Identifier(services.access, services.settings.public_url)
    feed = Feed(
        events=services.events,
        database=services.database,
        clock=services.clock,
        windows=services.windows,
    )
    live = Live(
        direct=services.direct, members=services.members, events=services.events, clock=services.clock
    )
    doings = Doings(direct=services.direct, clock=services.clock, settings=services.settings)
    devices = DirectStreams(
        direct=services.direct,
        members=services.members,
        live=live,
        doings=doings,
        clock=services.clock,
        settings=services.settings,
        metrics=metrics,
        bars=_bars(services.member_desk),
    )
    attendance = Attendance(feed=feed, clock=services.clock)
    streams = Streams(feed=feed, clock=services.clock, identify=identifier.stream, metrics=metrics)
    threads = Threads(direct=services.direct, doings=doings, live=live, clock=services.clock)

    def retire() -> None:
        for each in (feed, live, devices):
            each.retire()

    return Front(
        faces=_faces(services, feed, attendance, (refusals, calls), identifier, metrics, threads),
        streams={STREAM: streams, DIRECT_STREAM: devices},
        lifespan=_Lifespan(
            [feed.run, attendance.run, refusals.run, calls.run, live.run, devices.sweep],
            (refusals.flush, calls.flush),
        ),
        metrics=metrics,
        retire=retire,
        is_here=devices.is_here,
    )


def _faces(
    services: WebServices,
    feed: Feed,
    attendance: Attendance,
    books: tuple[RefusalCounter, CallLog],
    identifier: Identifier,
    metrics: Metrics,
    threads: Threads,
) -> Sequence[tuple[str, str, AsgiApp]]:
    refusals, calls = books
    receiving = Hooks(
        spool=services.spool,
        clock=services.clock,
        channels=services.channels,
        public_url=services.settings.public_url,
        refusals=refusals,
        calls=calls,
        metrics=metrics,
    )
    health = Health(
        database=services.database,
        spool=services.spool,
        clock=services.clock,
        feed=feed,
        metrics=metrics,
        identify=identifier.request,
        reachability=services.reachability,
    )
    api = Gate(cast("AsgiApp", build_api(services, feed, refusals, attendance)), identifier, services.clock)
    return (
        ("hooks", hooks.PREFIX, receiving),
        ("api", f"{API}/", api),
        ("direct", DIRECT, _direct(services, threads)),
        ("health", "/health/", health),
        ("health", "/metrics", health),
        ("media", media.PATH, MediaFiles(services.shelf)),
        *_reporting(services),
        *_subscribing(services),
        ("monitors", monitors.PREFIX, _monitoring(services)),
        ("pages", "/", Pages(StaticFiles(services.built), services.faces)),
    )


def _direct(services: WebServices, threads: Threads) -> Router:
    desk = services.member_desk
    signing_in = SigningIn(desk=desk, clock=services.clock) if desk else None
    info = Info(services, ways=signing_in.ways if signing_in else list)
    accounts = Accounts(members=services.members, clock=services.clock)
    uploads = Uploads(media=services.media, clock=services.clock, settings=services.settings)
    return Router(
        routes=[
            *info.routes(),
            *accounts.routes(),
            *(signing_in.routes() if signing_in else ()),
            *(_of_desk(services, desk) if desk else ()),
            *uploads.routes(),
            *_pushing(services),
            *_leading(services),
            *threads.routes(),
        ],
        members=services.members,
        clock=services.clock,
        settings=services.settings,
        bars=_bars(desk),
    )


def _pushing(services: WebServices) -> Sequence[Route]:
    return PushRoutes(devices=services.push, clock=services.clock).routes() if services.push else ()


def _leading(services: WebServices) -> Sequence[Route]:
    if services.setups is None or services.leads is None:
        return ()
    return LeadRoutes(
        leads=services.leads, setups=services.setups, members=services.members, clock=services.clock
    ).routes()


def _bars(desk: MemberDesk | None) -> Callable[[str], bool]:
    """Whether agents keep a network address out."""
    return desk.safety.bars_network if desk else lambda _: False


def _of_desk(services: WebServices, desk: MemberDesk) -> Sequence[Route]:
    claiming = Claiming(desk=desk, direct=services.direct, clock=services.clock)
    return [*claiming.routes(), *Leaves(desk=desk, clock=services.clock).routes()]


def _monitoring(services: WebServices) -> MonitorsIn:
    return MonitorsIn(
        database=services.database,
        radar=services.radar,
        clock=services.clock,
        settings=services.settings.monitors,
        channels=services.channels,
    )


def _reporting(services: WebServices) -> Sequence[tuple[str, str, AsgiApp]]:
    if services.reports is None or services.tracker is None:
        return ()
    desk = ReportDesk(
        reports=services.reports,
        tracker=services.tracker,
        clock=services.clock,
        business=services.settings.hub.name,
        status_url=services.settings.status_url,
        now_url=services.settings.now_url,
    )
    return (("report", report.PREFIX, desk),)


def _subscribing(services: WebServices) -> Sequence[tuple[str, str, AsgiApp]]:
    if services.subscriptions is None:
        return ()
    desk = SubscriptionDesk(
        subscriptions=services.subscriptions,
        weekly=services.weekly,
        clock=services.clock,
        business=services.settings.hub.name,
        status_url=services.settings.status_url,
        now_url=services.settings.now_url,
    )
    return (("subscriptions", subscriptions.PREFIX, desk),)


class _Lifespan:
    """Starts and ends the web's own tasks with the server."""

    def __init__(
        self,
        loops: Sequence[Callable[[], Coroutine[Any, Any, None]]],
        flushes: Sequence[Callable[[], Coroutine[Any, Any, None]]],
    ) -> None:
        self._loops = loops
        self._flushes = flushes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        await receive()
        tasks = [asyncio.create_task(loop()) for loop in self._loops]
        await send({"type": "lifespan.startup.complete"})
        await receive()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for flush in self._flushes:
            await flush()
        await send(_DOWN)


_DOWN: Message = {"type": "lifespan.shutdown.complete"}
