"""`servopt calc target-cost`: the cost that a price allows."""

from __future__ import annotations

from pathlib import Path

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, POSITIVE, SHARE, finish, output_options, usage_errors

SYSTEMS = ("U12",)
EXAMPLE = "servopt calc target-cost --price 100 --tax-share 0.06 --profit 20 --current-cost 80"
ORACLE_TEST = "tests/models/test_target_cost.py"


@click.command(name="target-cost")
@click.option("--price", type=POSITIVE, required=True, help="Price with taxes.")
@click.option("--tax", type=AT_LEAST_ZERO, default=0.0, show_default=True, help="Taxes, amount.")
@click.option("--tax-share", type=SHARE, default=0.0, show_default=True, help="Taxes, share of the price.")
@click.option("--profit", type=AT_LEAST_ZERO, default=0.0, show_default=True, help="Profit wanted, amount.")
@click.option("--profit-share", type=SHARE, default=0.0, show_default=True, help="Profit wanted, share of the price.")
@click.option("--current-cost", type=AT_LEAST_ZERO, help="Cost of today: the gap to the allowed cost is shown.")
@output_options
def command(
    price: float,
    tax: float,
    tax_share: float,
    profit: float,
    profit_share: float,
    current_cost: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Allowed cost by deduction: price less taxes less the profit wanted."""
    from models.target_cost import target_cost

    with usage_errors():
        result = target_cost(
            price,
            tax=tax,
            tax_share=tax_share,
            profit=profit,
            profit_share=profit_share,
            current_cost=current_cost,
        )
    finish({"target_cost": result}, out=out, as_json=as_json, title="Target cost")
