"""A channel mix: satisfaction, cost and budgets from its flows, and whether its record says the same."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from models.verification.files import Row, known, read_json, read_table
from models.verification.findings import CENT, RELATIVE, Log

RECORD, FLOWS, COST, CSAT, WORKLOAD = "mix.json", "flows.csv", "cost.csv", "csat.csv", "workload.csv"
NEEDED = (RECORD, FLOWS, COST, CSAT, WORKLOAD)
FLOW, SATISFACTION, AMOUNTS, BUDGET, PROOF = "flows", "satisfaction", "mix cost", "budget", "mix proof"
FLOW_COLUMNS = (
    "period", "contact_type", "segment", "tier", "channel", "contacts", "contained", "escalated", "lost", "repeats",
    "handled_hours", "csat", "cost",
)  # fmt: skip
LEVELS = ("overall", "period", "tier", "contact_type", "channel")


def check_mix(folder: Path, log: Log) -> None:
    """Check the files of a channel mix."""
    record = read_json(folder / RECORD)
    flows = read_table(folder / FLOWS, FLOWS, FLOW_COLUMNS, log)
    for row in flows:
        _check_flow(row, log)
    _check_hours(folder, flows, log)
    overall = _check_satisfaction(folder, record, flows, log)
    total = _check_cost(folder, record, flows, log)
    _check_record(record, overall, total, log)


def _check_flow(row: Row, log: Log) -> None:
    """Every contact is contained, escalated or lost, once; repeats and satisfaction are shares."""
    contacts, contained, escalated, lost, repeats, csat = (
        row.figure(name, log) for name in ("contacts", "contained", "escalated", "lost", "repeats", "csat")
    )
    least = min(contacts, contained, escalated, lost, repeats)
    log.holds(FLOW, least >= -1e-6, row.place("contacts"), "no negative contacts", least)
    log.equal(FLOW, row.place("contacts"), contained + escalated + lost, contacts, 1e-6)
    log.holds(FLOW, repeats <= contacts, row.place("repeats"), f"at most {contacts:.10g}", repeats)
    log.holds(FLOW, 0 <= csat <= 1, row.place("csat"), "a share", csat)


def _check_hours(folder: Path, flows: list[Row], log: Log) -> None:
    """Handled hours of a period, those of escalations included, are the workload of its pools."""
    hours: dict[str, float] = defaultdict(float)
    for row in flows:
        hours[row.text("period")] += row.figure("handled_hours", log)
    said: dict[str, float] = defaultdict(float)
    for row in read_table(folder / WORKLOAD, WORKLOAD, ("period", "pool", "hours"), log):
        said[row.text("period")] += row.number("hours", log) or 0.0
    for period in sorted({*hours, *said}):
        log.equal(FLOW, (WORKLOAD, None, f"hours of {period}"), hours[period], said[period], 1e-6)


def _check_satisfaction(folder: Path, record: dict[str, Any], flows: list[Row], log: Log) -> float | None:
    """Mean satisfaction on every level, tiers weighted but within themselves, and its floors."""
    tiers = {str(tier["name"]): tier for tier in record["tiers"]}
    sums: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for row in flows:
        contacts, csat = row.figure("contacts", log), row.figure("csat", log)
        tier = row.text("tier")
        log.holds(FLOW, tier in tiers, row.place("tier"), "a tier of the mix", tier)
        weight = float(tiers[tier]["weight"]) if tier in tiers else 0.0
        for level in LEVELS:
            name = "" if level == "overall" else row.text(level)
            factor = contacts if level == "tier" else contacts * weight
            for place, amount in enumerate((contacts, factor, factor * csat)):
                sums[level, name][place] += amount
        for place, amount in enumerate((contacts, contacts, contacts * csat)):
            sums[f"tier {tier} in", row.text("period")][place] += amount
    for row in read_table(folder / CSAT, CSAT, ("level", "name", "contacts", "csat"), log):
        contacts, weighed, happy = sums.get((row.text("level"), row.text("name")), (0.0, 0.0, 0.0))
        log.equal(SATISFACTION, row.place("contacts"), contacts, row.number("contacts", log) or 0.0, 1e-6)
        log.equal(SATISFACTION, row.place("csat"), happy / weighed if weighed > 0 else None, row.number("csat", log))

    def mean(level: str, name: str) -> float | None:
        _, weighed, happy = sums.get((level, name), (0.0, 0.0, 0.0))
        return happy / weighed if weighed > 0 else None

    settings = record["settings"]
    floor, by_period = known(settings.get("csat_floor")), settings.get("csat_holds") == "period"
    if floor is not None:
        for level, name in [key for key in sums if key[0] == ("period" if by_period else "overall")]:
            _least(log, mean(level, name), floor, f"{level} {name}".strip())
    overall = mean("overall", "")
    for name, tier in tiers.items():
        here, own, lead = mean("tier", name), known(tier["csat_floor"]), known(tier["csat_lead"])
        if own is not None:
            _least(log, here, own, f"tier {name}")
            for level, period in [key for key in sums if by_period and key[0] == f"tier {name} in"]:
                _least(log, mean(level, period), own, f"{level} {period}")
        if lead is not None and overall is not None:
            _least(log, here, overall + lead, f"tier {name}, with its lead")
    return overall


def _least(log: Log, level: float | None, floor: float, what: str) -> None:
    fine = level is None or level >= floor - RELATIVE
    log.holds(SATISFACTION, fine, (CSAT, None, what), f"at least {floor:g}", level)


def _check_cost(folder: Path, record: dict[str, Any], flows: list[Row], log: Log) -> float:
    """Amounts by period against the flows' part of them, and against the budgets."""
    periods: dict[str, float] = defaultdict(float)
    for row in read_table(folder / COST, COST, ("period", "item", "name", "amount"), log):
        periods[row.text("period")] += row.number("amount", log) or 0.0
    parts: dict[str, float] = defaultdict(float)
    for row in flows:
        parts[row.text("period")] += row.figure("cost", log)
    for period, amount in periods.items():
        # who is paid without any work is in no flow: the flows may cost less, and never more
        fine = parts[period] <= amount + max(CENT, RELATIVE * amount)
        log.holds(AMOUNTS, fine, (FLOWS, None, f"cost of {period}"), f"at most {amount:.10g}", parts[period])
    total = sum(periods.values())
    settings = record["settings"]
    budget, by_period = known(settings.get("budget")), known(settings.get("budget_per_period"))
    if budget is not None:
        fine = total <= budget * (1 + RELATIVE) + CENT
        log.holds(BUDGET, fine, (COST, None, "amount"), f"at most the budget of {budget:.10g}", total)
    if by_period is not None:
        for period, amount in periods.items():
            fine = amount <= by_period * (1 + RELATIVE) + CENT
            log.holds(BUDGET, fine, (COST, None, f"amount of {period}"), f"at most {by_period:.10g}", amount)
    return total


def _check_record(record: dict[str, Any], overall: float | None, total: float, log: Log) -> None:
    result = record["result"]
    log.money(PROOF, (RECORD, None, "cost"), total, known(record["cost"]))
    log.equal(PROOF, (RECORD, None, "csat"), overall, known(record["csat"]))
    objective, bound, gap = (known(result[name]) for name in ("objective", "bound", "gap"))
    if objective is not None and record["settings"].get("objective", "cost") == "cost":
        log.equal(PROOF, (RECORD, None, "result.objective"), total, objective, CENT)
        if bound is not None:
            below = bound <= objective + max(CENT, RELATIVE * abs(objective))
            log.holds(PROOF, below, (RECORD, None, "result.bound"), f"at most {objective:.10g}", bound)
            expected = 0.0 if objective == bound else abs(objective - bound) / abs(objective) if objective else 1.0
            log.equal(PROOF, (RECORD, None, "result.gap"), expected, gap, 1e-6)
    before = known(record["cost_before"])
    saving = None if before is None else before - total
    log.money(PROOF, (RECORD, None, "saving"), saving, known(record["saving"]))
