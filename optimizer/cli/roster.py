"""`servopt roster`: who works which shift."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
    from models.roster.answer import Roster
    from models.roster.case import RosterCase
    from optimizer.roster.engine import Progress, RosterSolution

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option(
    "--instance",
    required=True,
    type=_FILE,
    help="Case in the text format of the public shift-scheduling benchmark (schedulingbenchmarks.org/nrp).",
)
@click.option("--from", "start_file", type=_FILE, help="Begin with this roster: employee, day, shift.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("roster.csv"),
    show_default=True,
    help="Where the roster is written: employee, day, shift; a day off has no row.",
)
@click.option(
    "--time-limit",
    "time_limit_s",
    type=FiniteRange(0, min_open=True),
    default=60.0,
    show_default=True,
    help="Seconds for the search.",
)
@click.option(
    "--gap",
    type=FiniteRange(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Stop when proved this close to the optimum: 0.005 is 0.5 %.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=1,
    show_default=True,
    help="Same input and seed: same roster, unless time ends the search.",
)
@click.option(
    "--threads", type=click.IntRange(1, 1024), default=1, show_default=True, help="Employees priced side by side."
)
@click.option("--quiet", is_flag=True, help="Do not print better rosters as they are found.")
def roster(
    instance: Path,
    start_file: Path | None,
    out: Path,
    time_limit_s: float,
    gap: float,
    seed: int,
    threads: int,
    quiet: bool,
) -> None:
    """Find the cheapest legal roster: one line of work for each employee.

    Prints better rosters as they come, each with the bound that is proved so far, then what the roster costs and which
    soft rules that comes from.
    """
    begun = time.perf_counter()
    from models.files import write_csv
    from models.roster.answer import read_roster, roster_frame
    from models.roster.benchmark import read_benchmark
    from optimizer.roster.engine import RosterLimits, solve_roster
    from optimizer.roster.result import roster_of
    from optimizer.solve import Status

    case = read_benchmark(instance)
    start = None if start_file is None else read_roster(start_file, case)
    left_s = max(0.0, time_limit_s - (time.perf_counter() - begun))  # reading counts
    limits = RosterLimits(time_limit_s=left_s, gap=gap, seed=seed, threads=threads)
    solution = solve_roster(case, limits, start=start, progress=_silent if quiet else _show)
    if solution.lines is None:
        _say_why(case, solution)
        click.get_current_context().exit(INFEASIBLE if solution.status is Status.INFEASIBLE else NO_PLAN)
    found = roster_of(case, solution)
    write_csv(out, roster_frame(case, found.lines))
    result = found.result
    click.echo(
        f"{result.status}: cost {result.objective:,.10g}, {_bound(solution.bound, solution.gap)}, "
        f"{result.seconds:.1f} s, {result.solver}, seed {result.seed}"
    )
    _show_costs(found)
    click.echo(f"written: {out}")


def _bound(bound: float, gap: float) -> str:
    return "no bound yet" if bound == float("-inf") else f"bound {bound:,.10g}, gap {gap:.3%}"


def _show(progress: Progress) -> None:
    click.echo(
        f"{progress.seconds:7.1f} s  cost {progress.cost:,.10g}, {_bound(progress.bound, progress.gap)}", err=True
    )


def _silent(_: Progress) -> None:
    pass


def _show_costs(found: Roster) -> None:
    """Print what each soft rule costs in the roster."""
    from models.roster.check import check

    costs = check(found.case, found.lines).cost_by_rule()
    for rule, cost in sorted(costs.items(), key=lambda one: -one[1]):
        click.echo(f"  {rule}: {cost:,.10g}")


def _say_why(case: RosterCase, solution: RosterSolution) -> None:
    """Say whose rules leave no line of work, and what the nearest line breaks."""
    if not solution.conflicts:
        click.echo("No legal line of work was found for every employee within the search's limits.", err=True)
        return
    click.echo("There is no roster that keeps every hard rule:", err=True)
    for breaches in solution.conflicts:
        if not breaches:
            continue
        click.echo(f"  - {breaches[0].employee} has no legal line of work. The nearest one breaks:", err=True)
        for breach in breaches:
            click.echo(f"      {breach}", err=True)
    click.echo("Relax one of the rules named for each of them.", err=True)
