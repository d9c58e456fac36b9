"""requirement.csv: what it repeats of coverage.csv, and the load, heads and deferrable work that it adds."""

from __future__ import annotations

import math
from pathlib import Path

from models.verification.clock import read_instant
from models.verification.cover import CoverageRows
from models.verification.files import Row, read_table
from models.verification.findings import Log
from models.verification.inputs import Inputs
from models.verification.load import pool_queues
from models.verification.queue import Queue, figures

CHECK = "tables"
REQUIREMENT = "requirement.csv"
ALIKE = (("contacts", "contacts"), ("aht_s", "aht_s"), ("agents_floor", "agents_floor"), ("agents", "agents_target"))
"""Columns of requirement.csv, and those of coverage.csv that say the same."""
OWN = ("patience_s", "concurrency", "load_erlang", "heads", "service_level", "deferrable_agents")
DEFERRABLE = "deferrable:"


def check_requirement_table(folder: Path, inputs: Inputs, coverage: CoverageRows, log: Log) -> None:
    """Hold every cell of requirement.csv against coverage.csv, or against the scenario where only it says so."""
    if not (folder / REQUIREMENT).is_file():
        return
    seen, wrong = set(), {(one.file, one.row, one.column) for one in log.findings}
    queues = {name: pool_queues(inputs, name) for name in inputs.pools}
    work = {kind.name: _work(inputs, kind.name) for kind in inputs.types if kind.kind == "deferrable"}
    columns = ("start", "pool", *(name for name, _ in ALIKE), *OWN, *(DEFERRABLE + name for name in work))
    for row in read_table(folder / REQUIREMENT, REQUIREMENT, columns, log):
        instant = read_instant(row.text("start"))
        t = None if instant is None else inputs.calendar.index(instant)
        pool = row.text("pool")
        other = None if t is None else coverage.get((pool, t))
        log.holds(CHECK, other is not None, row.place("start"), "an interval of coverage.csv", row.text("start"))
        if other is None or t is None:
            continue
        seen.add((pool, t))
        for name, same in ALIKE:
            if other.place(same) not in wrong:  # else said already
                log.equal(CHECK, row.place(name), other.number(same, log), row.number(name, log))
        if other.place("agents_target") not in wrong:
            _check_load(inputs, row, queues[pool][t], other.figure("agents_target", log), log)
        _check_deferrable(inputs, row, pool, {name: amounts[t] for name, amounts in work.items()}, log)
    lacking = len(coverage.keys() - seen)
    log.holds(CHECK, not lacking, (REQUIREMENT, None, "start"), "every interval of coverage.csv", f"{lacking} fewer")


def _check_load(inputs: Inputs, row: Row, queue: Queue | None, agents: float, log: Log) -> None:
    """Load, patience and chats at a time as one queue; heads for the agents, and the service that these give."""
    heads = math.ceil(agents / (1 - inputs.pools[row.text("pool")].unplanned) - 1e-9)
    log.equal(CHECK, row.place("heads"), float(heads), row.figure("heads", log))
    log.equal(
        CHECK, row.place("load_erlang"), 0.0 if queue is None else queue.load, row.figure("load_erlang", log), 1e-9
    )
    if queue is None:
        return
    patience = None if math.isinf(queue.patience_s) else queue.patience_s
    log.equal(CHECK, row.place("patience_s"), patience, row.number("patience_s", log))
    log.equal(CHECK, row.place("concurrency"), queue.concurrency, row.figure("concurrency", log))
    level = figures(queue, agents).level(inputs.service.definition)
    log.equal(CHECK, row.place("service_level"), level, row.number("service_level", log), within=1e-8)


def _check_deferrable(inputs: Inputs, row: Row, pool: str, work: dict[str, float], log: Log) -> None:
    total = 0.0
    owner = {kind.name: kind.pool for kind in inputs.types}
    for name, amount in work.items():
        mine = amount if owner[name] == pool else None
        total += mine or 0.0
        log.equal(CHECK, row.place(DEFERRABLE + name), mine, row.number(DEFERRABLE + name, log), 1e-9)
    log.equal(CHECK, row.place("deferrable_agents"), total, row.figure("deferrable_agents", log), 1e-9)


def _work(inputs: Inputs, name: str) -> list[float]:
    """Agent-intervals of a deferrable type that come, each at the first open interval from then on; (T,)."""
    kind = next(one for one in inputs.types if one.name == name)
    opened, step_s = inputs.pools[kind.pool].open, inputs.calendar.step * 60.0
    found, waiting = [0.0] * inputs.calendar.length, 0.0
    for t in range(inputs.calendar.length):
        waiting += kind.contacts[t] * kind.aht_s[t] / step_s
        if opened[t]:
            found[t], waiting = waiting, 0.0
    return found
