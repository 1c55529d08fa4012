"""Running one hub as one process: web server and loops together, stopped together."""

import asyncio
import secrets
import socket
from collections.abc import Mapping
from contextlib import suppress
from random import SystemRandom

from holdfast.app.announcements import Announcements, kinds_of, subscriptions_of
from holdfast.app.first_owner import tell_setup_code
from holdfast.app.home import node_name, only_process
from holdfast.app.hub import Hub, open_hub
from holdfast.app.loops import Loop, run_loops
from holdfast.app.members import member_desk_of, members_of
from holdfast.app.people import campaigning_loops, erasing_of
from holdfast.app.posts import Posts
from holdfast.app.previewing import Previewing
from holdfast.app.private import make_private_folder
from holdfast.app.pushing import Pushing, push_devices_of
from holdfast.app.server import Server, allow_files, bind, leave_to_the_end, server_config
from holdfast.app.services import public_faces, services_of, tracker_of
from holdfast.app.surroundings import surroundings
from holdfast.app.widgets import consenting_loops
from holdfast.channels.transport import HttpTransport
from holdfast.kernel import SystemClock, get_log
from holdfast.settings import Settings
from holdfast.status.publisher import StatusPublisher
from holdfast.storage import StoreMisaddressedError, StoreUnavailableError
from holdfast.web.app import build_web


async def serve(settings: Settings) -> None:
    """Run the hub until SIGTERM or SIGINT. Raises OSError where its address is taken, FolderTakenError."""
    make_private_folder(settings.hub.data_dir)
    with only_process(settings.hub.data_dir):
        await _serve_alone(settings)


async def _serve_alone(settings: Settings) -> None:
    allow_files()
    listening = bind(settings.hub.host, settings.hub.port)
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
    services = services_of(hub, members, tracker, desk)
    announcements = Announcements(hub, subscriptions_of(hub))
    posts = Posts(hub)
    previewing = Previewing(hub)
    web = build_web(services)
    pushing = Pushing(hub, push_devices_of(hub), is_here=web.is_here)
    if is_prepared and services.first_owner is not None:
        await tell_setup_code(hub, services.first_owner)
    server = Server(server_config(web, hub.settings.hub.trusted_proxies), web.retire)
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
    leave_to_the_end()
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


async def _run(hub: Hub, loops: Mapping[str, Loop], *, is_prepared: bool) -> None:
    if not is_prepared:
        await hub.prepare_once_it_answers()
    await run_loops(loops, hub.clock)
