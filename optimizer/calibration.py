"""Targets learnt from simulation: the cheapest schedule whose *simulated* service meets what is promised.

Formulas see each interval alone and in balance. Long contacts, peaks, breaks that wait for a contact to end, and
deferrable work that live contacts interrupt make the simulated service differ, to either side. So the target that the
schedule is made for is shifted, pool by pool and day by day (in interval mode: interval by interval), the schedule is
made anew, and simulated with the same customers again.

In day mode each day aims at the level by formulas at which its simulated service would just be the target, if
formulas err as in the round before; the least such level at which a day was met, and the highest at which it was not,
bound the aim. After `EXPLORING` rounds every day takes the least level at which it was met, and from then on goals
are only raised, where a day misses, by more each time, up to those of the last round that met everything: it cannot
swing. Once everything is met again, days are lowered half way to where they missed; those that miss go back, the
others stay. In interval mode targets are only raised, where an interval is shown to miss. The cheapest schedule that
meets everything is kept; where there is none, the one that misses least. It is simulated once more with other
customers: those from whom was learnt flatter it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from models.learnt import LEARNT_COLUMNS, LearntTargets, Round
from models.plan import ShiftPlan, StageResult
from models.remark import remark
from models.requirement import STEPS, Requirement, corrected, expected_service
from models.requirement.records import Floats
from models.scenario import Scenario
from models.simulated import SimulatedService, default_replications, simulate_plan
from optimizer.pipeline import Say, Stages, plan_shifts
from optimizer.shifts.engine import Limits

EXPLORING, MOST_ROUNDS = 3, 10
LEAST_LEVEL, MOST_LEVEL = 0.3, 0.99
"""By formulas; the tables of service levels reach little further."""
ROUNDING = 1e-6
SETTLED = 0.01
"""Of service level: two levels this close are one."""
LEARNING, FEWEST_LEARNING, ENOUGH_LEARNING = 100, 40, 10_000_000
"""Replications of each round: a day of some thousand contacts is known to one or two points. Where that is more
contacts than enough, fewer: on a day of many contacts it is absences that vary."""
SURE = 1.5
"""Half-widths by which an interval must miss its target to be raised: of a thousand that are met, about one is."""
CHEAPER = 1e-3
"""Share of the cost by which another round has to be cheaper to be worth one more."""


@dataclass(frozen=True, eq=False)
class Calibration:
    """The requirement, the schedule and its simulation that are kept, and what was learnt on the way."""

    requirement: Requirement
    plan: ShiftPlan
    simulated: SimulatedService
    learnt: LearntTargets


@dataclass
class _Unit:
    """A day or an interval of a pool.

    goal : level by formulas that the schedule is made for. bad, good : highest such level at which the simulated
    service missed the target, and least at which it met it. sure : goal of the cheapest round that met
    everything. misses : rounds in which it missed since days took the least level at which they were met.
    """

    pool: str
    key: str
    intervals: slice
    target: float
    goal: float
    bad: float = -math.inf
    good: float = math.inf
    sure: float = math.inf
    held: bool = False
    misses: int = 0
    planned: float = math.nan
    simulated: float = math.nan
    half_width: float = math.nan


@dataclass
class _Tried:
    requirement: Requirement
    plan: ShiftPlan
    simulated: SimulatedService
    round: Round
    table: pd.DataFrame = field(repr=False)


def calibrate(
    scenario: Scenario,
    requirement: Requirement,
    plan: ShiftPlan,
    solve: Callable[[Requirement], ShiftPlan],
    simulate: Callable[[ShiftPlan], SimulatedService],
    confirm: Callable[[ShiftPlan], SimulatedService],
    say: Callable[[str], None] = lambda what: None,
) -> Calibration:
    """Shift targets until the simulated service meets them at least cost.

    Parameters
    ----------
    scenario : Scenario
    requirement : Requirement
        Of formulas alone.
    plan : ShiftPlan
        The schedule for it, with status optimal or feasible.
    solve : function
        Makes the schedule for a requirement.
    simulate : function
        Simulates a schedule, always with the same customers.
    confirm : function
        Simulates the schedule that is kept, with other customers.
    say : function, optional
        Takes what is being done.

    Notes
    -----
    Ctrl-C ends the rounds; the best schedule so far is kept.
    """
    by_day = scenario.settings.service.mode == "day"
    units: dict[tuple[str, str], _Unit] = {}
    tried: list[_Tried] = []
    try:
        ended = _rounds(scenario, requirement, plan, solve, simulate, say, units, tried)
    except KeyboardInterrupt:
        if not tried:
            raise
        ended = remark("interrupted")
    kept = min(range(len(tried)), key=lambda k: (tried[k].round.missed > 0, _badness(tried[k].round)))
    best = tried[kept]
    say("calibration: simulation with other customers")
    simulated = confirm(best.plan)
    fresh: dict[tuple[str, str], _Unit] = {}
    _observe(scenario, best.plan, simulated, fresh, by_day=by_day)
    again = _round(best.plan, simulated, [unit for unit in fresh.values() if _surely_misses(unit, by_day=by_day)])
    learnt = LearntTargets(tuple(one.round for one in tried), kept, best.round.missed == 0, ended, again, best.table)
    return Calibration(best.requirement, best.plan, simulated, learnt)


def _rounds(
    scenario: Scenario, requirement: Requirement, plan: ShiftPlan, solve: Callable[[Requirement], ShiftPlan],
    simulate: Callable[[ShiftPlan], SimulatedService], say: Callable[[str], None],
    units: dict[tuple[str, str], _Unit], tried: list[_Tried],
) -> str:  # fmt: skip
    """Try schedules, each for the targets that those before have taught; add them, and say why there are no more."""
    by_day = scenario.settings.service.mode == "day"
    here = requirement
    for number in range(MOST_ROUNDS):
        if number:
            say(f"calibration: schedule {number + 1}")
            here = corrected(requirement, scenario, _shifts(scenario, units))
            plan = solve(here)
            if plan.result.status not in ("optimal", "feasible"):
                return remark("round {count} found no schedule for its targets ({what})", count=number + 1,
                              what=plan.result.status)  # fmt: skip
        say(f"calibration: simulation {number + 1}")
        simulated = simulate(plan)
        _observe(scenario, plan, simulated, units, by_day=by_day)
        missed = [unit for unit in units.values() if not _is_met(unit, by_day=by_day)]
        said = _round(plan, simulated, missed)
        tried.append(_Tried(here, plan, simulated, said, _table(units)))
        if said.missed == 0 and not by_day:
            return remark("every target is met")
        if said.missed == 0 and said.cost <= min(one.round.cost for one in tried if one.round.missed == 0):
            _keep_goals(units)
        if not (_next_goals(units, tried, number) if by_day else _raise(missed)):
            return remark("targets cannot be raised further" if said.missed else "no cheaper targets are left to try")
    return remark("the limit of {count}", count=MOST_ROUNDS)


def _next_goals(units: dict[tuple[str, str], _Unit], tried: list[_Tried], number: int) -> bool:
    """Give every day its next goal; say whether any moved."""
    if number < EXPLORING or tried[-1].round.missed:
        return _move(units, exploring=number < EXPLORING, last=number + 2 >= MOST_ROUNDS)
    met = sorted(one.round.cost for one in tried if one.round.missed == 0)
    before = [one.round for one in tried[EXPLORING:-1] if one.round.missed == 0]
    if before and len(met) > 1 and met[0] > (1 - CHEAPER) * met[1]:
        return False
    return _lower(units)


def _keep_goals(units: dict[tuple[str, str], _Unit]) -> None:
    for unit in units.values():
        unit.sure = unit.goal


def _lower(units: dict[tuple[str, str], _Unit]) -> bool:
    """Lower the days with service to spare half way to where they missed, or would just meet; say whether any is."""
    moved = False
    for unit in units.values():
        unit.goal = unit.sure
        edge = max(unit.bad, unit.planned + unit.target - unit.simulated, LEAST_LEVEL)
        if unit.simulated > unit.target + SETTLED and unit.goal - edge > SETTLED:
            unit.goal, moved = (unit.goal + edge) / 2, True
    return moved


def _round(plan: ShiftPlan, simulated: SimulatedService, missed: list[_Unit]) -> Round:
    short = max((unit.target - unit.simulated for unit in missed), default=0.0)
    return Round(plan.cost, plan.result.gap, *simulated.total, len(missed), short)


def _badness(one: Round) -> tuple[float, float]:
    """Cheaper is better among those that meet; missing less among those that do not."""
    return (0.0, one.cost) if one.missed == 0 else (one.short, one.cost)


def _shifts(scenario: Scenario, units: dict[tuple[str, str], _Unit]) -> dict[str, Floats]:
    shifts = {name: np.zeros(len(scenario.grid)) for name in scenario.pools}
    for unit in units.values():
        shifts[unit.pool][unit.intervals] = unit.goal - unit.target
    return shifts


def _observe(
    scenario: Scenario, plan: ShiftPlan, simulated: SimulatedService, units: dict[tuple[str, str], _Unit], *,
    by_day: bool,
) -> None:  # fmt: skip
    """Write what the simulation showed into the units; make those that are new."""
    grid = scenario.grid

    def see(pool: str, key: str, span: slice, figures: tuple[float, float, float]) -> None:
        target = scenario.pools[pool].target
        unit = units.setdefault((pool, key), _Unit(pool, key, span, target, target))
        unit.planned, unit.simulated, unit.half_width = figures

    if by_day:
        days = {str(date): day for day, date in enumerate(grid.dates)}
        for row in simulated.days.to_dict("records"):
            day = days[str(row["date"])]
            figures = (float(row["planned"]), float(row["simulated"]), float(row["half_width"]))
            see(str(row["pool"]), str(row["date"]), slice(*grid.day_bounds[day : day + 2].tolist()), figures)
        return
    place = {stamp: t for t, stamp in enumerate(grid.starts)}
    for row in plan.coverage[plan.coverage["contacts"] > 0].to_dict("records"):
        pool, t = str(row["pool"]), place[row["start"]]
        level, half_width = simulated.intervals[pool][t].tolist()
        if not math.isnan(level):
            see(pool, row["start"].isoformat(), slice(t, t + 1), (float(row["service_level"]), level, half_width))


def _is_met(unit: _Unit, *, by_day: bool) -> bool:
    return unit.simulated >= unit.target - (ROUNDING if by_day else SURE * unit.half_width)


def _surely_misses(unit: _Unit, *, by_day: bool) -> bool:
    return unit.simulated < unit.target - (1.0 if by_day else SURE) * unit.half_width


def _move(units: dict[tuple[str, str], _Unit], *, exploring: bool, last: bool) -> bool:
    """Give every day its next goal, the surest that there is if it is the last; say whether any moved."""
    before = [unit.goal for unit in units.values()]
    for unit in units.values():
        met = _is_met(unit, by_day=True)
        if met:
            unit.good = min(unit.good, unit.planned)
        else:
            unit.bad = max(unit.bad, unit.planned)
            unit.good = unit.good if unit.good > unit.planned else math.inf
        goal = _explored(unit, met=met) if exploring else _repaired(unit, met=met, last=last)
        unit.goal = min(max(goal, LEAST_LEVEL), max(MOST_LEVEL, unit.target))
    return any(abs(unit.goal - goal) > 1e-6 for unit, goal in zip(units.values(), before, strict=True))


def _explored(unit: _Unit, *, met: bool) -> float:
    """Level at which the day would just be met if formulas err as they did, between what was met and what was not."""
    if (met and unit.simulated <= unit.target + SETTLED) or unit.good - unit.bad <= SETTLED:
        return unit.good
    aim = unit.planned + unit.target - unit.simulated
    if not unit.bad < aim < unit.good:
        return (max(unit.bad, LEAST_LEVEL) + unit.good) / 2 if math.isfinite(unit.good) else unit.bad + SETTLED
    return aim


def _repaired(unit: _Unit, *, met: bool, last: bool) -> float:
    """First the least level that was met; then no lower, and higher where the day misses, by more each time."""
    if not unit.held:
        unit.held = True
        if math.isfinite(unit.good):
            return unit.good
    if met:
        return unit.goal
    unit.misses += 1
    short = max(unit.target - unit.simulated, SETTLED / 2)
    higher = max(unit.goal, unit.planned) + short * 2.0 ** (unit.misses - 1)
    if unit.goal < unit.sure < math.inf:
        # of the goals of a schedule that met everything no more is needed
        return unit.sure if last else min(higher, unit.sure)
    return higher


def _raise(missed: list[_Unit]) -> bool:
    """Raise the goal of the intervals that miss their target; say whether any could be."""
    moved = False
    for unit in missed:
        most = max(MOST_LEVEL, unit.target)
        higher = min(unit.goal + max(unit.target - unit.simulated, SETTLED), most)
        moved |= higher > unit.goal
        unit.goal = higher
    return moved


def _table(units: dict[tuple[str, str], _Unit]) -> pd.DataFrame:
    rows = [
        (unit.pool, unit.key, unit.target, unit.goal - unit.target, unit.planned, unit.simulated, unit.half_width)
        for unit in units.values()
    ]
    return pd.DataFrame(rows, columns=list(LEARNT_COLUMNS))


def simulated_stages(
    scenario: Scenario, stages: Stages, limits: Limits, replications: int | None, *, learn: bool, say: Say
) -> tuple[Stages, SimulatedService | None, LearntTargets | None]:
    """Simulate the plan of some stages, and calibrate it if asked for.

    Parameters
    ----------
    replications : int or None
        0: none; None: as many as take some seconds, for a calibration up to `LEARNING`.
    learn : bool
        Whether to calibrate.

    Returns
    -------
    Stages, SimulatedService or None, LearntTargets or None
        The stages with one more, "simulation"; with the plan that is kept. A plan that breaks rules is not simulated,
        and Ctrl-C ends a simulation without losing the plan.
    """
    whole = stages.plan.result.status in ("optimal", "feasible")
    if replications == 0 or not whole or stages.plan.schedule.empty:
        return stages, None, None
    demand = stages.forecast.demand
    contacts = float(demand["contacts"].sum())
    times = replications or default_replications(contacts)
    if learn and replications is None:
        times = min(max(int(ENOUGH_LEARNING / max(contacts, 1.0)), FEWEST_LEARNING), LEARNING)
    started = time.perf_counter()

    def simulate(plan: ShiftPlan, seed: int = limits.seed) -> SimulatedService:
        return simulate_plan(scenario, plan, demand, times, seed, limits.threads)

    learnt = None
    try:
        if learn:
            found = calibrate(
                scenario,
                stages.requirement,
                stages.plan,
                lambda need: plan_shifts(scenario, need, limits),
                simulate,
                lambda plan: simulate(plan, limits.seed + 1),
                say,
            )
            stages = replace(stages, requirement=found.requirement, plan=found.plan)
            simulated, learnt = found.simulated, found.learnt
        else:
            say("simulation")
            simulated = simulate(stages.plan)
    except KeyboardInterrupt:
        return stages, None, None
    simulated = replace(simulated, promised=_promised(scenario, stages))
    how = f"discrete events, {times} replications" + (f", {len(learnt.rounds)} rounds" if learnt else "")
    ended = StageResult("done", None, None, None, time.perf_counter() - started, how, limits.seed)
    results = {**stages.results, "schedule": stages.plan.result, "simulation": ended}
    return replace(stages, results=results), simulated, learnt


def _promised(scenario: Scenario, stages: Stages) -> dict[str, float]:
    """Service that formulas expect of the schedule, by pool and of all of them."""
    expected = expected_service(scenario, stages.requirement, stages.plan.schedule, stages.plan.coverage)
    parts = {"": tuple(scenario.pools), **{name: (name,) for name in scenario.pools}}
    levels = {name: expected.levels(pools)[STEPS[-1]] for name, pools in parts.items()}
    return {name: level for name, level in levels.items() if not math.isnan(level)}
