"""`servopt calc high-low`: fixed and variable cost."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U14",)
EXAMPLE = "servopt calc high-low data/finance/monthly_volume_cost.csv"
ORACLE_TEST = "tests/models/test_high_low.py"


@click.command(name="high-low")
@click.argument("file", type=SHEET)
@output_options
def command(file: Path, out: Path | None, as_json: bool) -> None:
    """Fixed cost and variable cost per contact, from months of volume and cost.

    FILE has the columns period, volume, cost. Least squares over all periods stands beside the two extreme ones, and a
    note says where the two disagree or a period is an outlier.
    """
    from models.high_low import TABLE, high_low
    from models.sheets import load_sheet

    result, lines, notes = high_low(load_sheet(file, TABLE), file=file.name)
    finish({"result": result, "periods": lines}, notes, out=out, as_json=as_json, title="High-low method")
