"""One interval for itself, in steady state: how many agents of each group, at least cost.

Sets
    g agent group, i queue, U set of queues (``teams``), k cut
Decisions
    agents[g], whole
Objective
    least sum cost[g] agents[g]
Subject to
    team[U]     sum of agents[g] over groups that can serve any queue of U >= requirement of U as one queue
    cut[k]      level[k] + sum over g slope[k, g] (agents[g] - at[k, g]) >= target of the cut's queue
    0 <= agents[g] <= available[g]

Cuts come from simulation: an answer that leaves a queue below its target is simulated again with one, two, ... more
agents of each group, on the same customers; the steepest chord is the slope. Where service is concave in the agents
the cut is valid, and below its inflection the steepest chord stands for the concave hull (Atlason, Epelman & Henderson
2008; Cezik & L'Ecuyer 2008). Neither is a proof, so what the cuts say is not called a bound: the bound is that of the
team rows. A search among neighbours (drop an agent, put a cheaper one in place of a dearer one, two for two) ends it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.queueing import ServiceGoal, required_agents
from models.simulation import Groups, Queues, SimulationCase, people_from_levels, ratio, simulate
from optimizer.skills.teams import queue_sets, team_of
from optimizer.solve import Program, Status, relative_gap, solve

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CHORDS = (1, 2, 4)
"""Further agents of which the chords are taken."""
WARM_UP_SHARE = 0.05
"""Of simulated time, before counting begins: rooms are empty at first."""
MOST_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class StaffingCase:
    """Queues in steady state and the groups that may serve them.

    Parameters
    ----------
    queues : tuple of str, length Q
    contacts_per_hour, aht_s, patience_s, within_s, target : (Q,)
        Patience infinite: nobody gives up. Target: share of offered contacts served within `within_s`.
    groups : tuple of str, length G
    picks : (G, Q) int
        Order in which a free agent takes who waits, lowest first; -1 without the skill.
    cost : (G,)
        Of an agent.
    available : (G,)
        Most agents of each group; infinite where there is no limit.
    occupancy_cap : float or None
        Most that all agents together may be busy.

    Raises
    ------
    ValueError
        If shapes differ, or a queue has no group.
    """

    queues: tuple[str, ...]
    contacts_per_hour: Floats
    aht_s: Floats
    patience_s: Floats
    within_s: Floats
    target: Floats
    groups: tuple[str, ...]
    picks: Ints
    cost: Floats
    available: Floats
    occupancy_cap: float | None = None

    def __post_init__(self) -> None:
        for name in ("contacts_per_hour", "aht_s", "patience_s", "within_s", "target"):
            values = np.array(np.broadcast_to(np.asarray(getattr(self, name), np.float64), (len(self.queues),)))
            object.__setattr__(self, name, values)
        for name in ("cost", "available"):
            values = np.array(np.broadcast_to(np.asarray(getattr(self, name), np.float64), (len(self.groups),)))
            object.__setattr__(self, name, values)
        object.__setattr__(self, "picks", np.asarray(self.picks, np.int64))
        if self.picks.shape != (len(self.groups), len(self.queues)):
            raise ValueError(f"picks have shape {self.picks.shape}, not {len(self.groups)} groups x queues")
        if (self.picks < 0).all(axis=0).any():
            raise ValueError(f"nobody serves {self.queues[int(np.argmax((self.picks < 0).all(axis=0)))]}")

    @property
    def can(self) -> NDArray[np.bool_]:
        """Who can serve what; (G, Q)."""
        return self.picks >= 0


@dataclass(frozen=True)
class Precision:
    """How much is simulated: replications of so many hours."""

    replications: int = 20
    hours: float = 100.0
    seed: int = 1
    threads: int | None = None


@dataclass(frozen=True, eq=False)
class Judged:
    """What simulation says of some agents.

    Attributes
    ----------
    level, half_width : (Q,) service level and its half-width at 95 %
    occupancy : busy share of all agents together
    """

    agents: Ints
    level: Floats
    half_width: Floats
    occupancy: float


@dataclass(frozen=True, eq=False)
class Staffed:
    """The cheapest agents found.

    Attributes
    ----------
    status : FEASIBLE; OPTIMAL where the cost is the bound; INFEASIBLE where the agents available are too few
    bound : least cost of any agents that keep the team rows
    rounds, simulated : integer programs solved, and cases simulated
    """

    status: Status
    judged: Judged | None
    cost: float
    bound: float
    rounds: int
    simulated: int
    seconds: float
    seed: int

    @property
    def gap(self) -> float:
        """Relative gap, of the cost."""
        return relative_gap(self.cost, self.bound)


def team_rows(case: StaffingCase) -> list[tuple[tuple[int, ...], int]]:
    """Return (groups, least agents) of every set of queues that can matter; a set has its lowest target."""
    found = []
    everything = tuple(range(len(case.queues)))
    for queues in queue_sets(case.can):
        mine = list(queues)
        rate = case.contacts_per_hour[mine]
        if not rate.sum() > 0:
            continue
        load = rate * case.aht_s[mine] / 3600.0
        leaving = float((rate / case.patience_s[mine]).sum())
        goal = ServiceGoal(
            float(case.target[mine].min()), float(case.within_s[mine].max()),
            occupancy_cap=case.occupancy_cap if queues == everything else None,
        )  # fmt: skip
        patience = float(rate.sum()) / leaving if leaving > 0 else math.inf
        least = required_agents(load.sum(), load.sum() * 3600.0 / rate.sum(), goal, patience_s=patience)
        found.append((team_of(case.can, queues), int(least)))
    return found


@dataclass
class Judge:
    """Simulates agents, each only once."""

    case: StaffingCase
    precision: Precision = field(default_factory=Precision)

    def __post_init__(self) -> None:
        self._known: dict[tuple[int, ...], Judged] = {}

    @property
    def simulated(self) -> int:
        """Cases simulated so far."""
        return len(self._known)

    def __call__(self, agents: Ints) -> Judged:
        """Judge some agents, (G,)."""
        key = tuple(int(count) for count in agents)
        if key not in self._known:
            self._known[key] = self._simulate(np.array(key, np.int64))
        return self._known[key]

    def _simulate(self, agents: Ints) -> Judged:
        case, want = self.case, self.precision
        spans = np.array([want.hours * WARM_UP_SHARE, want.hours * (1 - WARM_UP_SHARE)])
        parts = round(1 / WARM_UP_SHARE)
        contacts = np.repeat(case.contacts_per_hour[:, None] * spans[0], parts, axis=1)
        queues = Queues(case.queues, contacts, case.aht_s[:, None], case.patience_s, case.within_s)
        sends = np.where(case.can, case.can.sum(axis=1, keepdims=True), -1)
        interval_s = float(spans[0]) * 3600.0
        there = people_from_levels(np.repeat(agents[:, None], parts, axis=1), interval_s)
        day = np.minimum(np.arange(parts), 1)
        run = SimulationCase(interval_s, queues, Groups(case.groups, case.picks, sends), there, day)
        result = simulate(run, want.replications, want.seed, want.threads)
        above, below = (counts[:, 1] for counts in result.parts("offered"))
        level, half_width = ratio(above, below)
        busy, staffed = (float(result.measure(name)[:, 1].sum()) for name in ("busy_s", "staffed_s"))
        return Judged(agents, level, half_width, busy / staffed if staffed else 0.0)


def staff(case: StaffingCase, precision: Precision | None = None) -> Staffed:
    """Find the cheapest agents that keep every queue's target in simulation.

    Parameters
    ----------
    precision : how much is simulated; a queue keeps its target when its simulated service level does
    """
    started = time.perf_counter()
    judge = Judge(case, precision or Precision())
    seed, rows = judge.precision.seed, team_rows(case)
    cuts: list[tuple[Floats, float]] = []
    bound, rounds, found = -math.inf, 0, None
    while rounds < MOST_ROUNDS:
        answer = solve(_program(case, rows, cuts), seed=seed)
        rounds += 1
        if answer.values is None:
            break
        bound = answer.bound if rounds == 1 else bound
        agents = np.round(answer.values).astype(np.int64)
        if keeps(case, judge(agents)):
            found = agents
            break
        cuts += _cuts(case, judge, agents)
    if found is None:
        status = Status.INFEASIBLE if rounds < MOST_ROUNDS else Status.NO_PLAN
        return Staffed(status, None, math.inf, bound, rounds, judge.simulated, time.perf_counter() - started, seed)
    found = _neighbours(case, rows, judge, found)
    cost = float(case.cost @ found)
    status = Status.OPTIMAL if relative_gap(cost, bound) == 0 else Status.FEASIBLE
    return Staffed(status, judge(found), cost, bound, rounds, judge.simulated, time.perf_counter() - started, seed)


def keeps(case: StaffingCase, judged: Judged) -> bool:
    """Say whether every queue keeps its target, and all agents together the cap."""
    some = case.contacts_per_hour > 0
    served = bool((judged.level[some] >= case.target[some]).all())
    return served and (case.occupancy_cap is None or judged.occupancy <= case.occupancy_cap)


def _program(case: StaffingCase, rows: list[tuple[tuple[int, ...], int]], cuts: list[tuple[Floats, float]]) -> Program:
    count = len(case.groups)
    matrix = np.zeros((len(rows) + len(cuts), count))
    lower = np.zeros(len(matrix))
    for number, (groups, least) in enumerate(rows):
        matrix[number, list(groups)] = 1.0
        lower[number] = least
    for number, (slope, rest) in enumerate(cuts, start=len(rows)):
        matrix[number], lower[number] = slope, rest
    return Program(
        case.cost, np.zeros(count), case.available, np.ones(count, bool), sparse.csc_matrix(matrix), lower,
        np.full(len(lower), np.inf),
    )  # fmt: skip


def _cuts(case: StaffingCase, judge: Judge, agents: Ints) -> list[tuple[Floats, float]]:
    """Return (slope, right-hand side) for every queue below its target, and for the cap."""
    base = judge(agents)
    slope = np.zeros((len(case.groups), len(case.queues)))
    for group in range(len(case.groups)):
        for more in CHORDS:
            changed = agents.copy()
            changed[group] += more
            chord = (judge(changed).level - base.level) / more
            slope[group] = np.maximum(slope[group], np.nan_to_num(chord))
    cuts = []
    for queue in np.flatnonzero((base.level < case.target) & (case.contacts_per_hour > 0)).tolist():
        scale = max(float(slope[:, queue].max()), 1e-9)
        rest = case.target[queue] - base.level[queue] + float(slope[:, queue] @ agents)
        cuts.append((slope[:, queue] / scale, float(rest) / scale))
    if case.occupancy_cap is not None and base.occupancy > case.occupancy_cap:
        # busy time does not depend on who is busy, but for those who give up: at least one agent more
        cuts.append((np.ones(len(case.groups)), float(agents.sum() + 1)))
    return cuts


def _neighbours(case: StaffingCase, rows: list[tuple[tuple[int, ...], int]], judge: Judge, agents: Ints) -> Ints:
    """Move to the cheapest neighbour that keeps every target, as long as there is a cheaper one."""
    while True:
        steps = sorted(_cheaper(case, agents), key=lambda step: (float(case.cost @ step), *step.tolist()))
        better = next((agents + step for step in steps if _stands(case, rows, judge, agents + step)), None)
        if better is None:
            return agents
        agents = better


def _stands(case: StaffingCase, rows: list[tuple[tuple[int, ...], int]], judge: Judge, agents: Ints) -> bool:
    if (agents < 0).any() or (agents > case.available).any():
        return False
    if any(agents[list(groups)].sum() < least for groups, least in rows):
        return False
    return keeps(case, judge(agents))


def _cheaper(case: StaffingCase, agents: Ints) -> Iterator[Ints]:
    """Yield changes that save money: up to two agents of any groups go, up to two others come."""
    count = len(case.groups)
    singles = [np.eye(count, dtype=np.int64)[group] for group in range(count)]
    pairs = [singles[a] + singles[b] for a in range(count) for b in range(a, count)]
    nobody = np.zeros(count, np.int64)
    seen: set[tuple[int, ...]] = set()
    for leave in (*singles, *pairs):
        for come in (nobody, *singles, *pairs):
            step = come - leave
            if float(case.cost @ step) < -1e-9 and tuple(step.tolist()) not in seen:
                seen.add(tuple(step.tolist()))
                yield step
