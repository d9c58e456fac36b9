"""`servopt staff`: demand -> agents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--demand",
    "demand_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Contacts of the horizon, such as forecast.csv.  [default: DIR/demand.csv, else the forecast]",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("requirement.csv"),
    show_default=True,
    help="Where the requirement of every interval is written.",
)
def staff(folder: Path, demand_file: Path | None, out: Path) -> None:
    """Agents that the scenario in DIR needs in every interval.

    Prints for each pool and day the contacts, their load, the most agents needed at a time, and agent-hours; writes
    every interval to a CSV file.
    """
    from models.files import write_csv
    from models.requirement import day_table, read_demand, require, requirement_frame
    from models.scenario import read_scenario

    scenario = read_scenario(folder)
    notes: tuple[str, ...] = ()
    if demand_file is not None:
        demand, notes = read_demand(demand_file, scenario)
    elif scenario.demand is not None:
        demand = scenario.demand
    else:
        from models.forecast import forecast

        demand = forecast(scenario).demand
    requirement = require(scenario, demand)
    write_csv(out, requirement_frame(requirement, scenario))
    _show(day_table(requirement, scenario))
    for note in (*scenario.notes, *notes):
        click.echo(f"note: {note}", err=True)
    click.echo(f"written: {out}")


def _show(days: Any) -> None:
    """Print the day table of each pool, with its total."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    for pool, rows in days.groupby("pool", sort=False):
        table = Table(title=f"Pool {pool}", title_justify="left")
        table.add_column("date", no_wrap=True)
        for name in ("contacts", "load h", "deferred h", "peak", "agent h", "head h"):
            table.add_column(name, justify="right")
        for row in rows.itertuples():
            table.add_row(row.date, *_cells(row))
        total = rows.sum(numeric_only=True)
        total["peak_agents"] = rows["peak_agents"].max()
        table.add_section()
        table.add_row("total", *_cells(total))
        console.print(table)


def _cells(row: Any) -> tuple[str, ...]:
    return (
        f"{row.contacts:,.0f}",
        f"{row.load_hours:,.1f}",
        f"{row.deferrable_hours:,.1f}",
        f"{row.peak_agents:,.0f}",
        f"{row.agent_hours:,.1f}",
        f"{row.head_hours:,.1f}",
    )
