"""From parts without a schedule to words."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from models.remark import remark
from optimizer.explain.conflict import on_fewest_days, resolve, smallest_conflict
from optimizer.explain.elastic import Elastic
from optimizer.explain.reach import gap_words, gaps
from optimizer.explain.rules import Family, Give, Rule, give_way
from optimizer.explain.words import Wording, conflict_words, give_words
from optimizer.shifts.components import Component
from optimizer.shifts.engine import Limits, solve_shifts
from optimizer.shifts.problem import ShiftProblem
from optimizer.solve import Status

MOST_SECONDS = 15.0
"""Parts that are not looked at by then are counted."""
CHECK = Limits(gap=0.1, time_limit_s=2.0)
"""How whole people are sought for a way out."""
STEPS = (0, 1, 1, 4)
"""By so much is a way out that people in parts can take widened, one after the other, until whole people can."""
FEW_RULES = 2
"""Ways out of more rules are left out, unless there are no others."""
MOST_WAYS = 6
MOST_CONFLICTS = 3
"""Of a part: the smallest ones are named."""


@dataclass(frozen=True)
class Explanation:
    """The conflicts and the ways out, cheapest first (doing with fewer people last), in the planner's words.

    Attributes
    ----------
    ways : the ways out as figures
    """

    conflicts: tuple[str, ...]
    relaxations: tuple[str, ...]
    ways: tuple[tuple[Give, ...], ...] = ()


@dataclass(frozen=True)
class _Conflict:
    """Rules that cannot all be kept: not at all, or not by whole people."""

    rules: list[Rule]
    is_of_whole_people: bool = False


@dataclass(frozen=True)
class _Way:
    """Rules that give way, what a part then costs, and whether whole people were found for it."""

    gives: tuple[Give, ...]
    cost: float
    is_checked: bool

    @property
    def families(self) -> frozenset[Family]:
        return frozenset(give.family for give in self.gives)

    @property
    def accepts_fewer(self) -> bool:
        return any(kind == "cover" for kind, _ in self.families)


def explain(
    parts: Iterable[Component], whole: ShiftProblem, wording: Wording, *, rest_cost: float = 0.0,
    seconds: float = MOST_SECONDS,
) -> Explanation:  # fmt: skip
    """Explain why some parts of a problem have no schedule.

    Parameters
    ----------
    parts : the parts without a schedule
    whole : the whole problem, whose shifts say what else might be allowed
    rest_cost : cost of the schedule of the other parts
    seconds : wall time; parts that are not looked at by then are counted
    """
    started = time.perf_counter()
    parts = list(parts)
    open_gaps = np.zeros(whole.need.shape, bool)
    for part in parts:
        open_gaps |= gaps(part.problem)
    conflicts, mends = gap_words(whole, open_gaps, wording.grid, wording.lead_in)
    ways_of_parts: list[list[_Way]] = []
    found: list[_Conflict] = []
    # the worst first: what helps there most likely helps everywhere, should the time end before all are looked at
    left = sorted(
        (part for part in parts if not gaps(part.problem).any()), key=lambda part: -int(part.problem.need.sum())
    )
    while left and (not ways_of_parts or time.perf_counter() - started < seconds):
        some, possible_ways = _part(left.pop(0).problem, wording, lambda: seconds - (time.perf_counter() - started))
        found += some
        ways_of_parts.append(possible_ways)
    conflicts += _conflicts(found, wording)
    if left:
        conflicts.append(remark("further parts of the horizon: {count}, not looked at", count=len(left)))
    together = _together([ways for ways in ways_of_parts if ways])
    texts = [_way_words(way, wording, None if mends or left else rest_cost) for way in together]
    if left:
        texts = [remark("{what} (at least)", what=text) for text in texts]
    if mends and texts:
        texts = [remark("besides, {what}", what=text) for text in texts]
    ways = tuple(way.gives for way in together)
    return Explanation(tuple(conflicts), (*dict.fromkeys(mends), *texts), ways)


def _conflicts(found: list[_Conflict], wording: Wording) -> list[str]:
    """Name each conflict once, with all its days."""
    alike: dict[tuple[frozenset[Family], bool], list[Rule]] = {}
    for conflict in found:
        key = frozenset(rule.family for rule in conflict.rules), conflict.is_of_whole_people
        alike.setdefault(key, []).extend(conflict.rules)
    return [
        _for_whole_people(conflict_words(rules, wording)) if whole else conflict_words(rules, wording)
        for (_, whole), rules in sorted(alike.items(), key=lambda item: len(item[0][0]))
    ]


def _part(problem: ShiftProblem, wording: Wording, left: Callable[[], float]) -> tuple[list[_Conflict], list[_Way]]:
    """Return the conflicts of a part, and the ways out of all of them."""
    elastic = Elastic(problem, wording.grid)
    families = list(dict.fromkeys(rule.family for rule in elastic.rules))

    def possible(waived: Collection[Family]) -> bool:
        return elastic.is_possible(lambda rule: rule.family in waived)

    if possible(()):
        return _whole_people(problem, families, wording, left)
    found, sets = resolve(families, possible)
    conflicts = [
        _Conflict(on_fewest_days(elastic.rules, one, lambda waived: elastic.is_possible(waived.__contains__)))
        for one in sorted(found, key=len)[:MOST_CONFLICTS]
    ]
    ways = []
    most = max(FEW_RULES, min(map(len, sets), default=0))
    for chosen in sorted((one for one in sets if len(one) <= most), key=len):
        gives = elastic.least([family for family in families if family in chosen])
        if gives is not None:
            way = _checked(problem, gives, wording, left)
            ways += [way] if way is not None else []
    sure = [way for way in ways if way.is_checked]
    return conflicts, sure or ways


def _whole_people(
    problem: ShiftProblem, families: list[Family], wording: Wording, left: Callable[[], float]
) -> tuple[list[_Conflict], list[_Way]]:
    """Explain what is possible only with people in parts: rules one step further."""
    days = tuple(sorted(set(wording.grid.day.tolist())))

    def possible(waived: Collection[Family]) -> bool:
        return _found(_without(problem, waived, wording), left) is not Status.INFEASIBLE

    conflict = smallest_conflict(families, (), possible)
    rules = [Rule(kind, label, -1) for kind, label in families if (kind, label) in conflict]
    ways = []
    for family in (family for family in families if family in conflict):
        for direction in ("raise", "lower"):
            first = _first_step(problem, family, days, direction)
            way = None if first is None else _checked(problem, (first,), wording, left)
            ways += [way] if way is not None and way.is_checked else []
    return [_Conflict(rules, is_of_whole_people=True)], ways


def _first_step(problem: ShiftProblem, family: Family, days: tuple[int, ...], direction: str) -> Give | None:
    kind, label = family
    if direction == "lower" and kind not in ("attended", "counted"):
        return None
    if kind == "service":
        pool = problem.pools.index(label)
        target = min(period.target for period in problem.service if period.pool == pool)
        return Give(family, 0.01, days, reaches=max(0.0, target - 0.01))
    give = Give(family, 1, () if kind == "due" else days, direction)
    if give.is_share:
        factors = [
            values for limit in problem.counts if limit.name.startswith(label) for values in limit.factors.values()
        ]
        share = 1.0 - max(float(values.max(initial=0.0)) for values in factors)
        return None if direction == "lower" else replace(give, amount=0.01, reaches=min(1.0, share + 0.01))
    return give


def _without(problem: ShiftProblem, waived: Collection[Family], wording: Wording) -> ShiftProblem:
    """Return the problem without some rules."""
    for kind, label in waived:
        if kind == "cover":
            problem = give_way(problem, Give((kind, label), float(problem.need.max(initial=0))), wording.grid)
        elif kind == "service":
            pool = problem.pools.index(label)
            problem = replace(problem, service=tuple(item for item in problem.service if item.pool != pool))
        elif kind == "due":
            late = tuple(
                replace(work, due=np.zeros_like(work.due)) if work.name == label else work
                for work in problem.deferrable
            )
            problem = replace(problem, deferrable=late)
        else:
            for direction in ("raise", "lower"):
                give = Give((kind, label), math.inf, direction=direction, reaches=1.0)
                problem = give_way(problem, give, wording.grid)
    return problem


def _found(problem: ShiftProblem, left: Callable[[], float]) -> Status:
    return solve_shifts(problem, replace(CHECK, time_limit_s=max(min(CHECK.time_limit_s, left()), 0.5))).status


def _checked(
    problem: ShiftProblem, gives: tuple[Give, ...], wording: Wording, left: Callable[[], float]
) -> _Way | None:
    """Widen a way out until whole people can take it; None where they cannot."""
    first, tired = gives, False
    for steps in STEPS:
        # just enough for people in parts is where whole people are hardest to find, or are none
        gives = tuple(give.further(steps) for give in gives)
        eased = problem
        for give in gives:
            eased = give_way(eased, give, wording.grid)
        solution = solve_shifts(eased, replace(CHECK, time_limit_s=max(min(CHECK.time_limit_s, left()), 0.5)))
        if solution.status in (Status.OPTIMAL, Status.FEASIBLE):
            return _Way(gives, solution.objective, True)
        tired |= solution.status is Status.NO_PLAN
        if left() <= 0 or (tired and len(gives) > 1):
            tired = True
            break
    return _Way(first, math.inf, False) if tired else None


def _together(ways_of_parts: list[list[_Way]]) -> list[_Way]:
    """Return ways out of all parts at once, by the same rules in each part as far as that goes.

    The cheapest come first. To do with fewer people than are needed is always cheap, and so comes last.
    """
    found: dict[frozenset[Family], _Way] = {}
    for families in dict.fromkeys(way.families for ways in ways_of_parts for way in ways):
        chosen = [_nearest(ways, families) for ways in ways_of_parts]
        gives: dict[Family, Give] = {}
        for give in (give for way in chosen for give in way.gives):
            gives[give.family] = gives[give.family].together(give) if give.family in gives else give
        cost = sum(way.cost for way in chosen)
        merged = _Way(tuple(gives.values()), cost, all(way.is_checked for way in chosen))
        if merged.families not in found or cost < found[merged.families].cost:
            found[merged.families] = merged
    return sorted(found.values(), key=lambda way: (way.accepts_fewer, way.cost))[:MOST_WAYS]


def _nearest(ways: list[_Way], families: frozenset[Family]) -> _Way:
    """Return the way of a part that is by these rules as far as that goes, else by rules of the same kind."""
    kinds = {kind for kind, _ in families}
    return min(
        ways, key=lambda way: (len(way.families - families), len({kind for kind, _ in way.families} - kinds), way.cost)
    )


def _for_whole_people(conflict: str) -> str:
    return remark("{what} (people in parts could; no whole number of shifts can)", what=conflict)


def _way_words(way: _Way, wording: Wording, rest_cost: float | None) -> str:
    said = " and ".join(give_words(give, wording) for give in way.gives)
    if not way.is_checked:
        return remark("{what} (at least)", what=said)
    if rest_cost is None:
        return said
    # what was found in a hurry: a longer search finds no dearer one
    money = wording.money(way.cost + rest_cost)
    return remark("{what} (the schedule then costs about {money} or less)", what=said, money=money)
