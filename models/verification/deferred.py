"""Deferrable work: every deadline is kept by the work that coverage.csv says is done, earliest deadline first."""

from __future__ import annotations

import heapq
import math

from models.verification.cover import COVERAGE, CoverageRows
from models.verification.findings import Log
from models.verification.inputs import ContactType, Inputs

CHECK = "deadlines"
SLACK = 1e-5
"""Agent-intervals: what a solver's tolerances leave over in each interval."""


def check_deferred(inputs: Inputs, coverage: CoverageRows, log: Log, *, promised: bool) -> None:
    """Work off the deferrable work of each pool with the agents that coverage.csv gives it.

    Work whose deadline lies behind the horizon may be left to the next one; as much, with the same time left, waits
    when the horizon begins.
    """
    for name, pool in inputs.pools.items():
        kinds = [kind for kind in inputs.types if kind.pool == name and kind.kind == "deferrable"]
        opens = [t for t in range(inputs.calendar.length) if pool.open[t]]
        if not kinds or not opens:
            continue
        arriving: list[list[tuple[int, float]]] = [[] for _ in opens]
        for kind in kinds:
            _arrivals(inputs, kind, opens, arriving)
        queue: list[tuple[int, int, float]] = []
        order = 0
        for place, t in enumerate(opens):
            for due, amount in arriving[place]:
                order += 1
                heapq.heappush(queue, (due, order, amount))
            row = coverage.get((name, t))
            done = left = row.figure("deferrable_done", log) if row is not None else 0.0
            while queue and left > 1e-12:
                due, number, amount = heapq.heappop(queue)
                part = min(left, amount)
                left -= part
                if amount > part:
                    heapq.heappush(queue, (due, number, amount - part))
            line = None if row is None else row.line
            where = (COVERAGE, line, "deferrable_done")
            log.holds(CHECK, not left > SLACK, where, f"at most the {done - left:.10g} that wait", done)
            late = sum(amount for due, _, amount in queue if due <= place)
            if promised:
                log.holds(CHECK, late <= SLACK * (place + 1), where, "no work past its deadline", f"{late:.6g} late")


def _arrivals(inputs: Inputs, kind: ContactType, opens: list[int], arriving: list[list[tuple[int, float]]]) -> None:
    """Add (last open interval in which it is on time, agent-intervals) to the open interval of arrival."""
    step = inputs.calendar.step
    delay = max(math.floor(kind.deadline_min / step + 1e-9) - 1, 0)
    place = 0
    for t in range(inputs.calendar.length):
        work = kind.contacts[t] * kind.aht_s[t] / (step * 60.0)
        while place < len(opens) and opens[place] < t:
            place += 1
        if place == len(opens):
            return  # arrives after the last opening: the next horizon's
        if work > 0:
            due = place + delay
            arriving[place].append((due, work))
            if due >= len(opens):
                arriving[0].append((min(due - len(opens), len(opens) - 1), work))
