"""Service against cost: what plan B is, beside plan A (U7)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from models.plan import ShiftPlan
from models.promise import service_level

SAME_DOWN = "service the same, cost down"
BOTH_UP = "service up, cost up"
UP_SAME = "service up, cost the same"
UP_DOWN = "service up, cost down"
FOUR_TYPES = (SAME_DOWN, BOTH_UP, UP_SAME, UP_DOWN)
NO_CHANGE = "no change"
TRADED = "cost down, service down, both meet their targets"
WORSE = "worse than all four"
_KINDS = {(0, -1): SAME_DOWN, (1, 1): BOTH_UP, (1, 0): UP_SAME, (1, -1): UP_DOWN, (0, 0): NO_CHANGE}

SERVICE_TOLERANCE = 0.005
"""Change of the service level that counts as none: half a percentage point."""
COST_TOLERANCE = 0.005
"""Change of the cost that counts as none, as a share of plan A's cost: half a per cent."""


@dataclass(frozen=True)
class Comparison:
    """Plan B beside plan A.

    Parameters
    ----------
    kind : str
        One of `FOUR_TYPES`, `NO_CHANGE`, `TRADED` (outside the four, and no fault), or `WORSE`: service falls, or cost
        rises without more service.
    service_change : float
        Service level of B less that of A, each up to what was promised; 0.01 is one percentage point.
    cost_change : float
        Cost of B less that of A, money.
    cost_change_ratio : float
        The same over the cost of A; NaN where A costs nothing.
    service_sign, cost_sign : int
        -1, 0 or 1: the signs once changes within the tolerances count as none.
    cost_per_point : float
        Money for each percentage point of service gained where both rise; NaN elsewhere.
    """

    kind: str
    service_change: float
    cost_change: float
    cost_change_ratio: float
    service_sign: int
    cost_sign: int
    cost_per_point: float


def compare_figures(
    service_a: float,
    cost_a: float,
    service_b: float,
    cost_b: float,
    *,
    service_tolerance: float = SERVICE_TOLERANCE,
    cost_tolerance: float = COST_TOLERANCE,
    promised: float = 1.0,
    both_meet: bool = False,
) -> Comparison:
    """Tell which type of service against cost plan B is.

    Parameters
    ----------
    service_a, service_b : float
        Service levels (or any share that is better when higher), 0 to 1.
    cost_a, cost_b : float
        Costs, money, at least 0.
    service_tolerance : float
        Largest change of the share that counts as none.
    cost_tolerance : float
        Largest change of the cost that counts as none, as a share of cost_a.
    promised : float
        Service counts up to this level; what a plan gives beyond it counts for nothing.
    both_meet : bool
        Both plans meet what they promise: less service for less money is then a trade, and not worse.

    Returns
    -------
    Comparison
        A change exactly as large as its tolerance counts as none.

    Raises
    ------
    ValueError
        If a figure is not finite or out of its range.

    Notes
    -----
    Source: SYSTEMS U7. A sign test of the two changes; what is service down and cost down is a trade that the four
    types do not hold, and counts as worse, as the source has it, unless both plans keep what they promise.
    """
    if not all(0 <= share <= 1 for share in (service_a, service_b, promised)):
        raise ValueError("service levels must lie between 0 and 1")
    if not all(math.isfinite(value) and value >= 0 for value in (cost_a, cost_b, service_tolerance, cost_tolerance)):
        raise ValueError("costs and tolerances must be finite and not negative")
    service, cost = min(service_b, promised) - min(service_a, promised), cost_b - cost_a
    slack = 1e-12  # a change as large as its tolerance is none, whatever floating point makes of it
    signs = (
        0 if abs(service) <= service_tolerance + slack else int(math.copysign(1, service)),
        0 if abs(cost) <= cost_tolerance * cost_a + slack * max(cost_a, cost_b) else int(math.copysign(1, cost)),
    )
    kind = TRADED if both_meet and signs == (-1, -1) else _KINDS.get(signs, WORSE)
    return Comparison(
        kind=kind,
        service_change=service,
        cost_change=cost,
        cost_change_ratio=cost / cost_a if cost_a > 0 else math.nan,
        service_sign=signs[0],
        cost_sign=signs[1],
        cost_per_point=cost / (100 * service) if kind == BOTH_UP else math.nan,
    )


def compare_days(
    plan_a: ShiftPlan,
    plan_b: ShiftPlan,
    *,
    service_tolerance: float = SERVICE_TOLERANCE,
    cost_tolerance: float = COST_TOLERANCE,
    promised: float = 1.0,
) -> pd.DataFrame:
    """Tell the type day by day.

    Parameters
    ----------
    plan_a, plan_b : ShiftPlan
        Plans of the same days.
    service_tolerance, cost_tolerance, promised : float
        As in `compare_figures`.

    Returns
    -------
    DataFrame
        date (text), service_a, service_b, cost_a, cost_b (money of the shifts that start on the date), kind; a row for
        each date on which both have contacts.
    """
    services = [plan.coverage.groupby(plan.coverage["start"].dt.date.astype(str))[_COLUMNS].apply(service_level)
                for plan in (plan_a, plan_b)]  # fmt: skip
    costs = [
        (plan.schedule["count"] * plan.schedule["cost_each"]).groupby(plan.schedule["date"].astype(str)).sum()
        for plan in (plan_a, plan_b)
    ]
    rows = []
    for date in sorted(set(services[0].dropna().index) & set(services[1].dropna().index)):
        shares = [float(service[date]) for service in services]
        money = [float(cost.get(date, 0.0)) for cost in costs]
        found = compare_figures(
            shares[0],
            money[0],
            shares[1],
            money[1],
            service_tolerance=service_tolerance,
            cost_tolerance=cost_tolerance,
            promised=promised,
        )
        rows.append((date, *np.clip(shares, 0, 1).tolist(), *money, found.kind))
    return pd.DataFrame(rows, columns=["date", "service_a", "service_b", "cost_a", "cost_b", "kind"])


_COLUMNS = ["contacts", "service_level", "counted"]
