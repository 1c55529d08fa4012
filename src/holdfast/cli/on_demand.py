"""Commands whose modules are read only when they are called, so that each starts without what the others need."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class OnDemand(click.Group):
    """``lazily``: commands by name, each with the module of this package in which a function of that name is it."""

    def __init__(self, *args: Any, lazily: Mapping[str, str], **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._lazily = lazily

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._lazily})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self._lazily:
            module = import_module(f"holdfast.cli.{self._lazily[cmd_name]}")
            found: click.Command = getattr(module, cmd_name)
            return found
        return super().get_command(ctx, cmd_name)
