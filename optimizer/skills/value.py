"""What skills are worth: one more cross-trained agent, and pooling against queues and pools that stand alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.skills.schedule import SkillsSchedule
from optimizer.skills.simulated import person_shifts

SHIFTS_A_WEEK = 5
NOTHING = 1e-6
"""Money that is a rounding error of duals."""
TRAINING_COLUMNS = (
    "from_group", "to_group", "skills", "value_per_shift", "wage_change_per_shift", "net_per_shift", "shifts_a_week",
    "net_per_agent_week", "how",
)  # fmt: skip


def training_values(answer: SkillsSchedule) -> pd.DataFrame:
    """Return what it is worth that an agent of one group can do what another can, less what wages rise by.

    Parameters
    ----------
    answer : with a schedule

    Returns
    -------
    DataFrame, `TRAINING_COLUMNS`
        One row for each pair of groups of which the second can do all that the first can and more, dearest first.
        `value_per_shift`: mean over the shifts of the first group of what their hours are worth more as hours of the
        second, by the duals of the last linear program. Its cost falls by less with each further agent, so that this is
        the most that it can be worth ("at most"). `wage_change_per_shift`: what such a shift costs more at the wages of
        the second group. An agent is taken to work `SHIFTS_A_WEEK` shifts a week, and no more than there are days.
    """
    groups, price = answer.simulator.skills.groups, answer.found.price
    problem = answer.master.stated.problem
    shifts = min(SHIFTS_A_WEEK, answer.simulator.scenario.grid.days)
    rows = []
    for first, old in enumerate(groups):
        mine = [one for one in answer.found.chosen if problem.families[one.family].pool == first]
        if not mine:
            continue
        people = sum(one.count for one in mine)
        paid = sum(one.count * one.cost_each for one in mine) / people
        heads = np.zeros(problem.intervals)
        step_s = answer.simulator.scenario.grid.interval_min * 60.0
        for _, start_s, end_s, breaks in person_shifts(answer.master.stated, mine):
            _on(heads, start_s / step_s, end_s / step_s, 1.0)
            for begin_s, length_s in breaks:
                _on(heads, begin_s / step_s, (begin_s + length_s) / step_s, -1.0)
        for second, new in enumerate(groups):
            more = [name for name in new.priorities if name not in old.priorities]
            if not more or not set(old.priorities) < set(new.priorities):
                continue
            worth = float(heads @ (price[second] - price[first])) / people
            worth = worth if abs(worth) > NOTHING else 0.0
            wages = paid * (new.wage_per_hour / old.wage_per_hour - 1) if old.wage_per_hour else 0.0
            net = worth - wages if abs(worth - wages) > NOTHING else 0.0
            rows.append((old.name, new.name, " + ".join(more), worth, wages, net, shifts, net * shifts, "at most"))
    frame = pd.DataFrame(rows, columns=list(TRAINING_COLUMNS))
    return frame.sort_values("net_per_shift", ascending=False, kind="stable").reset_index(drop=True)


def _on(heads: np.ndarray, start: float, end: float, change: float) -> None:
    heads[max(round(start), 0) : max(round(end), 0)] += change


@dataclass(frozen=True)
class Organisation:
    """One way to divide the queues, and what it costs.

    Attributes
    ----------
    kept, promises : promises kept in simulation, and all of them
    worst_queue, worst_level, worst_target : the queue that lies lowest beside its target over all days
    wage_per_hour : highest of any group
    """

    name: str
    cost: float
    bound: float
    shifts: int
    kept: int
    promises: int
    worst_queue: str
    worst_level: float
    worst_target: float
    wage_per_hour: float


def organisation(name: str, answer: SkillsSchedule) -> Organisation:
    """Sum up an answer for comparison; it has a schedule."""
    assert answer.served is not None  # noqa: S101 - there is a schedule
    simulator = answer.simulator
    target = np.array([simulator.scenario.pools[pool].target for pool in simulator.queues.pools])
    level = answer.served.queue_level()[0]
    worst = int(np.nanargmin(level - target))
    return Organisation(
        name, answer.cost, answer.bound, sum(one.count for one in answer.found.chosen),
        len(answer.days) - len(answer.short), len(answer.days), simulator.queues.names[worst], float(level[worst]),
        float(target[worst]), max(group.wage_per_hour for group in simulator.skills.groups),
    )  # fmt: skip
