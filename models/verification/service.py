"""Service: what the agents on duty achieve, held against coverage.csv and against what was promised."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from models.verification.cover import CoverageRows, Heads
from models.verification.files import Row
from models.verification.findings import Log
from models.verification.inputs import Inputs, Pool
from models.verification.load import pool_contacts, pool_queues
from models.verification.queue import Queue, figures, levels

CHECK, PROMISE = "service", "promise"
SLACK = 1e-6
"""Of a share: what a solver's tolerances may take from a promise."""


@dataclass(frozen=True)
class Served:
    """What an open interval of a pool gives, by the verifier's own arithmetic; None where nobody calls."""

    pool: str
    interval: int
    contacts: float
    counted: float
    level: float | None
    abandoned: float | None
    wait_s: float | None
    occupancy: float
    productive: float


def check_service(
    inputs: Inputs, heads: dict[str, Heads], coverage: CoverageRows, log: Log, *, promised: bool
) -> list[Served]:  # fmt: skip
    """Recompute the service of every row of coverage.csv.

    Parameters
    ----------
    promised : bool
        Whether targets, floors and caps are to hold; a partial plan of an infeasible scenario promises nothing.

    Returns
    -------
    list of Served
        For the totals.
    """
    found = []
    for name, pool in inputs.pools.items():
        queues, contacts = pool_queues(inputs, name), pool_contacts(inputs, name)
        for t in (t for t in range(inputs.calendar.length) if pool.open[t] and (name, t) in coverage):
            row = coverage[name, t]
            log.equal(CHECK, row.place("contacts"), contacts[t], row.figure("contacts", log))
            queue = queues[t]
            log.equal(CHECK, row.place("aht_s"), 0.0 if queue is None else queue.aht_s, row.figure("aht_s", log))
            served = _served(inputs, name, t, queue, contacts[t], float(heads[name].on_duty[t]), row, log)
            found.append(served)
            if promised:
                _check_interval(inputs, pool, served, row, log)
    if promised and inputs.service.by_day:
        _check_days(inputs, found, log)
    return found


def _served(
    inputs: Inputs, name: str, t: int, queue: Queue | None, contacts: float, on_duty: float, row: Row, log: Log
) -> Served:
    productive = on_duty * (1 - inputs.pools[name].unplanned)
    deferred = row.figure("deferrable_done", log)
    log.holds(CHECK, -1e-6 <= deferred <= productive + 1e-6, row.place("deferrable_done"),
              f"work of at most {productive:.10g} agents", deferred)  # fmt: skip
    live = max(productive - deferred, 0.0)
    level, counted, abandoned, wait, busy = None, 0.0, None, None, 0.0
    if queue is not None:
        got = figures(queue, live)
        busy = got.occupancy
        if contacts > 0:
            level, counted = levels(queue, live, inputs.service.definition)
            abandoned = got.abandoned
            wait = got.wait_s if got.wait_s < float("inf") else None
    occupancy = (busy * live + deferred) / productive if productive > 0 else 0.0
    for column, expected in (
        ("service_level", level), ("abandonment", abandoned), ("mean_wait_s", wait), ("occupancy", occupancy),
        ("counted", contacts * counted),
    ):  # fmt: skip
        # a share near 0 has no digits to compare beyond its absolute error
        log.equal(CHECK, row.place(column), expected, row.number(column, log), within=1e-8)
    return Served(name, t, contacts, contacts * counted, level, abandoned, wait, occupancy, productive)


def _check_interval(inputs: Inputs, pool: Pool, served: Served, row: Row, log: Log) -> None:
    """Floor or target, and the caps, in an interval with contacts."""
    if served.level is None:
        return
    start = inputs.calendar.stamp(served.interval)
    least = min(pool.floor, pool.target) if inputs.service.by_day else inputs.target(served.pool, start)
    place = row.place("service_level")
    log.holds(PROMISE, served.level >= least - SLACK, place, f"at least {least:g}", served.level)
    if pool.abandonment_cap is not None and served.abandoned is not None:
        fine = served.abandoned <= pool.abandonment_cap + SLACK
        log.holds(PROMISE, fine, row.place("abandonment"), f"at most {pool.abandonment_cap:g}", served.abandoned)
    if pool.occupancy_cap is not None:
        # of contacts alone: deferrable work fills idle time and is no haste
        deferred = row.figure("deferrable_done", log)
        live = served.productive - deferred
        busy = (served.occupancy * served.productive - deferred) / live if live > 1e-9 else 0.0
        fine = busy <= pool.occupancy_cap + SLACK
        log.holds(PROMISE, fine, row.place("occupancy"), f"at most {pool.occupancy_cap:g} with contacts", busy)


def _check_days(inputs: Inputs, found: list[Served], log: Log) -> None:
    """The target of each pool and local day, weighted by contacts."""
    sums: dict[tuple[str, dt.date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one in found:
        if one.level is not None:
            total = sums[one.pool, inputs.calendar.walls[one.interval][0]]
            total[0] += one.contacts * one.level
            total[1] += one.contacts
    for (pool, date), (in_time, contacts) in sums.items():
        target, level = inputs.target(pool, str(date)), in_time / contacts
        place = ("coverage.csv", None, "service_level")
        log.holds(PROMISE, level >= target - SLACK, place, f"at least {target:g} on {date} in pool {pool}", level)
