"""What given agents achieve: service, abandonment, waiting and occupancy, per interval and in total."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from models.queueing import queue_figures
from models.requirement.records import Floats, Requirement
from models.scenario import Scenario


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Figures of one pool.

    frame : one row per interval of the grid: start, open, contacts, agents, service_level, abandonment, mean_wait_s,
        occupancy. Without contacts the service level is 1 and the others 0.
    contacts : in total. service_level, abandonment, mean_wait_s : weighted by contacts. occupancy : busy over
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
        Whole agents at work in each interval.

    Raises
    ------
    ValueError : agents of another length, or negative.
    """
    need = requirement.pools[pool]
    agents = np.asarray(productive_agents, dtype=np.float64)
    if agents.shape != need.contacts.shape or not (agents >= 0).all():
        raise ValueError(f"{len(need.contacts)} agents are needed, none negative, one for each interval")
    service = scenario.settings.service
    figures = queue_figures(
        agents,
        need.load_erlang,
        np.where(need.load_erlang > 0, need.aht_s, 1.0),
        within_s=scenario.pools[pool].within_s,
        model=service.model,
        patience_s=need.patience_s,
        short_abandon_s=service.short_abandon_s,
        concurrency=need.concurrency,
    )
    level = figures.service_level(service.definition)
    frame = pd.DataFrame(
        {
            "start": requirement.grid.starts,
            "open": need.open,
            "contacts": need.contacts,
            "agents": agents,
            "service_level": level,
            "abandonment": figures.abandonment,
            "mean_wait_s": figures.mean_wait_s,
            "occupancy": figures.occupancy,
        }
    )
    weight = need.contacts
    some = weight > 0
    return Evaluation(
        frame,
        float(weight.sum()),
        _mean(level, weight, 1.0),
        _mean(figures.abandonment, weight, 0.0),
        _mean(figures.mean_wait_s, weight, 0.0),
        _mean(figures.occupancy, np.where(need.open, agents, 0.0), 0.0),
        float(level[some].min()) if some.any() else 1.0,
    )


def _mean(values: Floats, weights: Floats, empty: float) -> float:
    total = float(weights.sum())
    some = weights > 0  # 0 x infinite wait is no wait
    return float((values[some] * weights[some]).sum() / total) if total > 0 else empty
