"""Options and messages that every command with a solver behind it shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from models.plan import ShiftPlan

INFEASIBLE, NO_PLAN = 4, 5
MOST_LINES = 12


def solving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --gap, --time-limit, --seed and --threads."""
    options = [
        click.option(
            "--gap",
            type=click.FloatRange(0, 1, max_open=True),
            help="Stop when proved this close to the optimum: 0.005 is 0.5 %.",
        ),
        click.option(
            "--time-limit", "time_limit_s", type=click.FloatRange(0, min_open=True), help="Seconds for the search."
        ),
        click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same input and seed, same answer."),
        click.option("--threads", type=click.IntRange(1, 1024), help="Parts solved side by side.  [default: cores]"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


def say_infeasible(conflicts: tuple[str, ...], relaxation: tuple[str, ...]) -> None:
    """Print why there is no schedule, and what would help, cheapest first."""
    click.echo("There is no schedule that keeps every rule:", err=True)
    _lines(conflicts)
    if relaxation:
        click.echo("What would help:", err=True)
        _lines(relaxation)


def _lines(texts: tuple[str, ...]) -> None:
    for text in texts[:MOST_LINES]:
        click.echo(f"  - {text}", err=True)
    if len(texts) > MOST_LINES:
        click.echo(f"  - and {len(texts) - MOST_LINES} more, all in plan.json", err=True)


def end_with(plan: ShiftPlan, *, explained: bool = False) -> None:
    """Leave with the exit code of a plan's status, and say why there is none unless that was ``explained``."""
    context = click.get_current_context()
    if plan.result.status == "infeasible":
        if not explained:
            say_infeasible(plan.conflicts, plan.relaxation)
        context.exit(INFEASIBLE)
    if plan.result.status == "no plan":
        click.echo("No plan was found within the time limit: raise solve.time_limit_s or --time-limit.", err=True)
        context.exit(NO_PLAN)
