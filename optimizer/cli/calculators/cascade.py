"""`servopt calc cascade`: one target, shared out down to persons."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, SHARE, SHEET, finish, output_options, usage_errors

SYSTEMS = ("U16",)
EXAMPLE = "servopt calc cascade data/finance/units.csv --target 120000 --elapsed 0.5"
ORACLE_TEST = "tests/models/test_target_cascade.py"


@click.command(name="cascade")
@click.argument("file", type=SHEET)
@click.option("--target", type=AT_LEAST_ZERO, required=True, help="Saving wanted of all units together.")
@click.option("--elapsed", type=SHARE, default=1.0, show_default=True, help="Share of the time that is over.")
@output_options
def command(file: Path, target: float, elapsed: float, out: Path | None, as_json: bool) -> None:
    """Share out a saving target over cost centres, teams and persons, and track it.

    FILE has the columns unit, parent, cost and achieved. The targets of the parts add up to that of their parent, to
    the cent.
    """
    from models.sheets import load_sheet
    from models.target_cascade import TABLE, target_cascade

    units = load_sheet(file, TABLE)
    with usage_errors():
        table, notes = target_cascade(units, target, elapsed=elapsed, file=file.name)
    finish({"targets": table}, notes, out=out, as_json=as_json, title="Target cascade")
