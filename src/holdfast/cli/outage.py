"""Switching faults of the simulated platforms on and off from the command line."""

import asyncio
import json
from typing import Any, Final

import aiohttp
import click

from holdfast.cli.pointer import latest_demo

ANSWER_SECONDS: Final = 10.0
PLATFORMS: Final = ("instagram", "whatsapp", "sms", "email", "uplink")

CONTROL = click.option(
    "--control", envvar="HOLDFAST_CONTROL", help="The control API; the latest demo's by default."
)
TOKEN = click.option(
    "--token", envvar="HOLDFAST_CONTROL_TOKEN", help="Its token; the latest demo's by default."
)


@click.group(epilog="Example: holdfast outage start instagram --kind refused --seconds 60")
def outage() -> None:
    """Make simulated platforms fail, and work again."""


@outage.command(
    "start",
    epilog="Examples: holdfast outage start instagram   |   "
    "holdfast outage start instagram --kind webhooks_silent --capability receive --seconds 120",
)
@click.argument("platform", type=click.Choice(PLATFORMS))
@click.option("--kind", default="refused", show_default=True, help="What fails; see docs/simulators.md.")
@click.option(
    "--capability", default="all", show_default=True, help="send, receive, history, sign_in or all."
)
@click.option("--account", help="Only this account.")
@click.option(
    "--rate", type=click.FloatRange(0, 1), default=1.0, show_default=True, help="The share that fails."
)
@click.option("--seconds", type=float, help="Ends by itself after this.")
@click.option("--delay-ms", type=int, help="For kinds that are slow.")
@CONTROL
@TOKEN
def start(control: str | None, token: str | None, **fault: Any) -> None:
    """Switch a fault on."""
    body = {key: value for key, value in fault.items() if value is not None}
    made = _call("POST", "/faults", control, token, body)
    click.echo(f"Started {made.get('id')}: {fault['platform']} {fault['kind']}.")


@outage.command("stop", epilog="Examples: holdfast outage stop   |   holdfast outage stop flt_3")
@click.argument("fault", required=False)
@CONTROL
@TOKEN
def stop(fault: str | None, control: str | None, token: str | None) -> None:
    """End one fault, or all of them."""
    _call("DELETE", f"/faults/{fault}" if fault else "/faults", control, token, None)
    click.echo(f"Stopped {fault or 'every fault'}.")


@outage.command("list", epilog="Example: holdfast outage list")
@CONTROL
@TOKEN
def list_faults(control: str | None, token: str | None) -> None:
    """Show the faults that are on."""
    answer = _call("GET", "/faults", control, token, None)
    faults = answer if isinstance(answer, list) else next(iter(answer.values()), [])
    if not faults:
        click.echo("No fault is on.")
    for fault in faults:
        click.echo(json.dumps(fault))


def _call(method: str, path: str, control: str | None, token: str | None, body: object) -> Any:
    known = latest_demo() or {}
    url, key = control or known.get("control"), token or known.get("control_token")
    if not url or not key:
        raise click.ClickException("No demo is running. Start one with: holdfast demo")
    try:
        return asyncio.run(_request(method, f"{url}{path}", key, body))
    except (aiohttp.ClientError, TimeoutError) as error:
        raise click.ClickException(f"The simulators at {url} do not answer: {error}") from error


async def _request(method: str, url: str, token: str, body: object) -> Any:
    timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
    headers = {"Authorization": f"Bearer {token}"}
    async with (
        aiohttp.ClientSession(timeout=timeout, headers=headers) as session,
        session.request(method, url, json=body) as response,
    ):
        text = await response.text()
        answer = json.loads(text) if text else {}
        if not response.ok:
            problem = answer.get("error", {}).get("message", text) if isinstance(answer, dict) else text
            raise click.ClickException(str(problem))
        return answer
