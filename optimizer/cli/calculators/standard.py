"""`servopt calc standard`: cost standards and where they come from."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U13",)
EXAMPLE = "servopt calc standard data/finance/estimates.csv"
ORACLE_TEST = "tests/models/test_cost_standard.py"


@click.command(name="standard")
@click.argument("file", type=SHEET)
@output_options
def command(file: Path, out: Path | None, as_json: bool) -> None:
    """Cost standards from history, peers and experts, with their provenance.

    FILE has the columns item, source (history, peers, experts), estimate, weight, confidence and reference.
    """
    from models.cost_standard import TABLE, cost_standards
    from models.sheets import load_sheet

    standards, details, notes = cost_standards(load_sheet(file, TABLE), file=file.name)
    tables = {"standards": standards, "estimates": details}
    units, hidden = {"confidence": "%"}, ("provenance",)
    finish(tables, notes, out=out, as_json=as_json, title="Cost standards", units=units, hidden=hidden)
