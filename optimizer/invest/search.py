"""Solving a portfolio: tangents at the linear optimum, then whole solutions until their exact value meets the bound.

Every whole solution is priced by `models.investment.pricing`, which knows nothing of the program. The bound is the
program's: its tangents allow at least what is true. Values and bounds are net present values (or, for least_cost,
outlays with their sign turned), in money; more is better.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.investment.case import Choice, InvestmentCase
from models.investment.pricing import flows, net_present_values
from models.investment.risk import risk_value, scenario_sizes
from models.plan import PROOF_TOLERANCE, relative_gap
from optimizer.invest.model import InvestModel
from optimizer.progress import tell as tell_progress
from optimizer.solve import Answer, Status, solve

LINEAR_ROUNDS = 30
WHOLE_ROUNDS = 200
TARGET_TOLERANCE = 1e-6
"""Relative distance by which a target of saving may be missed."""


@dataclass(frozen=True, eq=False)
class Found:
    """The outcome of a search.

    Attributes
    ----------
    status : "optimal", "feasible", "infeasible" or "no plan"
    choice : None when there is none
    value, bound : money; the choice's value by `models.investment.pricing`, and what no choice exceeds
    rounds : whole programs solved
    """

    status: str
    choice: Choice | None
    value: float
    bound: float
    rounds: int
    seconds: float

    @property
    def gap(self) -> float | None:
        """Relative distance of value and bound."""
        return relative_gap(self.value, self.bound) if math.isfinite(self.bound) and self.choice is not None else None


def value_of(case: InvestmentCase, choice: Choice) -> float:
    """What the objective says of a choice, by plain arithmetic; more is better."""
    if case.settings.goal == "least_cost":
        return -outlay_present_value(case, choice)
    money = flows(case, choice, scenario_sizes(case))
    return risk_value(net_present_values(case, money), case.settings.risk)


def outlay_present_value(case: InvestmentCase, choice: Choice) -> float:
    """Discounted one-off and running costs, before tax."""
    money = flows(case, choice)
    factors = (1 + case.settings.discount_rate) ** -np.arange(case.horizon.years + 1.0)
    return float(money.one_off @ factors[:-1] + money.running @ factors[1:])


def reaches_target(case: InvestmentCase, choice: Choice) -> bool:
    """Whether what is earned in the last year reaches the target of least_cost; True for another goal."""
    if case.settings.goal != "least_cost":
        return True
    money, target = flows(case, choice), float(case.settings.target_saving_per_year or 0.0)
    return float(money.earned[0, -1]) >= target * (1 - TARGET_TOLERANCE) - 1e-6


def search(
    model: InvestModel,
    *,
    forced: frozenset[int] = frozenset(),
    banned: frozenset[int] = frozenset(),
    hint: Choice | None = None,
    time_limit_s: float | None = None,
    gap: float | None = None,
    again: bool = False,
    enough: float | None = None,
    tell: Callable[[str], None] = lambda text: None,
) -> Found:
    """Find the best portfolio.

    Parameters
    ----------
    model : InvestModel
        Keeps the tangents that it gains.
    forced, banned : frozenset of int
        Initiatives that must, or must not, be chosen.
    hint : Choice, optional
        A choice that keeps every rule, to be beaten.
    time_limit_s, gap : float, optional
        Instead of those of the case.
    again : bool
        The model was solved before: its tangents are there already.
    enough : float, optional
        Only whether some choice is worth so much is asked: the search ends as soon as that is known.
    tell : callable
        Takes progress in words.

    Returns
    -------
    Found
    """
    limits, started = model.case.settings.solve, time.perf_counter()
    limit = limits.time_limit_s if time_limit_s is None else time_limit_s
    wanted = max(limits.gap if gap is None else gap, PROOF_TOLERANCE / 10)
    best, value, bound = hint, -math.inf if hint is None else value_of(model.case, hint), math.inf

    def left() -> float:
        return limit - (time.perf_counter() - started)

    state = Status.OPTIMAL if again else _linear(model, forced, banned, left)
    if state is Status.INFEASIBLE:
        return Found("infeasible", None, -math.inf, -math.inf, 0, time.perf_counter() - started)
    rounds = 0
    while rounds < WHOLE_ROUNDS and (left() > 0 or not rounds):
        rounds += 1
        slack = wanted * max(abs(value), 1.0) / model.unit / 4 if math.isfinite(value) else None
        answer = solve(
            model.program(forced, banned), time_limit_s=max(left(), 0.5), gap=min(wanted, 1e-4) / 4,
            absolute_gap=slack, seed=limits.seed,
        )  # fmt: skip
        if answer.status is Status.INFEASIBLE:
            return Found("infeasible", None, -math.inf, -math.inf, rounds, time.perf_counter() - started)
        bound = min(bound, -answer.bound * model.unit)
        if answer.values is None:
            break
        choice = model.choice(answer.values)
        excess = model.refine(answer.values)
        if reaches_target(model.case, choice) and (worth := value_of(model.case, choice)) > value:
            best, value = choice, worth
        tell(f"round {rounds}: {value:,.0f}, at most {bound:,.0f}")
        if not (again or forced or banned or enough is not None):  # the portfolio itself, nothing solved beside it
            tell_progress("portfolio", best=value, bound=bound)
        if bound - value <= max(wanted * abs(value), model.negligible) or (
            excess <= 0 and answer.status is Status.OPTIMAL
        ):
            break
        if enough is not None and (value >= enough or bound < enough):
            break
    return _outcome(model, best, value, bound, rounds, time.perf_counter() - started)


def _linear(model: InvestModel, forced: frozenset[int], banned: frozenset[int], left: Callable[[], float]) -> Status:
    """Tangents where the linear relaxation saves too much: cheap, and they keep the whole program tight."""
    for _ in range(LINEAR_ROUNDS):
        answer: Answer = solve(model.program(forced, banned, whole=False), solver="glop", time_limit_s=max(left(), 0.5))
        if answer.values is None or left() <= 0:
            return answer.status
        if model.refine(answer.values) <= 1e-6 * max(abs(answer.objective) * model.unit, 1.0):
            break
    return Status.OPTIMAL


def _outcome(model: InvestModel, best: Choice | None, value: float, bound: float, rounds: int, seconds: float) -> Found:
    if best is None:
        return Found("no plan", None, -math.inf, bound, rounds, seconds)
    if bound - value <= model.negligible:  # rounding noise of the solver may also leave its bound below a true value
        bound = value
    proved = relative_gap(value, bound) <= PROOF_TOLERANCE
    return Found("optimal" if proved else "feasible", best, value, bound, rounds, seconds)
