"""`servopt forecast`: history -> demand, with its past error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from models.forecast import Backtest, Forecast


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("forecast.csv"),
    show_default=True,
    help="Where the demand of every interval is written; can be used as demand.csv.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON instead of a table.")
@click.option("--no-backtest", is_flag=True, help="Do not measure the forecast on past weeks.")
@click.option(
    "--lead-weeks",
    type=click.IntRange(1, 26),
    default=1,
    show_default=True,
    help="Weeks ahead that each past week is forecast in the backtest.",
)
def forecast(folder: Path, out: Path, as_json: bool, no_backtest: bool, lead_weeks: int) -> None:
    """Contacts and handling time that the scenario in DIR must expect.

    Prints for each contact type the contacts of a week and how wrong the forecast was on past weeks that it had not
    seen, beside repeating the week before; writes every open interval to a CSV file, with an 80 % interval.
    """
    import dataclasses
    import json

    from models.files import write_csv
    from models.forecast import forecast as make
    from models.forecast import options_of
    from models.forecast.summary import as_values, summary
    from models.scenario import read_scenario

    scenario = read_scenario(folder)
    options = dataclasses.replace(options_of(scenario), backtest_lead_weeks=lead_weeks)
    result = make(scenario, dataclasses.replace(options, backtest_weeks=0) if no_backtest else options)
    write_csv(out, result.demand)
    if as_json:
        values = as_values(result, scenario.grid.days)
        values["notes"] = [*scenario.notes, *values["notes"]]
        click.echo(json.dumps(values, indent=2, allow_nan=False))
        return
    _show(result, summary(result, scenario.grid.days))
    for note in (*scenario.notes, *result.notes):
        click.echo(f"note: {note}", err=True)
    click.echo(f"written: {out}")


def _show(result: Forecast, rows: Any) -> None:
    """Print the table by contact type, and what its columns mean."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table(title="Forecast", title_justify="left", box=SIMPLE_HEAD, padding=0)
    table.add_column("type", overflow="fold", min_width=12)
    measured = ("WAPE", "naive", "naive open", "better by", "in 80%") if result.backtest is not None else ()
    for name in ("per week", "AHT s", *measured):
        table.add_column(name, justify="right", min_width=6)
    for row in rows.itertuples():
        if row.Index == len(rows) - 1:
            table.add_section()
        errors = (row.wape, row.wape_seasonal_naive, row.wape_naive_open, row.improvement, row.coverage_80)
        shown = [_share(value) for value in errors] if measured else []
        table.add_row(row.contact_type, _number(row.contacts_per_week), _number(row.aht_s), *shown)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"Method: {result.method}.")
    if result.backtest is not None:
        console.print(_explain(result.backtest))


def _explain(backtest: Backtest) -> str:
    """Say what the errors were measured on."""
    ahead = "before it" if backtest.lead_weeks == 1 else f"{backtest.lead_weeks - 1} weeks before it"
    return (
        f"Measured on {backtest.weeks} held-out weeks, {backtest.first_date} to {backtest.last_date}; each was "
        f"forecast from what was known {ahead}.\n"
        "WAPE: absolute errors of the open intervals over their contacts. Naive (seasonal naive): the last week known, "
        "repeated; naive open passes over days that were closed in it. Better by: WAPE against naive. In 80%: "
        "intervals with contacts_low <= contacts <= contacts_high."
    )


def _number(value: float) -> str:
    return "-" if value != value else f"{value:,.0f}"


def _share(value: float) -> str:
    return "-" if value != value else f"{value:.1%}"
