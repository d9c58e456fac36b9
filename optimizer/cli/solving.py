"""Options and messages that every command with a solver behind it shares."""

from __future__ import annotations

import math
import signal
import threading
from collections.abc import Callable, Sequence
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from models.remark import remark
from optimizer.cli.exits import INFEASIBLE, NO_PLAN

if TYPE_CHECKING:
    from models.plan import ShiftPlan

MOST_LINES = 12
MOST_PLACES = 20


class FiniteRange(click.FloatRange):
    """A number within bounds; neither nan nor infinite, which bounds alone let through."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        return number


def solving_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --gap, --time-limit, --seed and --threads."""
    options = [
        click.option(
            "--gap",
            type=FiniteRange(0, 1, max_open=True),
            help="Stop when proved this close to the optimum: 0.005 is 0.5 %.",
        ),
        click.option(
            "--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), help="Seconds for the search."
        ),
        click.option(
            "--seed",
            type=click.IntRange(0, 2**31 - 1),
            help="Same input, seed and threads: same answer, unless time ends the search.",
        ),
        click.option("--threads", type=click.IntRange(1, 1024), help="Parts solved side by side.  [default: cores]"),
    ]
    for option in reversed(options):
        command = option(command)
    return command


class Interrupts:
    """Remembers, inside its block, whether Ctrl-C was pressed; a search takes it as the wish to come to an end.

    Parameters
    ----------
    patient : bool
        Whether the first Ctrl-C only is remembered, for a search that asks; the second one interrupts.
    """

    def __init__(self, *, patient: bool = False) -> None:
        self.pressed = False
        self._patient = patient

    def __enter__(self) -> Interrupts:
        """Take over Ctrl-C, where that is possible: signals reach the main thread only."""
        self._before = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *error: object) -> None:
        """Give it back."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, self._before)

    def _press(self, number: int, frame: FrameType | None) -> None:
        first, self.pressed = not self.pressed, True
        if self._patient and first:
            return
        raise KeyboardInterrupt


def say_infeasible(
    conflicts: tuple[str, ...], relaxation: tuple[str, ...], *, what: str = "", record: str = "plan.json"
) -> None:
    """Print why there is no schedule (or no `what`), and what would help, cheapest first; `record` holds all of it."""
    click.echo(remark("There is no {what} that keeps every rule:", what=what or remark("schedule")), err=True)
    _lines(conflicts, record)
    if relaxation:
        click.echo(remark("What would help:"), err=True)
        _lines(relaxation, record)


def _lines(texts: tuple[str, ...], record: str) -> None:
    for text in texts[: MOST_LINES if record else None]:
        click.echo(f"  - {text}", err=True)
    if record and len(texts) > MOST_LINES:
        click.echo(f"  - and {len(texts) - MOST_LINES} more, all in {record}", err=True)


def say_short(places: Sequence[str]) -> None:
    """Print which intervals a partial schedule leaves short."""
    click.echo(
        "It leaves short:" if places else "No interval lacks people for its floor; other rules are not kept.", err=True
    )
    for place in places[:MOST_PLACES]:
        click.echo(f"  {place}", err=True)
    if len(places) > MOST_PLACES:
        more = len(places) - MOST_PLACES
        click.echo(f"  and {more} further interval{'s' if more > 1 else ''}", err=True)


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


def require_zone(name: str) -> None:
    """Refuse what is no time zone."""
    import zoneinfo

    if name not in zoneinfo.available_timezones():
        raise click.BadParameter(f"{name} is no IANA time zone, such as Europe/Amsterdam", param_hint="--time-zone")
