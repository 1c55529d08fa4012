"""The widget of a hub, wired together."""

from collections.abc import Mapping
from functools import partial

from holdfast.app.announcements import mailing_of
from holdfast.app.hub import Hub
from holdfast.app.loops import Loop
from holdfast.app.members import first_direct
from holdfast.members import Members
from holdfast.members.joining import Joiner
from holdfast.widget import Consenting, Leads, Setups


def setups_of(hub: Hub) -> Setups:
    return Setups(
        database=hub.database, clock=hub.clock, ids=hub.ids, channels=lambda: hub.channels.adapters().keys()
    )


def leads_of(hub: Hub, members: Members) -> Leads:
    leads = Leads(database=hub.database, events=hub.events, clock=hub.clock, ids=hub.ids)
    members.neighbours.add(leads)
    return leads


def consenting_loops(hub: Hub) -> Mapping[str, Loop]:
    """What carries consent over to addresses, on one node of the hub at a time."""
    consenting = Consenting(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        joiner=Joiner(conversations=hub.conversations, ids=hub.ids, direct=lambda: first_direct(hub)),
        mail_channel=lambda: mailing.channel_id if (mailing := mailing_of(hub)) else None,
    )
    loops: Mapping[str, Loop] = {"consent": consenting.run}
    if hub.nodes is None:
        return loops
    return {"consents": partial(hub.nodes.while_watching, loops)}
