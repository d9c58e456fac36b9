"""The records that decisions return: what was decided, and how far the solver proved it.

They stand here so that calculators and reports can read a plan without importing a solver.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

STATUSES = ("optimal", "feasible", "infeasible", "no plan", "failed", "done", "given")
"""How a stage ended: proved best; a plan with a gap; no plan can exist; none found in time; the solver failed; a stage
without a solver is done; or its result was given by the user."""

PROOF_TOLERANCE = 1e-6
"""Largest relative gap at which a result may be called optimal: rounding noise and nothing more."""

SCHEDULE_COLUMNS = ("pool", "date", "shift", "start", "end", "paid_min", "breaks", "count", "cost_each")
COVERAGE_COLUMNS = (
    "start",
    "pool",
    "contacts",
    "aht_s",
    "agents_floor",
    "agents_target",
    "heads",
    "on_break",
    "on_duty",
    "productive",
    "deferrable_done",
    "service_level",
    "abandonment",
    "occupancy",
    "mean_wait_s",
    "marginal_price",
    "counted",
)
UNCOVERED_COLUMNS = ("start", "pool", "missing")


@dataclass(frozen=True)
class StageResult:
    """How one stage ended.

    Parameters
    ----------
    status : str
        One of `STATUSES`.
    objective : float or None
        Value of the plan that was found, in the stage's own unit (money for the schedule). None without a plan.
    bound : float or None
        Proved bound on that value. None when nothing was proved.
    gap : float or None
        Relative distance between the two, 0.01 for one per cent (`relative_gap`). None unless both are known.
    seconds : float
        Wall time.
    solver : str
        Which method or solver, in words.
    seed : int or None
        Seed of the stage's random choices. None when it makes none.

    Raises
    ------
    ValueError
        If a figure is out of range, or "optimal" is claimed without a gap of at most `PROOF_TOLERANCE`.
    """

    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    seconds: float
    solver: str
    seed: int | None

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"status {self.status!r} is none of {', '.join(STATUSES)}")
        for name, figure in (("objective", self.objective), ("bound", self.bound), ("gap", self.gap)):
            if figure is not None and not math.isfinite(figure):
                raise ValueError(f"{name} is {figure}; an unknown figure is None")
        if self.gap is not None and self.gap < 0:
            raise ValueError(f"gap {self.gap} is negative")
        if not (math.isfinite(self.seconds) and self.seconds >= 0):
            raise ValueError(f"seconds {self.seconds} is no duration")
        if self.status == "optimal" and (self.gap is None or self.gap > PROOF_TOLERANCE):
            raise ValueError(f"'optimal' needs a proof: the gap is {self.gap}")
        if self.status in ("optimal", "feasible") and self.objective is None:
            raise ValueError(f"status {self.status!r} needs an objective")


def relative_gap(objective: float, bound: float) -> float:
    """Relative distance between a plan's value and its proved bound.

    Parameters
    ----------
    objective, bound : float
        In the same unit; either may be the larger one (minimisation or maximisation).

    Returns
    -------
    float
        ``|objective - bound| / |objective|``; 0 when they are equal, 1 when the objective is 0 and the bound is not.
    """
    distance = abs(objective - bound)
    if distance == 0:
        return 0.0
    return distance / abs(objective) if objective else 1.0


def empty_uncovered() -> pd.DataFrame:
    """Return the frame that says that no interval is left uncovered."""
    return pd.DataFrame({name: [] for name in UNCOVERED_COLUMNS})


@dataclass(frozen=True)
class ShiftPlan:
    """The shifts that were decided, what they cover, and the proof.

    Parameters
    ----------
    schedule : DataFrame
        One row per distinct (pool, date, shift, start, breaks), `SCHEDULE_COLUMNS`: `date` is the ISO date on which the
        shift starts; `start` and `end` are ISO local stamps with offset, as text; `paid_min` elapsed minutes
        without unpaid breaks; `breaks` as in `models.breaks`; `count` people, at least 1; `cost_each` money per person.
    coverage : DataFrame
        One row per pool and open interval, `COVERAGE_COLUMNS`: `heads` are in their shift, of whom `on_break` are away
        and `on_duty` are not; `productive` is on_duty x (1 - unplanned shrinkage), not rounded; `service_level`,
        `abandonment` and `occupancy` (of productive time, deferrable work included) are fractions;
        `marginal_price` is the money that one more required agent costs there (NaN unknown); `counted` are the contacts
        that `service_level` is a share of, by the scenario's definition (all of them for "offered").
    result : StageResult
        How the search ended; its objective is the cost of the schedule.
    uncovered : DataFrame
        `UNCOVERED_COLUMNS`: intervals that the plan leaves short, and by how many agents. Empty unless the plan is
        partial.
    conflicts, relaxation : tuple of str
        For an infeasible scenario: the rules that exclude each other, and the cheapest way out, in the planner's words.

    Raises
    ------
    ValueError
        If a column is missing, a figure is out of range, or heads are not those on break plus those on duty.
    """

    schedule: pd.DataFrame
    coverage: pd.DataFrame
    result: StageResult
    uncovered: pd.DataFrame = field(default_factory=empty_uncovered)
    conflicts: tuple[str, ...] = ()
    relaxation: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_columns("schedule", self.schedule, SCHEDULE_COLUMNS)
        _require_columns("coverage", self.coverage, COVERAGE_COLUMNS)
        _require_columns("uncovered", self.uncovered, UNCOVERED_COLUMNS)
        _require_range("schedule", self.schedule, "count", least=1)
        _require_range("schedule", self.schedule, "paid_min", least=1)
        _require_range("schedule", self.schedule, "cost_each", least=0)
        for name in ("contacts", "heads", "on_break", "on_duty", "productive", "counted"):
            _require_range("coverage", self.coverage, name, least=0)
        for name in ("service_level", "abandonment", "occupancy"):
            _require_range("coverage", self.coverage, name, least=0, most=1, missing=True)
        off = self.coverage["heads"] - self.coverage["on_break"] - self.coverage["on_duty"]
        if (off.abs() > 1e-9).any():
            row = self.coverage[off.abs() > 1e-9].iloc[0]
            raise ValueError(f"coverage of pool {row['pool']!r} at {row['start']}: heads are not on_break + on_duty")

    @property
    def people(self) -> int:
        """Shifts in the plan, each worked by one person."""
        return int(self.schedule["count"].sum())

    @property
    def rostered_hours(self) -> float:
        """Rostered paid hours, without planned shrinkage."""
        return float((self.schedule["count"] * self.schedule["paid_min"]).sum()) / 60

    @property
    def cost(self) -> float:
        """Sum of ``count x cost_each``, in the scenario's currency."""
        return float((self.schedule["count"] * self.schedule["cost_each"]).sum())


@dataclass(frozen=True)
class PlanRecord:
    """A plan with what is needed to read it again: the content of schedule.csv, coverage.csv and plan.json.

    Parameters
    ----------
    plan : ShiftPlan
        The decision.
    time_zone : str
        IANA name of the zone of all its stamps.
    stages : mapping of str to StageResult
        How each stage ended, in the order in which they ran. "schedule" is the plan's own result.
    about : mapping
        What was planned: name, currency, horizon and the like; values that JSON can hold.
    summary : mapping of str to float or None
        The figures of the plan's summary.
    notes : tuple of str
        Remarks for the planner.

    Raises
    ------
    ValueError
        If the stage "schedule" differs from the plan's own result.
    """

    plan: ShiftPlan
    time_zone: str
    stages: Mapping[str, StageResult] = field(default_factory=dict)
    about: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, float | str | None] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.stages.get("schedule", self.plan.result) != self.plan.result:
            raise ValueError("the stage 'schedule' is not the plan's own result")
        if "schedule" not in self.stages:
            object.__setattr__(self, "stages", {**self.stages, "schedule": self.plan.result})


def _require_columns(what: str, frame: pd.DataFrame, columns: tuple[str, ...]) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(f"{what} lacks the columns {', '.join(missing)}")


def _require_range(
    what: str, frame: pd.DataFrame, name: str, *, least: float, most: float = math.inf, missing: bool = False
) -> None:
    values = pd.to_numeric(frame[name])
    tolerance = 1e-9
    bad = ~values.between(least - tolerance, most + tolerance)
    if missing:
        bad &= values.notna()
    if bad.any():
        raise ValueError(f"{what}: {name} is {values[bad].iloc[0]}, outside {least} to {most}")
