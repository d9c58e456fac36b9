"""`servopt calc`: single figures without a scenario folder; each is one module of `optimizer.cli.calculators`."""

from __future__ import annotations

import importlib
import pkgutil

import click

from optimizer.cli import calculators


class _Calculators(click.Group):
    """Finds its commands by the names of the modules, and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all calculators."""
        return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(calculators.__path__))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one calculator."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{calculators.__name__}.{cmd_name.replace('-', '_')}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.command is no click command")
        return command


@click.command(cls=_Calculators)
def calc() -> None:
    """Single figures by hand, without a scenario folder."""
