"""Two plans side by side, figure by figure, with the type of service against cost that the change is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from models.decision import FIGURES_FILE, read_figures
from models.faults import Fault, InputFaults
from models.plan_comparison import COST_TOLERANCE, SERVICE_TOLERANCE, Comparison, compare_figures
from models.plan_folder import load_plan, require_comparable
from models.plan_inputs import INPUTS_FOLDER
from models.promise import service_level
from models.scenario import read_scenario

COLUMNS = ("figure", "unit", "a", "b", "change", "change_ratio")
WEEK = "shift plan: "


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
    """

    table: pd.DataFrame
    schedule: Comparison
    service: Comparison | None
    currency: str
    notes: tuple[str, ...]


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
    services = [service_level(record.plan.coverage) for record in (one, other)]
    for folder, level in zip((plan_a, plan_b), services, strict=True):
        if math.isnan(level):
            raise InputFaults([Fault(str(folder), None, None, "", "has no contacts, so no service level to compare")])
    costs = [record.plan.cost for record in (one, other)]
    rows: list[tuple[str, str, float, float]] = [
        (f"{WEEK}service level", "share", services[0], services[1]),
        (f"{WEEK}cost", "money", costs[0], costs[1]),
        *(
            (WEEK + name, unit, _counted(one.plan.schedule, count), _counted(other.plan.schedule, count))
            for name, unit, count in (("shifts", "shifts", "count"), ("paid hours", "hours", "paid_min"))
        ),
    ]
    tolerances = {"service_tolerance": service_tolerance, "cost_tolerance": cost_tolerance}
    promised = max(_promised(Path(folder)) for folder in (plan_a, plan_b))
    schedule = compare_figures(services[0], costs[0], services[1], costs[1], promised=promised, **tolerances)
    figures = [_figures(Path(folder)) for folder in (plan_a, plan_b)]
    service: Comparison | None = None
    notes: list[str] = []
    if figures[0] is not None and figures[1] is not None:
        rows += _decided(figures[0], figures[1])
        before, after = (_by_name(frame) for frame in figures)
        service = compare_figures(
            before["satisfaction"], before["service cost a year"], after["satisfaction"], after["service cost a year"],
            **tolerances,
        )  # fmt: skip
    elif figures[0] is not None or figures[1] is not None:
        notes.append(f"only plan {'A' if figures[0] is not None else 'B'} decided mix and initiatives")
    contacts = [float(record.plan.coverage["contacts"].sum()) for record in (one, other)]
    if abs(contacts[1] - contacts[0]) > 0.001 * max(contacts):
        notes.append(f"the shift plans expect {contacts[0]:,.0f} and {contacts[1]:,.0f} contacts")
    for name, record in (("A", one), ("B", other)):
        if len(record.plan.uncovered):
            notes.append(f"plan {name} leaves {len(record.plan.uncovered)} intervals short of people")
    table = pd.DataFrame([(*row, row[3] - row[2], _ratio(row[3] - row[2], row[2])) for row in rows], columns=[*COLUMNS])
    return SideBySide(table, schedule, service, str(one.about.get("currency", "")), tuple(notes))


def _promised(folder: Path) -> float:
    """Highest service target of the pools that a plan was made for; 1 where its inputs are not kept."""
    inputs = folder / INPUTS_FOLDER
    if not (inputs / "scenario.yaml").is_file():
        return 1.0
    return max(pool.target for pool in read_scenario(inputs).pools.values())


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
