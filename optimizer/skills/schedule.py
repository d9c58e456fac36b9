"""Shifts of agent groups over days: the cheapest found that keep every queue's promise in simulation.

Rounds of three steps: the shift problem with its teams, and with what simulation has said so far, is solved; the
schedule is simulated; where a queue misses its promise on a day, the schedule is simulated again with one more head of
each group, and what that gains bounds the service of that day's queues from above in the next round
(``shifts.problem``, rows ``support`` and ``promise``). Days that keep everything stay as they are. Bounds that prove
too hopeful (service is not quite concave, intervals are not quite independent, simulation is noisy) are met by asking
for a little more. The last word has a simulation with other customers than the rounds have seen.
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
from optimizer.skills.parts import Found, Parts
from optimizer.skills.promises import Day, days_of
from optimizer.skills.simulated import Rows, Served, Simulator, person_shifts
from optimizer.solve import Status, relative_gap

MOST_ROUNDS = 16
MOST_SKETCHES = 5
SKETCH_SHARE, LEAST_REPLICATIONS = 3, 10
"""Sketches are simulated with a third of the replications."""
NEAR = 0.02
"""Of service level: sketches that miss no promise by more have done their work."""
SAFETY = 0.5
"""Half-widths that the rounds ask for above the target: the last word has other customers."""
FINAL_REPLICATIONS = 4
"""Times the replications of a round, for the last word."""
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
    rounds : that were solved and simulated
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
    total_s: float = math.inf,
    say: Say = lambda line: None,
) -> SkillsSchedule:
    """Find the cheapest shifts of agent groups that keep every promise in simulation.

    Parameters
    ----------
    demand : contacts by interval and contact type
    limits : of each round; its gap is that of the integer programs
    replications : of the horizon, in every simulation of the rounds
    total_s : wall seconds after which no further round begins

    Raises
    ------
    InputFaults
        If the scenario limits pools in a way that has no meaning for groups.
    """
    started = time.perf_counter()
    master, queues = master_of(scenario, demand, skills), queues_of(scenario, demand)
    simulator = Simulator(scenario, queues, skills, replications, limits.seed, limits.threads)
    search = _Search(master, simulator, limits, started + total_s, say)
    search.run()
    return search.answer(time.perf_counter() - started)


def on_duty(problem: ShiftProblem, found: Found) -> Floats:
    """Return heads on duty, (P, T)."""
    present, away = heads_by_interval(problem, found.chosen)
    return present - away


class _Search:
    """The rounds, and what they know."""

    def __init__(self, master: Master, simulator: Simulator, limits: Limits, end: float, say: Say) -> None:
        self.master, self.simulator, self.say, self.end = master, simulator, say, end
        self.days = days_of(simulator.scenario, simulator.queues, simulator.skills)
        self.problem = replace(master.stated.problem, teams=master.teams)
        self.parts, self.limits = Parts(limits), limits
        self.rounds, self.bound, self.sketching = 0, -math.inf, True
        self.found: Found | None = None
        self.served: Served | None = None
        self.short: list[Day] = self.days

    def run(self) -> None:
        """Solve and simulate until every promise is kept, or time or rounds are over."""
        while self.rounds < MOST_ROUNDS and (self.found is None or time.perf_counter() < self.end):
            self.rounds += 1
            found = self.parts.solve(self.problem, sketch=self.sketching)
            if self.rounds == 1:
                self.bound = found.bound
            self.found = found
            if found.status in (Status.INFEASIBLE, Status.NO_PLAN):
                return
            rows = person_shifts(self.master.stated, found.chosen)
            base = self._simulator(rows)
            self.short = self._missed(base, SAFETY)
            near = max((day.shortfall(base, safety=SAFETY) for day in self.days), default=0.0) < NEAR
            if self.sketching:
                self._learn(found, rows, base)
                self.sketching = not near and self.rounds < MOST_SKETCHES
                continue
            if not self.short:
                self.served = self._last_word(rows)
                self.short = self._missed(self.served, 0.0)
            if not self.short:
                return
            self._learn(found, rows, base)

    def answer(self, seconds: float) -> SkillsSchedule:
        """Return what was found."""
        assert self.found is not None  # noqa: S101 - there is a first round
        status, served = self.found.status, self.served
        if status not in (Status.INFEASIBLE, Status.NO_PLAN):
            status = Status.NO_PLAN if self.short else Status.FEASIBLE
            if served is None or self.short:
                served = self._last_word(person_shifts(self.master.stated, self.found.chosen))
        return SkillsSchedule(
            status, self.master, self.simulator, self.found, self.bound, served, tuple(self.days), tuple(self.short),
            self.rounds, seconds, self.limits.seed,
        )  # fmt: skip

    @property
    def _simulator(self) -> Simulator:
        """Of this round: sketches need less."""
        least = max(self.simulator.replications // SKETCH_SHARE, LEAST_REPLICATIONS)
        return replace(self.simulator, replications=least) if self.sketching else self.simulator

    def _missed(self, served: Served, safety: float) -> list[Day]:
        short = {day.key: day.shortfall(served, safety=safety) for day in self.days}
        missed = [day for day in self.days if short[day.key] > 0]
        worst = max(short.values(), default=0.0)
        cost = 0.0 if self.found is None else self.found.objective
        by = f", by {worst:.1%} at most" if missed else ""
        self.say(f"round {self.rounds}: cost {cost:,.0f}, {len(missed)} of {len(self.days)} promises missed{by}")
        return missed

    def _last_word(self, rows: Rows) -> Served:
        final = replace(
            self.simulator, replications=FINAL_REPLICATIONS * self.simulator.replications, seed=self.limits.seed + 1
        )
        return final(rows)

    def _learn(self, found: Found, rows: Rows, base: Served) -> None:
        """Bound the service of the days that miss something, and ask for a little more where that was done before."""
        gains = self._simulator.gains(self.master.stated, rows)
        heads = on_duty(self.problem, found)
        missed = {day.day for day in self.short}
        for day in self.short:
            if day.supports and not found.sketch:
                served = self.served if self.served is not None else base
                day.ask_more(served, SAFETY)
        for day in self.days:
            if day.day in missed:
                day.learn(heads, base, gains)
        self.served = None
        promises = tuple(day.promise() for day in self.days if day.supports)
        self.problem = replace(self.problem, promises=promises)
