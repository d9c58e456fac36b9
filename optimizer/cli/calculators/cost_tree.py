"""`servopt calc cost-tree`: a ledger as labour, material, time and other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, DATE, POSITIVE, SHEET, finish, output_options, usage_errors

SYSTEMS = ("U8",)
EXAMPLE = (
    "servopt calc cost-tree data/finance/ledger.csv --mapping data/finance/ledger_mapping.csv"
    " --contacts 31600 --resolved 25900 --as-of 2026-06-30"
)
ORACLE_TEST = "tests/models/test_cost_tree.py"


@click.command(name="cost-tree")
@click.argument("ledger", type=SHEET)
@click.option("--mapping", type=SHEET, required=True, help="Table of account, group and item.")
@click.option("--contacts", type=POSITIVE, help="Contacts of the period, for the cost of one.")
@click.option("--resolved", type=POSITIVE, help="Contacts that settled the matter, for the cost of a resolution.")
@click.option("--waiting-hours", type=AT_LEAST_ZERO, help="Hours that customers waited.")
@click.option("--waiting-value", type=AT_LEAST_ZERO, help="What an hour is worth to a customer: a shadow cost.")
@click.option("--as-of", type=DATE, help="Last day on which a line may be booked.  [default: today]")
@output_options
def command(
    ledger: Path,
    mapping: Path,
    contacts: float | None,
    resolved: float | None,
    waiting_hours: float | None,
    waiting_value: float | None,
    as_of: dt.datetime | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Cost tree of a ledger: totals, shares, cost per contact and per resolution.

    LEDGER has the columns account and amount (date, cost_centre and currency if you like). Customers' waiting time is
    reported beside the tree, never in its total.
    """
    from models.chart import LEDGER, MAPPING
    from models.cost_tree import cost_tree
    from models.sheets import load_sheet

    lines, places = load_sheet(ledger, LEDGER), load_sheet(mapping, MAPPING)
    with usage_errors():
        found = cost_tree(
            lines,
            places,
            contacts=contacts,
            resolved=resolved,
            waiting_hours=waiting_hours,
            value_of_waiting_hour=waiting_value,
            latest=(as_of or dt.datetime.now()).date(),
            file=ledger.name,
            mapping_file=mapping.name,
        )
    summary = {
        "total": found.total,
        "ledger_lines": found.lines,
        "contacts": contacts,
        "resolved": resolved,
        "waiting_shadow_cost": found.waiting_shadow_cost,
    }
    money = dict.fromkeys(("amount", "cost_per_contact", "cost_per_resolution", "total"), found.currency or "")
    finish(
        {"tree": found.tree, "summary": summary}, found.notes, out=out, as_json=as_json, title="Cost tree", units=money
    )
