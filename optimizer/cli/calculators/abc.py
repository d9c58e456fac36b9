"""`servopt calc abc`: classes A, B, C by cumulative value."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, Finite, finish, output_options

SYSTEMS = ("U23",)
EXAMPLE = "servopt calc abc data/finance/abc_values.csv"
ORACLE_TEST = "tests/models/test_tiers.py"
_BOUND = Finite(0, 1, min_open=True)


@click.command(name="abc")
@click.argument("values", type=SHEET)
@click.option("--a", "a_bound", type=_BOUND, default=0.55, show_default=True, help="Cumulative share up to which is A.")
@click.option("--b", "b_bound", type=_BOUND, default=0.85, show_default=True, help="Cumulative share up to which is B.")
@output_options
def command(values: Path, a_bound: float, b_bound: float, out: Path | None, as_json: bool) -> None:
    """Class items A, B or C by their share in the cumulative value: up to 55 %, up to 85 %, the rest.

    The item that crosses a bound is in the lower class; the most valuable one is always A.
    """
    from models.sheets import load_sheet
    from models.tiers import TABLE, abc_classes

    if not a_bound < b_bound:
        raise click.UsageError("--a must be below --b")
    found = abc_classes(load_sheet(values, TABLE), (a_bound, b_bound), file=values.name)
    finish(
        {"classes": found.groups, "items": found.items},
        found.notes,
        out=out,
        as_json=as_json,
        title="A/B/C classes",
        units={"rank": "id"},
    )
