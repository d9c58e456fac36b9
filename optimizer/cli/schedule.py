"""`servopt schedule`: requirement -> shifts, of a scenario or of two tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.exits import INFEASIBLE, NO_PLAN
from optimizer.cli.solving import (
    FiniteRange,
    end_with,
    require_zone,
    say_infeasible,
    say_short,
    solving_options,
)

if TYPE_CHECKING:
    from optimizer.shifts.engine import Limits, ShiftSolution
    from optimizer.shifts.from_tables import TableProblem

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument(
    "folder", metavar="[DIR]", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option("--requirement", "need_file", type=_FILE, help="Agents by interval: start, agents[, pool].")
@click.option(
    "--shifts", "shift_file", type=_FILE, help="Instead of DIR: shift,start,length_min,cost[,break_...,days]."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("schedule.csv"),
    show_default=True,
    help="Where the schedule is written: a .csv file; with --skills also a folder.",
)
@click.option("--skills", is_flag=True, help="Agent groups of DIR's skills.csv instead of pools, judged by simulation.")
@click.option(
    "--replications", type=click.IntRange(10, 10_000),
    help="With --skills: simulations of the horizon in each round.  [default: as many as take some seconds]",
)  # fmt: skip
@click.option("--compare", is_flag=True, help="With --skills: also each pool, and each queue, for itself.")
@click.option("--time-zone", default="UTC", show_default=True, help="Of the tables' times.")
@click.option(
    "--edges",
    type=click.Choice(["lead_in", "cut", "cyclic"]),
    default="lead_in",
    show_default=True,
    help="Shifts past midnight at the horizon's start: of the day before, none, or of the last day.",
)
@click.option("--under-cost", type=FiniteRange(0), help="Cost of a missing agent a minute; else cover is a must.")
@click.option("--over-cost", type=FiniteRange(0), default=0.0, help="Cost of a superfluous agent a minute.")
@click.option("--distinct-cost", type=FiniteRange(0), default=0.0, help="Cost of each shift used at all.")
@solving_options
def schedule(
    folder: Path | None,
    need_file: Path | None,
    shift_file: Path | None,
    out: Path,
    skills: bool,
    replications: int | None,
    compare: bool,
    time_zone: str,
    edges: Any,
    under_cost: float | None,
    over_cost: float,
    distinct_cost: float,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
    threads: int | None,
) -> None:
    """Find the cheapest shifts for a requirement.

    With DIR: the shifts of the scenario, for its requirement or the one in --requirement (a requirement.csv that
    `servopt staff` or `servopt plan` wrote, changed or not).

    With DIR and --skills: agents with several skills (skills.csv). Groups and their shifts are chosen so that every
    queue keeps its service level in simulation. Where --out is a folder, it holds all that `servopt simulate` and
    `servopt verify` need. --time-limit is for the whole search (where it is not given 300 s, of
    more than a week 600 s), and for that of each other organisation of --compare; a first schedule is made and
    simulated anyway. Where time ends before every promise is kept, the command says which are missed, writes what it
    has, and ends with status 5.

    Without DIR: two tables of your own, --requirement and --shifts. Breaks are placed in the same decision; offsets
    count from the shift's start. The schedule has date, shift, break_start, count.
    """
    if not skills and (compare or replications is not None):
        raise click.UsageError("--compare and --replications are of --skills: give it too")
    if out.is_dir() and not skills:
        raise click.BadParameter(f"{out} is a folder; the schedule is a .csv file", param_hint="--out")
    if folder is not None:
        if shift_file is not None:
            raise click.UsageError("--shifts goes without DIR: a scenario has its own shifts")
        if skills:
            _with_skills(folder, need_file, out, gap, time_limit_s, seed, threads, replications, compare)
            return
        _of_scenario(folder, need_file, out, gap, time_limit_s, seed, threads)
        return
    if skills:
        raise click.UsageError("--skills needs DIR, a scenario with skills.csv")
    if need_file is None or shift_file is None:
        raise click.UsageError("give a scenario DIR, or both --requirement and --shifts")
    from models.shiftlist import read_need_and_shifts
    from optimizer.shifts.engine import Limits
    from optimizer.shifts.from_tables import SoftCover, table_problem

    require_zone(time_zone)
    need, shifts = read_need_and_shifts(need_file, shift_file, time_zone)
    for note in need.notes:
        click.echo(f"note: {note}", err=True)
    table = table_problem(need, shifts, edges=edges, soft=SoftCover(under_cost, over_cost, distinct_cost))
    limits = Limits(
        gap=0.0 if gap is None else gap,
        time_limit_s=60.0 if time_limit_s is None else time_limit_s,
        threads=threads,
        seed=1 if seed is None else seed,
        window=1440 // need.grid.interval_min,
    )
    _of_tables(table, limits, out)


def _with_skills(
    folder: Path, need_file: Path | None, out: Path, gap: float | None, time_limit_s: float | None, seed: int | None,
    threads: int | None, replications: int | None, compare: bool,
) -> None:  # fmt: skip
    from optimizer.cli.skills import schedule_with_skills

    if need_file is not None:
        raise click.UsageError("--requirement goes without --skills: a requirement is of pools")
    schedule_with_skills(
        folder, out, gap=gap, time_limit_s=time_limit_s, seed=seed, threads=threads, replications=replications,
        compare=compare,
    )  # fmt: skip


def _of_tables(table: TableProblem, limits: Limits, out: Path) -> None:
    from models.files import write_csv
    from optimizer.shifts.engine import solve_shifts
    from optimizer.shifts.from_tables import schedule_frame
    from optimizer.shifts.heads import short
    from optimizer.solve import Status

    solution = solve_shifts(table.problem, limits)
    context = click.get_current_context()
    if solution.status is Status.NO_PLAN:
        click.echo("No schedule was found within the time limit: raise --time-limit.", err=True)
        context.exit(NO_PLAN)
    if solution.status is Status.INFEASIBLE:
        _explain(table, solution, limits, out)
        context.exit(INFEASIBLE)
    write_csv(out, schedule_frame(table, solution))
    people = sum(one.count for one in solution.chosen)
    click.echo(
        f"{solution.status}: cost {solution.objective:,.2f}, bound {solution.bound:,.2f}, gap {solution.gap:.4%}, "
        f"{people:,} shifts, {solution.seconds:.2f} s, {solution.solver}, seed {solution.seed}"
    )
    missing = sum(float(solution.missing[place]) for place in short(solution.missing))
    if missing:
        click.echo(f"{missing:g} agent-intervals are short")
    click.echo(f"written: {out}")


def _explain(table: TableProblem, solution: ShiftSolution, limits: Limits, out: Path) -> None:
    """Say why, and write the best partial schedule with what it leaves short."""
    from models.files import write_csv
    from optimizer.explain import Wording, explain
    from optimizer.pipeline import partial_schedule
    from optimizer.shifts.from_tables import schedule_frame
    from optimizer.shifts.heads import short

    lead_in = "--edges lead_in" if table.axis.edges == "cut" else ""
    wording = Wording(table.need.grid, {}, lambda amount: f"{amount:,.2f}", lead_in)
    why = explain(solution.infeasible, table.problem, wording, rest_cost=solution.shift_cost)
    say_infeasible(why.conflicts, why.relaxations)
    partial, _ = partial_schedule(table.problem, limits)
    write_csv(out, schedule_frame(table, partial))
    click.echo(f"The best partial schedule is in {out}.", err=True)
    starts, pools = table.need.grid.starts, table.need.pools
    lines = [
        f"{starts[interval]:%Y-%m-%d %H:%M} {pools[pool]}: {partial.missing[pool, interval]:g}"
        for pool, interval in short(partial.missing)
    ]
    say_short(lines)


def _of_scenario(
    folder: Path,
    need_file: Path | None,
    out: Path,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
    threads: int | None,
) -> None:
    from models.files import write_csv
    from models.forecast import forecast
    from models.requirement import read_requirement, require
    from models.scenario import read_scenario
    from optimizer.pipeline import plan_shifts, scenario_limits

    scenario = read_scenario(folder)
    if need_file is not None:
        requirement = read_requirement(need_file, scenario)
    else:
        requirement = require(scenario, forecast(scenario).demand)
    limits = scenario_limits(scenario, gap=gap, time_limit_s=time_limit_s, seed=seed, threads=threads)
    plan = plan_shifts(scenario, requirement, limits)
    result = plan.result
    if result.status != "no plan":
        write_csv(out, plan.schedule)
        figures = "" if result.gap is None else f", bound {result.bound:,.2f}, gap {result.gap:.3%}"
        partial = result.status == "infeasible"
        click.echo(
            f"{'best partial schedule' if partial else result.status}: "
            f"cost {plan.cost:,.2f} {scenario.settings.currency}{figures}, {plan.people:,} shifts, "
            f"{plan.rostered_hours:,.1f} rostered hours, {result.seconds:.1f} s, {result.solver}, seed {result.seed}"
        )
        click.echo(f"written: {out}")
        if partial:
            say_infeasible(plan.conflicts, plan.relaxation)
            rows = zip(plan.uncovered["start"], plan.uncovered["pool"], plan.uncovered["missing"], strict=True)
            say_short([f"{start:%Y-%m-%d %H:%M} {pool}: {missing:g}" for start, pool, missing in rows])
    end_with(plan, explained=True)
