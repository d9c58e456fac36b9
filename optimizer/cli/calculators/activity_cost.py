"""`servopt calc activity-cost`: what activities and contact types cost."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from optimizer.cli.calculating import DATE, SHEET, finish, output_options

SYSTEMS = ("U18",)
EXAMPLE = (
    "servopt calc activity-cost data/finance/ledger.csv --activities data/finance/activities.csv"
    " --drivers data/finance/activity_drivers.csv --volumes data/finance/contact_volumes.csv --as-of 2026-06-30"
)
ORACLE_TEST = "tests/models/test_activity_cost.py"


@click.command(name="activity-cost")
@click.argument("ledger", type=SHEET)
@click.option("--activities", type=SHEET, required=True, help="Table of account, activity and share of the account.")
@click.option("--drivers", type=SHEET, required=True, help="Table of activity, contact_type and driver_units.")
@click.option("--volumes", type=SHEET, help="Table of contact_type and contacts, for the cost of one contact.")
@click.option("--as-of", type=DATE, help="Last day on which a line may be booked.  [default: today]")
@output_options
def command(
    ledger: Path,
    activities: Path,
    drivers: Path,
    volumes: Path | None,
    as_of: dt.datetime | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Activity-based cost: unit cost of each activity, and cost of each contact type.

    LEDGER has the columns account and amount. Activities and contact types both add up to the ledger, to the cent.
    """
    from models.activity_cost import ACTIVITIES, DRIVERS, VOLUMES, activity_cost
    from models.chart import LEDGER
    from models.sheets import load_sheet

    found = activity_cost(
        load_sheet(ledger, LEDGER),
        load_sheet(activities, ACTIVITIES),
        load_sheet(drivers, DRIVERS),
        load_sheet(volumes, VOLUMES) if volumes is not None else None,
        latest=(as_of or dt.datetime.now()).date(),
        files=(ledger.name, activities.name, drivers.name),
    )
    tables = {"activities": found.activities, "contact_types": found.contact_types, "details": found.details}
    units = dict.fromkeys(("cost",), found.currency or "")
    finish(tables, found.notes, out=out, as_json=as_json, title="Activity-based cost", units=units)
