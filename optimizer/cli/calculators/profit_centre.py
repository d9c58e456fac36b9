"""`servopt calc profit-centre`: what a service centre's offers earn against what they cost."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U27",)
EXAMPLE = "servopt calc profit-centre data/finance/profit_centre.csv"
ORACLE_TEST = "tests/models/test_profit_centre.py"


@click.command(name="profit-centre")
@click.argument("file", type=SHEET)
@output_options
def command(file: Path, out: Path | None, as_json: bool) -> None:
    """Profit centre: offers x conversion x margin against cost.

    FILE (.csv, .xlsx) has columns line, contacts, conversion, price, and perhaps offer_share, margin_share, cost.
    """
    from models.dates import one_currency
    from models.faults import FaultLog
    from models.profit_centre import TABLE, profit_centre
    from models.sheets import load_sheet

    lines, log = load_sheet(file, TABLE), FaultLog()
    currency = one_currency(file.name, lines["currency"], log)
    log.raise_if_any()
    table = profit_centre(lines)
    notes = [
        f"{row['line']}: at no conversion does it pay for itself"
        for row in table.iloc[:-1].to_dict("records")
        if row["break_even_conversion"] > 1
    ]
    title = f"Profit centre{f' in {currency}' if currency else ''}"
    units = {"conversion": "%", "break_even_conversion": "%", "coverage": "%"}
    finish({"profit_centre": table}, notes, out=out, as_json=as_json, title=title, units=units)
