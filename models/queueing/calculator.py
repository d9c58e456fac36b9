"""One interval by hand: the agents that a goal needs, and what a few more or fewer would give."""

from __future__ import annotations

from dataclasses import dataclass

from models.queueing.heads import heads_for
from models.queueing.required import ServiceGoal, meets, queue_figures, required_agents


@dataclass(frozen=True)
class StaffingRow:
    """Figures of one number of productive agents; shares, seconds, contacts. `heads`: rostered, after shrinkage."""

    agents: int
    heads: int
    service_level: float
    asa_s: float
    occupancy: float
    abandonment: float
    p_wait: float
    queue: float
    meets_goal: bool


@dataclass(frozen=True)
class Staffing:
    """Answer for one interval: offered load, least agents for the goal, and rows around the agents asked for."""

    load_erlang: float
    required_agents: int
    required_heads: int
    shown_agents: int
    rows: tuple[StaffingRow, ...]


def staffing(
    arrivals: float,
    interval_min: float,
    aht_s: float,
    goal: ServiceGoal,
    *,
    patience_s: float = float("inf"),
    concurrency: float = 1.0,
    shrinkage: float = 0.0,
    agents: int | None = None,
) -> Staffing:
    """Agents for one interval.

    Parameters
    ----------
    arrivals : contacts offered in the interval, >= 0
    interval_min : minutes, > 0
    aht_s : seconds, > 0, at that concurrency
    goal : what must be reached, and by which model
    patience_s, concurrency : see `required_agents`
    shrinkage : share of rostered heads that is not at work
    agents : productive agents to look at instead of the required ones

    Returns
    -------
    Staffing : with a row for the agents looked at, one fewer and one more.

    Raises
    ------
    ValueError : an argument out of its range.
    """
    if not (arrivals >= 0 and interval_min > 0 and aht_s > 0):
        raise ValueError("arrivals must not be negative; interval_min and aht_s must be positive")
    load = arrivals * aht_s / (interval_min * 60.0)
    least = int(required_agents(load, aht_s, goal, patience_s=patience_s, concurrency=concurrency))
    shown = least if agents is None else agents
    around = [n for n in (shown - 1, shown, shown + 1) if n >= 0]
    figures = queue_figures(
        around,
        load,
        aht_s,
        within_s=goal.within_s,
        model=goal.model,
        patience_s=patience_s,
        short_abandon_s=goal.short_abandon_s,
        concurrency=concurrency,
    )
    level, fine = figures.service_level(goal.definition), meets(figures, goal)
    heads = heads_for(around, shrinkage)
    rows = tuple(
        StaffingRow(
            n,
            int(heads[i]),
            float(level[i]),
            float(figures.mean_wait_s[i]),
            float(figures.occupancy[i]),
            float(figures.abandonment[i]),
            float(figures.p_wait[i]),
            float(figures.queue[i]),
            bool(fine[i]),
        )
        for i, n in enumerate(around)
    )
    return Staffing(load, least, int(heads_for(least, shrinkage)), shown, rows)
