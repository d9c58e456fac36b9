"""The service that a plan gives when it is simulated, beside the service that formulas promise for it.

The record stands here so that reports can show it without the simulation's machine code; `simulate_plan` imports that
only when it is called.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.plan import ShiftPlan
from models.promise import answers

if TYPE_CHECKING:
    from models.scenario import Scenario
    from models.simulation import SimulationResult

Floats = NDArray[np.float64]
ENOUGH_CONTACTS = 2_000_000
"""Contacts after which replications that nobody asked for stop: some seconds."""
FEWEST, MOST = 10, 100
DAY_COLUMNS = ("pool", "date", "contacts", "planned", "simulated", "half_width")


@dataclass(frozen=True, eq=False)
class SimulatedService:
    """Simulated service levels, by the scenario's definition; half-widths are those of 95 % confidence.

    Parameters
    ----------
    replications, seed, seconds
        Of the simulation.
    contacts : float
        Simulated in all.
    total : (level, half-width)
        Of all live contacts together.
    pools : mapping of str to (level, half-width)
        By pool with live contacts.
    days : DataFrame
        `DAY_COLUMNS`, one row for each pool and local day with live contacts; date is an ISO text, contacts those
        expected, planned the service level that formulas gave the requirement.
    intervals : mapping of str to (T, 2)
        Level and half-width by pool and interval; NaN without contacts.
    on_time : mapping of str to float
        Share of the deferrable work of a contact type that is done by its deadline.
    promised : mapping of str to float
        By pool and, under "", of all of them: the service level that formulas expect of the schedule
        (`models.requirement.expected_service`); empty where nobody asked them.
    on_target : float
        Chance that a day of a pool reaches its target, mean over all of them: of the replications of a day, those whose
        own service level does.
    """

    replications: int
    seed: int
    seconds: float
    contacts: float
    total: tuple[float, float]
    pools: dict[str, tuple[float, float]]
    days: pd.DataFrame
    intervals: dict[str, Floats]
    on_time: dict[str, float]
    promised: dict[str, float] = field(default_factory=dict)
    on_target: float = math.nan

    def about(self) -> dict[str, Any]:
        """Return what plan.json says of it."""

        def figures(pair: tuple[float, float]) -> dict[str, float]:
            return {"service_level": pair[0], "half_width": pair[1]}

        return {
            "replications": self.replications,
            "seed": self.seed,
            "contacts": self.contacts,
            **figures(self.total),
            "promised": self.promised.get(""),
            "days_on_target": None if math.isnan(self.on_target) else self.on_target,
            "pools": {name: figures(pair) | {"promised": self.promised.get(name)} for name, pair in self.pools.items()},
            "on_time": self.on_time,
        }


def default_replications(expected_contacts: float) -> int:
    """Replications of a horizon with so many contacts that cost some seconds."""
    return int(np.clip(ENOUGH_CONTACTS / max(expected_contacts, 1.0), FEWEST, MOST))


def simulate_plan(
    scenario: Scenario, plan: ShiftPlan, demand: pd.DataFrame, replications: int, seed: int, threads: int | None = None
) -> SimulatedService:
    """Simulate a plan contact by contact, with exponential handle times and random absences.

    Parameters
    ----------
    scenario : Scenario
    plan : ShiftPlan
        Of that scenario.
    demand : DataFrame
        What is planned for: start, contact_type, contacts, aht_s.
    replications : int
        At least 2: of one there is no confidence interval.
    seed : int
        The same seed gives every plan of the scenario the same customers.
    threads : int, optional
        One for each core when left out.
    """
    from models.simulation import simulate
    from models.simulation.plan_case import case_of_plan

    if replications < 2:
        raise ValueError("a service level needs 2 replications for its confidence interval")
    case = case_of_plan(scenario, plan.schedule, demand)
    result = simulate(case, replications, seed, threads)
    definition = scenario.settings.service.definition
    above, below = result.parts(definition)
    live = ~case.queues.deferrable
    members = {
        pool: [q for q, owner in enumerate(case.queues.pools) if owner == pool and live[q]] for pool in scenario.pools
    }
    members = {pool: queues for pool, queues in members.items() if below[..., queues].sum() > 0}
    return SimulatedService(
        replications,
        seed,
        result.seconds,
        result.contacts,
        _overall(above[..., live], below[..., live]),
        {pool: _overall(above[..., queues], below[..., queues]) for pool, queues in members.items()},
        _days(scenario, plan, {pool: (above[..., own], below[..., own]) for pool, own in members.items()}),
        {pool: _intervals(result, pool, queues) for pool, queues in members.items()},
        _on_time(result),
        on_target=_on_target(scenario, {pool: (above[..., own], below[..., own]) for pool, own in members.items()}),
    )


def _overall(above: Floats, below: Floats) -> tuple[float, float]:
    """Level and half-width over all days and queues; (R, D, Q) each."""
    from models.simulation import ratio

    level, half = ratio(above.sum(axis=(1, 2)), below.sum(axis=(1, 2)))
    return float(level), float(half)


def _days(scenario: Scenario, plan: ShiftPlan, parts: dict[str, tuple[Floats, Floats]]) -> pd.DataFrame:
    from models.simulation import ratio

    found = answers(plan.coverage)
    rows_of = plan.coverage.loc[found.index]
    keys = [rows_of["pool"], rows_of["start"].dt.date.astype(str).rename("date")]
    sums = found.assign(contacts=rows_of["contacts"]).groupby(keys)[["contacts", "counted", "in_time"]].sum()
    planned = dict(zip(sums.index.to_list(), sums.to_numpy(dtype=np.float64).tolist(), strict=True))
    rows = []
    for pool, (above, below) in parts.items():
        level, half = ratio(above.sum(axis=2), below.sum(axis=2))
        for day, date in enumerate(scenario.grid.dates):
            key = (pool, str(date))
            if key in planned and below[:, day].sum() > 0:
                contacts, counted, in_time = planned[key]
                word = in_time / counted if counted > 0 else np.nan
                rows.append((*key, contacts, word, float(level[day]), float(half[day])))
    return pd.DataFrame(rows, columns=list(DAY_COLUMNS))


def _on_target(scenario: Scenario, parts: dict[str, tuple[Floats, Floats]]) -> float:
    """Chance of a day of a pool with contacts, as `models.simulation.report.chance` has it, mean over all of them."""
    from models.simulation.report import chance

    chances = []
    for pool, (above, below) in parts.items():
        with np.errstate(divide="ignore", invalid="ignore"):
            level = above.sum(axis=2) / below.sum(axis=2)
        share, _ = chance(level, scenario.pools[pool].target)
        chances.append(share[~np.isnan(share)])
    known = np.concatenate(chances) if chances else np.zeros(0)
    return float(known.mean()) if len(known) else math.nan


def _intervals(result: SimulationResult, pool: str, queues: list[int]) -> Floats:
    from models.simulation.layout import MEASURES
    from models.simulation.result import counted_contacts, ratio_of_sums

    sums = result.interval_sums[:, queues].sum(axis=1)
    squares = result.interval_squares[:, len(result.case.queues.names) + result.case.pool_names.index(pool)]
    counted = counted_contacts(sums, result.case.definition)
    level, half = ratio_of_sums(sums[:, MEASURES.index("in_time")], counted, squares, result.replications)
    return np.stack([level, half], axis=1)


def _on_time(result: SimulationResult) -> dict[str, float]:
    above, below = (part.sum(axis=(0, 1)) for part in result.parts("on_time"))
    queues = result.case.queues
    return {
        queues.names[q]: float(above[q] / below[q]) for q in np.flatnonzero(queues.deferrable).tolist() if below[q] > 0
    }
