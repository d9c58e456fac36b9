"""A plan as accountants see it: priced again from its written files, as a cost tree, per contact, at the margin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from models.cost import COMPONENTS, pay_rules
from models.cost_tree import CostTree, cost_tree
from models.costtable import ALL_POOLS, CostReport, contact_counts, cost_report
from models.faults import Fault, InputFaults
from models.money import allocate, round_money
from models.plan import PlanRecord
from models.promise import service_level

if TYPE_CHECKING:
    from models.scenario import Scenario

CENT = 0.01
PLACES = {
    "base": ("labour", "pay"),
    "premium": ("labour", "allowances"),
    "overtime": ("labour", "overtime"),
    "shrinkage": ("labour", "paid absence"),
    "fixed": ("labour", "cost of a shift"),
    "overhead": ("material", "premises"),
}
"""Where each component of `models.cost` belongs in the cost tree."""


@dataclass(frozen=True)
class PlanCosts:
    """What a plan costs and gives.

    Parameters
    ----------
    report : CostReport
        The schedule priced by `models.cost`, which shares nothing with the optimiser.
    tree : CostTree
        The same money as a cost tree, to the cent; costs per contact and resolution are of the unrounded money, as in
        `figures`; customers' waiting only as a shadow cost.
    pools : DataFrame
        pool, rostered_hours, paid_hours, each of `models.cost.COMPONENTS`, cost, contacts, resolved, cost_per_contact,
        cost_per_resolution, marginal_cost_per_contact, live_contacts (of intervals with a service level, no e-mail: the
        weights of the service level).
    figures : dict of str to float or None
        cost; contacts; resolved; cost_per_contact (the average); cost_per_resolution; marginal_cost_per_contact;
        rostered_hours; paid_hours; full_time_equivalents; service_level; abandonment; mean_wait_s; occupancy;
        waiting_hours (of customers). None where not known.
    days : int
        Of the plan.
    currency : str
        Of the money.
    notes : tuple of str
        Where files and figures do not agree, and what could not be known.
    """

    report: CostReport
    tree: CostTree
    pools: pd.DataFrame
    figures: dict[str, float | None]
    days: int
    currency: str
    notes: tuple[str, ...]

    @property
    def cost(self) -> float:
        """Money over all days of the plan."""
        return self.report.cost


def check_belongs(scenario: Scenario, record: PlanRecord, place: str) -> None:
    """Refuse a plan that is not one of this scenario.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    record : PlanRecord
        The plan.
    place : str
        Its folder, for the faults.

    Raises
    ------
    InputFaults
        With each difference in horizon, interval, currency, time zone; also for pools that the scenario does not have.
    """
    grid = scenario.grid
    expected = {
        "currency": scenario.settings.currency,
        "first_date": str(grid.first_date),
        "days": grid.days,
        "interval_min": grid.interval_min,
    }
    faults = [
        Fault(f"{place}/plan.json", None, name, str(record.about.get(name)), f"the scenario has {value}; plan it again")
        for name, value in expected.items()
        if record.about.get(name) != value
    ]
    if record.time_zone != grid.time_zone:
        message = f"the scenario has {grid.time_zone}; plan it again"
        faults.append(Fault(f"{place}/plan.json", None, "time_zone", record.time_zone, message))
    unknown = sorted(set(record.plan.schedule["pool"]) - set(scenario.pools))
    faults += [Fault(f"{place}/schedule.csv", None, "pool", name, "is no pool of the scenario") for name in unknown]
    if faults:
        raise InputFaults(faults)


def plan_costs(
    scenario: Scenario,
    record: PlanRecord,
    demand: pd.DataFrame | None = None,
    *,
    schedule: pd.DataFrame | None = None,
    value_of_waiting_hour: float | None = None,
    place: str = "plan",
) -> PlanCosts:
    """Price a plan from what is written in its files.

    Parameters
    ----------
    scenario : Scenario
        Its pay rules price the plan.
    record : PlanRecord
        The plan, as read from its folder.
    demand : DataFrame, optional
        start, contact_type, contacts of the plan (forecast.csv). Without it, contacts are those of the coverage, live
        ones only, and resolutions are not known.
    schedule : DataFrame, optional
        Another schedule for the same days, as in schedule.csv (`models.plan.ShiftPlan`): it is priced in place of the
        plan's own, and service and marginal price are then not known.
    value_of_waiting_hour : float, optional
        What an hour of waiting is worth to a customer, money.
    place : str
        Folder of the plan, for the faults.

    Returns
    -------
    PlanCosts

    Raises
    ------
    InputFaults
        If the plan is not one of this scenario, or a row of the schedule cannot be priced.

    Notes
    -----
    Average cost is cost over contacts. The marginal cost of a contact is what one more agent costs in its interval
    (`marginal_price` of the coverage) times the agents that one more contact needs there, aht_s / interval / chats at
    once; the mean over contacts is taken. It leaves out that a larger queue is served with relatively fewer agents, so
    it is rather too high. It holds for few contacts more or fewer, the average for none of them.
    """
    check_belongs(scenario, record, place)
    own = schedule is None
    notes: list[str] = []
    counts = contact_counts(demand, scenario.contact_types) if demand is not None else None
    if counts is None:
        counts = record.plan.coverage[["start", "pool", "contacts"]].assign(resolved=np.nan)
        notes.append("no forecast.csv in the plan: contacts are those of coverage.csv, without deferrable ones")
    rows = record.plan.schedule if schedule is None else schedule
    try:
        report = cost_report(rows, pay_rules(scenario), scenario.grid, counts.fillna({"resolved": 0.0}))
    except ValueError as problem:
        raise InputFaults([Fault(f"{place}/schedule.csv", None, None, "", str(problem))]) from problem
    notes += _disagreements(report, record) if own else ["another schedule than the plan's: its service is not known"]
    marginal = _marginal(scenario, record, demand) if own else {}
    if own and len(record.plan.uncovered):
        notes.append(f"the plan leaves {len(record.plan.uncovered):,} intervals short of people: it costs too little")
    pools = _pools(report, marginal).merge(_live_contacts(record), on="pool", how="left")
    pools["live_contacts"] = pools["live_contacts"].fillna(0.0)
    figures = _figures(record, report, marginal.get(ALL_POOLS), own)
    if figures["resolved"] == 0:
        figures["resolved"] = figures["cost_per_resolution"] = None
    tree = _tree(report, figures, value_of_waiting_hour)
    notes += tree.notes
    return PlanCosts(report, tree, pools, figures, scenario.grid.days, scenario.settings.currency, tuple(notes))


def ledger_of(report: CostReport) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Write a priced plan as ledger lines, with the mapping that puts them into the cost tree.

    Parameters
    ----------
    report : CostReport
        R pools with cost.

    Returns
    -------
    ledger : DataFrame
        account (``component:pool``), amount: the exact components shared out so that the lines add up to the plan's
        cost rounded to the cent (largest remainder).
    mapping : DataFrame
        account (``component:*``), group, item.
    """
    by_pool = report.level("total")
    by_pool = by_pool[by_pool["pool"] != ALL_POOLS]
    lines = [(f"{name}:{row['pool']}", float(row[name])) for row in by_pool.to_dict("records") for name in COMPONENTS]
    amounts = allocate(round_money(report.cost), [amount for _, amount in lines])
    ledger = pd.DataFrame({"account": [account for account, _ in lines], "amount": amounts})
    mapping = pd.DataFrame(
        [(f"{name}:*", *PLACES[name]) for name in COMPONENTS], columns=["account", "group", "item"], dtype=object
    )
    return ledger[ledger["amount"] != 0].reset_index(drop=True), mapping


def _tree(report: CostReport, figures: dict[str, float | None], value: float | None) -> CostTree:
    ledger, mapping = ledger_of(report)
    known = value is not None and figures["waiting_hours"] is not None
    tree = cost_tree(
        ledger,
        mapping,
        contacts=figures["contacts"] or None,
        resolved=figures["resolved"] or None,
        waiting_hours=figures["waiting_hours"] if known else None,
        value_of_waiting_hour=value if known else None,
    )
    tree = replace(tree, tree=_unrounded_each(tree.tree, report, figures))
    if value is not None and not known:
        return replace(tree, notes=(*tree.notes, "the waiting time is not known, so it has no shadow cost"))
    return tree


def _unrounded_each(tree: pd.DataFrame, report: CostReport, figures: dict[str, float | None]) -> pd.DataFrame:
    """Take costs per contact and resolution from the unrounded money, the one definition that `figures` has too."""
    exact: dict[tuple[str, str], float] = {("total", ""): report.cost}
    total = report.level("total", pool=ALL_POOLS).iloc[0]
    for name in COMPONENTS:
        group, item = PLACES[name]
        for key in ((group, item), (group, "")):
            exact[key] = exact.get(key, 0.0) + float(total[name])
    amounts = np.array([exact[key] for key in zip(tree["group"], tree["item"], strict=True)])
    each = {
        column: amounts / figures[count] if figures[count] else np.nan
        for column, count in (("cost_per_contact", "contacts"), ("cost_per_resolution", "resolved"))
    }
    return tree.assign(**each)


def _disagreements(report: CostReport, record: PlanRecord) -> list[str]:
    """Say where what the optimiser reported differs from what its files cost."""
    stated = {"the schedule's cost_each": record.plan.cost}
    if isinstance(record.summary.get("cost"), (int, float)):
        stated["plan.json's cost"] = float(str(record.summary["cost"]))
    return [
        f"{what} is {amount:,.2f}, but the written shifts cost {report.cost:,.2f}: prices of the scenario were changed "
        "since, or the files"
        for what, amount in stated.items()
        if abs(amount - report.cost) >= CENT
    ]


def _pools(report: CostReport, marginal: dict[str, float]) -> pd.DataFrame:
    total = report.level("total")
    table = total[total["pool"] != ALL_POOLS].reset_index(drop=True)
    table = table.rename(columns={"cost_per_resolved": "cost_per_resolution"})
    table["marginal_cost_per_contact"] = [marginal.get(pool, np.nan) for pool in table["pool"]]
    columns = ["pool", "rostered_hours", "paid_hours", *COMPONENTS, "cost", "contacts", "resolved"]
    return table[[*columns, "cost_per_contact", "cost_per_resolution", "marginal_cost_per_contact"]]


def _live_contacts(record: PlanRecord) -> pd.DataFrame:
    """Contacts by pool that `models.plan_comparison.service_level` weights with."""
    coverage = record.plan.coverage
    live = coverage[coverage["service_level"].notna() & (coverage["contacts"] > 0)]
    return live.groupby("pool")["contacts"].sum().rename("live_contacts").reset_index()


def _marginal(scenario: Scenario, record: PlanRecord, demand: pd.DataFrame | None) -> dict[str, float]:
    """Mean marginal cost of a live contact by pool; and of all under `ALL_POOLS`."""
    coverage = record.plan.coverage
    types = scenario.contact_types[scenario.contact_types["kind"] != "deferrable"].set_index("contact_type")
    at_once: dict[str, float] = {}
    for pool, named in types.groupby("pool"):
        weights = pd.Series(1.0, index=named.index)
        if demand is not None:
            weights = demand.groupby("contact_type")["contacts"].sum().reindex(named.index).fillna(0.0) + 1e-12
        at_once[str(pool)] = float((named["concurrency"] * weights).sum() / weights.sum())
    agents = coverage["aht_s"] / (60 * scenario.grid.interval_min) / coverage["pool"].map(at_once).fillna(1.0)
    priced = coverage.assign(money=coverage["marginal_price"] * agents * coverage["contacts"])
    priced = priced[priced["money"].notna() & (priced["contacts"] > 0)]
    sums = priced.groupby("pool")[["money", "contacts"]].sum()
    found = {str(pool): float(row["money"] / row["contacts"]) for pool, row in sums.iterrows()}
    if len(priced):
        found[ALL_POOLS] = float(priced["money"].sum() / priced["contacts"].sum())
    return found


def _figures(record: PlanRecord, report: CostReport, marginal: float | None, own: bool) -> dict[str, float | None]:
    total = report.level("total", pool=ALL_POOLS).iloc[0]
    coverage = record.plan.coverage
    live = coverage[coverage["contacts"] > 0]
    waits = live.dropna(subset=["mean_wait_s"])
    busy = coverage[(coverage["productive"] > 0) & coverage["occupancy"].notna()]
    contacts, agents = float(waits["contacts"].sum()), float(busy["productive"].sum())
    waited_s = float((waits["mean_wait_s"] * waits["contacts"]).sum())
    service = {
        "service_level": _known(service_level(coverage)),
        "abandonment": float((waits["abandonment"] * waits["contacts"]).sum()) / contacts if contacts else None,
        "mean_wait_s": waited_s / contacts if contacts else None,
        "occupancy": float((busy["occupancy"] * busy["productive"]).sum()) / agents if agents else None,
        "waiting_hours": waited_s / 3600,
    }
    return {
        "cost": report.cost,
        "contacts": float(total["contacts"]),
        "resolved": float(total["resolved"]),
        "cost_per_contact": _known(total["cost_per_contact"]),
        "cost_per_resolution": _known(total["cost_per_resolved"]),
        "marginal_cost_per_contact": marginal,
        "rostered_hours": float(total["rostered_hours"]),
        "paid_hours": float(total["paid_hours"]),
        "full_time_equivalents": report.full_time_equivalents,
        **(service if own else dict.fromkeys(service)),
    }


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
