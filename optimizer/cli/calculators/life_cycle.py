"""`servopt calc life-cycle`: what customers are worth from acquisition to winning back."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import SHEET, Finite, finish, output_options

SYSTEMS = ("U19",)
EXAMPLE = "servopt calc life-cycle data/finance/life_cycle.csv --rate 0.1"
ORACLE_TEST = "tests/models/test_life_cycle.py"


@click.command(name="life-cycle")
@click.argument("stages", type=SHEET)
@click.option("--rate", type=Finite(-1, min_open=True), default=0.0, show_default=True,
              help="Discount rate a year; 0 adds money up as it is.")  # fmt: skip
@output_options
def command(stages: Path, rate: float, out: Path | None, as_json: bool) -> None:
    """Life-cycle value by segment: revenue less cost to acquire, develop, retain and win back."""
    from models.life_cycle import TABLE, life_cycle_value
    from models.sheets import load_sheet

    found = life_cycle_value(load_sheet(stages, TABLE), rate, file=stages.name)
    finish(
        {"segments": found.segments, "by_stage": found.by_stage, "stages": found.stages},
        found.notes,
        out=out,
        as_json=as_json,
        title=f"Life-cycle value at a discount rate of {rate:.4g}",
    )
