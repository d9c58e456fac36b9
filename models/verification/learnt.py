"""What was learnt from simulations: calibration.csv, and simulated.csv with plan.json."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

from models.verification.cover import COVERAGE
from models.verification.files import Row, known, read_table
from models.verification.findings import Log
from models.verification.inputs import LEARNT, Inputs
from models.verification.service import Served

CHECK, SIMULATED = "tables", "simulation"
DAYS = "simulated.csv"
PLAN = "plan.json"
WEIGHTS = 0.01
"""Of a share: a pool's simulated level is one of the contacts that came, simulated.csv has those expected."""


def check_targets(folder: Path, inputs: Inputs, log: Log) -> None:
    """Hold the targets of calibration.csv against the scenario."""
    if inputs.shifts_of_target:
        for row in read_table(folder / LEARNT, LEARNT, ("pool", "target"), log):
            pool = inputs.pools.get(row.text("pool"))
            log.holds(CHECK, pool is not None, row.place("pool"), "a pool of the scenario", row.text("pool"))
            if pool is not None:
                log.equal(CHECK, row.place("target"), pool.target, row.figure("target", log))


def check_simulated(folder: Path, content: dict[str, Any], inputs: Inputs, served: list[Served], log: Log) -> None:
    """Hold simulated.csv against coverage.csv where formulas speak, and plan.json against it where simulation does.

    What was simulated cannot be worked out again by arithmetic: a pool's level has to fit its days, and that of all
    pools has to fit the pools.
    """
    about = content["about"].get("simulated")
    if about is None or not (folder / DAYS).is_file():
        return
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for one in served:
        if one.level is not None:
            total = sums[one.pool, str(inputs.calendar.walls[one.interval][0])]
            for place, amount in enumerate((one.contacts, one.counted, one.counted * one.level)):
                total[place] += amount
    fine = not any(one.file == COVERAGE for one in log.findings)  # else said already
    days: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in read_table(folder / DAYS, DAYS, ("pool", "date", "contacts", "planned", "simulated"), log):
        contacts, counted, in_time = sums.get((row.text("pool"), row.text("date")), [0.0] * 3)
        log.equal(SIMULATED, row.place("contacts"), contacts, row.figure("contacts", log))
        if fine:
            planned = in_time / counted if counted > 0 else None
            log.equal(SIMULATED, row.place("planned"), planned, row.number("planned", log), within=1e-8)
        days[row.text("pool")].append((contacts, _share(row, log)))
    pools = []
    for pool, figures in about["pools"].items():
        level = known(figures["service_level"])
        _within(f"pools.{pool}.", days.get(pool, []), level, log)
        pools.append((sum(contacts for contacts, _ in days.get(pool, [])), math.nan if level is None else level))
    _within("", pools, known(about["service_level"]), log)


def _share(row: Row, log: Log) -> float:
    share = row.figure("simulated", log)
    log.holds(SIMULATED, not (share < 0 or share > 1), row.place("simulated"), "a share", share)
    return share


def _within(name: str, parts: list[tuple[float, float]], level: float | None, log: Log) -> None:
    """A level of parts together: their mean by contacts, as far as those that came are those expected."""
    total = sum(weight for weight, _ in parts)
    if total <= 0 or any(math.isnan(part) for _, part in parts):
        return
    mean = sum(weight * part for weight, part in parts) / total
    fine = level is not None and abs(level - mean) <= WEIGHTS
    place = (PLAN, None, f"about.simulated.{name}service_level")
    log.holds(SIMULATED, fine, place, f"about {mean:.4f}, the mean of its parts", level)
