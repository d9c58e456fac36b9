"""`servopt calc tiers`: customers into tiers by rank."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from optimizer.cli.calculating import SHEET, finish, output_options

SYSTEMS = ("U23",)
EXAMPLE = "servopt calc tiers data/finance/customer_values.csv"
ORACLE_TEST = "tests/models/test_tiers.py"


class _Shares(click.ParamType):  # type: ignore[type-arg]
    name = "SHARES"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, ...]:
        """Parse shares with commas between them."""
        if isinstance(value, tuple):
            return value
        from models.tiers import tier_sizes

        try:
            shares = tuple(float(part) for part in str(value).split(","))
        except ValueError:
            self.fail(f"{value!r} is no list of shares; write 0.01,0.04,0.15,0.8", param, ctx)
        try:
            tier_sizes(0, shares)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)
        return shares


@click.command(name="tiers")
@click.argument("values", type=SHEET)
@click.option("--shares", type=_Shares(), default="0.01,0.04,0.15,0.8", show_default=True,
              help="Share of the customers in each tier, best first.")  # fmt: skip
@output_options
def command(values: Path, shares: tuple[float, ...], out: Path | None, as_json: bool) -> None:
    """Put customers into tiers by the rank of their value: 1, 4, 15 and 80 %."""
    from models.sheets import load_sheet
    from models.tiers import TABLE, tiers

    found = tiers(load_sheet(values, TABLE), shares, file=values.name)
    finish(
        {"tiers": found.groups, "customers": found.items},
        found.notes,
        out=out,
        as_json=as_json,
        title="Customer tiers",
        units={"tier": "id", "rank": "id"},
    )
