"""Shifts of agent groups over days: the cheapest found that keep every queue's promise in simulation.

The linear relaxation of the shift problem with its teams gives the bound, and rounded the first schedule. Its shifts
are mended by simulation until they keep every promise, and made cheaper as long as they do (``mending``). What
simulation says on the way goes into further relaxations (``shifts.problem``, rows ``support`` and ``promise``), which
are rounded and mended in their turn; each part keeps its cheapest. The last word has a simulation with other customers
than the search has seen; where it misses a promise, the search asks for as much more as its own customers were easier
to serve.

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
from optimizer.shifts.patterns import count_patterns
from optimizer.shifts.problem import Floats, ShiftProblem
from optimizer.skills.desk import Desk
from optimizer.skills.master import Master, master_of
from optimizer.skills.mending import Mending
from optimizer.skills.parts import Found, Parts
from optimizer.skills.promises import Day, days_of
from optimizer.skills.simulated import Served, Simulator, person_shifts
from optimizer.solve import Status, relative_gap

WHOLE_PATTERNS = 2000
"""Problems of no more patterns begin with a schedule of the integer program, which keeps the teams' rows, instead of a
rounded relaxation: there is time for it."""
WHOLE_SHARE = 0.1
"""Of the time limit, for each of these integer programs."""
LAST_WORDS = 5
FIRST_SHARE = 0.75
"""Of the time limit: then comes the first last word, and time is left for what it misses."""
FINAL_REPLICATIONS = 4
"""Times the replications of a round, for the last word, where there is time."""
KEPT_BACK, LEAST_KEPT_BACK = 1.5 * FINAL_REPLICATIONS, 2.5
"""Rounds whose time mending leaves for the last word; and the fewest, as long as some promise is not kept yet."""
ASK = 0.25
"""Half-widths of the last word that are asked for on top of what it missed."""
CONTACTS_A_ROUND = 4_000_000
FEWEST, MOST = 20, 100
"""Replications of a simulation of the search that nobody gave: as many as make `CONTACTS_A_ROUND`, some seconds."""
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
    replications: int | None = None,
    say: Say = lambda line: None,
    asked: Callable[[], bool] = lambda: False,
) -> SkillsSchedule:
    """Find the cheapest shifts of agent groups that keep every promise in simulation.

    Parameters
    ----------
    demand : contacts by interval and contact type
    limits : time limit of the whole search; a first relaxation, one round of mending and a last word are made anyway
    replications : of the horizon, in every simulation of the search; left out: as many as take some seconds
    asked : whether the user wants the search to end: it is asked before every round, and the best so far is returned

    Raises
    ------
    InputFaults
        If the scenario limits pools in a way that has no meaning for groups.
    """
    started = time.perf_counter()
    master, queues = master_of(scenario, demand, skills), queues_of(scenario, demand)
    times = replications or min(max(int(CONTACTS_A_ROUND / max(queues.contacts.sum(), 1.0)), FEWEST), MOST)
    simulator = Simulator(scenario, queues, skills, times, limits.seed, limits.threads)
    search = _Search(master, simulator, limits, started + limits.time_limit_s, say, asked)
    search.run()
    return search.answer(time.perf_counter() - started)


def on_duty(problem: ShiftProblem, found: Found) -> Floats:
    """Return heads on duty, (P, T)."""
    present, away = heads_by_interval(problem, found.chosen)
    return present - away


class _Search:
    """Relaxations, mending, last words, and what they know."""

    def __init__(
        self, master: Master, simulator: Simulator, limits: Limits, end: float, say: Say, asked: Callable[[], bool]
    ) -> None:
        self.master, self.simulator, self.say, self.end, self.asked = master, simulator, say, end, asked
        self.days = days_of(simulator.scenario, simulator.queues, simulator.skills)
        self.problem = replace(master.stated.problem, teams=master.teams)
        self.small, self.limits = count_patterns(self.problem) <= WHOLE_PATTERNS, limits
        share = WHOLE_SHARE if self.small else 1.0
        self.parts = Parts(replace(limits, time_limit_s=share * limits.time_limit_s))
        self.rounds, self.bound = 0, -math.inf
        self.found: Found | None = None
        self.served: Served | None = None
        self.short: list[Day] = self.days

    def run(self) -> None:
        """Search until every promise is kept and nothing can be made cheaper, or time is over."""
        self.found = self.parts.solve(self.problem, sketch=not self.small)
        self.bound = self.found.bound
        if math.isfinite(self.bound):
            self.say(f"relaxation: cost {self.bound:,.0f}")
        if self.found.status not in (Status.INFEASIBLE, Status.NO_PLAN):
            desks = self.parts.desks(self.problem)
            self._mend(Mending(self.master, self.simulator, desks, self.days, self._relax, self.say, self.asked))

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
            spared = 0.0 if attempt else (1 - FIRST_SHARE) * self.limits.time_limit_s
            mending.run(self.end - spared, KEPT_BACK, until_kept=attempt > 0)
            if self.asked():
                self.end = time.perf_counter()
            elif not mending.kept:
                mending.run(self.end, LEAST_KEPT_BACK, until_kept=True)
            mending.back()
            rows = person_shifts(self.master.stated, mending.chosen())
            served = self._last_word(mending)
            short = [day for day in self.days if day.shortfall(served) > 0]
            self.say(f"last word: cost {mending.cost:,.0f}, {len(short)} of {len(self.days)} promises missed")
            if best is None or (len(short), mending.cost) < best:
                best = (len(short), mending.cost)
                self.found = replace(self.found, objective=mending.cost, chosen=mending.chosen())
                self.served, self.short = served, short
            left = self.end - time.perf_counter()
            if not short or attempt + 1 == LAST_WORDS or left < (LEAST_KEPT_BACK + 2) * mending.round_s:
                break
            searched = self.simulator(rows)
            for day in short:
                day.ask_more(searched, served, ASK)
            mending.reopen(short)
        self.rounds = mending.rounds

    def _last_word(self, mending: Mending) -> Served:
        left = (self.end - time.perf_counter()) / max(mending.round_s, 1e-6)
        times = min(max(int(left), 1), FINAL_REPLICATIONS)
        final = replace(self.simulator, replications=times * self.simulator.replications, seed=self.limits.seed + 1)
        return final(person_shifts(self.master.stated, mending.chosen()))

    def _relax(self, heads: Floats, base: Served, gains: list[Served]) -> list[Desk]:
        """Bound the service of each day by what simulation says, and relax the problem with that; may return none."""
        for day in self.days:
            if not day.is_small:
                day.learn(heads, base, gains)
        promises = tuple(day.promise() for day in self.days if day.supports)
        self.problem = replace(self.problem, promises=promises)
        found = self.parts.solve(self.problem, sketch=not self.small)
        self.say(f"relaxation that knows the simulation: cost {found.objective:,.0f}")
        # what is asked for may be too much for its bounds; mending needs none
        failed = found.status in (Status.INFEASIBLE, Status.NO_PLAN)
        return [] if failed else self.parts.desks(self.problem)
