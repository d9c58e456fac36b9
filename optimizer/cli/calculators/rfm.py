"""`servopt calc rfm`: customers by recency, frequency and money."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from optimizer.cli.calculating import DATE, SHEET, finish, output_options

SYSTEMS = ("U22", "U23")
EXAMPLE = "servopt calc rfm data/finance/orders.csv --as-of 2026-06-30"
ORACLE_TEST = "tests/models/test_purchases.py"


@click.command(name="rfm")
@click.argument("orders", type=SHEET)
@click.option("--as-of", type=DATE, required=True, help="Day of the valuation, YYYY-MM-DD.")
@click.option("--window-days", type=click.IntRange(1, 36600), default=365, show_default=True,
              help="Orders of so many days, up to that day, count.")  # fmt: skip
@click.option("--customers", type=SHEET, help="Table with a column customer: who must be in the answer, orders or not.")
@click.option("--ignore-later", is_flag=True, help="Leave out orders after --as-of; else they are faults.")
@output_options
def command(
    orders: Path,
    as_of: dt.datetime,
    window_days: int,
    customers: Path | None,
    ignore_later: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Value customers by their orders, with tier and A/B/C class.

    TM = M x F (mean order x orders), P = 365 / F (days between orders), R = days since the last order, delta = P - R:
    below zero the next order is overdue.
    """
    from models.purchases import CUSTOMERS, TABLE, purchase_values
    from models.sheets import load_sheet
    from models.tiers import customer_groups

    names = () if customers is None else tuple(load_sheet(customers, CUSTOMERS)["customer"])
    found = purchase_values(
        load_sheet(orders, TABLE),
        as_of.date(),
        window_days=window_days,
        customers=names,
        ignore_later=ignore_later,
        file=orders.name,
    )
    groups = customer_groups(found.customers)
    finish(
        {"customers": groups.items, "tiers": groups.tiers, "classes": groups.classes},
        (*found.notes, *groups.notes),
        out=out,
        as_json=as_json,
        title=f"Customers by their orders, {found.window[0]} to {found.window[1]}",
        units={"tier": "id"},
    )
