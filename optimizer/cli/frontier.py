"""`servopt frontier`: what more satisfaction, service or budget costs or brings, point by point."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from optimizer.cli.exits import INFEASIBLE
from optimizer.cli.quiet import quiet_solver
from optimizer.cli.solving import FiniteRange

if TYPE_CHECKING:
    from rich.table import Table

    from optimizer.frontier import Frontier

NO_MIX = {"infeasible": "no mix reaches it"}
POINT_SECONDS = 10.0
"""For each point where something has to be whole, unless --time-limit says otherwise; its gap is said."""


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--x", "x", type=click.Choice(["cost", "budget"]), default="cost", show_default=True,
    help="What is paid: the mix, or (with --y npv) a budget for initiatives.",
)  # fmt: skip
@click.option(
    "--y",
    "y",
    type=click.Choice(["csat", "service", "budget", "npv"]),
    default="csat",
    show_default=True,
    help="What is moved: the satisfaction floor, the service level of pool_costs.csv, the budget (npv: --x budget).",
)
@click.option("--points", type=click.IntRange(2, 1000), default=40, show_default=True, help="Number of levels.")
@click.option("--from", "low", type=FiniteRange(0), help="First level.  [default: that of the cheapest mix]")
@click.option("--to", "high", type=FiniteRange(0), help="Last level.  [default: where no mix reaches more]")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("frontier.csv"),
    show_default=True,
    help="File for the points.",
)
@click.option("--gap", type=FiniteRange(0, 1, max_open=True), help="Stop a point when proved this close to the best.")
@click.option(
    "--time-limit", "time_limit_s", type=FiniteRange(0, min_open=True), help="Seconds for each point.  [default: 10]"
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), help="Same input and seed: same answer.")
def frontier(
    folder: Path,
    x: str,
    y: str,
    points: int,
    low: float | None,
    high: float | None,
    out: Path,
    gap: float | None,
    time_limit_s: float | None,
    seed: int | None,
) -> None:
    """Trace cost against satisfaction, service level or budget for the channel mix of DIR, or NPV against budget.

    Every level is solved to the least cost (a budget: to the highest satisfaction); levels that no mix reaches are
    said. The knee is where more begins to cost most more.
    """
    if (x == "budget") != (y == "npv"):
        raise click.UsageError("--x budget goes with --y npv, for the initiatives of DIR (invest.yaml)")
    if y == "npv":
        from optimizer.cli.budget_frontier import trace_budgets

        trace_budgets(folder, out, points=points, low=low, high=high, gap=gap, time_limit_s=time_limit_s, seed=seed)
        return
    from rich.console import Console

    console = Console(highlight=False)
    with console.status("reading"):
        from models.files import write_csv
        from models.mix.reading import read_mix
        from optimizer.frontier import SWEEPS, service_frontier, service_levels
        from optimizer.mix.run import mix_limits

        case = read_mix(folder)
    seconds = min(case.settings.solve.time_limit_s, POINT_SECONDS) if time_limit_s is None else time_limit_s
    limits = mix_limits(case, gap=gap, time_limit_s=seconds, seed=seed)
    if y == "csat" and max(low or 0.0, high or 0.0) > 1:
        raise click.UsageError("a satisfaction is a share: --from and --to lie between 0 and 1")
    if low is not None and high is not None and low > high:
        raise click.UsageError("--from is above --to")
    if y == "service" and not service_levels(case):
        raise click.UsageError(
            "--y service needs people.cost_from: cost_table, and service levels that every pool has in pool_costs.csv"
        )
    with console.status("frontier"), quiet_solver():
        if y == "service":
            found = service_frontier(case, limits)
        else:
            found = SWEEPS[y](case, limits, points=points, low=low, high=high)
    write_csv(out, found.points)
    console.print(_table(found, case.settings.currency))
    click.echo(f"written: {out}")
    if found.points["cost"].isna().all():
        click.echo("No level has a channel mix: `servopt mix` says why.", err=True)
        click.get_current_context().exit(INFEASIBLE)


def _table(found: Frontier, currency: str) -> Table:
    from rich.table import Table
    from rich.text import Text

    from optimizer.report.words import UNKNOWN, gap, money, number, share

    table = Table(box=None, padding=(0, 2, 0, 0))
    heads = {"csat": "Floor", "service": "Service", "budget": "Budget"}
    is_priced = bool(found.points["price"].notna().any())
    for name in (heads[found.by], f"Cost {currency}", "Satisfaction", *(["A point more"] if is_priced else []), ""):
        table.add_column(name, justify="right" if name else "left", no_wrap=True)
    for row in found.points.to_dict("records"):
        level = money(row["level"], currency) if found.by == "budget" else share(row["level"], 2)
        known = row["status"] in ("optimal", "feasible")
        said = ("knee" if row["knee"] else "") if known else NO_MIX.get(row["status"], "no mix in time")
        if row["status"] == "feasible":
            said = f"{said} gap {gap(row['gap'])}".strip()
        price = [number(row["price"]) if known else UNKNOWN] if is_priced else []
        table.add_row(level, number(row["cost"]), share(row["csat"], 2), *price, Text(said))
    return table
