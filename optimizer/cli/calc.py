"""`servopt calc`: single figures without a scenario folder; each is one module of `optimizer.cli.calculators`."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import click

from optimizer.cli import calculators


def calculator_names() -> list[str]:
    """Names of all calculators, sorted; each is a module of `optimizer.cli.calculators`."""
    return sorted(found.name.replace("_", "-") for found in pkgutil.iter_modules(calculators.__path__))


def calculator_module(name: str) -> ModuleType:
    """Import the module of one calculator."""
    return importlib.import_module(f"{calculators.__name__}.{name.replace('-', '_')}")


class _Calculators(click.Group):
    """Finds its commands by the names of the modules, and imports the one that is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of all calculators."""
        return calculator_names()

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one calculator; its example stands below its help."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = calculator_module(cmd_name)
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.command is no click command")
        command.epilog = f"\b\nExample:\n  {module.EXAMPLE}"
        return command


def _list_all(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    """Print every calculator with its system, purpose and example."""
    if not asked or ctx.resilient_parsing:
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for name in ("name", "system", "what it does, and an example"):
        table.add_column(name, no_wrap=name == "name")
    for name in calculator_names():
        module = calculator_module(name)
        purpose = module.command.get_short_help_str(limit=100)
        table.add_row(name, ", ".join(module.SYSTEMS), Text(f"{purpose}\n{module.EXAMPLE}"), end_section=True)
    Console(highlight=False).print(table)
    ctx.exit()


@click.command(cls=_Calculators)
@click.option(
    "--list", is_flag=True, is_eager=True, expose_value=False, callback=_list_all,
    help="List every calculator with its system, purpose and example.",
)  # fmt: skip
def calc() -> None:
    """Calculators: what service costs, what it is worth, what a change returns; no scenario folder needed.

    Each takes a CSV or Excel file or options, prints a table, and writes CSV or Excel (--out) or JSON (--json).
    """
