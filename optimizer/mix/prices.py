"""What every rule costs: prices from the linear program, re-solves where whole numbers leave them without meaning."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from models.mix.case import MixCase
from models.mix.plan import RULE_COLUMNS
from models.mix.records import Floats
from optimizer.changing import ChangingProgram
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.lead import leads, solve_case, tier_lead
from optimizer.mix.periods import Decomposed
from optimizer.mix.program import MixProgram
from optimizer.mix.rules import (
    ADOPTION,
    BUDGET,
    CHANGE,
    CSAT,
    PERIOD_BUDGET,
    STAFFING,
    TIER_CSAT,
    TIER_LEAD,
    Rule,
    RuleRow,
    rule_words,
    with_level,
)
from optimizer.mix.search import Found, Limits, certified, decomposed, search
from optimizer.progress import is_stop_asked

DUAL, FIXED_DUAL, RESOLVE = "dual", "dual at these whole numbers", "re-solve"
UNSURE = "re-solve within the gap"
"""Of a difference of two searches that is smaller than what neither of them has proved."""
POINT, CONTACTS, PART = 0.01, 100.0, 0.01
"""One step: a percentage point of a share, so many contacts, such a part of a budget."""
MOST_ROWS = 20
"""Of the kinds of rules that there may be thousands of, so many are listed, the dearest."""
TIGHT = 1e-6
PROMISES = (CSAT, TIER_CSAT, TIER_LEAD, BUDGET, PERIOD_BUDGET)
"""Kinds of rules that are solved again first."""
HORIZON = (CSAT, TIER_CSAT, TIER_LEAD, BUDGET)
"""Kinds of rules over all periods together."""
MOST_OTHERS = 3
"""So many other rules are solved again where prices alone mislead."""
LEAST_SECONDS = 0.2
"""Of a re-solve that is worth starting."""
WORTH = 1e-6
"""A rule that costs less, as a share of all, does not hold the cost up."""


@dataclass(frozen=True)
class RuleState:
    """How a rule stands in a mix, and the sum over its rows of what a unit of level costs by the linear prices."""

    rule: Rule
    level: float
    reached: float
    price_per_unit: float

    @property
    def step(self) -> float:
        """One step of the level."""
        if self.rule.is_share:
            return POINT
        return PART * self.level if self.rule.kind in (BUDGET, PERIOD_BUDGET) else CONTACTS

    @property
    def is_tight(self) -> bool:
        """Whether the mix is at its level."""
        return abs(self.reached - self.level) <= TIGHT * max(1.0, abs(self.level))

    @property
    def is_near(self) -> bool:
        """Whether the mix is within a step of its level."""
        return self.is_tight or abs(self.reached - self.level) <= self.step


def rule_states(mix: MixProgram, found: Found) -> list[RuleState]:
    """Return each rule's level, what the mix reaches of it, and its price by the linear program."""
    if found.values is None or found.linear is None or found.linear.row_duals is None:
        return []
    activity = mix.program.matrix @ found.values
    duals = found.linear.row_duals
    rows: dict[Rule, list[RuleRow]] = {}
    for row in mix.rule_rows:
        rows.setdefault(row.rule, []).append(row)
    case, states = mix.case, []
    for rule, mine in rows.items():
        if rule.kind == STAFFING:
            continue  # no rule that somebody set: the end of a table
        bases = [float(found.values[row.base]) if row.base >= 0 else row.unit for row in mine]
        price = sum(abs(float(duals[row.row])) * base for row, base in zip(mine, bases, strict=True)) * mix.money
        stands = [
            (row.level, row.level + activity[row.row] / base if row.base >= 0 else activity[row.row] / base)
            for row, base in zip(mine, bases, strict=True)
            if base > 0
        ]
        if rule.kind == TIER_LEAD:  # its rows speak of an interval of the overall satisfaction, not of the lead
            level = float(case.tiers.csat_lead[case.tiers.name.index(rule.subject)])
            stands = [(level, tier_lead(case, mix.flows(found.values), case.tiers.name.index(rule.subject)))]
        # of a rule with a level for each period, the one that the mix is nearest to
        level, reached = min(stands, key=lambda one: abs(one[1] - one[0]), default=(mine[0].level, np.nan))
        states.append(RuleState(rule, level, reached, price))
    return states


def adoption_states(mix: MixProgram, found: Found) -> list[RuleState]:
    """Return the adoption caps that hold the cost up, by channel and contact type, at full ramp."""
    if found.linear is None or found.linear.reduced_costs is None:
        return []
    case, cells = mix.case, mix.cells
    held = np.maximum(-found.linear.reduced_costs[: len(cells.link)], 0.0)
    # one point of the cap is as much of the share as the ramp lets through; a share of 1 is no cap
    held = np.where(cells.cap < 1, held * case.channels.ramp[case.links.channel[cells.link], cells.period], 0.0)
    place = (case.link_type[cells.link], case.links.channel[cells.link])
    sums = np.zeros((len(case.contact_types), len(case.channels.name)))
    np.add.at(sums, place, held * mix.money)
    caps = np.zeros(sums.shape)
    np.maximum.at(caps, (case.link_type, case.links.channel), case.links.adoption_cap)
    return [
        RuleState(
            Rule(ADOPTION, f"{case.channels.name[h]} of {case.contact_types[i]}"), float(caps[i, h]),
            float(caps[i, h]), float(sums[i, h]),
        )
        for i, h in np.argwhere(sums > TIGHT * max(found.cost, 1.0) / 100).tolist()
    ]  # fmt: skip


def rule_table(mix: MixProgram, found: Found, limits: Limits, seconds: float) -> pd.DataFrame:
    """Return what every rule costs (`models.mix.plan.RULE_COLUMNS`), the dearest first.

    Parameters
    ----------
    seconds : wall time for re-solves; what is not reached keeps its linear price and says so
    """
    states = _few([*rule_states(mix, found), *adoption_states(mix, found)])
    resolver = _Resolver(mix, found, limits, time.perf_counter() + seconds)
    asked = resolver.worth_solving(states)
    prices = {state.rule: resolver.step_price(state, left=len(asked) - k) for k, state in enumerate(asked)}
    wholes = {state.rule: resolver.without(state, left=len(asked) - k) for k, state in enumerate(asked)}
    rows = []
    for state in states:
        price, how = prices.get(state.rule, resolver.by_dual(state))
        whole, whole_how = wholes.get(state.rule, (0.0, DUAL) if mix.is_linear and not state.is_tight else (np.nan, ""))
        unit = "share" if state.rule.is_share else _unit(state.rule, mix.case)
        holds = state.is_tight or (how == RESOLVE and state.is_near)
        binding = bool(holds and max(price, whole if np.isfinite(whole) else 0.0) > WORTH * found.cost)
        rows.append(
            (rule_words(state.rule), state.level, state.reached, unit, binding, state.step, price, how, whole,
             whole_how)
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(RULE_COLUMNS))
    order = np.lexsort((-table["price"].to_numpy(float), -table["cost_of_rule"].fillna(-1).to_numpy(float)))
    return table.iloc[order].reset_index(drop=True)


def _unit(rule: Rule, case: MixCase) -> str:
    return case.settings.currency if rule.kind in (BUDGET, PERIOD_BUDGET) else "contacts"


def _few(states: Iterable[RuleState]) -> list[RuleState]:
    """Keep the dearest of the kinds that there are very many of, and only those that cost anything."""
    kept: list[RuleState] = []
    many: dict[str, list[RuleState]] = {CHANGE: [], ADOPTION: []}
    for state in states:
        many.get(state.rule.kind, kept).append(state)
    for some in many.values():
        priced = [state for state in some if state.price_per_unit > 0]
        kept += sorted(priced, key=lambda state: -state.price_per_unit)[:MOST_ROWS]
    return kept


class _Resolver:
    """Solves the case again with one rule looser, or without it; quickly where nothing has to be whole."""

    def __init__(self, mix: MixProgram, found: Found, limits: Limits, deadline: float) -> None:
        self.mix, self.found, self.limits, self.deadline = mix, found, limits, deadline
        self.is_quick = mix.is_linear and mix.lead is None
        self.changing: ChangingProgram | None = None
        self.parts: Decomposed | None = None

    def worth_solving(self, states: list[RuleState]) -> list[RuleState]:
        """Return the rules to solve again for: floors and budgets that hold, and the dearest few others."""
        tight = [state for state in states if state.is_tight and state.rule.kind not in (ADOPTION, CHANGE)]
        if self.mix.is_linear:
            return tight
        # whole numbers may stop short of a level that holds the cost up all the same
        first = [state for state in states if state.rule.kind in PROMISES and state.is_near]
        others = [state for state in tight if state.rule.kind not in PROMISES and state.price_per_unit > 0]
        return first + sorted(others, key=lambda state: -state.price_per_unit * state.step)[:MOST_OTHERS]

    def by_dual(self, state: RuleState) -> tuple[float, str]:
        """Return the linear price of a step."""
        return state.price_per_unit * state.step, DUAL if self.mix.is_linear else FIXED_DUAL

    def step_price(self, state: RuleState, *, left: int) -> tuple[float, str]:
        """Return what one step looser saves, and how that is known.

        Parameters
        ----------
        left : re-solves that share the time
        """
        if self.mix.is_linear:
            return self.by_dual(state)
        loose = -state.step if state.rule.is_floor else state.step
        saving, how = self._saving(state.rule, loose, left)
        # a search that found nothing better and proved nothing says less than the linear price
        return self.by_dual(state) if how == "" or (how == UNSURE and saving <= 0) else (saving, how)

    def without(self, state: RuleState, *, left: int) -> tuple[float, str]:
        """Return what the mix would cost less without the rule, and how that is known; NaN where it is not."""
        if self.is_quick:
            return self._quickly_without(state.rule), RESOLVE
        saving, how = self._saving(state.rule, -np.inf if state.rule.is_floor else np.inf, left)
        return (np.nan, "") if how == "" or (how == UNSURE and saving <= 0) else (saving, how)

    def _saving(self, rule: Rule, change: float, left: int) -> tuple[float, str]:
        """Solve with a rule at another level, from the mix that there is, which keeps a looser rule too."""
        seconds = (self.deadline - time.perf_counter()) / max(left, 1)
        if seconds < LEAST_SECONDS or is_stop_asked():
            return np.nan, ""
        limits = replace(self.limits, time_limit_s=min(self.limits.time_limit_s, seconds))
        case = with_level(self.mix.case, rule, change)
        if self.mix.is_linear or rule.kind not in HORIZON or self.mix.case.settings.csat_holds != "horizon":
            return saving_of(self.found, solve_again(case, self.found, limits))
        if not np.isfinite(change) and rule.kind in (CSAT, TIER_CSAT):
            case = with_level(self.mix.case, rule, -1.0)  # a floor of 0 is none, and leaves the rows as they are
        mix = build_program(case, lead=lead_range(case))
        if mix.program.matrix.shape != self.mix.program.matrix.shape:
            return saving_of(self.found, solve_again(case, self.found, limits))
        # rules of the horizon leave the periods as they are: what those can do is known from one to the next
        if self.parts is None:
            self.parts = decomposed(self.mix, limits.seed)
        other = search(mix, limits, start=self.found.values, parts=self.parts)
        if other.values is not None and not leads(case, mix.flows(other.values)):
            other = replace(other, cost=np.inf)  # its bound holds, its mix does not
        return saving_of(self.found, other)

    def _quickly_without(self, rule: Rule) -> float:
        program = self.mix.program
        if self.changing is None:
            self.changing = ChangingProgram(program, self.limits.seed)
            certified(self.changing)
        rows = [row.row for row in self.mix.rule_rows if row.rule == rule]
        for row in rows:
            self.changing.set_sides(row, -np.inf, np.inf)
        answer = certified(self.changing)
        for row in rows:
            self.changing.set_sides(row, float(program.row_lower[row]), float(program.row_upper[row]))
        return float("nan") if answer.values is None else max(0.0, self.found.cost - answer.objective * self.mix.money)


def solve_again(case: MixCase, found: Found, limits: Limits) -> Found:
    """Solve a case that is like another one, from the mix of that one where its columns are the same."""
    known = found.values
    is_same = known is not None and len(build_program(case).program.cost) == len(known)
    return solve_case(case, limits, start=known if is_same else None)[1]


def saving_of(found: Found, other: Found) -> tuple[float, str]:
    """Return how much less a looser case costs, and whether that is more than what the two searches left open.

    What was found keeps a looser case too, so that nothing is ever dearer there; without a mix in time, it is what is
    known.
    """
    cost = min(other.cost, found.cost)
    saving = found.cost - cost
    is_open = (found.cost - found.bound) + (cost - min(other.bound, cost))
    return saving, UNSURE if is_open > max(saving, TIGHT * found.cost) else RESOLVE


def looser_links(case: MixCase, chosen: Floats, **changes: float) -> MixCase:
    """Return the case with some links better by so many points (`containment`, `adoption_cap`), at most 1."""
    links = case.links
    moved = {
        name: np.where(chosen, np.minimum(getattr(links, name) + points, 1.0), getattr(links, name))
        for name, points in changes.items()
    }
    return replace(case, links=replace(links, **moved))
