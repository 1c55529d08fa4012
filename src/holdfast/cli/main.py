"""`holdfast`: every command with an example, and plain words when something is wrong."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from holdfast.app.channel_set import check_channels
from holdfast.kernel import configure_logging
from holdfast.settings import Settings, SettingsError, load_settings
from holdfast.storage import StoreUnavailableError

CONFIG_NAME: Final = "holdfast.toml"
WRONG: Final = 2

CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The configuration file; without it ./{CONFIG_NAME} where there is one.",
)


class _Commands(click.Group):
    """Says in a sentence what every command that needs the store may meet."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except StoreUnavailableError as error:
            raise click.ClickException(
                f"The database does not answer as it should: {error}. Check hub.database, and that its server runs."
            ) from error


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Try it: holdfast demo",
)
@click.version_option(package_name="holdfast")
def main() -> None:
    """Keep a business reachable when its messaging platforms fail."""


def load(config: Path | None) -> Settings:
    """The configuration, checked whole; ends the command with every mistake where it is wrong."""
    path = config or (Path(CONFIG_NAME) if Path(CONFIG_NAME).exists() else None)
    try:
        settings = load_settings(path, os.environ)
        check_channels(settings, path.read_text("utf-8") if path else "")
    except SettingsError as error:
        click.echo(f"{path or 'The configuration'} cannot be used:", err=True)
        for problem in error.problems:
            click.echo(f"  {problem}", err=True)
        sys.exit(WRONG)
    configure_logging(json_lines=settings.hub.log_json, level=settings.hub.log_level)
    return settings
