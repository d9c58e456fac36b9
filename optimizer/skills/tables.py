"""The tables of a schedule of agent groups: shifts with their group, coverage by group, service by queue and day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.plan import SCHEDULE_COLUMNS
from optimizer.shifts.engine import ShiftSolution
from optimizer.shifts.problem import Floats
from optimizer.shifts.result import schedule_rows
from optimizer.skills.schedule import SkillsSchedule
from optimizer.skills.simulated import Served, Simulator

SERVICE_COLUMNS = (
    "date", "contact_type", "contacts", "service_level", "half_width", "target", "abandonment", "asa_s", "in_time",
    "counted",
)  # fmt: skip
COVERAGE_COLUMNS = ("start", "contact_type", "contacts", "heads", "service_level", "occupancy", "in_time", "counted")


def schedule_table(answer: SkillsSchedule) -> pd.DataFrame:
    """Return schedule.csv: as that of pools, with `group` for `pool`."""
    found = answer.found
    nothing = np.zeros_like(found.price)
    solution = ShiftSolution(
        found.status, found.objective, found.bound, answer.seconds, "", answer.seed, found.chosen, nothing, nothing,
        found.price,
    )  # fmt: skip
    frame = schedule_rows(answer.master.stated, solution)
    return frame.rename(columns={"pool": "group"})[["group", *SCHEDULE_COLUMNS[1:]]]


def service_table(served: Served, simulator: Simulator) -> pd.DataFrame:
    """Return the simulated service of every queue: a row a day, and one over all days (`date` "all").

    `in_time` contacts of those `counted` make the service level; both, as `contacts`, are means of the replications.
    """
    scenario, result, queues = simulator.scenario, served.result, simulator.queues
    offered, left, waited, answered = (
        result.measure(name) for name in ("offered", "abandoned", "wait_answered_s", "answered")
    )
    above, below = result.parts(served.definition)
    totals = served.queue_level()
    dates = [date.isoformat() for date in scenario.grid.dates]
    rows = []
    for queue, name in enumerate(queues.names):
        target = scenario.pools[queues.pools[queue]].target
        spans = [("all", slice(None), totals[0][queue], totals[1][queue])]
        spans += [
            (dates[day], slice(day, day + 1), served.level[day, queue], served.half_width[day, queue])
            for day in range(served.level.shape[0])
        ]
        for date, days, level, half_width in spans:
            came, gone, wait, taken, in_time, counted = (
                float(part[:, days, queue].sum()) / result.replications
                for part in (offered, left, waited, answered, above, below)
            )
            if came == 0:
                continue
            asa_s = wait / taken if taken else np.nan
            rows.append((date, name, came, level, half_width, target, gone / came, asa_s, in_time, counted))
    return pd.DataFrame(rows, columns=list(SERVICE_COLUMNS))


def coverage_table(served: Served, simulator: Simulator, heads: Floats) -> pd.DataFrame:
    """Return coverage by queue and interval: heads on duty that can serve it, and its simulated service level.

    Parameters
    ----------
    heads : (G, T)
        Of each group, on duty.

    Returns
    -------
    DataFrame
        `COVERAGE_COLUMNS`, open intervals only. `occupancy` is that of all the heads that can serve the queue, with
        whatever they do; `in_time` contacts of those `counted` make the service level (means of the replications).
    """
    can = simulator.skills.can
    times = dict(zip(("staffed", "busy"), np.moveaxis(served.result.interval_times[..., :2], -1, 0), strict=True))
    parts = []
    for queue, name in enumerate(simulator.queues.names):
        mine = np.flatnonzero(can[:, queue])
        staffed, busy = (times[key][:, mine].sum(axis=1) for key in ("staffed", "busy"))
        in_time, counted = served.in_time[:, queue], served.counted[:, queue]
        frame = pd.DataFrame(
            {
                "start": simulator.scenario.grid.starts, "contact_type": name,
                "contacts": simulator.queues.contacts[queue], "heads": heads[mine].sum(axis=0).astype(int),
                "service_level": _share(in_time, counted), "occupancy": np.nan_to_num(_share(busy, staffed)),
                "in_time": in_time, "counted": counted,
            }
        )  # fmt: skip
        parts.append(frame[simulator.queues.open[queue]])
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)[list(COVERAGE_COLUMNS)]
    return table


def _share(above: Floats, below: Floats) -> Floats:
    share: Floats = np.divide(above, below, out=np.full(len(below), np.nan), where=below > 0)
    return share
