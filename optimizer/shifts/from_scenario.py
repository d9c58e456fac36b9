"""A shift problem from a scenario and its requirement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.backlog import DeferrableWork as Backlog
from models.requirement import PoolRequirement, Requirement
from models.scenario import Pool, Scenario
from models.settings_shifts import HeadLimit
from models.wallclock import DAY_MIN
from models.words import percent
from optimizer.shifts.axis import Axis, build_axis
from optimizer.shifts.families import build_families, longest_span_min
from optimizer.shifts.needs import heads_needed, level_below, levels_by_head
from optimizer.shifts.paying import PayTable
from optimizer.shifts.problem import (
    AttendanceLimit,
    CountLimit,
    DeferrableWork,
    Floats,
    Ints,
    ServicePeriod,
    ShiftFamily,
    ShiftProblem,
)


@dataclass(frozen=True)
class ScenarioProblem:
    """The problem with what is needed to read its solution."""

    problem: ShiftProblem
    axis: Axis
    scenario: Scenario
    requirement: Requirement


def scenario_problem(scenario: Scenario, requirement: Requirement) -> ScenarioProblem:
    """Return the shift problem of a scenario whose requirement is known.

    Raises
    ------
    ValueError
        If the requirement is on another grid.
    """
    scenario.grid.require_same(requirement.grid)
    settings, grid = scenario.settings, scenario.grid
    axis = build_axis(grid, longest_span_min(scenario) // grid.interval_min, settings.horizon_edges)
    pay = PayTable(scenario, axis)
    families = build_families(scenario, axis, pay)
    needs = [requirement.pools[name] for name in scenario.pools]
    pools = list(scenario.pools.values())
    heads = [heads_needed(scenario, requirement, name) for name in scenario.pools]
    service: list[ServicePeriod] = []
    deferrable: list[DeferrableWork] = []
    for index, (need, pool) in enumerate(zip(needs, pools, strict=True)):
        if settings.service.mode == "day":
            below = level_below(scenario, requirement, pool.name)
            service.extend(_service_periods(index, need, pool, heads[index], below, grid.day))
        deferrable.extend(_deferrable(index, work, pool.unplanned_shrinkage) for work in need.deferrable)
    problem = ShiftProblem(
        intervals=len(grid), interval_of_slot=axis.interval_of_slot, pools=tuple(scenario.pools),
        shifts=tuple(shift.name for shift in settings.shifts), families=tuple(families),
        need=np.array(heads, np.int64), open=np.array([pool.open for pool in pools]), pay_rate=pay.rate,
        service=tuple(service), attendance=tuple(_attendance(scenario)), counts=tuple(_counts(scenario, families)),
        deferrable=tuple(deferrable),
    )  # fmt: skip
    return ScenarioProblem(problem, axis, scenario, requirement)


def _deferrable(index: int, work: Backlog, absent: float) -> DeferrableWork:
    """Return deferrable work in heads; what the end leaves to the next horizon, the one before left at the start.

    Work whose deadline lies behind the horizon may wait for the next one. As much, with the same time left, is taken to
    wait when the horizon begins: week by week nothing is lost and nothing is done twice.
    """
    opens = np.arange(len(work.work)) if work.open is None else np.flatnonzero(work.open)
    later = work.due_index() >= len(work.work)
    due = work.due()
    if later.any() and len(opens):
        rank = np.searchsorted(opens, np.flatnonzero(later)) + work.deadline_intervals - len(opens)
        carried = np.zeros(len(work.work))
        np.add.at(carried, opens[np.minimum(rank, len(opens) - 1)], work.work[later])
        due = due + np.cumsum(carried)
    scale = 1.0 / (1.0 - absent)
    waiting = float(work.work[later].sum()) if len(opens) else 0.0
    return DeferrableWork(work.contact_type, index, work.work * scale, due * scale, waiting * scale)


def _service_periods(
    index: int, need: PoolRequirement, pool: Pool, heads: Ints, below: Floats, day_of: Ints
) -> list[ServicePeriod]:
    periods = []
    busy = need.open & (need.contacts > 0)
    for day in np.unique(day_of[busy]):
        intervals = np.flatnonzero(busy & (day_of == day))
        absent = pool.unplanned_shrinkage
        levels = [levels_by_head(need, absent, t, int(heads[t]), float(below[t])) for t in intervals.tolist()]
        base = np.array([level[0] for level in levels])
        gains = tuple(np.diff(level) for level in levels)
        weight = need.contacts[intervals]
        shift = np.broadcast_to(need.target_shift, need.contacts.shape)[intervals]
        target = pool.target + float(weight @ shift / weight.sum())
        periods.append(ServicePeriod(index, intervals, weight, base, gains, target))
    return periods


def _attendance(scenario: Scenario) -> list[AttendanceLimit]:
    grid, limits = scenario.grid, scenario.settings.limits
    names = list(scenario.pools)
    none, top = np.full(len(grid), -np.inf), np.full(len(grid), np.inf)
    found = []
    if limits.seats is not None:
        most = np.where(np.any([pool.open for pool in scenario.pools.values()], axis=0), float(limits.seats), top)
        found.append(AttendanceLimit(f"limits.seats ({limits.seats})", tuple(range(len(names))), none, most))
    for index, pool in enumerate(scenario.pools.values()):
        if pool.max_heads is not None:
            most = np.where(pool.open, float(pool.max_heads), top)
            found.append(
                AttendanceLimit(f"max_heads ({pool.max_heads}) of pool {pool.name}", (index,), none, most, on_duty=True)
            )
    for number, limit in enumerate(limits.heads):
        pools = tuple(range(len(names))) if limit.pool is None else (names.index(limit.pool),)
        is_open = np.any([scenario.pools[names[index]].open for index in pools], axis=0)
        holds = _window(limit, scenario) & is_open
        lower = np.where(holds, none if limit.min is None else float(limit.min), none)
        upper = np.where(holds, top if limit.max is None else float(limit.max), top)
        label = f"limits.heads[{number}] ({_bounds(limit)} on duty)"
        found.append(AttendanceLimit(label, pools, lower, upper, on_duty=True))
    return found


def _bounds(limit: HeadLimit) -> str:
    least = "" if limit.min is None else f"at least {limit.min}"
    most = "" if limit.max is None else f"at most {limit.max}"
    return " and ".join(filter(None, (least, most)))


def _window(limit: HeadLimit, scenario: Scenario) -> np.ndarray:
    grid = scenario.grid
    begin, end = limit.window_min
    today = np.isin(grid.weekday, limit.days) & (grid.minute_of_day >= begin) & (grid.minute_of_day < end)
    late = grid.minute_of_day + DAY_MIN
    return today | (np.isin((grid.weekday - 1) % 7, limit.days) & (late >= begin) & (late < end))


def _counts(scenario: Scenario, families: list[ShiftFamily]) -> list[CountLimit]:
    names = [shift.name for shift in scenario.settings.shifts]
    found = []
    days = sorted({int(day) for family in families for day in np.unique(family.day)})
    for limit in scenario.settings.limits.shift_types:
        kind = names.index(limit.shift)
        for day in days:
            mine = {
                index: ((family.shift == kind) & (family.day == day)).astype(float)
                for index, family in enumerate(families)
            }
            label = f"{limit.shift} on day {day}"
            if limit.max_per_day is not None:
                most = float(limit.max_per_day)
                found.append(CountLimit(f"max_per_day ({limit.max_per_day}) of {label}", _used(mine), -np.inf, most))
            if limit.max_share is not None:
                share = {
                    index: mine[index] - limit.max_share * (family.day == day) for index, family in enumerate(families)
                }
                found.append(
                    CountLimit(f"max_share ({percent(limit.max_share)}) of {label}", _used(share), -np.inf, 0.0)
                )
    return found


def _used(factors: dict[int, Floats]) -> dict[int, Floats]:
    return {index: values for index, values in factors.items() if values.any()}
