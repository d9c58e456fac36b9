"""Requirements corrected by what a simulation saw: the target of an interval shifted, and the agents that it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from models.requirement.records import Floats, PoolRequirement, Requirement
from models.scenario import Scenario


def corrected(requirement: Requirement, scenario: Scenario, shifts: Mapping[str, Floats]) -> Requirement:
    """Shift the target of each interval by what formulas promise too much there.

    Parameters
    ----------
    requirement : Requirement
        As `require` makes it: of formulas alone.
    scenario : Scenario
        For targets and the mode of service.
    shifts : mapping of str to (T,)
        By pool: service level that is added to the target; negative where formulas promise too little.

    Returns
    -------
    Requirement
        In day mode a day's target is shifted by the mean of its intervals, weighted by contacts, and agents stay as
        they are. In interval mode target_agents are the least for the shifted target, and for floor and caps.
    """
    pools = {}
    for name, need in requirement.pools.items():
        shift = np.broadcast_to(np.asarray(shifts.get(name, 0.0), dtype=np.float64), need.contacts.shape)
        shifted = replace(need, target_shift=shift.copy())
        if scenario.settings.service.mode == "interval":
            shifted = replace(shifted, target_agents=_agents(need, scenario.pools[name].target + shift))
        pools[name] = shifted
    return replace(requirement, pools=pools)


def _agents(need: PoolRequirement, target: Floats) -> np.ndarray:
    """Least agents whose service level reaches the target in each interval; the most the table knows where none do."""
    enough = need.service_level >= target[:, None] - 1e-9
    steps = np.where(enough.any(axis=1), enough.argmax(axis=1), need.service_level.shape[1] - 1)
    agents: np.ndarray = np.where(need.load_erlang > 0, need.floor_agents + steps, need.target_agents)
    return agents
