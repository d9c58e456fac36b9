"""What `servopt cost` and `servopt roi` share: a plan priced from its folder, and what it is held against."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    import pandas as pd

    from models.baseline import Position
    from models.plan_costs import PlanCosts
    from models.scenario import Scenario

_Command = TypeVar("_Command", bound=Callable[..., Any])
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FIGURES = {
    "cost": "money",
    "contacts": "contacts",
    "resolved": "contacts",
    "cost_per_contact": "money",
    "marginal_cost_per_contact": "money",
    "cost_per_resolution": "money",
    "rostered_hours": "h",
    "paid_hours": "h",
    "full_time_equivalents": "people",
    "service_level": "%",
    "abandonment": "%",
    "occupancy": "%",
    "mean_wait_s": "s",
    "waiting_hours": "h",
}
"""Figures of a position in the order to show, with their unit."""


def plan_options(command: _Command) -> _Command:
    """Add DIR (argument `folder`), ``--plan`` and ``--baseline`` to a command."""
    command = click.option(
        "--baseline",
        type=_FOLDER,
        help="Folder of the plan to hold it against.  [default: baseline.csv of the scenario]",
    )(command)
    command = click.option("--plan", "plan", type=_FOLDER, required=True, help="Folder that `servopt plan` wrote.")(
        command
    )
    return click.argument("folder", metavar="DIR", type=_FOLDER)(command)


def price_plan(
    scenario: Scenario, place: Path, *, schedule: Path | None = None, value_of_waiting_hour: float | None = None
) -> PlanCosts:
    """Price the plan in a folder.

    Parameters
    ----------
    scenario : Scenario
        What was planned.
    place : Path
        The folder.
    schedule : Path, optional
        Another schedule to price in place of the plan's own.
    value_of_waiting_hour : float, optional
        For the shadow cost of waiting.

    Returns
    -------
    PlanCosts

    Raises
    ------
    InputFaults
        If a file is missing, is no such file, or belongs to another scenario.
    """
    from models.faults import Fault, InputFaults
    from models.plan_costs import check_belongs, plan_costs
    from models.plan_folder import load_plan
    from models.planfiles import read_schedule
    from models.requirement.demand_file import read_demand

    record = load_plan(place)
    check_belongs(scenario, record, str(place))
    demand = read_demand(place / "forecast.csv", scenario)[0] if (place / "forecast.csv").exists() else None
    rows = None
    if schedule is not None:
        try:
            rows = read_schedule(schedule)
        except ValueError as problem:
            raise InputFaults([Fault(schedule.name, None, None, "", f"is no schedule: {problem}")]) from problem
        if rows.empty:
            raise InputFaults([Fault(schedule.name, None, None, "", "holds no shifts")])
    return plan_costs(
        scenario,
        record,
        demand,
        schedule=rows,
        value_of_waiting_hour=value_of_waiting_hour,
        place=str(place),
    )


def position_before(scenario: Scenario, plan: PlanCosts, baseline: Path | None) -> Position | None:
    """Find what a plan is held against: the plan in `baseline`, else baseline.csv of the scenario, else nothing."""
    from models.baseline import plan_position, read_baseline

    if baseline is None:
        return read_baseline(scenario, plan)
    return plan_position("baseline", price_plan(scenario, baseline))


def figures_table(
    after: dict[str, float | None], before: dict[str, float | None] | None, currency: str
) -> pd.DataFrame:
    """Lay out figures of a plan, beside those of today.

    Parameters
    ----------
    after, before : dict of str to float or None
        Figures of the plan, and of today if known.
    currency : str
        Of the money.

    Returns
    -------
    DataFrame
        figure, unit, plan; with a baseline also baseline and change (plan less baseline; NaN where either is unknown).
        Shares are in per cent.
    """
    import pandas as pd

    rows = []
    for name, unit in FIGURES.items():
        sides = [None if side is None else side.get(name) for side in (after, before)]
        values = [float("nan") if value is None else value * (100 if unit == "%" else 1) for value in sides]
        rows.append((name, currency if unit == "money" else unit, *values, values[0] - values[1]))
    table = pd.DataFrame(rows, columns=["figure", "unit", "plan", "baseline", "change"])
    known = table[["plan", "baseline"]].notna().any(axis=1)
    return table[known].drop(columns=[] if before is not None else ["baseline", "change"]).reset_index(drop=True)


def comparison_note(scenario: Scenario, before: Position, after: Position) -> list[str]:
    """Say which of the types of service against cost the plan is; nothing where a service level is not known.

    A baseline may serve better than was promised only because its shifts do not fit. So where it makes a difference the
    type is also said with service counted up to the promised level (mean of the pools' targets by live contacts).
    """
    from models.plan_comparison import compare_figures

    levels = [position.figures["service_level"] for position in (before, after)]
    if levels[0] is None or levels[1] is None:
        return []
    found = compare_figures(levels[0], before.cost, levels[1], after.cost)
    notes = [
        f"the plan against the baseline: {found.kind} (service {100 * found.service_change:+.1f} points, "
        f"cost {found.cost_change_ratio:+.1%})"
    ]
    weights = after.pools.set_index("pool")["live_contacts"]
    promised = sum(scenario.pools[str(pool)].target * weight for pool, weight in weights.items()) / weights.sum()
    capped = compare_figures(levels[0], before.cost, levels[1], after.cost, promised=promised)
    if capped.kind != found.kind:
        notes.append(f"service counted up to the promised {promised:.1%} only: {capped.kind}")
    return notes
