"""Commands that run something until it is stopped: demo, serve, simulate."""

import asyncio
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, Final

import click
import msgspec
import uvloop

from holdfast.app.demo import DemoError, DemoOptions, run_demo
from holdfast.app.demo_world import PEOPLE_MAX, demo_people, hub_toml, new_keys, simulator_settings
from holdfast.app.home import FolderTakenError
from holdfast.app.private import write_private
from holdfast.app.serve import serve as serve_hub
from holdfast.app.vault import VaultError
from holdfast.cli.configuration import CONFIG, load
from holdfast.cli.pointer import forget_demo, remember_demo
from holdfast.kernel import configure_logging
from holdfast.storage import MigrationError
from holdfast_simulators.server import running
from holdfast_simulators.settings import Settings as SimulatorSettings

HUB_PORT: Final = 8780
STATUS_PORT: Final = 8781
SIMULATOR_PORT: Final = 8790
DEMO_SEED: Final = 7

PORT = click.IntRange(0, 65_535)


@click.command(epilog="Example: holdfast demo --people 20 --port 9000")
@click.option("--port", type=PORT, default=HUB_PORT, show_default=True, help="Of the hub; 0 chooses one.")
@click.option("--status-port", type=PORT, default=STATUS_PORT, show_default=True, help="Of the status page.")
@click.option(
    "--simulator-port", type=PORT, default=SIMULATOR_PORT, show_default=True, help="Of phones and faults."
)
@click.option(
    "--data-dir", type=click.Path(file_okay=False, path_type=Path), help="A fresh temporary one by default."
)
@click.option(
    "--database",
    default="",
    help="An empty PostgreSQL, as postgresql://user@host/name; the embedded one without.",
)
@click.option(
    "--people", type=click.IntRange(1, PEOPLE_MAX), default=12, show_default=True, help="Customers."
)
@click.option(
    "--replay-day", is_flag=True, help="Let people report, in half a minute, what failed on a real day."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one line of JSON with every address when all answers."
)
def demo(
    port: int,
    status_port: int,
    simulator_port: int,
    data_dir: Path | None,
    database: str,
    people: int,
    *,
    replay_day: bool,
    as_json: bool,
) -> None:
    """Run the whole story on this machine: a shop, its customers and simulated platforms."""
    configure_logging(json_lines=False, level="warning")
    options = DemoOptions(
        port=port,
        status_port=status_port,
        simulator_port=simulator_port,
        data_dir=data_dir,
        people=people,
        database=database,
        replay_day=replay_day,
    )

    def announce(addresses: dict[str, Any]) -> None:
        remember_demo(addresses)
        click.echo(json.dumps(addresses) if as_json else _story(addresses))
        sys.stdout.flush()

    try:
        uvloop.run(run_demo(options, say=lambda text: click.echo(text, err=True), announce=announce))
    except DemoError as error:
        raise click.ClickException(str(error)) from error
    finally:
        forget_demo()


def _story(addresses: dict[str, Any]) -> str:
    return f"""
Holdfast is running, with every platform simulated on this machine.

  Console        {addresses["console"]}
                 sign in as {addresses["email"]} with the password {addresses["password"]}
  Phones         {addresses["phones"]}
                 write to the shop as one of its customers
  Faults         {addresses["faults"]}
                 switch Instagram off, and on again
  Developers     {addresses["developers"]}
                 the platforms' consoles: an Instagram account to connect under Settings, Channels
  Status page    {addresses["status"]}
  Reports        {addresses["status"]}/tracker
  The shop       {addresses["status"]}/profile
                 its own page, with what it posts here and on Instagram
  Web chat       {addresses["chat"]}
  API            {addresses["openapi"]}
                 Authorization: Bearer {addresses["api_token"]}

  In another terminal:  .venv/bin/holdfast outage start instagram

Press Ctrl-C to stop.
"""


@click.command(epilog="Example: holdfast serve --config holdfast.toml")
@CONFIG
def serve(config: Path | None) -> None:
    """Run a hub: webhooks, console, API, web chat and everything behind them, in one process."""
    settings = load(config)
    try:
        uvloop.run(serve_hub(settings))
    except (VaultError, MigrationError, FolderTakenError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        where = f"{settings.hub.host}:{settings.hub.port}"
        raise click.ClickException(
            f"The hub cannot start on {where} with this data directory: {error}"
        ) from error


@click.command(epilog="Example: holdfast simulate --hub http://127.0.0.1:8780 --port 8790")
@click.option(
    "--hub", "hub_url", default=f"http://127.0.0.1:{HUB_PORT}", show_default=True, help="Gets the webhooks."
)
@click.option(
    "--port", type=PORT, default=SIMULATOR_PORT, show_default=True, help="Of phones, faults and control."
)
@click.option(
    "--people", type=click.IntRange(1, PEOPLE_MAX), default=12, show_default=True, help="Customers."
)
@click.option(
    "--write-config",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write a hub configuration for these platforms to this file.",
)
def simulate(hub_url: str, port: int, people: int, write_config: Path | None) -> None:
    """Run the simulated platforms alone, for a hub that runs elsewhere on this machine."""
    keys = new_keys()
    everyone = demo_people(people, Random(DEMO_SEED))  # noqa: S311 - the same people each time
    settings = msgspec.convert(
        simulator_settings(everyone, keys, hub_url=hub_url, port=port), SimulatorSettings
    )

    def ready(addresses: dict[str, str]) -> None:
        click.echo(f"Phones and faults: {addresses['control']}/?token={keys.control}")
        click.echo(f"Control: {addresses['control']}/control (Authorization: Bearer {keys.control})")
        remember_demo({"control": f"{addresses['control']}/control", "control_token": keys.control})
        if write_config is not None:
            text = hub_toml(
                keys,
                addresses,
                data_dir="holdfast-data",
                port=HUB_PORT,
                status_port=STATUS_PORT,
            )
            write_private(write_config, text)
            click.echo(f"Hub configuration: {write_config}")

    try:
        uvloop.run(_simulate(settings, ready))
    except OSError as error:
        raise click.ClickException(f"The simulators cannot start: {error}") from error
    finally:
        forget_demo()


async def _simulate(settings: SimulatorSettings, ready: Callable[[dict[str, str]], None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(settings) as simulators:
        ready(simulators.addresses)
        await stop.wait()
