"""`servopt calc budget`: burn, forecast to year end, breaches."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, DATE, SHEET, finish, output_options

SYSTEMS = ("U17",)
EXAMPLE = "servopt calc budget data/finance/budget.csv --as-of 2026-06-30"
ORACLE_TEST = "tests/models/test_budget.py"


@click.command(name="budget")
@click.argument("file", type=SHEET)
@click.option(
    "--method",
    type=click.Choice(["burn", "run-rate", "plan"]),
    default="burn",
    show_default=True,
    help="What the rest of the year costs: remaining budget x burn so far, the mean month so far, or as budgeted.",
)
@click.option(
    "--tolerance", type=AT_LEAST_ZERO, default=0.0, show_default=True, help="Share by which a budget may be exceeded."
)
@click.option("--as-of", type=DATE, help="Day after which nothing can have been spent.  [default: today]")
@output_options
def command(
    file: Path, method: str, tolerance: float, as_of: dt.datetime | None, out: Path | None, as_json: bool
) -> None:
    """Budget and execution: what was burnt, where the year ends, which lines breach.

    FILE has the columns line, month, budget and actual (blank where the month is not over).
    """
    from models.budget import TABLE, budget_status
    from models.sheets import load_sheet

    table = load_sheet(file, TABLE)
    latest = (as_of or dt.datetime.now()).date()
    lines, months, notes = budget_status(table, method=method, tolerance=tolerance, latest=latest, file=file.name)
    finish({"lines": lines, "months": months}, notes, out=out, as_json=as_json, title="Budget and execution")
