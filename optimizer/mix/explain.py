"""Why there is no channel mix: the rules that exclude each other, and the cheapest ways out, in words.

The linear program gets a slack on every row of a rule. Rules that need no slack once others are waived are no part of a
conflict; conflicts and the smallest sets of rules that resolve all of them come from `optimizer.explain.conflict`. For
each set the slacks are made as small as they can be, the rules are moved by so much, and the case is solved again: what
is suggested works, and its cost is that of the mix that was found.
"""

from __future__ import annotations

import math
import time
from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from models.mix.case import MixCase
from models.mix.records import Floats
from models.remark import remark
from optimizer.changing import ChangingProgram
from optimizer.explain.conflict import resolve
from optimizer.explain.words import cannot_be_kept
from optimizer.mix import rules
from optimizer.mix.formulation import build_program, lead_range
from optimizer.mix.lead import solve_case
from optimizer.mix.program import MixProgram
from optimizer.mix.rules import Rule, RuleRow, level_words, rule_words, with_level
from optimizer.mix.search import Limits
from optimizer.solve import Program, Status

NOTHING = 1e-7
"""A sum of slacks below it is none."""
CHECK_SECONDS = 20.0
"""Wall time for solving one way out."""
WIDER = (0, 1, 4, 16)
"""So many steps more a rule gives way when whole licences and levels find nothing at the edge of what is possible."""
MOST_WAYS = 4


@dataclass(frozen=True)
class _Way:
    """Rules that give way, to which levels, and what the mix then costs (NaN: not solved)."""

    levels: tuple[tuple[Rule, float, float], ...]
    cost: float


def explain_mix(case: MixCase, limits: Limits, *, ways: int = MOST_WAYS) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Explain why a case has no mix.

    Parameters
    ----------
    ways : most ways out that are looked for; each is solved, which takes much longer than to find the conflicts

    Returns
    -------
    conflicts, ways out : tuples of str
        The cheapest way out first.
    """
    elastic = _Elastic(build_program(case, lead=lead_range(case)))
    if not elastic.is_possible(elastic.families):
        return _without_rules(case)
    if elastic.is_possible(()):
        return _by_whole_numbers(case, limits, ways)
    conflicts, sets = resolve(_that_may_give_way(elastic), elastic.is_possible)
    # a lead is taken over the floor as it is: beside a floor that cannot be kept it says nothing of its own
    told = [one for one in conflicts if {kind for kind, _ in one} != {rules.TIER_LEAD}] or conflicts
    words = tuple(_conflict_words(sorted(conflict), elastic, case) for conflict in sorted(told, key=len))
    out = [_way(case, elastic, sorted(chosen), limits) for chosen in sorted(sets, key=len)[:ways]]
    out.sort(key=lambda way: (math.isnan(way.cost), way.cost))
    return words, tuple(_way_words(way, case) for way in out)


def _that_may_give_way(elastic: _Elastic) -> list[tuple[str, str]]:
    """Return the rules to look at: where budgets alone are too small, longer cost tables are no way out.

    Work beyond the end of a table costs nothing in the elastic program, which a longer table would not keep true.
    """
    budgets = [family for family in elastic.families if family[0] in (rules.BUDGET, rules.PERIOD_BUDGET)]
    if budgets and elastic.is_possible(budgets):
        return [family for family in elastic.families if family[0] != rules.STAFFING]
    return elastic.families


class _Elastic:
    """The linear program of a case with a slack on every row of a rule."""

    def __init__(self, mix: MixProgram) -> None:
        program, rows = mix.program, mix.rule_rows
        self.mix = mix
        self._begin, self._count = len(program.cost), len(rows)
        self.family = [_family(row.rule) for row in rows]
        self.families = list(dict.fromkeys(self.family))
        sign = np.array([1.0 if row.rule.is_floor else -1.0 for row in rows])
        slack = sparse.csc_matrix(
            (sign, ([row.row for row in rows], range(len(rows)))), shape=(len(program.row_lower), len(rows))
        )
        # one column more for each rule: its largest slack
        worst = sparse.csc_matrix((len(program.row_lower), len(self.families)))
        place = [self.families.index(family) for family in self.family]
        links = sparse.hstack(
            [
                sparse.csc_matrix((len(rows), self._begin)),
                -sparse.identity(len(rows)),
                sparse.csc_matrix((np.ones(len(rows)), (range(len(rows)), place)), (len(rows), len(self.families))),
            ]
        )
        width = self._begin + len(rows) + len(self.families)
        extra = len(rows) + len(self.families)
        whole = Program(
            np.zeros(width), np.concatenate([program.lower, np.zeros(extra)]),
            np.concatenate([program.upper, np.full(extra, np.inf)]), np.zeros(width, bool),
            sparse.vstack([sparse.hstack([program.matrix, slack, worst]), links], format="csc"),
            np.concatenate([program.row_lower, np.zeros(len(rows))]),
            np.concatenate([program.row_upper, np.full(len(rows), np.inf)]),
        )  # fmt: skip
        self._changing = ChangingProgram(whole)
        self._worst = np.arange(self._begin + len(rows), width)
        self._slacks = np.arange(self._begin, self._begin + len(rows))

    def is_possible(self, waived: Collection[tuple[str, str]]) -> bool:
        """Say whether every other rule can be kept when these need not be."""
        costs = np.array([0.0 if family in waived else 1.0 for family in self.families])
        values = self._solved(costs)
        return values is not None and float(costs @ values[self._worst]) <= NOTHING

    def least(self, families: Collection[tuple[str, str]]) -> Floats | None:
        """Return the solution in which these rules give way least, and the others not at all."""
        # what must not give way costs far more than what may, each in its own unit of about 1
        return self._solved(np.array([1.0 if family in families else 1e4 for family in self.families]))

    def _solved(self, costs: Floats) -> Floats | None:
        self._changing.set_costs(self._worst, costs)
        return self._changing.solve().values

    def reached(self, family: tuple[str, str], values: Floats) -> tuple[Rule, float, float]:
        """Return a rule, its level, and the level that a solution keeps."""
        program = self.mix.program
        activity = program.matrix @ values[: self._begin]
        mine = [row for row, of in zip(self.mix.rule_rows, self.family, strict=True) if of == family]
        levels = [(row.level, _level(row, activity, values)) for row in mine]
        rule = Rule(*family)
        given = (max if rule.is_floor else min)(level for level, _ in levels)
        # where the level differs by period, what counts is how far each is missed
        moved = [found - level for level, found in levels]
        change = min(0.0, *moved) if rule.is_floor else max(0.0, *moved)
        return rule, given, given + change


def _level(row: RuleRow, activity: Floats, values: Floats) -> float:
    if row.rule.kind == rules.STAFFING:  # its row holds the workload beyond the paid level
        return row.level + float(activity[row.row]) / row.unit
    if row.base < 0:
        return float(activity[row.row]) / row.unit
    base = float(values[row.base])
    return row.level + float(activity[row.row]) / base if base > 0 else row.level


def _family(rule: Rule) -> tuple[str, str]:
    """Return the rule that gives way: change limits are one setting, whatever the channel."""
    return (rule.kind, "") if rule.kind == rules.CHANGE else rule.family


def _without_rules(case: MixCase) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Explain what no rule that has a level can help."""
    if case.settings.easy_first:
        hard = replace(case, settings=case.settings.model_copy(update={"easy_first": False}))
        elastic = _Elastic(build_program(hard, lead=lead_range(hard)))
        if elastic.is_possible(elastic.families):
            return (
                (remark("bots and self-service may take no more of the harder contacts than of the easier ones "
                        "(easy_first), and the adoption caps leave too few other channels for the harder ones"),),
                (remark("raise the adoption caps of channels of people for the harder segments"),
                 remark("set easy_first: false")),
            )  # fmt: skip
    conflict = remark("the adoption caps leave issues that no channel may settle")
    return (conflict,), (remark("raise the adoption caps in links.csv"),)


def _by_whole_numbers(case: MixCase, limits: Limits, most: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Explain what the linear program allows and whole licences, levels or leads do not."""
    elastic = _Elastic(build_program(case, lead=lead_range(case)))
    ways = []
    for family in elastic.families if most else ():
        way = _widened(case, [(Rule(*family), level, level) for level in [_given(elastic, family)]], limits)
        if math.isfinite(way.cost):
            ways.append(way)
    ways.sort(key=lambda way: way.cost)
    names = "; ".join(rule_words(Rule(*family)) for family in elastic.families)
    said = remark(
        "together these cannot be kept with whole licences, price tiers and staffing levels: {rules}"
        if np.isnan(case.tiers.csat_lead).all()
        else "the leads of tiers over the overall satisfaction cannot be kept with the other rules: {rules}",
        rules=names,
    )
    return (said,), tuple(_way_words(way, case) for way in ways[:most])


def _given(elastic: _Elastic, family: tuple[str, str]) -> float:
    rule = Rule(*family)
    levels = [row.level for row, of in zip(elastic.mix.rule_rows, elastic.family, strict=True) if of == family]
    return (max if rule.is_floor else min)(levels)


def _way(case: MixCase, elastic: _Elastic, families: list[tuple[str, str]], limits: Limits) -> _Way:
    values = elastic.least(families)
    if values is None:
        return _Way(tuple((Rule(*family), math.nan, math.nan) for family in families), math.nan)
    levels = [elastic.reached(family, values) for family in families]
    others = [level for level in levels if level[0].kind != rules.TIER_LEAD]
    if others and len(others) < len(levels):
        # the program takes a lead over the floor as it was; over a lower one it may hold as it is
        way = _widened(case, others, limits)
        if math.isfinite(way.cost):
            return way
    return _widened(case, [(rule, given, max(level, _least(rule))) for rule, given, level in levels], limits)


def _least(rule: Rule) -> float:
    """Return the least level that a rule may be given in the tables."""
    return 0.0 if rule.is_floor else -math.inf


def _widened(case: MixCase, levels: list[tuple[Rule, float, float]], limits: Limits) -> _Way:
    """Let rules give way a little further until a mix is found at the levels that are said."""
    deadline = time.perf_counter() + CHECK_SECONDS
    said = [(rule, given, _rounded(rule, given, level, 0)) for rule, given, level in levels]
    first = _Way(tuple(said), math.nan)
    if any(rule.kind == rules.STAFFING for rule, _, _ in levels):
        return first  # a table that ends has to be made longer before anything can be solved
    for steps in WIDER:
        said = [(rule, given, _rounded(rule, given, level, steps)) for rule, given, level in levels]
        moved = case
        for rule, given, level in said:
            # what the mix costs without the budget is the budget that it takes
            moved = with_level(moved, rule, math.inf if rule.kind == rules.BUDGET else level - given)
        left = max(deadline - time.perf_counter(), 0.5)
        found = solve_case(moved, replace(limits, gap=max(limits.gap, 1e-4), time_limit_s=left))[1]
        if found.values is not None:
            said = [
                (rule, given, float(math.ceil(found.cost)) if rule.kind == rules.BUDGET else level)
                for rule, given, level in said
            ]
            return _Way(tuple(said), found.cost)
        if found.status is Status.NO_PLAN:
            break
    return first


def _rounded(rule: Rule, given: float, level: float, steps: int) -> float:
    """Return a level as it is said: a tenth of a point, a contact, a unit of money, and so many steps further."""
    unit = 0.001 if rule.is_share else 1.0
    step = unit if rule.is_share else max(unit, 0.001 * abs(given))
    down = rule.is_floor
    whole = (math.floor if down else math.ceil)(round(level / unit, 4)) * unit
    return whole - steps * step if down else whole + steps * step


def _conflict_words(families: list[tuple[str, str]], elastic: _Elastic, case: MixCase) -> str:
    named = []
    for family in families:
        rule = Rule(*family)
        level = level_words(rule, _given(elastic, family), case.settings.currency)
        named.append(remark("{what} ({amount})", what=rule_words(rule), amount=level))
    return cannot_be_kept(named)


def _way_words(way: _Way, case: MixCase) -> str:
    currency = case.settings.currency
    said = " and ".join(_give_words(rule, given, level, currency) for rule, given, level in way.levels)
    if math.isnan(way.cost):
        return remark("{what} (at least)", what=said)
    return remark("{what} (the mix then costs {money})", what=said, money=f"{way.cost:,.0f} {currency}")


def _give_words(rule: Rule, given: float, level: float, currency: str) -> str:
    if math.isnan(level):
        return remark("give up the {what}", what=rule_words(rule))
    before, after = level_words(rule, given, currency), level_words(rule, level, currency)
    if rule.kind == rules.STAFFING:
        return remark("tabulate pool {pool} up to {what} in pool_costs.csv, which ends at {other}", pool=rule.subject,
                      what=after, other=before)  # fmt: skip
    return remark(
        "lower the {what} from {level} to {other}" if rule.is_floor else "raise the {what} from {level} to {other}",
        what=rule_words(rule), level=before, other=after,
    )  # fmt: skip
