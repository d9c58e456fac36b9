"""plan.json: the proof fits together, and the summary says what the tables say."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.verification.cost import Sums
from models.verification.cover import CoverageRows, Heads
from models.verification.files import known
from models.verification.findings import CENT, RELATIVE, Log
from models.verification.inputs import Inputs
from models.verification.pay import AMOUNTS
from models.verification.schedule import Shift
from models.verification.service import Served

CHECK, SUMMARY = "proof", "summary"
PLAN = "plan.json"


def check_about(content: dict[str, Any], settings: dict[str, Any], inputs: Inputs, log: Log) -> None:
    """Days, intervals, time zone and currency are those of the scenario."""
    calendar = inputs.calendar
    about = {
        "first_date": str(calendar.first), "days": calendar.days, "interval_min": calendar.step,
        "currency": str(settings.get("currency", content["about"]["currency"])),
    }  # fmt: skip
    for name, expected in about.items():
        log.holds(SUMMARY, content["about"][name] == expected, (PLAN, None, f"about.{name}"), expected,
                  content["about"][name])  # fmt: skip
    zone = str(settings["time_zone"])
    log.holds(SUMMARY, content["time_zone"] == zone, (PLAN, None, "time_zone"), zone, content["time_zone"])


def check_proof(content: dict[str, Any], shifts: list[Shift], log: Log) -> None:
    """Status, objective, bound and gap of the schedule; its objective is the price of the shifts."""
    stage = content["stages"]["schedule"]
    status = stage["status"]
    objective, bound, gap = (known(stage[name]) for name in ("objective", "bound", "gap"))
    place = (PLAN, None, "stages.schedule.gap")
    price, worth = sum(shift.count * shift.cost_each for shift in shifts), _worth(content, shifts)
    if status in ("optimal", "feasible"):
        log.money(CHECK, (PLAN, None, "stages.schedule.objective"), price, objective)
    if objective is not None and bound is not None:
        below = bound <= objective + max(CENT, RELATIVE * abs(objective))
        log.holds(CHECK, below, (PLAN, None, "stages.schedule.bound"), f"at most {objective:.10g}", bound)
        log.equal(CHECK, place, _gap(worth, bound), gap, 1e-9)
    if status == "optimal":
        log.holds(CHECK, gap is not None and gap <= RELATIVE, place, "a gap of 0 where it is called optimal", gap)


def _worth(content: dict[str, Any], shifts: list[Shift]) -> float | None:
    """Objective of the schedule: what stage and summary say alike; where they differ, the price of the shifts."""
    stage, summary = content["stages"]["schedule"], content["summary"]
    said = known(stage["objective"])
    if said == known(summary.get("objective")) or stage["status"] not in ("optimal", "feasible"):
        return said
    return float(sum(shift.count * shift.cost_each for shift in shifts))


def _gap(objective: float | None, bound: float | None) -> float | None:
    if objective is None or bound is None:
        return None
    distance = abs(objective - bound)
    return 0.0 if distance == 0 else distance / abs(objective) if objective else 1.0


def check_summary(
    content: dict[str, Any], inputs: Inputs, shifts: list[Shift], served: list[Served], sums: Sums,
    coverage: CoverageRows, heads: dict[str, Heads], log: Log,
) -> None:  # fmt: skip
    """Hold every figure of the summary that the tables give."""
    summary, stage = content["summary"], content["stages"]["schedule"]
    total = dict(zip((*AMOUNTS, "contacts", "resolved"), sums["total", "", ""].tolist(), strict=True))
    present = np.sum([one.present for one in heads.values()], axis=0)
    shown = {t for _, t in coverage}
    busy = [one for one in served if one.level is not None and one.contacts > 0]
    worst = min((one.level for one in busy if one.level is not None), default=None)
    weeks, worth = inputs.calendar.days / 7, _worth(content, shifts)
    expected: dict[str, float | None] = {
        "contacts": total["contacts"],
        "shifts": float(sum(shift.count for shift in shifts)),
        "peak_heads": float(max((int(present[t]) for t in shown), default=0)),
        "full_time_equivalents": total["paid_hours"] / 40 / weeks,
        "rostered_hours": total["rostered_hours"],
        "paid_hours": total["paid_hours"],
        "cost": total["cost"],
        "cost_per_contact": total["cost"] / total["contacts"] if total["contacts"] > 0 else None,
        "cost_per_resolved": total["cost"] / total["resolved"] if total["resolved"] > 0 else None,
        "service_level": _mean([(one.level, one.counted) for one in busy]),
        "abandonment": _mean([(one.abandoned, one.contacts) for one in busy]),
        "mean_wait_s": _mean([(one.wait_s, one.contacts) for one in busy]),
        "occupancy": _mean([(one.occupancy, one.productive) for one in served]),
        "worst_service_level": worst,
        "uncovered_intervals": float(len(content["uncovered"])),
        "objective": worth,
        "bound": known(stage["bound"]),
        # worked out, so that a gap that is wrong in one place is not found fault with in the other
        "gap": known(stage["gap"]) if (gap := _gap(worth, known(stage["bound"]))) is None else gap,
    }
    for name, figure in expected.items():
        place, got = (PLAN, None, f"summary.{name}"), known(summary.get(name))
        if name in ("cost", "objective", "bound"):
            log.money(SUMMARY, place, figure, got)
        else:
            log.equal(SUMMARY, place, figure, got, 1e-6)
    said = (summary.get("worst_pool"), summary.get("worst_interval"))
    named = [one.level for one in busy if (one.pool, inputs.calendar.stamp(one.interval)) == said]
    fine = worst is None or bool(named and named[0] is not None and named[0] <= worst + 1e-6)
    place = (PLAN, None, "summary.worst_pool")
    log.holds(SUMMARY, fine, place, "the pool and interval of the least service", " ".join(map(str, said)))
    status = (PLAN, None, "summary.status")
    log.holds(SUMMARY, summary.get("status") == stage["status"], status, stage["status"], summary.get("status"))


def _mean(pairs: list[tuple[float | None, float]]) -> float | None:
    known_pairs = [(value, weight) for value, weight in pairs if value is not None and weight > 0]
    total = sum(weight for _, weight in known_pairs)
    return sum(value * weight for value, weight in known_pairs) / total if total > 0 else None
