"""`servopt cost`: the cost tree of a plan, beside today's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, finish, output_options
from optimizer.cli.pricing import plan_options

if TYPE_CHECKING:
    import pandas as pd

    from models.baseline import Position
    from models.plan_costs import PlanCosts
    from models.scenario import Scenario


@click.command()
@plan_options
@click.option("--schedule", type=click.Path(dir_okay=False, path_type=Path),
              help="Price this schedule.csv in place of the plan's own.")  # fmt: skip
@click.option("--waiting-value", type=AT_LEAST_ZERO, metavar="MONEY",
              help="What an hour of waiting is worth to a customer: a shadow cost, never in the total.")  # fmt: skip
@output_options
def cost(
    folder: Path,
    plan: Path,
    baseline: Path | None,
    schedule: Path | None,
    waiting_value: float | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Cost tree of a plan of the scenario in DIR, priced again from its files; beside today's.

    Shows the tree, cost per contact (average and marginal) and per resolution, and each pool. Today is another plan
    (--baseline) or baseline.csv in DIR (pool, hours_per_week, cost_per_hour). --out cost.csv writes all of it.
    """
    from models.scenario import read_scenario
    from optimizer.cli.pricing import figures_table, position_before, price_plan

    scenario = read_scenario(folder)
    costs = price_plan(scenario, plan, schedule=schedule, value_of_waiting_hour=waiting_value)
    before = position_before(scenario, costs, baseline)
    base_tree = price_plan(scenario, baseline).tree.tree if baseline is not None else None
    notes = list(costs.notes)
    if before is None:
        notes.append("no baseline: give --baseline PLAN, or put baseline.csv into the scenario")
    else:
        notes += _beside(scenario, before, costs)
    figures = figures_table(costs.figures, None if before is None else before.figures, costs.currency)
    pools = costs.pools[
        ["pool", "cost", "contacts", "cost_per_contact", "marginal_cost_per_contact", "cost_per_resolution"]
    ]
    results: dict[str, Any] = {"tree": _tree(costs.tree.tree, base_tree), "figures": figures, "pools": pools}
    if costs.tree.waiting_shadow_cost is not None:
        results["shadow_cost"] = {"customers_waiting": costs.tree.waiting_shadow_cost}
    title = f"Cost of {plan} in {costs.currency}, {costs.days} days"
    finish(results, notes, out=out, as_json=as_json, title=title)


def _beside(scenario: Scenario, before: Position, costs: PlanCosts) -> list[str]:
    from models.baseline import plan_position
    from optimizer.cli.pricing import comparison_note

    change = costs.cost - before.cost
    words = f"the plan costs {abs(change):,.2f} {costs.currency} {'more' if change > 0 else 'less'} than the baseline"
    return [words, *comparison_note(scenario, before, plan_position("plan", costs))]


def _tree(tree: pd.DataFrame, base: pd.DataFrame | None) -> pd.DataFrame:
    """Tree of the plan; beside that of the baseline if it is a plan too."""
    table = tree.rename(columns={"amount": "plan"})
    if base is None:
        return table
    keys = ["group", "item"]
    other = base[[*keys, "amount"]].rename(columns={"amount": "baseline"})
    table = table.merge(other, on=keys, how="outer", sort=False)
    order = {key: place for place, key in enumerate(map(tuple, [*tree[keys].to_numpy(), *base[keys].to_numpy()][::-1]))}
    table["place"] = [-order[key] for key in zip(table["group"], table["item"], strict=True)]
    table[["plan", "baseline"]] = table[["plan", "baseline"]].fillna(0.0)
    table["change"] = (table["plan"] - table["baseline"]).round(2)
    columns = [*keys, "plan", "baseline", "change", "share", "cost_per_contact", "cost_per_resolution"]
    return table.sort_values("place")[columns].reset_index(drop=True)
