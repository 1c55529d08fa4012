"""Running one hub as one process: web server and loops together, stopped together."""

import asyncio
import gc
import resource
import secrets
import signal
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from typing import Final

import uvicorn
from prometheus_client import CollectorRegistry

from holdfast.app.alerting import send_test_alerts
from holdfast.app.announcements import Announcements, kinds_of, maintenances_of, subscriptions_of, weekly_of
from holdfast.app.connection import BoundedConnection
from holdfast.app.desk import Desk, Shelf
from holdfast.app.first_owner import first_owner_of, tell_setup_code
from holdfast.app.home import node_name, only_process
from holdfast.app.hub import Hub, open_hub
from holdfast.app.loops import Loop, run_loops
from holdfast.app.members import first_direct, member_desk_of, members_of
from holdfast.app.people import campaigning_loops, campaigns_of, erasing_of, reachability_of, taking_of
from holdfast.app.posts import Posts, posts_of
from holdfast.app.previewing import Previewing
from holdfast.app.private import make_private_folder
from holdfast.app.pushing import Pushing, push_devices_of
from holdfast.app.roll import node_views
from holdfast.app.widgets import consenting_loops, leads_of, setups_of
from holdfast.channels.contract import Adapter, Capability
from holdfast.channels.transport import HttpTransport
from holdfast.inbox import Access
from holdfast.inbox.access import Agents, Passwords
from holdfast.kernel import SystemClock, get_log
from holdfast.members import MemberDesk, Members, continue_url
from holdfast.playbooks import Surroundings
from holdfast.portal.direct import Direct
from holdfast.radar import State
from holdfast.settings import Settings
from holdfast.status.building import ChannelFace as PublicFace
from holdfast.status.publisher import StatusPublisher
from holdfast.status.tracker.publisher import TrackerPublisher
from holdfast.storage import StoreMisaddressedError, StoreUnavailableError
from holdfast.web.app import build_web
from holdfast.web.services import ChannelFace, WebServices

STOP_SECONDS: Final = 5
FILES_MAX: Final = 65_536
BACKLOG: Final = 2_048
WEBSOCKET_BYTES_MAX: Final = 64 * 1024
COLLECT_AFTER: Final = (20_000, 20, 50)
"""New objects, young collections and middle ones after which the collector looks again."""
BUILT: Final = Path(__file__).parent.parent / "web" / "built"


async def serve(settings: Settings) -> None:
    """Run the hub until SIGTERM or SIGINT. Raises OSError where its address is taken, FolderTakenError."""
    make_private_folder(settings.hub.data_dir)
    with only_process(settings.hub.data_dir):
        await _serve_alone(settings)


async def _serve_alone(settings: Settings) -> None:
    _allow_files()
    listening = _bind(settings.hub.host, settings.hub.port)
    hub = open_hub(
        settings,
        clock=SystemClock(),
        random=SystemRandom(),
        transport=HttpTransport(),
        node=node_name(settings.hub.data_dir, secrets.token_hex(4)),
    )
    try:
        is_prepared = await _prepared(hub)
        await _serve(hub, listening, is_prepared=is_prepared)
        await hub.leave()
    finally:
        await hub.close()
        listening.close()


async def _prepared(hub: Hub) -> bool:
    """Whether the store is ready. One that nodes share may be away: this node takes arrivals all the same."""
    try:
        await hub.prepare()
    except StoreMisaddressedError:
        raise
    except StoreUnavailableError as error:
        if hub.nodes is None:
            raise
        hub.channels.connect_configured()
        get_log("hub").warning("the database does not answer, arrivals are kept", error=str(error))
        return False
    return True


async def _serve(hub: Hub, listening: socket.socket, *, is_prepared: bool) -> None:
    members = members_of(hub)
    publisher = StatusPublisher(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        settings=hub.settings,
        channels=lambda: public_faces(hub),
        subscriptions=lambda: kinds_of(hub),
    )
    tracker = tracker_of(hub)
    desk = member_desk_of(hub, members)
    services = _services(hub, members, tracker, desk)
    announcements = Announcements(hub, subscriptions_of(hub))
    posts = Posts(hub)
    previewing = Previewing(hub)
    web = build_web(services)
    pushing = Pushing(hub, push_devices_of(hub), is_here=web.is_here)
    if is_prepared and services.first_owner is not None:
        await tell_setup_code(hub, services.first_owner)
    server = _Server(server_config(web, hub.settings.hub.trusted_proxies), web.retire)
    loops = {
        **hub.loops(surroundings(hub, members)),
        **announcements.loops(),
        "courier": desk.courier.run,
        "safety": desk.safety.run,
        **posts.loops(),
        **pushing.loops(),
        **previewing.loops(),
        **consenting_loops(hub),
        "erasing": erasing_of(hub, desk).run,
        **campaigning_loops(hub, members),
        **({"reachability": services.reachability.run} if services.reachability else {}),
        "status": publisher.run,
        "tracker": tracker.run,
    }
    running = asyncio.create_task(_run(hub, loops, is_prepared=is_prepared))
    _leave_to_the_end()
    get_log("hub").info("listening", url=hub.settings.public_url)
    try:
        await server.serve(sockets=[listening])
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await announcements.close()
        await posts.close()
        await pushing.close()
        await previewing.close()


def _allow_files() -> None:
    """Each device of a member is an open file; systems allow a process few of them until it asks."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(FILES_MAX, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _leave_to_the_end() -> None:
    """What stands by now stays for as long as the process: a collector that looks at all of it holds everybody up."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


async def _run(hub: Hub, loops: Mapping[str, Loop], *, is_prepared: bool) -> None:
    if not is_prepared:
        await hub.prepare_once_it_answers()
    await run_loops(loops, hub.clock)


class _Server(uvicorn.Server):
    """A server that tells long polls and streams of its end, so that a stop does not wait for them.

    Signals are left to whoever runs it: the framework would raise them again when the server has stopped,
    and the process would die before its loops and files are closed.
    """

    def __init__(self, config: uvicorn.Config, retire: Callable[[], None]) -> None:
        super().__init__(config)
        self._retire = retire

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._retire()
        await asyncio.sleep(0)  # streams say why they end before the server says something else
        await super().shutdown(sockets)


def _bind(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(BACKLOG)
    return listening


def server_config(app: object, trusted_proxies: Sequence[str]) -> uvicorn.Config:
    """The web server's settings; who asks is taken from the headers of trusted proxies alone."""
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an ASGI application
        http=BoundedConnection,
        ws="websockets-sansio",
        ws_max_size=WEBSOCKET_BYTES_MAX,
        ws_per_message_deflate=False,  # it would cost each connection more memory than its frames are long
        lifespan="on",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=STOP_SECONDS,
    )


def direct_of(hub: Hub) -> Direct:
    return Direct(
        database=hub.database,
        events=hub.events,
        spool=hub.spool,
        clock=hub.clock,
        ids=hub.ids,
        business=hub.settings.hub.name,
        channels=lambda: [name for name in hub.channels.adapters() if name.startswith("direct:")],
    )


def tracker_of(hub: Hub) -> TrackerPublisher:
    return TrackerPublisher(
        database=hub.database,
        clock=hub.clock,
        settings=hub.settings,
        reports=hub.reports,
        channels=lambda: public_faces(hub),
        labels=hub.channels.platform_title,
    )


def _services(
    hub: Hub, members: Members, tracker: TrackerPublisher | None = None, desk: MemberDesk | None = None
) -> WebServices:
    shown = tracker or tracker_of(hub)
    desk = desk or member_desk_of(hub, members)
    direct = direct_of(hub)
    direct.writing.judge = desk.safety.problem
    passwords = Passwords()
    entry = access(hub, passwords)
    return WebServices(
        settings=hub.settings,
        database=hub.database,
        events=hub.events,
        spool=hub.spool,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        channels=hub.channels.adapters,
        faces=lambda: _faces(hub),
        conversations=hub.conversations,
        book=hub.book,
        work=hub.team.work,
        writing=hub.team.writing,
        later=hub.team.later,
        outbox=hub.outbox,
        radar=hub.radar,
        access=entry,
        first_owner=first_owner_of(hub, entry),
        agents=agents_of(hub, passwords),
        members=members,
        media=hub.media,
        shelf=hub.shelf,
        direct=direct,
        member_desk=desk,
        playbook=Shelf(hub.playbook, hub.database, hub.clock, hub.ids),
        channel_desk=Desk(hub.channels, hub.database, hub.clock, hub.ids),
        incident_desk=hub.incident_desk,
        steps=hub.steps,
        facts=hub.facts,
        figures=hub.figures,
        weekly=weekly_of(hub),
        nodes=lambda: node_views(hub),
        registry=CollectorRegistry(),
        built=BUILT,
        reports=hub.reports,
        tracker=lambda: shown.current,
        maintenances=maintenances_of(hub),
        subscriptions=subscriptions_of(hub),
        posts=posts_of(hub),
        push=push_devices_of(hub),
        setups=setups_of(hub),
        leads=leads_of(hub, members),
        alert_test=lambda: send_test_alerts(hub.settings),
        erasing=erasing_of(hub, desk),
        taking=taking_of(hub, desk),
        reachability=reachability_of(hub),
        campaigns=campaigns_of(hub),
    )


def access(hub: Hub, passwords: Passwords | None = None) -> Access:
    return Access(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        passwords=passwords,
    )


def agents_of(hub: Hub, passwords: Passwords | None = None) -> Agents:
    return Agents(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        random_bytes=secrets.token_bytes,
        passwords=passwords or Passwords(),
    )


def _faces(hub: Hub) -> dict[str, ChannelFace]:
    return {
        name: ChannelFace(
            id=name,
            platform=adapter.platform,
            name=hub.channels.name_of(name),
            webhook_url=hub.channels.settings_of(name).webhook_url,
            round_trip_with=hub.channels.settings_of(name).round_trip_with,
        )
        for name, adapter in hub.channels.adapters().items()
    }


def public_faces(hub: Hub) -> Sequence[PublicFace]:
    """What the status page may say of each channel."""
    return [
        PublicFace(
            id=name,
            platform=adapter.platform,
            name=hub.channels.name_of(name),
            public_address=hub.channels.settings_of(name).public_address,
            public_link=hub.channels.settings_of(name).public_link,
            shown_as=hub.channels.settings_of(name).public_name,
            group=hub.channels.settings_of(name).public_group,
        )
        for name, adapter in _in_order(hub)
    ]


def _in_order(hub: Hub) -> list[tuple[str, Adapter]]:
    """As the business puts its channels on its status page."""
    return sorted(
        hub.channels.adapters().items(), key=lambda each: hub.channels.settings_of(each[0]).public_order
    )


def surroundings(hub: Hub, members: Members) -> Surroundings:
    """What the playbook needs to know of the rest of the hub."""

    async def continue_link(contact_id: str, via: str) -> str:
        direct = first_direct(hub)
        if not direct:
            return hub.settings.status_url
        token = await hub.database.write(members.links.make, contact_id, direct, via)
        return continue_url(hub.settings.public_url, direct, token)

    return Surroundings(
        business=hub.settings.hub.name,
        name_of=hub.channels.platform_title,
        other_ways=lambda failing: other_ways(hub, failing),
        continue_link=continue_link,
        read_back=hub.history.read_back,
        channels=hub.channels.adapters,
    )


def other_ways(hub: Hub, failing: str) -> str:
    """Where people can reach the business now, in a sentence; channels that work only."""
    ways = []
    platform = failing.partition(":")[0]
    for face in public_faces(hub):
        state = hub.radar.verdict(face.id, Capability.SEND).state
        where = face.public_link or face.public_address
        if face.platform != platform and where and state in {State.UP, State.UNKNOWN, State.SUSPECTED}:
            ways.append(f"{hub.channels.spoken_name(face.id)} {where}")
    return "; ".join(ways) or hub.settings.status_url
