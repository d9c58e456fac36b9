"""`servopt calc variance`: price and quantity variances."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U15",)
EXAMPLE = "servopt calc variance data/finance/variances.csv"
ORACLE_TEST = "tests/models/test_variance.py"


@click.command(name="variance")
@click.argument("file", type=SHEET)
@output_options
def command(file: Path, out: Path | None, as_json: bool) -> None:
    """Price and quantity variance against standard cost, by cost centre.

    FILE has the columns cost_centre, item (may be left out), standard_price, standard_quantity, actual_price and
    actual_quantity. Positive variances are dearer than the standard.
    """
    from models.sheets import load_sheet
    from models.variance import TABLE, variances

    centres, lines = variances(load_sheet(file, TABLE), file=file.name)
    finish({"cost_centres": centres, "items": lines}, out=out, as_json=as_json, title="Variance against standard")
