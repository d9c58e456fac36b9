"""`servopt calc focus`: which cost lines to attack."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, Finite, finish, output_options

SYSTEMS = ("U9",)
EXAMPLE = "servopt calc focus data/finance/cost_lines.csv"
ORACLE_TEST = "tests/models/test_focus.py"


@click.command(name="focus")
@click.argument("file", type=SHEET)
@click.option(
    "--reach",
    type=Finite(0, 1, min_open=True),
    default=0.5,
    show_default=True,
    help="Share of the total that the lines to attack must make together.",
)
@output_options
def command(file: Path, reach: float, out: Path | None, as_json: bool) -> None:
    """Focus list: cost lines by share and link to the service, and which to attack.

    FILE has the columns line, cost (or share), and link: strong, weak or none. The fewest lines that reach the share
    are marked, strongly linked ones first.
    """
    from models.focus import TABLE, focus
    from models.sheets import load_sheet

    result, ranking = focus(load_sheet(file, TABLE), reach=reach, file=file.name)
    finish({"ranking": ranking, "focus": result}, out=out, as_json=as_json, title="Focus list")
