"""Driver tree: what a change in one driver does to the total (U10)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import SHARE, between, number, text
from models.faults import FaultLog
from models.trees import check_tree, children_of, depth_first

TABLE = pa.DataFrameSchema(
    {
        "driver": text("driver", "required", unique=True),
        "parent": text("driver that it is part of", "the total"),
        "share": number("its share of the parent's cost", "share", "required", SHARE, required=True),
        "change": number("change of its cost", "share", "0", between(-1, 1e6, "must be at least -1 (all of it)")),
        "output_change": number(
            "change of its output per head at fixed pay; the cost then changes by 1/(1+x) - 1",
            "share",
            "0",
            between(-1, 1e6, "must be above -1", above=True),
        ),
    },
    strict=False,
    name="drivers",
    description="Drivers of a cost as a tree, each with its share of its parent.",
)


@dataclass(frozen=True)
class DriverEffect:
    """Change of the total by a change at the end of a chain of shares; all of them shares."""

    share_of_total: float
    driver_change: float
    total_change: float
    same_by_output_change: float


def unit_cost_change(output_change: float) -> float:
    """Change of the unit cost when output per head changes at fixed pay: 1 / (1 + x) - 1.

    Parameters
    ----------
    output_change : float
        Share, > -1: 0.15 is 15 % more output per head.

    Returns
    -------
    float
        Share: -0.1304 for 0.15. (Not -0.15: that takes 17.65 % more output, `output_change_for`.)

    Raises
    ------
    ValueError
        `output_change` at or below -1.
    """
    if not (math.isfinite(output_change) and output_change > -1):
        raise ValueError("output per head cannot change by -1 or less")
    return 1.0 / (1.0 + output_change) - 1.0


def output_change_for(cost_change: float) -> float:
    """Change of output per head that changes the unit cost by `cost_change` at fixed pay: 1 / (1 + c) - 1.

    Parameters
    ----------
    cost_change : float
        Share, > -1: -0.15 is 15 % less a unit.

    Returns
    -------
    float
        Share: 0.1765 for -0.15.

    Raises
    ------
    ValueError
        `cost_change` at or below -1.
    """
    if not (math.isfinite(cost_change) and cost_change > -1):
        raise ValueError("the unit cost cannot change by -1 or less")
    return 1.0 / (1.0 + cost_change) - 1.0


def chain_effect(shares: Sequence[float], driver_change: float) -> DriverEffect:
    """Effect on the total of a change at the end of a chain: product of the shares times the change.

    Parameters
    ----------
    shares : sequence of float
        Share of the first driver in the total, of the second in the first, and so on; each in [0, 1].
    driver_change : float
        Change of the last driver's cost, share >= -1.

    Returns
    -------
    DriverEffect
        `same_by_output_change` is the change of output per head (at fixed pay) that has the same effect; NaN where
        none has (cost gone altogether).

    Raises
    ------
    ValueError
        A share outside [0, 1], or a change below -1.

    Notes
    -----
    14 % x 87 % x 15 % = 1.827 %; a source that rounds it to 2 % overstates the effect by a tenth.
    """
    if not all(0 <= share <= 1 for share in shares):
        raise ValueError("every share must lie between 0 and 1")
    if not (math.isfinite(driver_change) and driver_change >= -1):
        raise ValueError("the change must be a share of at least -1")
    whole = math.prod(shares)
    same = output_change_for(driver_change) if driver_change > -1 else float("nan")
    return DriverEffect(whole, driver_change, whole * driver_change, same)


def driver_tree(drivers: pd.DataFrame, *, file: str = "drivers") -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Effect on the total of changes anywhere in a tree of drivers.

    A driver's cost after = its cost before x (1 + change) x (what its parts come to), so that changes above and below
    each other multiply. What the parts leave of their parent stays as it is.

    Parameters
    ----------
    drivers : DataFrame
        `TABLE`; the index is the row in the file. Of `change` and `output_change` a row may have one.
    file : str
        Name that faults carry.

    Returns
    -------
    tree : DataFrame
        driver, parent, level (1 below the total), share, share_of_total, change (of its own), alone_share (what its own
        change alone does to the total), branch_share (what all changes in its branch do to the total, those above it
        left out). The first row is the total, with branch_share for everything together.
    notes : tuple of str
        How far everything together lies from the sum of the single effects.

    Raises
    ------
    InputFaults
        Unknown parents, circles, parts that add up to more than their parent, or both changes on a row.
    """
    log = FaultLog()
    check_tree(drivers["driver"], drivers["parent"], file, "driver", log)
    change = _column(drivers, "change")
    output = _column(drivers, "output_change")
    for row in drivers.index[(change != 0) & (output != 0)]:
        log.add(file, int(row), "output_change", "", "give change or output_change, not both")
    parent = drivers["parent"].fillna("")
    for name, total in drivers.groupby(parent, sort=False)["share"].sum().items():
        if total > 1 + 1e-9:
            row = int(drivers.index[parent == name][0])
            message = f"the parts of {name or 'the total'} add up to {total:.6g}, more than 1"
            log.add(file, row, "share", f"{total:.6g}", message)
    log.raise_if_any()
    own = np.where(output != 0, 1.0 / (1.0 + output) - 1.0, change)
    names = drivers["driver"].tolist()
    parts = children_of(names, parent.tolist())
    share = dict(zip(names, drivers["share"], strict=True))
    factor_own = dict(zip(names, 1.0 + own, strict=True))
    order = depth_first(parts)
    factor: dict[str, float] = {}
    for name, _ in reversed(order):
        factor[name] = factor_own[name] * (1.0 + sum(share[part] * (factor[part] - 1.0) for part in parts[name]))
    of_total: dict[str, float] = {"": 1.0}
    rows: list[tuple[str, str, int, float, float, float, float, float]] = []
    above = {name: place for place in parts for name in parts[place]}
    for name, level in order:
        of_total[name] = of_total[above[name]] * share[name]
        changed = factor_own[name] - 1.0
        effects = (of_total[name] * changed, of_total[name] * (factor[name] - 1.0))
        rows.append((name, above[name], level, share[name], of_total[name], changed, *effects))
    together = sum(share[part] * (factor[part] - 1.0) for part in parts[""])
    columns = ["driver", "parent", "level", "share", "share_of_total", "change", "alone_share", "branch_share"]
    tree = pd.DataFrame([("total", "", 0, 1.0, 1.0, 0.0, 0.0, together), *rows], columns=columns)
    single = float(tree["alone_share"].sum())
    notes = [f"everything together changes the total by {together:+.3%}"]
    if abs(single - together) > 1e-12:
        notes.append(f"changes above each other multiply: adding the single effects up would say {single:+.3%}")
    return tree, tuple(notes)


def _column(drivers: pd.DataFrame, name: str) -> np.ndarray:
    """A column of changes, zero where blank."""
    found = drivers[name].astype(float).fillna(0.0) if name in drivers else pd.Series(0.0, index=drivers.index)
    return np.asarray(found, dtype=float)
