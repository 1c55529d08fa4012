"""What the playbook needs to know of the rest of the hub."""

from holdfast.app.hub import Hub
from holdfast.app.members import first_direct
from holdfast.app.services import public_faces
from holdfast.channels.contract import Capability
from holdfast.members import Members, continue_url
from holdfast.playbooks import Surroundings
from holdfast.radar import State


def surroundings(hub: Hub, members: Members) -> Surroundings:

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
