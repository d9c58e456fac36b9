"""Is an answer of a linear program optimal? Checked by itself: feasibility, prices, complementarity, duality.

No solver is asked: with prices y of the rows and reduced costs d of the columns, ``A'y + d = c`` and weak duality make
an answer optimal as soon as both sides have the same value.

Source: Dantzig 1963, Linear Programming and Extensions, chapter 6 (duality theorem, complementary slackness).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.solve import Answer, Program, inner

TOLERANCE = 1e-5
"""Of each measure below; a simplex with tolerance 1e-7 on scaled rows stays well within."""


@dataclass(frozen=True)
class Certificate:
    """How far an answer is from being proved optimal; each measure is relative to what it is compared with.

    Attributes
    ----------
    primal : largest miss of a row or a bound
    stationary : largest |c - A'y - d|
    dual : largest price or reduced cost with the wrong sign for the sides that its row or column has
    complementary : sum over rows and columns of |price| x distance to the side that it is the price of
    gap : |primal objective - dual objective|
    dual_objective : value of the prices, a lower bound
    """

    primal: float
    stationary: float
    dual: float
    complementary: float
    gap: float
    dual_objective: float

    def holds(self, tolerance: float = TOLERANCE) -> bool:
        """Say whether every measure is within the tolerance."""
        return max(self.primal, self.stationary, self.dual, self.complementary, self.gap) <= tolerance


def certify(program: Program, answer: Answer) -> Certificate:
    """Measure an answer against the conditions of optimality.

    Parameters
    ----------
    program : integrality is ignored
    answer : with values, row_duals and reduced_costs

    Raises
    ------
    ValueError
        When the answer has no values or no prices.
    """
    values, prices, reduced = answer.values, answer.row_duals, answer.reduced_costs
    if values is None or prices is None or reduced is None:
        raise ValueError("only an answer with values, prices and reduced costs can be certified")
    activity = program.matrix @ values
    cost_scale = 1.0 + float(np.abs(program.cost).max(initial=0.0))
    objective = inner(program.cost, values)
    value_scale = 1.0 + abs(objective)
    rows = _Sides(activity, program.row_lower, program.row_upper, prices)
    columns = _Sides(values, program.lower, program.upper, reduced)
    dual_objective = rows.value + columns.value
    return Certificate(
        primal=max(rows.miss, columns.miss),
        stationary=float(np.abs(program.cost - program.matrix.T @ prices - reduced).max(initial=0.0)) / cost_scale,
        dual=max(rows.wrong_sign, columns.wrong_sign) / cost_scale,
        complementary=(rows.slackness + columns.slackness) / value_scale,
        gap=abs(objective - dual_objective) / value_scale,
        dual_objective=dual_objective,
    )


class _Sides:
    """Rows (or columns) with two sides each, their values and their prices."""

    def __init__(
        self, value: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64],
        price: NDArray[np.float64],
    ) -> None:  # fmt: skip
        # the price of a lower side is positive, that of an upper side negative
        side = np.where(price > 0, lower, upper)
        open_side = ~np.isfinite(side)
        # where the price has no side to be the price of, its size is the fault
        self.wrong_sign = float(np.abs(price[open_side]).max(initial=0.0))
        priced = ~open_side & (price != 0)
        scale = 1.0 + np.abs(value)
        self.miss = float(np.maximum((lower - value) / scale, (value - upper) / scale).max(initial=0.0))
        self.slackness = float(np.abs(price[priced] * (value[priced] - side[priced])).sum())
        self.value = float((price[priced] * side[priced]).sum())
