"""The whole search: a first roster, the linear bound, a dive, then large neighbourhoods until the time is over.

Over many weeks, windows of days are decided one after the other, for many people at once; where a program with a row
for each employee would be slow, before the bound is sought. Every step leaves the best roster so far, so that the
search may end at any time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.roster.case import Lines, RosterCase
from models.roster.check import check
from optimizer.clock import Clock
from optimizer.progress import tell
from optimizer.roster.aggregate import Aggregate, aggregate
from optimizer.roster.beginning import first_roster, given_costs, given_roster, legal_lines, polished, rounded
from optimizer.roster.conflict import Conflict, conflicts_of
from optimizer.roster.diving import BOXES, dive
from optimizer.roster.neighbourhoods import improve_block, improve_days
from optimizer.roster.pricing import load_machine_code
from optimizer.roster.relaxation import FIRST_BOX, Box, met, relax
from optimizer.roster.setting import Setting
from optimizer.roster.sweeps import Sweep
from optimizer.solve import SolverFailureError, Status, relative_gap, round_up

BOUND_SHARE, LONG_BOUND_SHARE = 0.6, 0.3
"""Of the time, at most, for the linear bound; the latter over many weeks."""
WINDOWS = 3
"""Before each block of people on all days."""
DIVE_EVERY, DIVE_SHARE, NEAR = 6, 0.15, 0.01
"""A further dive comes after so many blocks where one takes less than this share of the time, until a roster is this
near to the bound."""
MANY_PEOPLE, MANY_ROWS = 120, 100_000
"""Beyond so many people, or people times rows of cover, columns are those of groups."""
GOOD_LINES = 20
"""Of each employee, with which a dive begins."""
MOST_SAMPLES = 8
"""Rosters made of groups' columns one after the other without a better one."""
LONG_DAYS, MOST_IN_WINDOW, EARLY_SHARE = 35, 100, 0.4
"""Beyond so many days, windows of some weeks of so many people at most are decided together; where columns are those of
groups, for at most this share of the time before the linear bound is sought."""
FIRST_BLOCK, LARGEST_BLOCK, MOST_IDLE = 6, 20, 4
"""Employees of a large neighbourhood, and how many of them at least may gain nothing before they grow."""
COST_TOLERANCE = 1e-6
PROVED_GAP = 1e-6
"""Relative gap within which a linear bound, a figure of the simplex, and the cost are one."""


@dataclass(frozen=True)
class RosterLimits:
    """When to stop.

    Attributes
    ----------
    time_limit_s : wall seconds
    gap : relative gap that is good enough
    blocks : large neighbourhoods at most; None = until the time is over
    threads : employees priced side by side
    """

    time_limit_s: float = 60.0
    gap: float = 0.0
    seed: int = 1
    blocks: int | None = None
    threads: int = 1


@dataclass(frozen=True)
class Progress:
    """Where a search stands.

    Attributes
    ----------
    cost : of the best roster so far
    bound : proved so far; minus infinity before there is one
    """

    seconds: float
    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """Relative gap between both."""
        return relative_gap(self.cost, self.bound)


@dataclass(frozen=True, eq=False)
class RosterSolution:
    """What became of a case.

    Attributes
    ----------
    lines : (E, D) the roster; None without one
    conflicts : for an infeasible case, which demands on somebody without a legal line exclude each other
    unsettled : people for whom the search found no legal line, nor that there is none
    interrupted : whether Ctrl-C ended the search
    """

    status: Status
    lines: Lines | None
    cost: float
    bound: float
    seconds: float
    seed: int
    solver: str = "column generation, diving and large neighbourhoods"
    conflicts: tuple[Conflict, ...] = ()
    unsettled: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def gap(self) -> float:
        """Relative gap between cost and bound."""
        return relative_gap(self.cost, self.bound)


def solve_roster(
    case: RosterCase,
    limits: RosterLimits,
    *,
    start: Lines | None = None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> RosterSolution:
    """Find the cheapest roster.

    Parameters
    ----------
    start : (E, D) a roster to begin with; lines that break a hard rule are replaced
    progress : called with every better roster and with the bound

    Returns
    -------
    RosterSolution
        OPTIMAL where the bound proves it, else FEASIBLE; INFEASIBLE when somebody has no legal line of work.

    Notes
    -----
    The time begins when the search's machine code is there: the first search after an installation compiles it, which
    takes some fifteen seconds once.

    Raises
    ------
    SolverFailureError
        If a solver fails, or the roster's cost is not what the rules say.
    """
    load_machine_code()
    begun = time.perf_counter()
    clock = Clock(limits.time_limit_s)
    setting = Setting(case, clock.left, limits.seed, limits.threads)
    costs = None if start is None else given_costs(setting, start)
    asked = setting.everybody if costs is None else [place for place, cost in enumerate(costs) if math.isinf(cost)]
    legal, without, unknown = legal_lines(setting, asked)
    if without or unknown:
        status = Status.INFEASIBLE if without else Status.NO_PLAN
        seconds = time.perf_counter() - begun
        return RosterSolution(
            status, None, math.inf, -math.inf, seconds, limits.seed,
            conflicts=conflicts_of(case, without),
            unsettled=tuple(case.employees[place].name for place in unknown),
        )  # fmt: skip
    search = _Search(setting, limits, begun, progress)
    if start is None or costs is None:
        search.numbers = [legal[place] for place in setting.everybody]
    else:
        search.numbers = given_roster(setting, start, costs, legal)
    interrupted = False
    try:
        search.take(first_roster(setting, legal) if start is None else search.numbers)
        if start is not None:
            search.take(polished(setting, search.numbers))
        search.run()
    except KeyboardInterrupt:
        interrupted = True
        search.settle()
    lines = setting.lines(search.numbers)
    _agree(case, lines, search.cost)
    status = Status.OPTIMAL if relative_gap(search.cost, search.bound) <= PROVED_GAP else Status.FEASIBLE
    seconds = time.perf_counter() - begun
    return RosterSolution(status, lines, search.cost, search.bound, seconds, limits.seed, interrupted=interrupted)


class _Search:
    """The best roster so far and the bound, and the steps that bring them together."""

    def __init__(
        self, setting: Setting, limits: RosterLimits, begun: float, progress: Callable[[Progress], None]
    ) -> None:
        self._setting, self._limits, self._begun, self._progress = setting, limits, begun, progress
        self.numbers: list[int] = []
        self.cost, self.bound = math.inf, -math.inf
        self._aggregate: Aggregate | None = None
        self._prices = np.zeros(len(setting.rows))
        self._dives_made, self._dive_s, self._linear = 0, 0.0, -math.inf
        self._rng = np.random.default_rng(limits.seed)
        self._sweep = Sweep(setting.case.days if setting.case.days > LONG_DAYS else 0, self._rng)

    def take(self, numbers: list[int] | None) -> bool:
        """Keep a roster unless it is dearer than the best; says whether it is better."""
        if numbers is None:
            return False
        cost = self._setting.cost(numbers)
        better = cost < self.cost - COST_TOLERANCE
        if cost <= self.cost + COST_TOLERANCE:
            self.numbers, self.cost = numbers, min(cost, self.cost)
        if better:
            self._tell()
        return better

    def settle(self) -> None:
        """Leave a roster after an interrupt, wherever that came."""
        self.cost = self._setting.cost(self.numbers)
        self.bound = min(self.bound, self.cost)

    def run(self) -> None:
        """Bound, dive, and re-optimise blocks until the gap or the end of the time is reached."""
        if self._sweep and self._is_large():
            end = self._setting.seconds_left() * (1 - EARLY_SHARE)
            while not self._done() and not self._sweep.idle and self._setting.seconds_left() > end:
                self._try_window()
        self._find_bound()
        if self._aggregate is None and not self._done():
            self._dive()
        elif not self._sweep:
            idle = 0
            while not self._done() and idle < MOST_SAMPLES:
                idle = 0 if self._sample(self._rng) else idle + 1
        self._improve()

    def _is_large(self) -> bool:
        """Say whether a program with a row for each employee would be slow."""
        people = len(self._setting.everybody)
        return people > MANY_PEOPLE or people * len(self._setting.rows) > MANY_ROWS

    def _dives(self) -> bool:
        """Say whether further dives are worth their time: where one takes long, blocks gain more."""
        return self._aggregate is None and self._dive_s < DIVE_SHARE * self._limits.time_limit_s

    def _sample(self, rng: np.random.Generator | None) -> bool:
        """Make a roster of the columns of groups, and let everybody answer to all others."""
        if self._aggregate is None or self._aggregate.bound == -math.inf or self._done():
            return False
        numbers = self._aggregate.sample(rng, len(self._setting.everybody))
        return self.take(polished(self._setting, numbers))

    def _good_lines(self) -> list[int]:
        """Lines that are cheap at the prices of the linear bound, and those of the best roster."""
        setting = self._setting
        kept = list(self.numbers)
        for employee in setting.everybody:
            own = setting.pool.of(employee)
            value = {number: setting.value(number, self._prices) for number in own}
            kept.extend(sorted(own, key=lambda number: (value[number], number))[:GOOD_LINES])
        return sorted(set(kept))

    def _dive(self) -> bool:
        """Dive with good lines of all that were found so far: each dive leaves better ones to the next."""
        setting, begun = self._setting, time.perf_counter()
        master = setting.master(setting.everybody, setting.rows.need, self._good_lines())
        box = Box(setting.rows, BOXES[self._dives_made % len(BOXES)] * setting.unit, self._prices)
        self._dives_made += 1
        found = dive(
            master, setting.rows, setting.pool, setting.pricer, setting.seconds_left, box, bound=self._linear,
            effort=self._dives_made, beaten=self._beaten,
        )  # fmt: skip
        self._dive_s = time.perf_counter() - begun
        return self.take(found if found is None else polished(setting, found))

    def _find_bound(self) -> None:
        setting = self._setting
        share = BOUND_SHARE if setting.case.days <= LONG_DAYS else LONG_BOUND_SHARE
        end = setting.seconds_left() * (1 - share)
        if self._is_large():
            guess = setting.rows.scarcity(setting.present(self.numbers)) if self._sweep else None
            found = aggregate(
                setting, self.numbers, self.cost, lambda: max(0.0, setting.seconds_left() - end), self._beaten, guess
            )
            self._prove(found.bound)
            self._aggregate, self._prices, self._linear = found, found.prices, found.bound
            if not self._sweep:
                self._sample(None)
            return
        master = setting.master(setting.everybody, setting.rows.need, list(range(len(setting.pool))))
        box = Box(setting.rows, FIRST_BOX * setting.unit)
        linear = relax(
            master,
            setting.rows,
            setting.pool,
            setting.pricer,
            lambda: setting.seconds_left() - end,
            box,
            enough=lambda objective, bound: met(objective, bound) or self._beaten(bound),
        )
        self._prices, self._linear = box.centre, linear.bound
        self._prove(linear.bound)
        if not self._done():
            self.take(rounded(setting, master, linear.answer))

    def _prove(self, bound: float) -> None:
        """Take a bound over; no price is negative, so that nothing costs less than nothing."""
        if bound > -math.inf:
            self.bound = min(self.cost, max(0.0, round_up(bound, self._setting.grain)))
            if relative_gap(self.cost, self.bound) <= PROVED_GAP:
                self.bound = self.cost
            self._tell()

    def _improve(self) -> None:
        """Give blocks of employees new lines together; blocks grow when they gain nothing more.

        Diving and the integer solver take turns: one finds new lines, the other the best choice among known ones.
        """
        everybody, windows = self._setting.everybody, WINDOWS if self._sweep else 0
        largest = min(LARGEST_BLOCK, len(everybody))
        size, idle, blocks = min(FIRST_BLOCK, largest), 0, 0
        while not self._done() and (self._limits.blocks is None or blocks < self._limits.blocks):
            for _ in range(windows):
                if not self._done():
                    self._try_window()
            better = self._try_block(size, by_diving=blocks % 2 == 0)
            blocks += 1
            idle = 0 if better else idle + 1
            if size == len(everybody) and idle == 2:  # neither of both gains anything with everybody free
                break
            if idle >= max(MOST_IDLE, len(everybody) // size):
                size, idle = min(size + size // 4 + 1, largest), 0
            if self._dives() and blocks % DIVE_EVERY == 0 and relative_gap(self.cost, self.bound) > NEAR:
                self._dive()

    def _try_block(self, size: int, *, by_diving: bool) -> bool:
        """Give some people new lines."""
        block = self._choose(size)
        return self.take(improve_block(self._setting, self.numbers, block, self._prices, by_diving=by_diving))

    def _try_window(self) -> bool:
        """Give many people new lines on some days."""
        block = self._choose(min(len(self._setting.everybody), MOST_IN_WINDOW))
        return self.take(improve_days(self._setting, self.numbers, block, self._prices, *self._sweep.window(self.cost)))

    def _choose(self, size: int) -> list[int]:
        """Choose people for a block by chance, half of them those of whom the roster's costs come."""
        setting, everybody = self._setting, self._setting.everybody
        present = setting.present(self.numbers)
        short, over = present < setting.rows.need, present > setting.rows.need
        helps = setting.rows.rewards(np.where(short, setting.rows.under_price, 0.0)).sum(axis=(1, 2))
        weight = helps / max(1, len(everybody))
        for place, number in enumerate(self.numbers):
            stands = setting.rows.given(place, setting.pool.line[number])
            weight[place] += setting.pool.cost[number] + float((setting.rows.over_price * over)[stands].sum())
        likely = min(size // 2, int(np.count_nonzero(weight)))
        chosen = self._rng.choice(everybody, likely, replace=False, p=weight / weight.sum()).tolist() if likely else []
        others = [place for place in everybody if place not in set(chosen)]
        return sorted(chosen + self._rng.choice(others, size - len(chosen), replace=False).tolist())

    def _beaten(self, bound: float) -> bool:
        """Say whether a bound leaves no room for anything better than the best roster."""
        return round_up(bound, self._setting.grain) > self.cost - COST_TOLERANCE

    def _done(self) -> bool:
        return (
            relative_gap(self.cost, self.bound) <= max(self._limits.gap, PROVED_GAP)
            or self._setting.seconds_left() <= 0
        )

    def _tell(self) -> None:
        self._progress(Progress(time.perf_counter() - self._begun, self.cost, self.bound))
        tell("roster", best=self.cost, bound=self.bound)


def _agree(case: RosterCase, lines: Lines, cost: float) -> None:
    """Refuse a roster whose cost is not what the rules' own functions say."""
    found = check(case, lines)
    if found.broken or abs(found.cost - cost) > COST_TOLERANCE * max(1.0, abs(cost)):
        first = f", {found.broken[0]}" if found.broken else ""
        raise SolverFailureError(f"the roster costs {found.cost:g} by its rules, not {cost:g}{first}")
