"""The figures of a plan's summary, computed from its records."""

from __future__ import annotations

import pandas as pd

from models.costtable import ALL_POOLS
from models.promise import service_level
from optimizer.report.content import ReportContent

Figures = dict[str, float | str | None]


def service_figures(coverage: pd.DataFrame) -> Figures:
    """Expected service of some intervals together.

    Parameters
    ----------
    coverage : DataFrame
        Rows of `models.plan.ShiftPlan.coverage`.

    Returns
    -------
    dict
        service_level: `models.promise.service_level`; abandonment (fraction of the contacts offered),
        mean_wait_s (per contact): weighted by contacts; occupancy: weighted by productive agents. None where nothing
        is offered or nobody is there.
    """
    contacts, agents = coverage["contacts"], coverage["productive"]
    return {
        "service_level": _known(service_level(coverage)),
        "abandonment": _weighted(coverage["abandonment"], contacts),
        "mean_wait_s": _weighted(coverage["mean_wait_s"], contacts),
        "occupancy": _weighted(coverage["occupancy"], agents),
    }


def plan_figures(content: ReportContent) -> Figures:
    """Compute the summary of a plan, as plan.json and the screen show it.

    Parameters
    ----------
    content : ReportContent
        The plan.

    Returns
    -------
    dict
        contacts (offered, all kinds); shifts; peak_heads (most people in their shift at a time, all pools);
        full_time_equivalents; rostered_hours; paid_hours (rostered over 1 - planned shrinkage); cost, cost_per_contact
        and cost_per_resolved; `service_figures`; simulated_service_level with simulated_half_width, its 95 %
        confidence; worst_service_level with worst_interval and worst_pool;
        uncovered_intervals; status, objective, bound and gap of the schedule; seconds of all stages. None where a
        figure does not exist.
    """
    plan = content.plan
    total = content.cost.level("total", pool=ALL_POOLS).iloc[0]
    heads = plan.coverage.groupby("start")["heads"].sum()
    figures: Figures = {
        "contacts": float(content.demand["contacts"].sum()),
        "shifts": plan.people,
        "peak_heads": float(heads.max()) if len(heads) else 0.0,
        "full_time_equivalents": content.cost.full_time_equivalents,
        "rostered_hours": float(total["rostered_hours"]),
        "paid_hours": float(total["paid_hours"]),
        "cost": content.cost.cost,
        "cost_per_contact": _known(total["cost_per_contact"]),
        "cost_per_resolved": _known(total["cost_per_resolved"]),
        **service_figures(plan.coverage),
        "simulated_service_level": None,
        "simulated_half_width": None,
        "worst_service_level": None,
        "worst_interval": None,
        "worst_pool": None,
        "uncovered_intervals": len(plan.uncovered),
        "status": plan.result.status,
        "objective": plan.result.objective,
        "bound": plan.result.bound,
        "gap": plan.result.gap,
        "seconds": sum(stage.seconds for stage in content.record.stages.values()),
    }
    if content.simulated is not None:
        figures["simulated_service_level"], figures["simulated_half_width"] = content.simulated.total
    busy = plan.coverage[(plan.coverage["contacts"] > 0) & plan.coverage["service_level"].notna()]
    if len(busy):
        # Of equally bad intervals the one with most contacts is the worse.
        worst = busy.sort_values(["service_level", "contacts"], ascending=[True, False], kind="stable").iloc[0]
        figures["worst_service_level"] = float(worst["service_level"])
        figures["worst_interval"] = pd.Timestamp(worst["start"]).isoformat()
        figures["worst_pool"] = str(worst["pool"])
    return figures


def _weighted(values: pd.Series, weights: pd.Series) -> float | None:
    known = values.notna() & (weights > 0)
    weight = float(weights[known].sum())
    return float((values[known] * weights[known]).sum()) / weight if weight > 0 else None


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
