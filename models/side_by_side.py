"""Two plans side by side, figure by figure, with the type of service against cost that the change is."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from models.decision import FIGURES_FILE, read_figures
from models.faults import Fault, InputFaults
from models.plan import PlanRecord
from models.plan_comparison import COST_TOLERANCE, SERVICE_TOLERANCE, Comparison, compare_figures
from models.plan_folder import load_plan, require_comparable
from models.plan_inputs import INPUTS_FOLDER
from models.promise import service_level
from models.scenario import read_scenario

COLUMNS = ("figure", "unit", "a", "b", "change", "change_ratio")
WEEK = "shift plan: "
Figure = tuple[str, str, Callable[[PlanRecord], float]]
"""Name, unit, and how it is read from a plan."""
SIMULATION, FORMULA = "simulation", "formulas"
MET = 1e-6
"""Of a share: what a solver's tolerances may take from a target by formulas."""


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Two plans.

    Parameters
    ----------
    table : DataFrame
        `COLUMNS`: every figure that both plans have; change is b less a, change_ratio that over a.
    schedule : Comparison
        Service level and cost of the shift plans.
    service : Comparison or None
        Satisfaction and cost of a year of service, where both plans decided the mix.
    currency : str
    notes : tuple of str
    basis : str
        Whose service levels decide about the shift plans: `SIMULATION` where both plans were simulated, or `FORMULA`.
    promised : float
        Level up to which their service counts.
    """

    table: pd.DataFrame
    schedule: Comparison
    service: Comparison | None
    currency: str
    notes: tuple[str, ...]
    basis: str
    promised: float


def side_by_side(
    plan_a: str | Path, plan_b: str | Path, *, service_tolerance: float = SERVICE_TOLERANCE,
    cost_tolerance: float = COST_TOLERANCE,
) -> SideBySide:  # fmt: skip
    """Compare the folders of two plans.

    Parameters
    ----------
    plan_a, plan_b : str or Path
        As `servopt plan` writes them; of the same days, in the same currency.
    service_tolerance, cost_tolerance : float
        Changes that count as none (`models.plan_comparison.compare_figures`). Service counts up to the highest target
        that one of the plans was made for.

    Raises
    ------
    InputFaults
        If one is no folder of a plan, or the two are not comparable.
    """
    one, other = load_plan(plan_a), load_plan(plan_b)
    require_comparable(one, other, plan_b)
    for folder, record in ((plan_a, one), (plan_b, other)):
        if math.isnan(service_level(record.plan.coverage)):
            raise InputFaults([Fault(str(folder), None, None, "", "has no contacts, so no service level to compare")])
    basis = SIMULATION if all(_simulated(record) is not None for record in (one, other)) else FORMULA
    targets = [_targets(Path(folder)) for folder in (plan_a, plan_b)]
    services, costs = [_level(record, basis) for record in (one, other)], [record.plan.cost for record in (one, other)]
    rows = _week(one, other, basis)
    promised = max((target for known in targets for target in known.values()), default=1.0)
    both = all(_meets(record, known, basis) for record, known in zip((one, other), targets, strict=True))
    schedule = compare_figures(
        services[0], costs[0], services[1], costs[1], promised=promised, both_meet=both,
        service_tolerance=service_tolerance, cost_tolerance=cost_tolerance,
    )  # fmt: skip
    figures = [_figures(Path(folder)) for folder in (plan_a, plan_b)]
    service: Comparison | None = None
    notes = _remarks(one, other, basis)
    if figures[0] is not None and figures[1] is not None:
        rows += _decided(figures[0], figures[1])
        before, after = (_by_name(frame) for frame in figures)
        service = compare_figures(
            before["satisfaction"], before["service cost a year"], after["satisfaction"], after["service cost a year"],
            service_tolerance=service_tolerance, cost_tolerance=cost_tolerance,
        )  # fmt: skip
    elif figures[0] is not None or figures[1] is not None:
        notes.append(f"only plan {'A' if figures[0] is not None else 'B'} decided mix and initiatives")
    table = pd.DataFrame([(*row, row[3] - row[2], _ratio(row[3] - row[2], row[2])) for row in rows], columns=[*COLUMNS])
    return SideBySide(table, schedule, service, str(one.about.get("currency", "")), tuple(notes), basis, promised)


def _remarks(one: PlanRecord, other: PlanRecord, basis: str) -> list[str]:
    """Say what makes the comparison less than it seems."""
    notes = []
    if basis == FORMULA:
        lacking = [name for name, record in (("A", one), ("B", other)) if _simulated(record) is None]
        notes.append(
            f"service is that of formulas: {'neither plan' if len(lacking) == 2 else f'plan {lacking[0]}'} "
            f"was{' ' if len(lacking) == 2 else ' not '}simulated"
        )
    contacts = [float(record.plan.coverage["contacts"].sum()) for record in (one, other)]
    if abs(contacts[1] - contacts[0]) > 0.001 * max(contacts):
        notes.append(f"the shift plans expect {contacts[0]:,.0f} and {contacts[1]:,.0f} contacts")
    for name, record in (("A", one), ("B", other)):
        if len(record.plan.uncovered):
            notes.append(f"plan {name} leaves {len(record.plan.uncovered)} intervals short of people")
    gaps = [record.plan.result.gap or 0.0 for record in (one, other)]
    difference = abs(other.plan.cost - one.plan.cost)
    if difference > 0 and max(gaps[0] * one.plan.cost, gaps[1] * other.plan.cost) > difference:
        notes.append(
            f"the searches left gaps of {gaps[0]:.2%} (A) and {gaps[1]:.2%} (B), which is more than the difference of"
            " cost: a longer search might turn it round (--gap, --time-limit)"
        )
    return notes


def _week(one: PlanRecord, other: PlanRecord, basis: str) -> list[tuple[str, str, float, float]]:
    """Figures of the shift plans that both have: of the whole, and of each pool."""
    simulated: list[Figure] = [("service level by simulation", "share", lambda record: _level(record, basis))]
    whole: list[Figure] = [
        *(simulated if basis == SIMULATION else []),
        ("service level by formulas", "share", lambda record: _level(record, FORMULA)),
        ("cost", "money", lambda record: record.plan.cost),
        ("gap of the search", "share", lambda record: _known(record.plan.result.gap)),
        ("shifts", "shifts", lambda record: _counted(record.plan.schedule, "count")),
        ("rostered hours", "hours", lambda record: _counted(record.plan.schedule, "paid_min")),
        ("paid hours", "hours", lambda record: _known(record.summary.get("paid_hours"))),
    ]
    for pool in sorted(set(one.plan.coverage["pool"]) & set(other.plan.coverage["pool"])):
        whole += [
            (f"{pool}, service level by {basis}", "share", partial(_level, basis=basis, pool=pool)),
            (f"{pool}, cost", "money", partial(_cost_of, pool=pool)),
        ]
    rows = [(WEEK + name, unit, figure(one), figure(other)) for name, unit, figure in whole]
    return [row for row in rows if math.isfinite(row[2]) and math.isfinite(row[3])]


def _cost_of(record: PlanRecord, pool: str) -> float:
    mine = record.plan.schedule[record.plan.schedule["pool"] == pool]
    return float((mine["count"] * mine["cost_each"]).sum())


def _simulated(record: PlanRecord) -> Mapping[str, Any] | None:
    """What plan.json says of the plan's own simulation; None where there is none with a service level."""
    found = record.about.get("simulated")
    return found if isinstance(found, Mapping) and math.isfinite(_known(found.get("service_level"))) else None


def _level(record: PlanRecord, basis: str, pool: str | None = None) -> float:
    """Service level of a plan or one of its pools; NaN where it is not known."""
    coverage = record.plan.coverage
    if basis == FORMULA:
        return service_level(coverage if pool is None else coverage[coverage["pool"] == pool])
    found = _simulated(record) or {}
    if pool is not None:
        found = found.get("pools", {}).get(pool, {})
    return _known(found.get("service_level"))


def _meets(record: PlanRecord, targets: Mapping[str, float], basis: str) -> bool:
    """Whether every pool with contacts reaches its target over the plan's days, to the simulation's confidence."""
    for pool, target in targets.items():
        slack = MET
        if basis == SIMULATION:
            slack = _known((_simulated(record) or {}).get("pools", {}).get(pool, {}).get("half_width"))
        if _level(record, basis, pool) < target - (slack if math.isfinite(slack) else 0.0):
            return False
    return bool(targets)


def _targets(folder: Path) -> dict[str, float]:
    """Service target of each pool that a plan was made for; none where its inputs are not kept."""
    inputs = folder / INPUTS_FOLDER
    if not (inputs / "scenario.yaml").is_file():
        return {}
    return {name: pool.target for name, pool in read_scenario(inputs).pools.items()}


def _known(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def _counted(schedule: pd.DataFrame, column: str) -> float:
    if column == "count":
        return float(schedule["count"].sum())
    return float((schedule["count"] * schedule[column]).sum()) / 60


def _figures(folder: Path) -> pd.DataFrame | None:
    path = folder / FIGURES_FILE
    return read_figures(path.read_text(encoding="utf-8")) if path.is_file() else None


def _by_name(frame: pd.DataFrame | None) -> Mapping[str, float]:
    if frame is None:
        return {}
    return {str(name): float(value) for name, value in zip(frame["figure"], frame["after"], strict=True)}


def _decided(one: pd.DataFrame, other: pd.DataFrame) -> list[tuple[str, str, float, float]]:
    """Figures of the decision that both plans have, in the order of the first."""
    after = _by_name(other)
    rows = [(str(row["figure"]), str(row["unit"]), float(row["after"])) for row in one.to_dict(orient="records")]
    return [
        (name, unit, value, after[name])
        for name, unit, value in rows
        if name in after and math.isfinite(value) and math.isfinite(after[name])
    ]


def _ratio(change: float, base: float) -> float:
    return change / abs(base) if base else math.nan
