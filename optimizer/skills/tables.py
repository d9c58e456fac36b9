"""The tables of a schedule of agent groups: shifts with their group, coverage by group, service by queue and day."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.plan import SCHEDULE_COLUMNS
from optimizer.shifts.engine import ShiftSolution
from optimizer.shifts.result import schedule_rows
from optimizer.skills.schedule import SkillsSchedule

SERVICE_COLUMNS = ("date", "contact_type", "contacts", "service_level", "half_width", "target", "abandonment", "asa_s")
COVERAGE_COLUMNS = ("start", "contact_type", "contacts", "heads", "service_level", "occupancy")


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


def service_table(answer: SkillsSchedule) -> pd.DataFrame:
    """Return the simulated service of every queue: a row a day, and one over all days (`date` "all")."""
    assert answer.served is not None  # noqa: S101 - there is a schedule
    served, scenario = answer.served, answer.simulator.scenario
    result, queues = served.result, answer.simulator.queues
    offered, left, waited, answered = (
        result.measure(name) for name in ("offered", "abandoned", "wait_answered_s", "answered")
    )
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
            came = float(offered[:, days, queue].sum())
            if came == 0:
                continue
            taken = float(answered[:, days, queue].sum())
            rows.append(
                (date, name, came / result.replications, level, half_width, target,
                 float(left[:, days, queue].sum()) / came,
                 float(waited[:, days, queue].sum()) / taken if taken else np.nan)
            )  # fmt: skip
    return pd.DataFrame(rows, columns=list(SERVICE_COLUMNS))


def coverage_table(answer: SkillsSchedule) -> pd.DataFrame:
    """Return coverage by queue and interval: heads on duty that can serve it, and its simulated service level.

    `occupancy` is that of all these heads, with whatever they do.
    """
    assert answer.served is not None  # noqa: S101 - there is a schedule
    served, simulator = answer.served, answer.simulator
    heads, can = answer.heads, simulator.skills.can
    times = dict(zip(("staffed", "busy"), np.moveaxis(served.result.interval_times[..., :2], -1, 0), strict=True))
    parts = []
    for queue, name in enumerate(simulator.queues.names):
        mine = np.flatnonzero(can[:, queue])
        staffed, busy = (times[key][:, mine].sum(axis=1) for key in ("staffed", "busy"))
        counted = served.counted[:, queue]
        level = np.divide(served.in_time[:, queue], counted, out=np.full(len(counted), np.nan), where=counted > 0)
        frame = pd.DataFrame(
            {
                "start": simulator.scenario.grid.starts, "contact_type": name,
                "contacts": simulator.queues.contacts[queue], "heads": heads[mine].sum(axis=0).astype(int),
                "service_level": level,
                "occupancy": np.divide(busy, staffed, out=np.zeros_like(busy), where=staffed > 0),
            }
        )  # fmt: skip
        parts.append(frame[simulator.queues.open[queue]])
    table: pd.DataFrame = pd.concat(parts, ignore_index=True)[list(COVERAGE_COLUMNS)]
    return table
