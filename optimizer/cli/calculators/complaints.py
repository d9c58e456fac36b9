"""`servopt calc complaints`: cost, time, causes and satisfaction of complaints."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, DATE, SHARE, SHEET, finish, output_options

SYSTEMS = ("U26",)
EXAMPLE = "servopt calc complaints data/finance/complaints.csv --wage-per-hour 30 --csat-base 0.82 --as-of 2026-06-30"
ORACLE_TEST = "tests/models/test_complaints.py"


@click.command(name="complaints")
@click.argument("cases", type=SHEET)
@click.option("--wage-per-hour", type=AT_LEAST_ZERO, required=True, help="Cost of an hour of handling.")
@click.option("--csat-base", type=SHARE, help="CSAT of customers who did not complain, share.")
@click.option(
    "--as-of",
    type=DATE,
    help="Open cases run until then.  [default: the last day in the table; days after today are faults]",
)
@output_options
def command(
    cases: Path,
    wage_per_hour: float,
    csat_base: float | None,
    as_of: dt.datetime | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Cost of complaints, days to settle them, causes by cost, and what to prevent, convert or soften."""
    from models.complaints import TABLE, complaint_cost
    from models.sheets import load_sheet

    day = None if as_of is None else as_of.date()
    today = dt.datetime.now().date()
    found = complaint_cost(
        load_sheet(cases, TABLE), wage_per_hour, as_of=day, latest=today, csat_base=csat_base, file=cases.name
    )
    finish(
        {"total": found.total, "causes": found.causes, "outcomes": found.outcomes, "responses": found.responses},
        found.notes,
        out=out,
        as_json=as_json,
        title=f"Complaints up to {found.as_of}",
        units={"csat": "%", "csat_effect": "%"},
    )
