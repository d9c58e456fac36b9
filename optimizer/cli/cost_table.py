"""`servopt cost-table`: what each pool's people cost by their workload, for the channel mix."""

from __future__ import annotations

import time
from pathlib import Path

import click

from optimizer.cli.solving import FiniteRange


def _levels(ctx: click.Context, param: click.Parameter, text: str | None) -> tuple[float, ...] | None:
    """Read service levels, comma-separated; ascending, each once."""
    if text is None:
        return None
    try:
        levels = tuple(sorted({float(part) for part in text.split(",")}))
    except ValueError:
        raise click.BadParameter(f"{text!r} is no list of shares such as 0.7,0.8,0.9") from None
    if not all(0 < level < 1 for level in levels):
        raise click.BadParameter(f"{text!r}: a service level lies between 0 and 1, such as 0.8 for 80 %")
    return levels


@click.command(name="cost-table")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--from", "first", type=FiniteRange(0, 100), default=0.4, show_default=True, help="Smallest factor on the demand."
)
@click.option(
    "--to",
    "last",
    type=FiniteRange(0, 100, min_open=True),
    default=1.4,
    show_default=True,
    help="Largest factor on the demand.",
)
@click.option(
    "--step",
    type=FiniteRange(0, 100, min_open=True),
    default=0.05,
    show_default=True,
    help="Step between the factors.",
)
@click.option(
    "--service",
    "levels",
    callback=_levels,
    metavar="SHARES",
    help="Service targets, comma-separated: 0.7,0.8,0.9.  [default: service.target of the scenario]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("pool_costs.csv"),
    show_default=True,
    help="Where the table is written, when all of it is ready.",
)
@click.option(
    "--gap", type=FiniteRange(0, 1, max_open=True), help="Stop each search when proved this close to the optimum."
)
@click.option("--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), help="Seconds for each search.")
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Seed of the searches.")
@click.option("--processes", type=click.IntRange(1, 1024), help="Searches side by side.  [default: cores]")
@click.option("--no-cache", is_flag=True, help="Solve schedules anew that were solved before; keep none.")
def cost_table(
    folder: Path,
    first: float,
    last: float,
    step: float,
    levels: tuple[float, ...] | None,
    out: Path,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
    processes: int | None,
    no_cache: bool,
) -> None:
    """Cost of every pool of the scenario in DIR by its workload and service level.

    Solves the shift schedule of each pool again with its demand times each factor (0 as well), and writes
    pool_costs.csv, which `servopt mix` reads with cost_from: cost_table. Schedules that are proved are kept in the
    cache of `servopt batch` ($SERVOPT_CACHE), so that tables with pools in common, and one that was interrupted, solve
    only what is new.
    """
    from rich.console import Console

    if last < first:
        raise click.BadParameter("is below --from", param_hint="--to")
    console = Console(highlight=False)
    started = time.perf_counter()
    with console.status("reading") as status:
        from models.files import write_csv
        from models.forecast import forecast
        from models.scenario import read_scenario
        from models.scenario_checks import require_plannable
        from optimizer.batch.points import KeptPoints
        from optimizer.batch.reuse import Reuse, default_folder
        from optimizer.cost_table import factors, pool_costs
        from optimizer.pipeline import scenario_limits

        try:
            grid = factors(first, last, step)
        except ValueError as problem:
            raise click.BadParameter(str(problem), param_hint="--step") from None
        scenario = read_scenario(folder)
        require_plannable(scenario)
        demand = forecast(scenario).demand if scenario.demand is None else scenario.demand
        limits = scenario_limits(scenario, gap=gap, time_limit_s=time_limit_s, seed=seed)
        reuse = Reuse(None if no_cache else default_folder())
        result = pool_costs(
            scenario,
            demand,
            levels or (scenario.settings.service.target,),
            grid,
            limits,
            processes=processes,
            known=KeptPoints(reuse, scenario, demand, limits),
            progress=lambda done, total: status.update(f"{done} of {total} schedules"),
        )
    write_csv(out, result.table)
    for note in (*scenario.notes, *result.notes):
        click.echo(f"note: {note}", err=True)
    rows = result.table
    for pool, part in rows.groupby("pool", sort=False):
        most = part["load_hours_per_week"].max()
        click.echo(f"{pool}: {len(part)} rows, 0 to {most:,.1f} handling hours a week")
    if reuse.hits:
        click.echo(f"{reuse.hits} of {reuse.hits + reuse.misses} schedules were known")
    click.echo(f"written: {out} ({time.perf_counter() - started:,.0f} s)")
