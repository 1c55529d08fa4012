"""`holdfast`: every command with an example, and plain words when something is wrong."""

from typing import Final

import click

from holdfast.cli.on_demand import OnDemand
from holdfast.storage import StoreUnavailableError

COMMANDS: Final = {
    "agent": "agents",
    "alert": "alerts",
    "channel": "channels",
    "check": "channels",
    "contact": "contacts",
    "data": "sample",
    "demo": "running",
    "doubt": "doubts",
    "export": "data",
    "incident": "incidents",
    "maintenance": "maintenance",
    "media": "media",
    "member": "members",
    "migrate": "data",
    "node": "nodes",
    "outage": "outage",
    "post": "posts",
    "radar": "radar",
    "report": "reports",
    "rule": "rules",
    "search": "search",
    "serve": "running",
    "simulate": "running",
    "subscriber": "subscribers",
    "token": "agents",
    "widget": "widgets",
}


class _Commands(OnDemand):
    """Says in a sentence what every command that needs the store may meet."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except StoreUnavailableError as error:
            raise click.ClickException(
                f"The database does not answer as it should: {error}. Check hub.database, and that its server runs."
            ) from error


@click.group(
    cls=_Commands,
    lazily=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try it: holdfast demo",
)
@click.version_option(package_name="holdfast")
def main() -> None:
    """Keep a business reachable when its messaging platforms fail."""
