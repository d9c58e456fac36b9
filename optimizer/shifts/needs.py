"""Heads that an interval needs when some of them are absent: fractions of an agent count, nothing rounds up twice."""

from __future__ import annotations

import numpy as np

from models.queueing import heads_for
from models.requirement import PoolRequirement, Requirement, evaluate
from models.scenario import Scenario
from optimizer.shifts.problem import Floats, Ints

LEVEL_TOLERANCE = 1e-9


def heads_needed(scenario: Scenario, requirement: Requirement, pool: str) -> Ints:
    """Return (T,) the least heads on duty that keep the floor (day mode) or the target (interval mode), and the caps.

    Of h heads, h x (1 - unplanned shrinkage) agents are at work, which need not be a whole number; their service is
    interpolated between the two whole numbers beside it. So one head with 5 % absence serves almost like one agent, and
    need not be doubled.
    """
    need, settings = requirement.pools[pool], scenario.pools[pool]
    by_day = scenario.settings.service.mode == "day"
    agents = need.floor_agents if by_day else need.target_agents
    goal = settings.floor if by_day else settings.target + need.target_shift
    absent = settings.unplanned_shrinkage
    heads: Ints = heads_for(agents, absent)
    while True:
        fewer = np.maximum(heads - 1, 0)
        at_work = fewer * (1.0 - absent)
        # only within the last, partly present agent: below that the requirement itself would be undercut
        candidate = (fewer > 0) & (at_work > agents - 1)
        if not candidate.any():
            return heads
        found = evaluate(scenario, requirement, pool, at_work).frame
        enough = candidate & (found["service_level"].to_numpy() >= goal - LEVEL_TOLERANCE)
        if settings.abandonment_cap is not None:
            enough &= found["abandonment"].to_numpy() <= settings.abandonment_cap + LEVEL_TOLERANCE
        if settings.occupancy_cap is not None:
            enough &= found["occupancy"].to_numpy() <= settings.occupancy_cap + LEVEL_TOLERANCE
        if not enough.any():
            return heads
        heads = np.where(enough, fewer, heads)


def level_below(scenario: Scenario, requirement: Requirement, pool: str) -> Floats:
    """Return (T,) the service level with one agent fewer than the floor needs; the table of levels begins above it."""
    fewer = np.maximum(requirement.pools[pool].floor_agents - 1, 0)
    levels: Floats = evaluate(scenario, requirement, pool, fewer).frame["service_level"].to_numpy()
    return levels


def levels_by_head(
    need: PoolRequirement, unplanned_shrinkage: float, interval: int, first: int, below: float = 0.0
) -> Floats:
    """Return the service level of an interval with ``first``, ``first + 1``, ... heads on duty.

    Heads times (1 - unplanned shrinkage) agents are at work, which need not be a whole number: the level is then
    interpolated between the two whole numbers beside it. The last entry is the last that the table knows.

    Parameters
    ----------
    below : service level with one agent fewer than ``need.floor_agents`` (`level_below`)
    """
    table = need.service_level[interval]
    least = int(need.floor_agents[interval])
    last = int(np.ceil((least + len(table) - 1) / (1.0 - unplanned_shrinkage)))
    at_work = np.arange(first, max(last, first) + 1) * (1.0 - unplanned_shrinkage)
    known = np.concatenate([[below], table])
    levels: Floats = np.interp(at_work - least, np.arange(-1, len(table)), known)
    return levels
