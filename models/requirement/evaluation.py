"""What given agents achieve: service, abandonment, waiting and occupancy, per interval and in total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.queueing import EDGE, QueueFigures, queue_figures
from models.requirement.records import Floats, Ints, PoolRequirement, Requirement
from models.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures of one pool.

    frame : one row per interval of the grid: start, open, contacts, agents, service_level, abandonment, mean_wait_s,
        occupancy, counted (contacts that the service level is a share of, by the scenario's definition). Without
        contacts the service level is 1 and the others 0.
    contacts : in total. service_level : weighted by the contacts that are counted, so that it is all served in time
        over all counted. abandonment, mean_wait_s : weighted by contacts. occupancy : busy over
    productive time of open intervals with agents (deferrable work not counted). worst_service_level : of any
    interval with contacts, 1 if there is none.
    """

    frame: pd.DataFrame
    contacts: float
    service_level: float
    abandonment: float
    mean_wait_s: float
    occupancy: float
    worst_service_level: float


def evaluate(scenario: Scenario, requirement: Requirement, pool: str, productive_agents: ArrayLike) -> Evaluation:
    """Service of a pool with given productive agents.

    Parameters
    ----------
    scenario : Scenario
        For the queueing model, the definition of service level and the pool's waiting time.
    requirement : Requirement
        For contacts, handle time, patience and load.
    pool : its name
    productive_agents : array_like, (T,)
        Agents at work in each interval, such as heads x (1 - unplanned shrinkage). They need not be whole: every
        figure is then interpolated linearly between the two whole numbers beside it.

    Raises
    ------
    ValueError : agents of another length, or negative.

    Notes
    -----
    With 11.7 agents on average there are 12 for 0.7 of the time and 11 for 0.3 of it. A mean wait is infinite where
    that of either number is.
    """
    need = requirement.pools[pool]
    agents = np.asarray(productive_agents, dtype=np.float64)
    if agents.shape != need.contacts.shape or not (agents >= 0).all():
        raise ValueError(f"{len(need.contacts)} agents are needed, none negative, one for each interval")
    lower = np.floor(agents + EDGE)
    share = np.maximum(agents - lower, 0.0)  # of the time, with one agent more
    share[share <= EDGE] = 0.0
    below = pool_figures(scenario, need, lower)
    above = pool_figures(scenario, need, np.where(share > 0, lower + 1, lower)) if share.any() else below
    definition = scenario.settings.service.definition
    level = _between(below.service_level(definition), above.service_level(definition), share)
    abandonment = _between(below.abandonment, above.abandonment, share)
    wait = _between(below.mean_wait_s, above.mean_wait_s, share)
    occupancy = _between(below.occupancy, above.occupancy, share)
    weight = need.contacts
    counted = weight * _between(below.counted(definition), above.counted(definition), share)
    frame = pd.DataFrame(
        {
            "start": requirement.grid.starts,
            "open": need.open,
            "contacts": need.contacts,
            "agents": agents,
            "service_level": level,
            "abandonment": abandonment,
            "mean_wait_s": wait,
            "occupancy": occupancy,
            "counted": counted,
        }
    )
    some = weight > 0
    return Evaluation(
        frame,
        float(weight.sum()),
        _mean(level, counted, 1.0 if not some.any() else 0.0),
        _mean(abandonment, weight, 0.0),
        _mean(wait, weight, 0.0),
        _mean(occupancy, np.where(need.open, agents, 0.0), 0.0),
        float(level[some].min()) if some.any() else 1.0,
    )


def pool_figures(
    scenario: Scenario, need: PoolRequirement, agents: Floats, intervals: Ints | slice = slice(None)
) -> QueueFigures:
    """Figures of a pool with whole agents.

    Parameters
    ----------
    agents : (T,) or (T, K), K numbers for each interval
    intervals : those that the rows of ``agents`` are for; all of them when left out
    """
    service = scenario.settings.service

    def along(values: Floats) -> Floats:
        chosen = np.broadcast_to(values, need.contacts.shape)[intervals]
        return chosen.reshape(chosen.shape + (1,) * (agents.ndim - 1))

    return queue_figures(
        agents,
        along(need.load_erlang),
        along(np.where(need.load_erlang > 0, need.aht_s, 1.0)),
        within_s=scenario.pools[need.pool].within_s,
        model=service.model,
        patience_s=along(need.patience_s),
        short_abandon_s=service.short_abandon_s,
        concurrency=along(need.concurrency),
    )


def _between(below: Floats, above: Floats, share: Floats) -> Floats:
    """Linear interpolation; where the share is 0, `below` as it is, infinite or not."""
    out = below.copy()
    part = share > 0
    out[part] = (1 - share[part]) * below[part] + share[part] * above[part]
    return out


def _mean(values: Floats, weights: Floats, empty: float) -> float:
    total = float(weights.sum())
    some = weights > 0  # 0 x infinite wait is no wait
    return float((values[some] * weights[some]).sum() / total) if total > 0 else empty
