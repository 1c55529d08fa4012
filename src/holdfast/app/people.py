"""What is done with people beyond talking with them, wired together."""

from collections.abc import Mapping, Sequence
from functools import partial

from holdfast.app.hub import Hub
from holdfast.app.loops import Loop
from holdfast.app.members import first_direct
from holdfast.contacts.campaigns import CampaignRunner, Campaigns
from holdfast.contacts.erasing import Erasing
from holdfast.contacts.reachability import Reachability
from holdfast.contacts.taking import Taking
from holdfast.members import MemberDesk, Members, continue_url
from holdfast.storage import Tx


def erasing_of(hub: Hub, desk: MemberDesk) -> Erasing:
    return Erasing(
        database=hub.database,
        events=hub.events,
        clock=hub.clock,
        ids=hub.ids,
        outbox=hub.outbox,
        spool=hub.spool,
        leave=desk.leaving.delete_within,
    )


def taking_of(hub: Hub, desk: MemberDesk) -> Taking:
    return Taking(database=hub.database, clock=hub.clock, shelf=hub.shelf, member=desk.leaving.export)


def reachability_of(hub: Hub) -> Reachability:
    return Reachability(
        database=hub.database, clock=hub.clock, facts=hub.facts, carrying=lambda: _carrying(hub)
    )


def _carrying(hub: Hub) -> tuple[bool, Sequence[str]]:
    """As the playbook in force has it."""
    rule = hub.playbook.read().fail_over
    return rule.enabled, rule.order


def campaigns_of(hub: Hub) -> Campaigns:
    return Campaigns(
        database=hub.database,
        clock=hub.clock,
        ids=hub.ids,
        facts=hub.facts,
        direct=lambda: first_direct(hub),
    )


def campaigning_loops(hub: Hub, members: Members) -> Mapping[str, Loop]:
    """What asks people, on one node of the hub at a time."""

    async def link(tx: Tx, contact_id: str, via: str) -> str:
        direct = first_direct(hub)
        return continue_url(
            hub.settings.public_url, direct, await members.links.make(tx, contact_id, direct, via)
        )

    runner = CampaignRunner(
        database=hub.database,
        clock=hub.clock,
        outbox=hub.outbox,
        facts=hub.facts,
        order=lambda: _carrying(hub)[1],
        link=link,
        business=hub.settings.hub.name,
    )
    loops: Mapping[str, Loop] = {"campaigns": runner.run}
    if hub.nodes is None:
        return loops
    return {"campaigning": partial(hub.nodes.while_watching, loops)}
