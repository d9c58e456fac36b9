"""`servopt init` and `servopt check`: an example to start from, and everything that is wrong in a scenario at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.table import Table

    from models.scenario import Scenario


@click.command()
@click.argument("example", metavar="EXAMPLE", required=False)
@click.argument("folder", metavar="DIR", required=False, type=click.Path(path_type=Path))
@click.option("--list", "listing", is_flag=True, help="Only list the examples.")
def init(example: str | None, folder: Path | None, listing: bool) -> None:
    """Copy an EXAMPLE scenario into the new folder DIR.

    Nothing is overwritten: DIR must not exist yet, or be empty.
    """
    from models.examples import copy_example, example_title, list_examples

    if listing:
        for name in list_examples():
            click.echo(f"{name:8}  {example_title(name)}")
        return
    if example is None or folder is None:
        raise click.UsageError("give an EXAMPLE and a DIR, or --list to see the examples")
    try:
        names = copy_example(example, folder)
    except KeyError as problem:
        raise click.BadParameter(str(problem.args[0]), param_hint="EXAMPLE") from None
    except OSError as problem:
        raise click.BadParameter(problem.strerror or str(problem), param_hint="DIR") from None
    click.echo(f"{folder}: {', '.join(names)}")
    click.echo(f"next: servopt check {folder}; servopt plan {folder} --out {folder}-plan")


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def check(folder: Path) -> None:
    """List every fault of the scenario in DIR, or summarise it when there is none.

    A fault is given as file:row:column with the value and what to do; the exit code is then 3.
    """
    from rich.console import Console

    from models.scenario import read_scenario

    scenario = read_scenario(folder)
    console = Console()
    title = scenario.settings.name or str(folder)
    console.print(f"{title}: {scenario.grid}", markup=False, highlight=False, soft_wrap=True)
    console.print(_summary(scenario))
    for note in scenario.notes:
        console.print(f"note: {note}", markup=False, highlight=False, soft_wrap=True)
    console.print("no faults", style="green")


def _summary(scenario: Scenario) -> Table:
    """One row for each contact type: what it is, who serves it, and how much of it there was."""
    from rich.markup import escape
    from rich.table import Table

    table = Table()
    for name in ("pool", "contact type", "kind"):
        table.add_column(name, no_wrap=True)
    for name in ("AHT s", "history", "per week", "demand", "open h"):
        table.add_column(name, justify="right")
    for name, pool in scenario.pools.items():
        open_h = pool.open.sum() * scenario.grid.interval_min / 60
        for row in scenario.contact_types[scenario.contact_types["pool"] == name].itertuples():
            past, weekly, given = _volumes(scenario, str(row.contact_type))
            cells = (escape(name), escape(str(row.contact_type)), str(row.kind))
            aht_s = _planned_aht_s(scenario, str(row.contact_type), float(str(row.aht_s)))
            table.add_row(*cells, f"{aht_s:,.0f}", past, weekly, given, f"{open_h:,.1f}")
    return table


def _planned_aht_s(scenario: Scenario, contact_type: str, blank: float) -> float:
    """Handle time that planning uses: contact-weighted, of the demand, else of the history, else contact_types.csv."""
    series = scenario.history if scenario.demand is None else scenario.demand
    if series is None:
        return blank
    rows = series[(series["contact_type"] == contact_type) & series["aht_s"].notna() & (series["contacts"] > 0)]
    return float((rows["contacts"] * rows["aht_s"]).sum() / rows["contacts"].sum()) if len(rows) else blank


def _volumes(scenario: Scenario, contact_type: str) -> tuple[str, str, str]:
    """Contacts of the history, per week of it, and of the given demand, as text."""
    past, weekly, given = "-", "-", "-"
    if scenario.history is not None:
        rows = scenario.history[scenario.history["contact_type"] == contact_type]
        total = rows["contacts"].sum()
        span = (rows["start"].max() - rows["start"].min()).days + 1 if len(rows) else 1
        past, weekly = f"{total:,.0f}", f"{total / max(span / 7, 1):,.0f}"
    if scenario.demand is not None:
        given = f"{scenario.demand.loc[scenario.demand['contact_type'] == contact_type, 'contacts'].sum():,.0f}"
    return past, weekly, given
