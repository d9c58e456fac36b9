"""The requirement in coverage.csv: the least agents that keep floor and target, not one more."""

from __future__ import annotations

from models.verification.cover import CoverageRows
from models.verification.findings import Log
from models.verification.inputs import Inputs, Pool
from models.verification.load import pool_queues
from models.verification.queue import Queue, figures

CHECK = "requirement"
EDGE = 1e-7
"""Of a share: levels that lie this close to a bound may be taken to reach it or not."""


def check_requirement(inputs: Inputs, coverage: CoverageRows, log: Log) -> None:
    """Hold agents_floor and agents_target of coverage.csv against the queue: enough, and one fewer is not."""
    for name, pool in inputs.pools.items():
        queues = pool_queues(inputs, name)
        for (owner, t), row in coverage.items():
            if owner != name:
                continue
            floor, target = (row.figure(column, log) for column in ("agents_floor", "agents_target"))
            queue = queues[t]
            if queue is None:
                log.equal(CHECK, row.place("agents_floor"), 0.0, floor)
                log.equal(CHECK, row.place("agents_target"), 0.0, target)
                continue
            least = min(pool.floor, pool.target)
            full = pool.target if inputs.service.by_day else inputs.target(name, inputs.calendar.stamp(t))
            for column, agents, level in (("agents_floor", floor, least), ("agents_target", target, full)):
                if agents != agents:  # no figure; said already
                    continue
                words = f"the least agents for {level:g}"
                enough = _margin(inputs, pool, queue, agents, level) >= -EDGE
                spare = agents >= 1 and _margin(inputs, pool, queue, agents - 1, level) >= EDGE
                log.holds(CHECK, enough and not spare, row.place(column), words, agents)


def _margin(inputs: Inputs, pool: Pool, queue: Queue, agents: float, level: float) -> float:
    """How far the figures lie within the goal, as a share; negative when they miss it."""
    got = figures(queue, agents)
    margins = [got.level(inputs.service.definition) - level]
    if pool.abandonment_cap is not None:
        margins.append(pool.abandonment_cap - got.abandoned)
    if pool.occupancy_cap is not None:
        margins.append(pool.occupancy_cap - got.occupancy)
    return min(margins)
