"""`servopt calc drivers`: a change in one driver, and what it does to the total."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHARE, SHEET, Finite, finish, output_options

SYSTEMS = ("U10",)
EXAMPLE = "servopt calc drivers --share 0.14 --share 0.87 --output-change 0.15"
ORACLE_TEST = "tests/models/test_drivers.py"


@click.command(name="drivers")
@click.argument("file", type=SHEET, required=False)
@click.option("--share", "shares", type=SHARE, multiple=True, help="Share in the driver above it; once for each step.")
@click.option("--change", type=Finite(-1), help="Change of the last driver's cost, share (-0.15: 15 % less).")
@click.option("--output-change", type=Finite(-1, min_open=True), help="Change of output per head at fixed pay, share.")
@output_options
def command(
    file: Path | None,
    shares: tuple[float, ...],
    change: float | None,
    output_change: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """What a change in one driver does to the total, through a chain or a tree of shares.

    Either a chain by options, or FILE with the columns driver, parent, share, and change or output_change. More output
    per head is not the same as less unit cost: 15 % more output lowers the unit cost by 13.04 %.
    """
    from models.drivers import TABLE, chain_effect, driver_tree, unit_cost_change
    from models.sheets import load_sheet

    if (file is None) == (not shares):
        raise click.UsageError("give either FILE, or a chain by --share")
    if file is not None:
        if change is not None or output_change is not None:
            raise click.UsageError("changes stand in the columns of FILE; --change and --output-change are for a chain")
        tree, notes = driver_tree(load_sheet(file, TABLE), file=file.name)
        units = {"change": "%", "share_of_total": "%"}
        finish({"tree": tree}, notes, out=out, as_json=as_json, title="Driver tree", units=units)
        return
    if (change is None) == (output_change is None):
        raise click.UsageError("a chain needs either --change or --output-change")
    moved = change if change is not None else unit_cost_change(output_change or 0.0)
    effect = chain_effect(shares, moved)
    names = ("driver_change", "total_change", "same_by_output_change", "share_of_total")
    product = " x ".join(f"{figure:.6g}" for figure in (*shares, moved))
    said = [f"{product} = {effect.total_change:+.3%} of the total"]
    if moved > -1:  # no output per head makes a cost vanish
        output = effect.same_by_output_change
        said.append(f"a driver cost change of {moved:+.2%} takes {output:+.2%} output per head at fixed pay")
    units = dict.fromkeys(names, "%")
    finish({"effect": effect}, said, out=out, as_json=as_json, title="Driver chain", units=units)
