"""Frontiers of a channel mix: the least cost at each level of satisfaction, service or budget (epsilon-constraint).

One level is a row of the program; between points only its number changes, so that a linear program keeps its basis
(Haimes, Lasdon & Wismer 1971, IEEE Transactions on Systems, Man, and Cybernetics 1(3)). The highest satisfaction is a
linear-fractional program, solved by Dinkelbach 1967, Management Science 13(7). The knee is the point furthest from the
line between the ends (Satopaa et al. 2011, Finding a "kneedle" in a haystack, ICDCS workshops).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.mix.case import MixCase
from models.mix.records import Floats
from models.plan import PROOF_TOLERANCE
from optimizer.changing import ChangingProgram
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.lead import leads, solve_case
from optimizer.mix.program import MixProgram, overall_satisfaction
from optimizer.mix.rules import CSAT, RuleRow
from optimizer.mix.search import Found, Limits, certified, decomposed, search
from optimizer.solve import Status, inner, relative_gap

COLUMNS = ("point", "level", "cost", "csat", "status", "gap", "price", "knee")
POINT = 0.01
MOST_ROUNDS = 20
FIRST = 5.0
"""The first search of a sweep meets no columns, and may take so many times as long as one of the others."""
HALVINGS, ENOUGH = 6, 5e-4
"""Of the interval in which the satisfaction that a budget pays lies: so many times, or until it is as narrow."""
CLOSE = 1e-7
"""A satisfaction that is higher by less is the same."""


@dataclass(frozen=True)
class Frontier:
    """Points of a frontier.

    Parameters
    ----------
    points : DataFrame
        `COLUMNS`, by level. level: the satisfaction floor, the service level, or the budget; cost and csat of the mix
        there (NaN where there is none); status and gap of the search (of cost, or of csat under a budget); price:
        currency that one more percentage point of satisfaction costs there (of linear programs the dual, else the
        slope to the next floor; NaN under budgets); knee: the point after which more costs most more.
    by : str
        csat, service or budget.
    """

    points: pd.DataFrame
    by: str


def csat_frontier(
    case: MixCase, limits: Limits, *, points: int, low: float | None = None, high: float | None = None
) -> Frontier:
    """Trace the least cost over satisfaction floors from `low` to `high`.

    Parameters
    ----------
    low : the satisfaction of the cheapest mix by default
    high : the highest satisfaction that any mix reaches by default
    """
    free = replace(case, settings=case.settings.model_copy(update={"csat_floor": 0.0}))
    mix = build_program(free)
    if not mix.is_linear or mix.lead is not None:
        return _by_search(free, limits, points, low, high)
    sweep = _Sweep(mix, limits)
    if sweep.lowest is None:
        return Frontier(_table([(low or 0.0, None, sweep.status, np.nan, np.nan)]), "csat")
    low = sweep.lowest if low is None else low
    high = max(sweep.highest(), low) if high is None else high
    rows, impossible = [], False
    for level in np.linspace(low, high, points).tolist():
        # a higher floor than one that no mix keeps is kept by none either
        row = (level, None, Status.INFEASIBLE, np.nan, np.nan) if impossible else sweep.at(level)
        impossible = row[2] is Status.INFEASIBLE
        rows.append(row)
    return Frontier(_table(rows), "csat")


_Row = tuple[float, tuple[float, float] | None, Status, float, float]
"""Level, (cost, csat), status, gap, price."""


class _Sweep:
    """A linear program whose satisfaction floor changes."""

    def __init__(self, mix: MixProgram, limits: Limits) -> None:
        self.mix, self.limits = mix, limits
        self.rows: list[RuleRow] = [row for row in mix.rule_rows if row.rule.kind == CSAT]
        self.changing = ChangingProgram(mix.program, limits.seed)
        cheapest = certified(self.changing, limits.time_limit_s)
        self.status = cheapest.status
        self.lowest = None if cheapest.values is None else self._csat(cheapest.values)

    def _csat(self, values: Floats) -> float:
        return overall_satisfaction(self.mix.case, self.mix.flows(values))

    def highest(self) -> float:
        """Return the highest satisfaction that any mix reaches."""
        found, _ = most_satisfied(self.mix, self.limits)
        return 0.0 if found.values is None else self._csat(found.values)

    def at(self, level: float) -> _Row:
        """Return the point of a floor."""
        for row in self.rows:
            self.changing.set_coefficient(row.row, row.base, -level)
        answer = certified(self.changing, self.limits.time_limit_s)
        if answer.values is None or answer.row_duals is None:
            return level, None, answer.status, np.nan, np.nan
        price = sum(float(answer.row_duals[row.row]) * float(answer.values[row.base]) for row in self.rows)
        cost = answer.objective * self.mix.money
        return level, (cost, self._csat(answer.values)), answer.status, 0.0, price * self.mix.money * POINT


def most_satisfied(mix: MixProgram, limits: Limits) -> tuple[Found, float]:
    """Return the mix with the highest overall satisfaction, and a satisfaction that no mix exceeds.

    Its cost is not looked at. Dinkelbach: where the most of quality - theta x contacts is 0, theta is the highest
    satisfaction. Each round takes for theta what the one before reached; from the second round on it only rises. Where
    that most is b, no mix exceeds theta + b / contacts, and of contacts there are at least as many as issues.

    Parameters
    ----------
    mix : with a row of the overall satisfaction
    """
    case, program, cells = mix.case, mix.program, mix.cells
    weight = cells.contacts * case.tiers.weight[cells.tier]
    scale = max(float(weight.mean()) if len(weight) else 1.0, 1e-12)
    weight = weight / scale
    csat = case.links.csat[cells.link]
    # near to what will be found: each cell's best channel, whatever rules and caps say
    best = np.zeros(case.segment_issues.shape)
    np.maximum.at(best, (case.links.segment[cells.link], cells.tier, cells.period), csat)
    sought = case.segment_issues * case.tiers.weight[None, :, None]
    theta = float((best * sought).sum() / max(sought.sum(), 1e-12))
    fewest, top = max(float(sought.sum()) / scale, 1e-12), 1.0
    found = Found(Status.NO_PLAN, None, np.inf, -np.inf, 0.0, "highs")
    changing = ChangingProgram(replace(program, cost=np.zeros(len(program.cost))), limits.seed)
    for _ in range(MOST_ROUNDS):
        objective = np.zeros(len(program.cost))
        objective[: len(weight)] = -weight * (csat - theta)
        if mix.is_linear:
            changing.set_costs(np.arange(len(weight)), objective[: len(weight)])
            answer = certified(changing, limits.time_limit_s)
            other = Found(answer.status, answer.values, answer.objective, answer.bound, answer.seconds, answer.solver)
        else:
            other = search(replace(mix, program=replace(program, cost=objective), money=1.0), limits)
        if other.values is None:
            return (other if found.values is None else found), top
        top = min(top, theta + max(-other.bound, 0.0) / fewest)
        reached = overall_satisfaction(case, mix.flows(other.values))
        last, found, theta = theta, other, reached
        if abs(reached - last) <= CLOSE:
            break
    return found, max(top, theta)


def _by_search(case: MixCase, limits: Limits, points: int, low: float | None, high: float | None) -> Frontier:
    """Trace a frontier where something has to be whole: a search for each floor, which goes on from those before."""
    sweep = _Searches(case, limits)
    cheapest = sweep.at(0.0, FIRST)
    if cheapest.values is None:
        return Frontier(_table([(low or 0.0, None, cheapest.status, np.nan, np.nan)]), "csat")
    low = sweep.csat(cheapest) if low is None else low
    high = max(low, sweep.csat(most_satisfied(sweep.mix, limits)[0])) if high is None else high
    levels = np.linspace(low, high, points)
    # the last level is what a mix reaches to the last digit
    floors = np.maximum(levels - CLOSE, 0.0).tolist()
    found = [cheapest, *(sweep.at(floor) for floor in floors)]
    rows = [
        (level, None if one.values is None else (one.cost, sweep.csat(one)), one.status,
         np.nan if one.values is None else one.gap, np.nan)
        for level, one in zip(levels.tolist(), shared(found)[1:], strict=True)
    ]  # fmt: skip
    return Frontier(_table(_with_slopes(rows)), "csat")


def _with_slopes(rows: list[_Row]) -> list[_Row]:
    """Price a point more by the way to the next floor: whole numbers leave no price at the point itself."""
    priced = []
    for k, (level, figures, status, gap, price) in enumerate(rows):
        following = rows[k + 1][1] if k + 1 < len(rows) else None
        if figures is not None and following is not None and rows[k + 1][0] > level + CLOSE:
            price = (following[0] - figures[0]) / (rows[k + 1][0] - level) * POINT
        priced.append((level, figures, status, gap, price))
    return priced


class _Searches:
    """A case with whole columns whose satisfaction floor changes; what its periods can do stays known."""

    def __init__(self, case: MixCase, limits: Limits) -> None:
        self.case, self.limits = case, limits
        csat = case.links.csat
        self.mix = build_program(case, lead=(float(csat.min()), float(csat.max())))
        self.parts = decomposed(self.mix, limits.seed)
        self.values: Floats | None = None

    def at(self, level: float, patience: float = 1.0) -> Found:
        """Return the cheapest mix of a floor.

        Parameters
        ----------
        patience : in time limits
        """
        limits = replace(self.limits, time_limit_s=patience * self.limits.time_limit_s)
        floor = replace(self.case, settings=self.case.settings.model_copy(update={"csat_floor": level}))
        mix = build_program(floor, lead=lead_range(floor))
        found = search(mix, limits, start=self.values, parts=self.parts)
        if found.values is not None and not leads(self.case, mix.flows(found.values)):
            _, other = solve_case(floor, limits)
            found = replace(other, bound=max(other.bound, found.bound) if other.values is not None else found.bound)
        self.values = found.values if found.values is not None else self.values
        return found

    def csat(self, found: Found) -> float:
        """Overall satisfaction of a mix; the shares are the first columns of every program of the case."""
        return 0.0 if found.values is None else overall_satisfaction(self.case, self.mix.flows(found.values))


def shared(found: list[Found]) -> list[Found]:
    """Give each floor the cheapest mix of the floors above it, which keeps it too, and the best bound.

    Parameters
    ----------
    found : by ascending floor
    """
    best = list(found)
    for k in range(len(best) - 2, -1, -1):
        if best[k + 1].values is not None and best[k + 1].cost < best[k].cost:
            best[k] = best[k + 1]
    rows, bound = [], -np.inf
    for one, own in zip(best, found, strict=True):
        bound = max(bound, own.bound)
        if one.values is None:
            rows.append(one)
            continue
        proved = min(bound, one.cost)
        is_proved = relative_gap(one.cost, proved) <= PROOF_TOLERANCE
        rows.append(replace(one, status=Status.OPTIMAL if is_proved else Status.FEASIBLE, bound=proved))
    return rows


def _searched(case: MixCase, level: float, limits: Limits) -> _Row:
    """Return the point of a case."""
    mix, found = solve_case(case, limits)
    if found.values is None:
        return level, None, found.status, np.nan, np.nan
    csat = overall_satisfaction(case, mix.flows(found.values))
    return level, (found.cost, csat), found.status, found.gap, np.nan


def service_frontier(case: MixCase, limits: Limits) -> Frontier:
    """Trace the least cost over the service levels of the pools' cost tables.

    Raises
    ------
    ValueError
        When people are not paid by cost tables, or the pools share no service level.
    """
    levels = service_levels(case)
    if not levels:
        raise ValueError("no service level is tabulated for every pool")
    rows = []
    for level in levels:
        settings = case.settings.model_copy(update={"service_target": level})
        rows.append(_searched(replace(case, settings=settings), level, limits))
    return Frontier(_table(rows), "service")


def service_levels(case: MixCase) -> list[float]:
    """Return the service levels that the cost tables of every pool have; empty without cost tables."""
    if case.settings.people.cost_from != "cost_table":
        return []
    by_pool: dict[int, set[float]] = {pool: set() for pool in range(len(case.pools))}
    for table in case.cost_tables:
        by_pool[table.pool].add(table.service_level)
    return sorted(set.intersection(*by_pool.values())) if by_pool else []


def budget_frontier(
    case: MixCase, limits: Limits, *, points: int, low: float | None = None, high: float | None = None
) -> Frontier:
    """Trace the highest satisfaction over budgets of the horizon from `low` to `high`.

    Parameters
    ----------
    low : the cost of the cheapest mix by default
    high : the cost of the cheapest mix with the highest satisfaction by default
    """
    free = replace(case, settings=case.settings.model_copy(update={"budget": None}))
    mix = build_program(free)
    if not mix.is_linear or mix.lead is not None:
        return _budgets_by_search(free, limits, points, low, high)
    cheapest = solve_case(free, limits)[1]
    if cheapest.values is None:
        return Frontier(_table([(low or 0.0, None, cheapest.status, np.nan, np.nan)]), "budget")
    low = cheapest.cost if low is None else low
    if high is None:
        ends = csat_frontier(free, limits, points=2).points["cost"].dropna()
        high = max(low, float(ends.max()))
    rows: list[_Row] = []
    for level in np.linspace(low, high, points).tolist():
        # the least budget is what the cheapest mix costs, to the last digit
        settings = free.settings.model_copy(update={"budget": level * (1 + CLOSE)})
        rows.append(_most_for(replace(free, settings=settings), level, limits))
    return Frontier(_table(rows), "budget")


def _budgets_by_search(case: MixCase, limits: Limits, points: int, low: float | None, high: float | None) -> Frontier:
    """Trace budgets where something has to be whole: by floors of satisfaction, halved between what is paid and not.

    A floor whose least cost is proved above a budget is out of its reach, which bounds the satisfaction from above.
    """
    least = case.settings.csat_floor or 0.0
    # with a row of the overall satisfaction in any case, so that every floor has the same columns
    sweep = _Searches(replace(case, settings=case.settings.model_copy(update={"csat_floor": least})), limits)
    cheapest = sweep.at(least, FIRST)
    if cheapest.values is None:
        return Frontier(_table([(low or 0.0, None, cheapest.status, np.nan, np.nan)]), "budget")
    _, top = most_satisfied(sweep.mix, limits)
    known = [(sweep.csat(cheapest), cheapest)]
    for floor in np.linspace(known[0][0], max(top, known[0][0]), points)[1:].tolist():
        known.append((floor, sweep.at(floor)))
    paid = [found.cost for _, found in known if found.values is not None]
    low, high = min(paid) if low is None else low, max(paid) if high is None else high
    rows: list[_Row] = []
    for budget in np.linspace(low, high, points).tolist():
        rows.append(_best_within(budget * (1 + CLOSE), budget, sweep, known, top))
    return Frontier(_table(rows), "budget")


def _best_within(most: float, budget: float, sweep: _Searches, known: list[tuple[float, Found]], top: float) -> _Row:
    """Return the highest satisfaction that is paid by a budget; what is found on the way is added to `known`."""
    for halving in range(HALVINGS + 1):
        paid = [(sweep.csat(found), found) for _, found in known if found.values is not None and found.cost <= most]
        above = [floor for floor, found in known if found.bound > most or found.status is Status.INFEASIBLE]
        if not paid:
            impossible = min(found.bound for _, found in known) > most
            return budget, None, Status.INFEASIBLE if impossible else Status.NO_PLAN, np.nan, np.nan
        reached, best = max(paid, key=lambda one: one[0])
        bound = max(min([top, *above]), reached)
        if bound - reached <= ENOUGH or halving == HALVINGS:
            break
        floor = (reached + bound) / 2
        known.append((floor, sweep.at(floor)))
    is_proved = bound - reached <= PROOF_TOLERANCE
    return budget, (best.cost, reached), Status.OPTIMAL if is_proved else Status.FEASIBLE, bound - reached, np.nan


def _most_for(case: MixCase, level: float, limits: Limits) -> _Row:
    mix = build_program(case)
    found, top = most_satisfied(mix, limits)
    if found.values is None:
        return level, None, found.status, np.nan, np.nan
    csat = overall_satisfaction(case, mix.flows(found.values))
    spent = inner(mix.program.cost, found.values) * mix.money
    is_proved = top - csat <= PROOF_TOLERANCE
    return level, (spent, csat), Status.OPTIMAL if is_proved else Status.FEASIBLE, max(top - csat, 0.0), np.nan


def _table(rows: list[_Row]) -> pd.DataFrame:
    """Lay out the points, and mark the knee."""
    table = pd.DataFrame(
        [
            (number, level, *(figures or (np.nan, np.nan)), str(status.value), gap, price, False)
            for number, (level, figures, status, gap, price) in enumerate(rows, 1)
        ],
        columns=list(COLUMNS),
    )
    place = knee(table["cost"].to_numpy(float), table["csat"].to_numpy(float))
    if place is not None:
        table.loc[place, "knee"] = True
    return table


def knee(cost: Floats, gain: Floats) -> int | None:
    """Return the place of the point furthest above the line between the ends; None without one.

    Parameters
    ----------
    cost, gain : (n,) arrays; NaN where there is no point
    """
    known = np.flatnonzero(np.isfinite(cost) & np.isfinite(gain))
    if len(known) < 3:
        return None
    spans = [np.ptp(values[known]) for values in (cost, gain)]
    if min(spans) <= 0:
        return None
    x, y = ((values[known] - values[known].min()) / span for values, span in zip((cost, gain), spans, strict=True))
    above = y - x
    best = int(np.argmax(above))
    return int(known[best]) if above[best] > CLOSE else None


SWEEPS: dict[str, Callable[..., Frontier]] = {"csat": csat_frontier, "budget": budget_frontier}
