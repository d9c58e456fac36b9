"""`servopt calc outsourcing`: outsource or keep in-house."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, SHEET, finish, output_options

SYSTEMS = ("U6",)
EXAMPLE = "servopt calc outsourcing data/finance/outsourcing.csv --contacts 60000"
ORACLE_TEST = "tests/models/test_outsourcing.py"


@click.command(name="outsourcing")
@click.argument("file", type=SHEET)
@click.option("--contacts", type=AT_LEAST_ZERO, required=True, help="Contacts a year.")
@output_options
def command(file: Path, contacts: float, out: Path | None, as_json: bool) -> None:
    """Outsource or in-house: cost a year, break-even volume, choice.

    FILE (.csv, .xlsx) has a row for each way, today's first: option, and perhaps fixed_cost, staff_cost,
    second_duties_share, cost_per_contact, least_contacts, one_off_cost, resolved_share.
    """
    from models.dates import one_currency
    from models.faults import FaultLog
    from models.outsourcing import TABLE, outsourcing
    from models.sheets import load_sheet

    table, log = load_sheet(file, TABLE), FaultLog()
    currency = one_currency(file.name, table["currency"], log)
    if len(table) == 1:
        log.add(file.name, int(table.index[0]), "option", "", "one option leaves no choice; add another row")
    log.raise_if_any()
    found = outsourcing(table, contacts)
    notes = [f"choose {found.choice}: the cheapest at {contacts:,.0f} contacts a year", *found.notes]
    if found.break_evens.empty:
        notes.append("no break-even: at no volume does another option become cheaper")
    results = {"options": found.options, "break_evens": found.break_evens}
    title = f"Options at {contacts:,.0f} contacts a year{f', {currency}' if currency else ''}"
    finish(results, notes, out=out, as_json=as_json, title=title)
