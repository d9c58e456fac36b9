"""The command line: `servopt`. Each family of commands is one module; it is imported when one of them is asked for."""

from __future__ import annotations

import importlib
import os
import sys

import click

from models import __version__
from optimizer.cli.exits import BAD_INPUT, BROKEN_PIPE, INTERRUPTED, SOLVER_FAILED

COMMANDS = {
    "init": "scenario",
    "check": "scenario",
    "forecast": "forecast",
    "staff": "staff",
    "schedule": "schedule",
    "roster": "roster",
    "rotate": "rotate",
    "plan": "plan",
    "report": "report",
    "compare": "compare",
    "price": "price",
    "hedge": "hedge",
    "verify": "verify",
    "simulate": "simulate",
    "mix": "mix",
    "frontier": "frontier",
    "invest": "invest",
    "rank": "rank",
    "batch": "batch",
    "summary": "summary",
    "cost": "cost",
    "roi": "roi",
    "cost-table": "cost_table",
    "serve": "serve",
    "calc": "calc",
}
"""Command and the module that holds it, in the order of a planner's work."""


class _Commands(click.Group):
    """Imports a command when it is asked for, and turns what may go wrong into words and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of a planner's work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{__name__}.{COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name.replace("-", "_"))
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.{cmd_name} is no click command")
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run, with faults of the input as a list and exit code 3, failures of a solver as exit code 6."""
        try:
            # here, so that an interrupt while it is imported has its exit code too
            from models.faults import InputFaults

            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("Interrupted before there was a plan: nothing was written.", err=True)
            ctx.exit(INTERRUPTED)
        except InputFaults as faults:
            count = len(faults.faults)
            click.echo(f"{count} fault{'s' if count > 1 else ''} in the input:", err=True)
            for fault in faults.faults:
                click.echo(f"  {fault}", err=True)
            ctx.exit(BAD_INPUT)
        except RuntimeError as error:
            if type(error).__name__ != "SolverFailureError":
                raise
            click.echo(f"{error}", err=True)
            click.echo("Nothing was written. Try again with another --seed; if it stays, please report it.", err=True)
            ctx.exit(SOLVER_FAILED)
        except MemoryError as error:
            click.echo(f"This is more than the memory holds: {error or 'nothing more is known'}.", err=True)
            click.echo("Nothing was written. Plan fewer days at a time, or simulate fewer.", err=True)
            ctx.exit(BAD_INPUT)
        except BrokenPipeError:
            # the reader of a pipe went away (servopt ... | head): what was still to be said, faults too, is not known
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(BROKEN_PIPE)
        except OSError as error:
            click.echo(f"{error.filename or ''}: {error.strerror or error}".lstrip(": "), err=True)
            ctx.exit(BAD_INPUT)


@click.command(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="servopt")
def main() -> None:
    """Plan a service operation: shifts, their cost, their service level, and the proof of how good the plan is.

    A scenario is a folder with scenario.yaml and CSV tables. Start with an example:

    \b
        servopt init vanad my-centre
        servopt check my-centre
        servopt plan my-centre --out plan/

    Exit codes: 0 plan, 2 wrong use, 3 bad input, 4 no plan can exist (explained), 5 no plan found in time,
    6 the solver failed, 7 a plan's files fail their verification, 130 interrupted before there was a plan.
    A batch: 0 all answered, 1 some scenarios failed, 3 bad input, 130 interrupted.
    """  # noqa: D301 - click reads a real backspace, which a raw string would not hold
