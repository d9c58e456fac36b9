"""The shift problem of agent groups: groups instead of pools, teams instead of requirements."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.faults import Fault, InputFaults
from models.requirement import require
from models.scenario import Pool, Scenario
from models.settings import Settings
from models.skills import Skills
from optimizer.shifts.from_scenario import ScenarioProblem, scenario_problem
from optimizer.shifts.problem import CountLimit, Floats, Team
from optimizer.skills.teams import queue_sets, team_of


@dataclass(frozen=True, eq=False)
class Master:
    """The problem with nothing yet that its service must keep, and every team that may be put in.

    Attributes
    ----------
    stated : shift problem whose pools are the groups
    teams : of every set of queues that can matter
    """

    stated: ScenarioProblem
    skills: Skills
    teams: tuple[Team, ...]


def master_of(scenario: Scenario, demand: pd.DataFrame, skills: Skills) -> Master:
    """Return the shift problem of agent groups.

    Raises
    ------
    InputFaults
        If the scenario limits pools in a way that has no meaning for groups.
    """
    _refuse_pool_limits(scenario)
    grouped = _group_scenario(scenario, skills)
    none = demand.assign(contacts=0.0)
    types = scenario.contact_types.assign(pool=[_any_group(skills, name) for name in skills.queues])
    empty = require(replace(grouped, contact_types=types), none)
    stated = scenario_problem(grouped, empty)
    counts = (*stated.problem.counts, *_heads(stated, skills))
    problem = replace(stated.problem, counts=counts, service=())
    teams = [_team(scenario, demand, skills, queues) for queues in queue_sets(skills.can)]
    return Master(replace(stated, problem=problem), skills, tuple(teams))


def lacks(team: Team, heads: Floats) -> bool:
    """Say whether heads (P, T) leave a team below its need, or a day of it below its target."""
    there = heads[list(team.pools)].sum(axis=0)
    if (there < team.need - 1e-6).any():
        return True
    for period in team.service:
        served = 0.0
        for place, interval in enumerate(period.intervals.tolist()):
            levels = np.concatenate([[0.0], np.cumsum(period.gains[place])])
            steps = np.clip(there[interval] - team.need[interval], 0, len(levels) - 1)
            gained = np.interp(steps, np.arange(len(levels)), levels)
            served += float(period.weight[place]) * (float(period.base_level[place]) + float(gained))
        if served < (period.target - 1e-6) * float(period.weight.sum()):
            return True
    return False


def _any_group(skills: Skills, queue: str) -> str:
    return next(group.name for group in skills.groups if queue in group.priorities)


def _refuse_pool_limits(scenario: Scenario) -> None:
    faults = [
        Fault("pools.csv", None, "max_heads", name, "a limit on a pool means nothing to agents of several pools; give"
              " heads in skills.csv")
        for name, pool in scenario.pools.items() if pool.max_heads is not None
    ]  # fmt: skip
    faults += [
        Fault("scenario.yaml", None, f"limits.heads[{number}].pool", str(limit.pool), "a limit on a pool means nothing"
              " to agents of several pools; leave the pool out of it, or plan without --skills")
        for number, limit in enumerate(scenario.settings.limits.heads) if limit.pool is not None
    ]  # fmt: skip
    if faults:
        raise InputFaults(faults)


def _group_scenario(scenario: Scenario, skills: Skills) -> Scenario:
    """Return the scenario with groups for pools: their wages, shrinkage, opening hours and shift types."""
    of_queue = {name: pool.name for pool in scenario.pools.values() for name in pool.contact_types}
    serving = {group.name: {of_queue[name] for name in group.priorities} for group in skills.groups}
    pools = {}
    for group in skills.groups:
        served = [scenario.pools[name] for name in scenario.pools if name in serving[group.name]]
        pools[group.name] = Pool(
            name=group.name, wage_per_hour=group.wage_per_hour, target=served[0].target, within_s=served[0].within_s,
            floor=served[0].floor, abandonment_cap=None, occupancy_cap=None,
            planned_shrinkage=group.planned_shrinkage, unplanned_shrinkage=group.unplanned_shrinkage, max_heads=None,
            open=np.any([pool.open for pool in served], axis=0), contact_types=tuple(group.priorities),
            week=served[0].week,
        )  # fmt: skip
    return replace(scenario, settings=_group_shifts(scenario.settings, serving), pools=pools)


def _group_shifts(settings: Settings, serving: dict[str, set[str]]) -> Settings:
    """A group may work the shift types of the pools that it serves."""
    shifts = [
        shift if shift.pools is None
        else shift.model_copy(update={"pools": tuple(g for g, pools in serving.items() if pools & set(shift.pools))})
        for shift in settings.shifts
    ]  # fmt: skip
    return settings.model_copy(update={"shifts": tuple(shifts)})


def _heads(stated: ScenarioProblem, skills: Skills) -> list[CountLimit]:
    """At most as many shifts of a day as a group has agents."""
    families, found = stated.problem.families, []
    for index, group in enumerate(skills.groups):
        if group.heads is None:
            continue
        mine = [number for number, family in enumerate(families) if family.pool == index]
        for day in sorted({int(day) for number in mine for day in np.unique(families[number].day)}):
            factors = {number: (families[number].day == day).astype(float) for number in mine}
            used = {number: values for number, values in factors.items() if values.any()}
            name = f"heads ({group.heads}) of group {group.name} on day {day}"
            found.append(CountLimit(name, used, -np.inf, float(group.heads)))
    return found


def _team(scenario: Scenario, demand: pd.DataFrame, skills: Skills, queues: tuple[int, ...]) -> Team:
    """Return what a set of queues needs as one queue, at its lowest target."""
    names = [skills.queues[queue] for queue in queues]
    label = " + ".join(names)
    served = [pool for pool in scenario.pools.values() if set(pool.contact_types) & set(names)]
    groups = team_of(skills.can, queues)
    everything = len(queues) == len(skills.queues)
    caps = [pool.occupancy_cap for pool in served if pool.occupancy_cap is not None]
    abandonment = [1.0 if pool.abandonment_cap is None else pool.abandonment_cap for pool in served]
    pool = Pool(
        name="team", wage_per_hour=1.0, target=min(pool.target for pool in served),
        within_s=max(pool.within_s for pool in served), floor=min(pool.floor for pool in served),
        abandonment_cap=max(abandonment) if max(abandonment) < 1.0 else None,
        occupancy_cap=max(caps) if everything and len(caps) == len(served) else None, planned_shrinkage=0.0,
        unplanned_shrinkage=min(skills.groups[group].unplanned_shrinkage for group in groups), max_heads=None,
        open=np.any([pool.open for pool in served], axis=0), contact_types=tuple(names), week=served[0].week,
    )  # fmt: skip
    rows = scenario.contact_types["contact_type"].isin(names)
    types = scenario.contact_types[rows].assign(pool="team")
    alone = replace(scenario, pools={"team": pool}, contact_types=types, settings=_without_shifts(scenario.settings))
    needed = require(alone, demand[demand["contact_type"].isin(names)])
    one = scenario_problem(alone, needed).problem
    need: NDArray[np.int64] = one.need[0]
    days = tuple(
        replace(period, pool=groups[0], gains=tuple(_concave(gains) for gains in period.gains))
        for period in one.service
    )
    return Team(label, groups, need, days)


def _concave(gains: Floats) -> Floats:
    """Return the gains of the least concave function above the one with these gains.

    Simulation has the last word, so a team may be promised a little too much; in return no step has to be whole.
    """
    level = np.concatenate([[0.0], np.cumsum(gains)])
    corners = [0]
    for step in range(1, len(level)):
        while len(corners) > 1 and _below(level, corners[-2], corners[-1], step):
            corners.pop()
        corners.append(step)
    hull: Floats = np.diff(np.interp(np.arange(len(level)), corners, level[corners]))
    return hull


def _below(level: Floats, first: int, middle: int, last: int) -> bool:
    chord = level[first] + (level[last] - level[first]) * (middle - first) / (last - first)
    return bool(level[middle] <= chord)


def _without_shifts(settings: Settings) -> Settings:
    """Needs are read off a problem without patterns; one shift type gives its axis a length."""
    shifts = tuple(shift.model_copy(update={"pools": None}) for shift in settings.shifts[:1])
    limits = settings.limits.model_copy(update={"heads": (), "shift_types": (), "seats": None})
    return settings.model_copy(update={"shifts": shifts, "limits": limits})
