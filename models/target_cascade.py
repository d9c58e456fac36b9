"""Target cascade: one saving target, shared out down to teams and persons, and tracked (U16)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pandera.pandas as pa

from models.columns import AT_LEAST_ZERO, MONEY, number, text
from models.dates import one_currency
from models.faults import FaultLog
from models.money import allocate, minor_units
from models.trees import check_tree, children_of, depth_first

TABLE = pa.DataFrameSchema(
    {
        "unit": text("cost centre, team or person", "required", unique=True),
        "parent": text("unit that it belongs to", "the whole"),
        "cost": number(
            "cost that it can influence; of a unit with parts blank, or the sum of theirs",
            "currency",
            "sum of its parts",
            AT_LEAST_ZERO,
        ),
        "achieved": number("saving so far; only of units without parts", "currency", "0", MONEY),
        "currency": text("currency of the amounts", "that of the other rows"),
    },
    strict=False,
    name="units",
    description="Cost centres, teams and persons as a tree, each with the cost it can influence.",
)


def target_cascade(
    units: pd.DataFrame, target: float, *, elapsed: float = 1.0, file: str = "units"
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Share out a saving target down a tree, in proportion to cost, and set what was achieved against it.

    Parameters
    ----------
    units : DataFrame
        `TABLE`; the index is the row in the file.
    target : float
        Saving wanted of all units together, currency; >= 0. On each level it is shared out by the largest remainder
        (`models.money.allocate`): the targets of the parts add up to that of their parent, to the cent.
    elapsed : float
        Share of the time that is over, in [0, 1]: so much of the target is due.
    file : str
        Name that faults carry.

    Returns
    -------
    table : DataFrame
        level (0 the whole, 1 its parts), unit, parent, cost, target, target_share (of the cost), achieved, due
        (target x elapsed), open (target - achieved), verdict ("reached", "on track", "behind"). Each unit comes before
        its parts.
    notes : tuple of str
        Targets above the cost itself.

    Raises
    ------
    InputFaults
        Unknown parents, circles, a unit without parts and without cost, a unit whose cost is not the sum of its parts,
        savings booked on a unit with parts, costs that are all zero, several currencies.
    ValueError
        A negative target, or `elapsed` out of its range.
    """
    if not (np.isfinite(target) and target >= 0 and 0 <= elapsed <= 1):
        raise ValueError("the target must not be negative, and the elapsed share must lie between 0 and 1")
    log = FaultLog()
    check_tree(units["unit"], units["parent"], file, "unit", log)
    if "currency" in units:
        one_currency(file, units["currency"], log)
    log.raise_if_any()
    names = units["unit"].astype(str).tolist()
    parts = children_of(names, units["parent"].fillna("").astype(str).tolist())
    order = depth_first(parts)
    cost = _summed(units, "cost", parts, order, file, log)
    achieved = _summed(units, "achieved", parts, order, file, log)
    if not cost[""] and not log.faults:
        log.add(file, None, "cost", "", "every cost is zero: there is nothing to share the target out by")
    log.raise_if_any()
    targets = {"": int(minor_units(target))}
    for name in ["", *(name for name, _ in order)]:
        if parts[name] and targets[name]:
            shared = allocate(targets[name] / 100.0, [cost[part] for part in parts[name]])
            targets.update(zip(parts[name], map(int, minor_units(shared)), strict=True))
        else:
            targets.update(dict.fromkeys(parts[name], 0))
    above = {part: name for name in parts for part in parts[name]}
    rows = [
        (level, name or "total", above.get(name, ""), cost[name] / 100, targets[name] / 100, achieved[name] / 100)
        for name, level in [("", 0), *order]
    ]
    table = pd.DataFrame(rows, columns=["level", "unit", "parent", "cost", "target", "achieved"])
    return _tracked(table, elapsed)


def _summed(
    units: pd.DataFrame,
    column: str,
    parts: dict[str, list[str]],
    order: list[tuple[str, int]],
    file: str,
    log: FaultLog,
) -> dict[str, int]:
    """Cents of each unit, those with parts from their parts; faults where what was given does not fit."""
    given = units.set_index(units["unit"].astype(str))[column] if column in units else pd.Series(dtype=float)
    row_of = {str(name): int(str(row)) for row, name in units["unit"].items()}
    found: dict[str, int] = {}
    for name in [*(name for name, _ in reversed(order)), ""]:
        own = given.get(name)
        cents = None if own is None or pd.isna(own) else int(minor_units(float(own)))
        if parts[name] or not name:
            found[name] = sum(found[part] for part in parts[name])
            if cents is not None and cents != found[name]:
                message = f"its parts add up to {found[name] / 100:,.2f}; leave it blank, or correct one of them"
                log.add(file, row_of[name], column, f"{cents / 100:.2f}", message, kind="is not the sum of its parts")
        else:
            if cents is None and column == "cost":
                log.add(file, row_of[name], column, "", "is blank, and the unit has no parts; give its cost")
            found[name] = cents or 0
    return found


def _tracked(table: pd.DataFrame, elapsed: float) -> tuple[pd.DataFrame, tuple[str, ...]]:
    target, cost, achieved = (table[name].to_numpy() for name in ("target", "cost", "achieved"))
    share = np.full(len(table), np.nan)
    np.divide(target, cost, out=share, where=cost > 0)
    table.insert(5, "target_share", share)
    table["due"] = minor_units(target * elapsed) / 100.0
    table["open"] = (minor_units(target) - minor_units(achieved)) / 100.0
    table["verdict"] = np.select([achieved >= target, achieved >= table["due"]], ["reached", "on track"], "behind")
    over = table.loc[table["target"] > table["cost"], "unit"]
    return table, tuple(f"the target of {name} is above the cost it can influence" for name in over)
