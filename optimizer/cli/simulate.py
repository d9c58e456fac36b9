"""`servopt simulate`: a plan replayed contact by contact, and what it promised beside what it gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import RenderableType

    from models.simulation import SimulationCase
    from models.simulation.plan_folder import WrittenPlan

WORST = 5
LEAST_SHOWN = 0.05
"""Points of service level."""


@click.command()
@click.argument("plan", metavar="PLAN", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--days",
    type=click.IntRange(2, 100_000),
    default=100,
    show_default=True,
    help="How often each day of the plan is simulated.",
)
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("check"),
    show_default=True,
    help="Folder for simulation.json, intervals.csv, days.csv, pools.csv and types.csv.",
)
@click.option(
    "--actuals",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Replay what really came: start, contact_type, contacts, aht_s; or without contacts, one row each.",
)
@click.option(
    "--day-cv",
    type=FiniteRange(0, 2),
    default=0.0,
    show_default=True,
    help="How far a day as a whole is off its forecast: coefficient of variation, 0.1 is 10 %.",
)
@click.option(
    "--aht",
    type=click.Choice(["exponential", "lognormal"]),
    default="exponential",
    show_default=True,
    help="Form of the handle times.",
)
@click.option(
    "--aht-cv",
    type=FiniteRange(0, 20),
    default=1.0,
    show_default=True,
    help="Coefficient of variation of lognormal handle times.",
)
@click.option(
    "--absence",
    type=click.Choice(["random", "even", "none"]),
    default="random",
    show_default=True,
    help="Unplanned shrinkage: each shift missed by chance, every so many-th one, or nobody is missing.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Same seed, same days.")
@click.option("--threads", type=click.IntRange(1, 1024), help="Runs side by side.  [default: cores]")
@click.option(
    "--scenario",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Scenario to use instead of the copy that the plan keeps.",
)
@click.option("--quiet", is_flag=True, help="Print nothing when all is well.")
def simulate(
    plan: Path,
    days: int,
    out: Path,
    actuals: Path | None,
    day_cv: float,
    aht: str,
    aht_cv: float,
    absence: str,
    seed: int,
    threads: int | None,
    scenario: Path | None,
    quiet: bool,
) -> None:
    """Simulate the plan in folder PLAN, contact by contact, and hold it against what it promised.

    Customers come by chance, wait, lose patience; agents finish a contact before a break or the end of their shift, and
    some are missing. Every figure carries its confidence interval. The first run on a machine compiles for about
    half a minute.

    How promises are judged. Planned for is the service of the formula that the requirement was made with; promised is
    what formulas expect of the finished schedule: deferrable work gives way to contacts, people finish a contact after
    their shift's end, and are missing one by one. A day is on target when its own simulated service level reaches the
    target: the share of simulated days that do is its chance. An interval is below its floor, or its promise, only
    where it surely is: by more than its confidence interval, widened so that all such statements hold together with
    95 %.

    PLAN may also be the folder of a schedule of agents with several skills (`servopt schedule DIR --skills --out
    PLAN`): then the service of every queue is simulated, and held against its target day by day.

    With --actuals FILE each simulated day has the contacts that really came, and the promise of those days stands
    beside it; rows outside the plan's days are left out, and said, and at least one must lie within them. A pool of
    which nothing came is left out of the comparison. Contacts that mostly came in closed hours are a fault.
    """
    _require_meaning(aht, actuals)
    from models.simulation.plan_case import Behaviour
    from models.skills import SKILLS_RECORD

    behaviour = Behaviour(aht, aht_cv, day_cv, absence)
    if (plan / SKILLS_RECORD).is_file():
        from optimizer.cli.simulate_skills import simulate_skills

        simulate_skills(
            plan, out, behaviour, days=days, seed=seed, threads=threads, actuals=actuals, scenario_folder=scenario,
            quiet=quiet,
        )  # fmt: skip
        return
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading") as status:
        import pandas as pd

        from models.files import write_together
        from models.requirement import expected_service, require
        from models.simulation import simulate as run
        from models.simulation import warm_up
        from models.simulation.aside import is_compiled
        from models.simulation.files import figures, simulation_files
        from models.simulation.plan_case import case_of_plan
        from models.simulation.plan_folder import read_written_plan
        from models.simulation.report import promise_of, report_frame

        written = read_written_plan(plan, scenario)
        case = case_of_plan(written.scenario, written.record.plan.schedule, written.demand, behaviour)
        coverage = written.record.plan.coverage
        expected = expected_service(
            written.scenario, require(written.scenario, written.demand), written.record.plan.schedule, coverage,
            missing=absence != "none", by_chance=absence == "random",
        )  # fmt: skip
        absent: tuple[str, ...] = ()
        if actuals is not None:
            case, coverage, absent = _replayed(written, case, actuals)
        if not is_compiled():
            status.update("compiling the simulation (once on this machine, about half a minute)")
            warm_up()
        status.update(f"simulating each day {days} times")
        result = run(case, days, seed, threads)
        frame = report_frame(result, written.scenario.grid, promise_of(written.scenario, coverage, expected))
        frame = frame[~frame["pool"].isin(absent)]
        steps = expected.levels(tuple(written.scenario.pools))
        about = {
            "plan": str(plan), "actuals": None if actuals is None else str(actuals),
            "promise": None if actuals is not None else {k: None if pd.isna(v) else v for k, v in steps.items()},
        }  # fmt: skip
        write_together(out, simulation_files(result, frame, about))
    if not quiet:
        console.print(_summary(figures(result, frame), frame, written, steps if actuals is None else None))
        click.echo(f"written: {out}/")


def _replayed(
    written: WrittenPlan, case: SimulationCase, actuals: Path
) -> tuple[SimulationCase, pd.DataFrame, tuple[str, ...]]:
    """Case with what really came, the promise of those days alone, pools of which nothing came; remarks are printed."""
    from models.simulation.actuals import replay

    found = replay(case, written.scenario, actuals)
    for note in found.notes:
        click.echo(f"note: {note}", err=True)
    coverage, dates = written.record.plan.coverage, written.scenario.grid.dates
    kept = {dates[day] for day in found.days}
    for pool in found.absent:
        click.echo(f"note: {actuals.name}: nothing came of pool {pool}; it is left out of the comparison", err=True)
    told = [start.date() in kept and pool not in found.absent
            for start, pool in zip(coverage["start"], coverage["pool"], strict=True)]  # fmt: skip
    return found.case, coverage[told], found.absent


def _require_meaning(aht: str, actuals: Path | None) -> None:
    """Refuse options that would change nothing."""
    source, given = click.get_current_context().get_parameter_source, click.core.ParameterSource.COMMANDLINE
    if aht != "lognormal" and source("aht_cv") is given:
        raise click.UsageError("--aht-cv is of lognormal handle times: give --aht lognormal too")
    if actuals is not None and source("day_cv") is given:
        raise click.UsageError("--day-cv varies forecast days; with --actuals every day has the contacts that came")


def _summary(
    found: dict[str, Any], frame: pd.DataFrame, written: WrittenPlan, steps: dict[str, float] | None
) -> RenderableType:
    """One screen: the whole, each pool, and the intervals that fall furthest below their promise."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.table import Table
    from rich.text import Text

    from optimizer.report.words import number, share

    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    total, seconds = found["total"], found["seconds"]
    below = (
        f"{number(found['intervals_below_floor'])} of {number(found['intervals'])} intervals surely miss their floor"
    )
    for name, text in (
        ("Simulated", f"each day {number(found['replications'])} times, {number(found['contacts'])} contacts in "
                      f"{number(seconds, 1)} s"),
        ("Service level", f"{share(total['service_level'])} ± {share(total['half_width'])}, promised "
                          f"{share(total['promised'])}"),
        *(() if steps is None else (("Promise", _of_steps(steps, total["service_level"])),)),
        ("Days on target", f"{share(found['meets_target'], 0)} chance that a single day of a pool meets its target"),
        ("Below", f"{below}, {number(found['intervals_below_promised'])} their promised figure"),
        ("Abandonment", f"{share(total['abandonment'])} ± {share(total['abandonment_half_width'], 2)}; answered after "
                        f"{number(total['asa_s'], 1)} ± {number(total['asa_half_width'], 1)} s"),
        ("Occupancy", f"{share(total['occupancy'])}; {number(found['overtime_hours'])} h after shifts to finish"),
    ):  # fmt: skip
        table.add_row(name, Text(text))
    if total["deferrable"]:
        late = f"{share(total['on_time'])} in time; oldest {number(total['oldest_h'], 1)} h"
        table.add_row("Deferrable", Text(f"{number(total['deferrable'])} pieces, {late}"))
    parts: list[RenderableType] = [Panel(table, title=Text("Simulation"), title_align="left"), _pools(frame, written)]
    return Group(*parts, *_worst(frame))


def _of_steps(steps: dict[str, float], simulated: float) -> str:
    """Say what the promise is made of, and what formulas cannot tell."""
    from optimizer.report.words import share

    words = {
        "interrupting": "deferrable work gives way to contacts",
        "finishing": "people finish contacts after their shift", "chance": "people are missing one by one",
    }  # fmt: skip
    said, before = [f"{share(steps['planned'])} planned for"], steps["planned"]
    for name, why in words.items():
        change, before = 100 * (steps[name] - before), steps[name]
        said += [f"{change:+.1f}: {why}"] if abs(change) >= LEAST_SHOWN else []
    rest = 100 * (simulated - before)
    return "; ".join([*said, f"left: {rest:+.1f}, what one interval leaves to the next, and behaviour not planned for"])


def _pools(frame: pd.DataFrame, written: WrittenPlan) -> RenderableType:
    from rich.table import Table
    from rich.text import Text

    from models.words import percent
    from optimizer.report.words import number, share

    table = Table(box=None, padding=(0, 1, 0, 0))
    table.add_column("Pool", style="bold")
    for name in ("Contacts", "Simulated", "±", "Promised", "Target", "Days on target", "Abandon", "Busy"):
        table.add_column(name, justify="right", no_wrap=True)
    chance = frame[frame["level"] == "day"].groupby("pool")["meets_target"].mean()
    for row in frame[frame["level"] == "pool"].to_dict("records"):
        table.add_row(
            Text(str(row["pool"])), number(row["contacts"]), share(row["service_level"]), share(row["half_width"]),
            share(row["promised"]), percent(written.scenario.pools[str(row["pool"])].target, " %"),
            share(chance.get(row["pool"]), 0), share(row["abandonment"]), share(row["occupancy"]),
        )  # fmt: skip
    return table


def _worst(frame: pd.DataFrame) -> list[RenderableType]:
    """Intervals that surely fall below, those first where most contacts are served late against the promise."""
    from rich.text import Text

    from optimizer.report.words import moment, number, share

    rows = frame[(frame["level"] == "interval") & (frame["below"] != "")]
    if rows.empty:
        return []
    late = (rows["promised"] - rows["service_level"]) * rows["contacts"]
    lines: list[RenderableType] = [Text("Furthest below their promise:", style="bold")]
    for row in rows.loc[late.sort_values(ascending=False).index[:WORST]].to_dict("records"):
        lines.append(
            Text(
                f"  {moment(row['start'])}, {row['pool']}: {share(row['service_level'])} ± {share(row['half_width'])}"
                f" of {number(row['contacts'])} contacts, promised {share(row['promised'])}"
            )
        )
    return lines
