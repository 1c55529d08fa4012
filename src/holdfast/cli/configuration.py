"""The configuration that a command works by, checked whole before anything is done."""

import os
import sys
from pathlib import Path
from typing import Final

import click

from holdfast.app.channel_set import check_channels
from holdfast.kernel import configure_logging
from holdfast.settings import Settings, SettingsError, load_settings

CONFIG_NAME: Final = "holdfast.toml"
WRONG: Final = 2

CONFIG = click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"The configuration file; without it ./{CONFIG_NAME} where there is one.",
)


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
