"""`servopt roi`: what a plan returns against today."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optimizer.cli.calculating import AT_LEAST_ZERO, Finite, finish, output_options
from optimizer.cli.pricing import plan_options

if TYPE_CHECKING:
    import pandas as pd

    from models.returns import Return
    from models.savings import Savings

_ABOVE_MINUS_ONE = Finite(-1, min_open=True)


@click.command()
@plan_options
@click.option("--outlay", type=AT_LEAST_ZERO, default=0.0, show_default=True, help="Paid once, now.")
@click.option("--yearly-outlay", type=AT_LEAST_ZERO, default=0.0, show_default=True,
              help="Paid at the end of each year.")  # fmt: skip
@click.option("--rate", type=_ABOVE_MINUS_ONE, default=0.1, show_default=True, help="Discount rate a year, fraction.")
@click.option("--years", type=click.IntRange(1, 200), default=3, show_default=True, help="Years with savings.")
@click.option("--growth", type=_ABOVE_MINUS_ONE, default=0.0, show_default=True,
              help="Growth of the savings a year, fraction.")  # fmt: skip
@click.option("--heads-leave", type=click.IntRange(0),
              help="People who leave.  [default: the whole full-time equivalents that each pool saves]")  # fmt: skip
@output_options
def roi(folder: Path, plan: Path, baseline: Path | None, **given: Any) -> None:
    """Return of a plan of the scenario in DIR against today: before and after, NPV, payback.

    Today is another plan (--baseline) or baseline.csv in DIR. Cashable savings (people who leave whole, at today's
    cost; cheaper hours of those who stay) make the return; freed capacity is shown apart and never added.
    """
    from models.baseline import plan_position
    from models.faults import Fault, InputFaults
    from models.return_table import return_figures
    from models.returns import Initiative, evaluate_return, initiative_flows
    from models.savings import savings
    from models.scenario import read_scenario
    from optimizer.cli.pricing import comparison_note, figures_table, position_before, price_plan

    scenario = read_scenario(folder)
    costs = price_plan(scenario, plan)
    before = position_before(scenario, costs, baseline)
    if before is None:
        message = "give --baseline FOLDER (a plan of today's staffing), or put baseline.csv (pool, hours_per_week, "
        message += "cost_per_hour) into the scenario: a return needs something to be held against"
        raise InputFaults([Fault(str(folder), None, None, "", message)])
    after = plan_position("plan", costs)
    try:
        saved = savings(before, after, given["heads_leave"])
    except ValueError as problem:
        raise click.BadParameter(str(problem), param_hint="--heads-leave") from None
    outlays = {name: given[name] for name in ("years", "growth", "outlay", "yearly_outlay")}
    try:
        outcome = evaluate_return(initiative_flows(Initiative(benefit=saved.cashable, **outlays)), given["rate"])
    except ValueError as problem:  # each option is fine, all together are too much for a number
        raise click.UsageError(str(problem)) from None
    kind = comparison_note(scenario, before, after)
    notes = [*costs.notes, *kind, *_notes(saved, outcome, costs.currency, costs.days)]
    results = {
        "before_and_after": figures_table(after.figures, before.figures, costs.currency),
        "savings_a_year": _with_sum(saved),
        "flows": outcome.flows,
        "return": return_figures(outcome),
    }
    units = {"irr": "%", "net_roi": "%", "year": "id"}
    title = f"Return of {plan} against {baseline or before.name} in {costs.currency}"
    finish(results, notes, out=given["out"], as_json=given["as_json"], title=title, units=units)


def _with_sum(saved: Savings) -> pd.DataFrame:
    import pandas as pd

    if len(saved.pools) < 2:
        return saved.pools
    money = ("cashable_heads", "cheaper_hours", "cashable", "freed", "saving")
    total: dict[str, Any] = {"pool": "all"}
    total |= {name: float(saved.pools[name].sum()) for name in saved.pools.columns.drop("pool")}
    total |= {name: round(total[name], 2) for name in money}
    return pd.concat([saved.pools, pd.DataFrame([total])], ignore_index=True)


def _notes(saved: Savings, outcome: Return, currency: str, days: int) -> list[str]:
    notes = [
        f"cashable: {saved.cashable:,.2f} {currency} a year; only this makes the flows: {saved.cashable_heads:,.2f} "
        f"for {saved.heads_leave:,.0f} people who leave, at today's cost per hour, and {saved.cheaper_hours:,.2f} "
        "because the hours that stay cost less (premiums, mix of shifts; below zero: dearer, or more of them)",
        f"freed: {saved.freed:,.2f} {currency} a year of pay for {saved.freed_hours_per_week:,.1f} h a week that other "
        "work may fill; no cash",
        f"a year is 365 days like the {days} of the plan",
    ]
    if outcome.cost == 0:
        notes.append("no outlay was given: there is no benefit over cost and no payback to speak of")
    return [*notes, *([outcome.rates.words] if outcome.rates.words and outcome.cost > 0 else [])]
