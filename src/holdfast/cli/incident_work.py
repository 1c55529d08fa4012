"""Commands for an incident that goes on: whom nothing reaches, and what the playbook leaves to people."""

from pathlib import Path
from typing import Final

import click

from holdfast.app.hub import Hub
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.incidents import BY, decided
from holdfast.incidents.outage import Reach, Unreached, reach
from holdfast.playbooks import Step
from holdfast.playbooks.by_hand import STEPS

_MODES: Final = {"automatic": "by itself", "asked": "asked for", "by_hand": "left to people"}


@click.command("unreachable", epilog="Example: holdfast incident unreachable inc_01J8ZK3Q")
@click.argument("incident_id")
@CONFIG
def unreachable(incident_id: str, config: Path | None) -> None:
    """Show whom nothing reaches now, who has waited longest first, with the numbers to call."""

    async def read(hub: Hub) -> Reach:
        await hub.steps.steps(incident_id)  # says so where there is no such incident
        return await hub.database.read(reach, incident_id, hub.facts(), hub.clock.now_ms())

    found = decided(load(config), read)
    for each in found.items:
        click.echo(_line(each))
    click.echo(f"{found.unreachable} of {found.people} who wait cannot be reached.")


def _line(person: Unreached) -> str:
    calls = ", ".join(dict.fromkeys(way.phone for way in person.ways if way.phone))
    held = f"  {person.held} held" if person.held else ""
    return f"{person.conversation_id}  {person.contact_name or 'no name'}{held}  {calls or 'no number'}"


@click.command("steps", epilog="Example: holdfast incident steps inc_01J8ZK3Q")
@click.argument("incident_id")
@CONFIG
def steps(incident_id: str, config: Path | None) -> None:
    """Show the playbook's steps for an incident, and which wait for a person."""
    _show(decided(load(config), lambda hub: hub.steps.steps(incident_id)))


@click.command("take", epilog="Example: holdfast incident take inc_01J8ZK3Q fail_over")
@click.argument("incident_id")
@click.argument("step", type=click.Choice(STEPS))
@CONFIG
def take(incident_id: str, step: str, config: Path | None) -> None:
    """Let a STEP that the playbook leaves to people be taken for one incident; the running hub does it."""
    _show(decided(load(config), lambda hub: hub.steps.ask(incident_id, step, BY)))


def _show(found: list[Step]) -> None:
    for each in found:
        due = "" if each.is_due else ", not now"
        by = f" by {each.by}" if each.by else ""
        click.echo(f"{each.step:<10}  {_MODES[each.mode]}{by}{due}")
