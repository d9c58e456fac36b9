"""Shifts of agent groups over days: the cheapest found that keep every queue's promise in simulation.

The linear relaxation of the shift problem with its teams gives the bound, and rounded the first schedule. What
simulation says of that goes into a second relaxation (``shifts.problem``, rows ``support`` and ``promise``), whose
shifts are mended by simulation until they keep every promise, and made cheaper as long as they do (``mending``). The
last word has a simulation with other customers than the search has seen; where it misses a promise, the search asks for
as much more as its own customers were easier to serve.

What is promised (`service.mode: day`): every class of queues (served by the same groups in the same order, under the
same promise) keeps its target over each day, and so does each of its queues as far as the noise of the simulation lets
one say; no interval of a class lies below the floor for sure (95 %). Days of fewer than `promises.FEW_CONTACTS`
contacts are judged with all days of the class together. `mode: interval` asks for the target itself in every interval.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd

from models.scenario import Scenario
from models.skills import Skills, queues_of
from optimizer.shifts.engine import Limits
from optimizer.shifts.heads import heads_by_interval
from optimizer.shifts.problem import Floats, ShiftProblem
from optimizer.skills.master import Master, master_of
from optimizer.skills.mending import Mending
from optimizer.skills.parts import Found, Parts
from optimizer.skills.promises import Day, days_of
from optimizer.skills.simulated import Served, Simulator, person_shifts
from optimizer.solve import Status, relative_gap

SKETCHES = 2
"""Relaxations before mending: the first knows the teams only, the others what simulation said."""
SKETCH_SHARE, LEAST_REPLICATIONS = 5, 10
"""Sketches are simulated with a fifth of the replications."""
LAST_WORDS = 4
FINAL_REPLICATIONS = 4
"""Times the replications of a round, for the last word."""
KEPT_BACK = 1.5 * FINAL_REPLICATIONS
"""Rounds whose time mending leaves for the last word."""
ASK = 0.25
"""Half-widths of the last word that are asked for on top of what it missed."""
REPLICATIONS = 100
Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class SkillsSchedule:
    """The schedule of agent groups, with what simulation says of it.

    Attributes
    ----------
    status : FEASIBLE: every promise is kept in simulation; NO_PLAN: time or rounds were over before (``short`` says
        where); INFEASIBLE: the agents that there are cannot give every team what it needs
    found : the shifts; ``price`` is what one more head of a group is worth in an interval
    bound : least cost of any shifts that give every team what Erlang's formulas want of it
    served : simulated with other customers than the rounds knew; None without a schedule
    days, short : classes of queues by day, and those that miss their promise
    rounds : simulations by which the search judged its moves
    """

    status: Status
    master: Master
    simulator: Simulator
    found: Found
    bound: float
    served: Served | None
    days: tuple[Day, ...]
    short: tuple[Day, ...]
    rounds: int
    seconds: float
    seed: int

    @property
    def cost(self) -> float:
        """Cost of the shifts."""
        return self.found.objective

    @property
    def gap(self) -> float:
        """Relative gap, of the cost."""
        return relative_gap(self.cost, self.bound)

    @property
    def heads(self) -> Floats:
        """Heads on duty, (G, T)."""
        return on_duty(self.master.stated.problem, self.found)


def schedule_skills(
    scenario: Scenario,
    demand: pd.DataFrame,
    skills: Skills,
    limits: Limits,
    *,
    replications: int = REPLICATIONS,
    say: Say = lambda line: None,
) -> SkillsSchedule:
    """Find the cheapest shifts of agent groups that keep every promise in simulation.

    Parameters
    ----------
    demand : contacts by interval and contact type
    limits : time limit of the whole search; what cannot be stopped (a first relaxation, a simulation) may exceed it
    replications : of the horizon, in every simulation of the search

    Raises
    ------
    InputFaults
        If the scenario limits pools in a way that has no meaning for groups.
    """
    started = time.perf_counter()
    master, queues = master_of(scenario, demand, skills), queues_of(scenario, demand)
    simulator = Simulator(scenario, queues, skills, replications, limits.seed, limits.threads)
    search = _Search(master, simulator, limits, started + limits.time_limit_s, say)
    search.run()
    return search.answer(time.perf_counter() - started)


def on_duty(problem: ShiftProblem, found: Found) -> Floats:
    """Return heads on duty, (P, T)."""
    present, away = heads_by_interval(problem, found.chosen)
    return present - away


class _Search:
    """Relaxations, mending, last words, and what they know."""

    def __init__(self, master: Master, simulator: Simulator, limits: Limits, end: float, say: Say) -> None:
        self.master, self.simulator, self.say, self.end = master, simulator, say, end
        self.days = days_of(simulator.scenario, simulator.queues, simulator.skills)
        self.problem = replace(master.stated.problem, teams=master.teams)
        self.parts, self.limits = Parts(limits), limits
        self.rounds, self.bound = 0, -math.inf
        self.found: Found | None = None
        self.served: Served | None = None
        self.short: list[Day] = self.days

    def run(self) -> None:
        """Search until every promise is kept and nothing can be made cheaper, or time is over."""
        for sketch in range(SKETCHES):
            found = self.parts.solve(self.problem, sketch=True)
            if sketch == 0:
                self.bound = found.bound
            if found.status in (Status.INFEASIBLE, Status.NO_PLAN):
                # what is asked for beyond the teams may be too much for these bounds; mending needs no bounds
                self.found = found if self.found is None else self.found
                break
            self.found, desks = found, self.parts.desks(self.problem)
            self.say(f"relaxation {sketch + 1}: cost {found.objective:,.0f}")
            if sketch + 1 < SKETCHES and time.perf_counter() < self.end:
                self._learn(found)
        if self.found is not None and self.found.chosen:
            self._mend(Mending(self.master, self.simulator, desks, self.days, self.say))

    def answer(self, seconds: float) -> SkillsSchedule:
        """Return what was found."""
        assert self.found is not None  # noqa: S101 - there is a first relaxation
        status = self.found.status
        if status not in (Status.INFEASIBLE, Status.NO_PLAN):
            status = Status.NO_PLAN if self.short else Status.FEASIBLE
        return SkillsSchedule(
            status, self.master, self.simulator, self.found, self.bound, self.served, tuple(self.days),
            tuple(self.short), self.rounds, seconds, self.limits.seed,
        )  # fmt: skip

    def _mend(self, mending: Mending) -> None:
        assert self.found is not None  # noqa: S101 - there is a first relaxation
        best: tuple[int, float] | None = None
        for attempt in range(LAST_WORDS):
            mending.run(self.end, KEPT_BACK)
            rows = person_shifts(self.master.stated, mending.chosen())
            served = self._last_word(mending)
            short = [day for day in self.days if day.shortfall(served) > 0]
            self.say(f"last word: cost {mending.cost:,.0f}, {len(short)} of {len(self.days)} promises missed")
            if best is None or (len(short), mending.cost) < best:
                best = (len(short), mending.cost)
                self.found = replace(self.found, objective=mending.cost, chosen=mending.chosen())
                self.served, self.short = served, short
            left = self.end - time.perf_counter()
            if not short or attempt + 1 == LAST_WORDS or left < (KEPT_BACK + 2) * mending.round_s:
                break
            searched = self.simulator(rows)
            for day in short:
                (easy, _), (level, half_width) = day.level(searched), day.level(served)
                day.ask = max(easy - level + ASK * half_width, day.ask)
            mending.reopen(short)
        self.rounds = mending.rounds

    def _last_word(self, mending: Mending) -> Served:
        final = replace(
            self.simulator, replications=FINAL_REPLICATIONS * self.simulator.replications, seed=self.limits.seed + 1
        )
        return final(person_shifts(self.master.stated, mending.chosen()))

    def _learn(self, found: Found) -> None:
        """Bound the service of each day by what simulation says."""
        least = max(self.simulator.replications // SKETCH_SHARE, LEAST_REPLICATIONS)
        simulator = replace(self.simulator, replications=least)
        rows = person_shifts(self.master.stated, found.chosen)
        base, gains = simulator(rows), simulator.gains(self.master.stated, rows)
        heads = on_duty(self.problem, found)
        for day in self.days:
            if not day.is_small:
                day.learn(heads, base, gains)
        promises = tuple(day.promise() for day in self.days if day.supports)
        self.problem = replace(self.problem, promises=promises)
