"""A portfolio of initiatives: cash flow, returns and budgets from what was started, and whether its record says so."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

from models.verification.files import Row, known, read_json, read_table
from models.verification.findings import CENT, RELATIVE, Log

RECORD, JOINT = "invest.json", "joint.json"
PORTFOLIO, CASH, BUDGET_FILE, SAVINGS, PEOPLE, SERVICE = (
    "portfolio.csv", "cash_flow.csv", "budget.csv", "savings.csv", "headcount.csv", "service.csv",
)  # fmt: skip
SPENDS, CAPACITY = "spends.csv", "capacity.csv"
NEEDED = (RECORD, PORTFOLIO, CASH, BUDGET_FILE, CAPACITY, SAVINGS, PEOPLE, SERVICE)
JOINT_NEEDED = (JOINT, PORTFOLIO, CASH)
FLOW, OUTLAY, TAX, RETURNS, BUDGET, SAVING, HEADS, PROOF = (
    "cash flow", "outlays", "tax", "returns", "budget", "savings", "people", "investment proof",
)  # fmt: skip
CASH_COLUMNS = (
    "year", "saving", "revenue", "satisfaction_value", "tax", "benefit", "one_off_cost", "running_cost", "cost", "net",
)  # fmt: skip
PARTS = ("of_people", "of_prices", "of_leavers", "of_money")
"""What a saving is made of."""
ON_ZERO = 1e-7
"""Present value at an internal rate of return, relative to the sum of the absolute ones."""


def check_invest(folder: Path, log: Log) -> None:
    """Check the files of a portfolio."""
    record = read_json(folder / RECORD)
    cash = _check_cash(folder, record, log)
    net_present = _check_returns(record, RECORD, cash, log)
    _check_outlays(folder, record, cash, log)
    _check_tax(record, cash, log)
    _check_budgets(folder, record, cash, log)
    _check_savings(folder, record, cash, net_present, log)
    _check_people(folder, record, log)
    _check_goal(record, cash, net_present, log)


def check_joint(folder: Path, log: Log) -> None:
    """Check the files of a portfolio that was decided with the channel mix."""
    record = read_json(folder / JOINT)
    cash = _check_cash(folder, record, log)
    net_present = _check_returns(record, JOINT, cash, log)
    _check_proof(record["result"], JOINT, net_present, log)


def _check_cash(folder: Path, record: dict[str, Any], log: Log) -> list[dict[str, float]]:
    """Every year stands there once, in order, and its sums are right."""
    cash: list[dict[str, float]] = []
    first = None if "horizon" not in record else int(record["horizon"]["first_year"])
    for place, row in enumerate(read_table(folder / CASH, CASH, ("date", *CASH_COLUMNS), log)):
        year = {name: row.figure(name, log) for name in CASH_COLUMNS}
        log.equal(FLOW, row.place("year"), float(place), year["year"])
        if first is not None:
            date = f"{first - 1 + place}-12-31" if place else f"{first}-01-01"
            log.holds(FLOW, row.text("date") == date, row.place("date"), date, row.text("date"))
            year["calendar_year"] = first - 1 + place
        benefit = _earned(year) - year["tax"]
        cost = year["one_off_cost"] + year["running_cost"]
        log.money(FLOW, row.place("benefit"), benefit, year["benefit"])
        log.money(FLOW, row.place("cost"), cost, year["cost"])
        log.money(FLOW, row.place("net"), benefit - cost, year["net"])
        cash.append({**year, "benefit": benefit, "cost": cost, "net": benefit - cost})
    if "horizon" in record:
        log.equal(FLOW, (CASH, None, "year"), float(record["horizon"]["years"] + 1), float(len(cash)))
    return cash


def _check_returns(record: dict[str, Any], file: str, cash: list[dict[str, float]], log: Log) -> float:
    """Sums, present values, ratios and paybacks of the cash flow; returns the net present value."""
    rate, said = float(record["discount_rate"]), record["figures"]
    present = {name: sum(year[name] / (1 + rate) ** k for k, year in enumerate(cash)) for name in ("benefit", "cost")}
    plain = {name: sum(year[name] for year in cash) for name in ("benefit", "cost")}
    net_present = present["benefit"] - present["cost"]
    amounts = {
        "npv": net_present, "benefit": plain["benefit"], "cost": plain["cost"],
        "net": plain["benefit"] - plain["cost"],
        "present_benefit": present["benefit"], "present_cost": present["cost"],
    }  # fmt: skip
    for name, amount in amounts.items():
        log.money(RETURNS, (file, None, f"figures.{name}"), amount, known(said[name]))
    ratio = plain["benefit"] / plain["cost"] if plain["cost"] > 0 else None
    net = [year["net"] for year in cash]
    discounted = [amount / (1 + rate) ** k for k, amount in enumerate(net)]
    figures = {
        "benefit_over_cost": ratio,
        "net_roi": None if ratio is None else ratio - 1,
        "present_benefit_over_cost": present["benefit"] / present["cost"] if present["cost"] > 0 else None,
        "payback_months": _payback_months(net),
        "discounted_payback_months": _payback_months(discounted),
    }
    for name, figure in figures.items():
        log.equal(RETURNS, (file, None, f"figures.{name}"), figure, known(said[name]), RELATIVE)
    internal = known(said["irr"])
    if internal is not None:
        terms = [amount / (1 + internal) ** k for k, amount in enumerate(net)]
        fine = abs(sum(terms)) <= ON_ZERO * sum(abs(term) for term in terms)
        log.holds(RETURNS, fine, (file, None, "figures.irr"), "a rate at which the present value is 0", sum(terms))
    return net_present


def _payback_months(net: list[float]) -> float | None:
    """Months after which the sum of the flows is no longer below zero; a year's flow comes evenly over the year."""
    months: float | None = 0.0
    total, largest = 0.0, max((abs(amount) for amount in net), default=0.0)
    for year, amount in enumerate(net):
        before, total = total, total + amount
        if total < -1e-12 * max(1.0, largest):
            months = None
        elif months is None:
            months = 12 * (year - 1 + before / (before - total))
    return months


def _check_outlays(folder: Path, record: dict[str, Any], cash: list[dict[str, float]], log: Log) -> None:
    """What was started and is spent makes the costs of each year."""
    years = [int(year["calendar_year"]) for year in cash[1:]]
    per_year = int(record["settings"]["horizon"]["periods_per_year"])
    running: dict[int, float] = defaultdict(float)
    started: dict[str, Row] = {}
    columns = ("initiative", "level", "decision", "start", "works_from", "one_off_cost", "running_cost_per_year")
    for row in read_table(folder / PORTFOLIO, PORTFOLIO, columns, log):
        if row.text("decision") != "chosen" or not row.text("start"):
            continue
        name = row.text("initiative")
        log.holds(OUTLAY, name not in started, row.place("initiative"), "one size of an initiative", "another one")
        started[name] = row
        row.figure("running_cost_per_year", log)
        begins = _period(row.text("works_from"), per_year)
        log.holds(OUTLAY, begins >= _period(row.text("start"), per_year), row.place("works_from"), "after its start",
                  row.text("works_from"))  # fmt: skip
    _check_running(record, started, per_year, years, running, log)
    if (folder / SPENDS).is_file():
        for row in read_table(folder / SPENDS, SPENDS, ("initiative", "calendar_year", "amount"), log):
            running[int(row.figure("calendar_year", log))] += row.figure("amount", log)
    paid = _check_payments(record, started, per_year, log)
    for line, (calendar_year, money) in enumerate(zip(years, cash[1:], strict=True), 3):
        log.money(OUTLAY, (CASH, line, "running_cost"), running[calendar_year], money["running_cost"])
        # one-off costs of a year stand where it begins, a row above
        log.money(OUTLAY, (CASH, line - 1, "one_off_cost"), paid[calendar_year], cash[line - 3]["one_off_cost"])
    log.money(
        OUTLAY, (RECORD, None, "figures.outlay"), sum(y["cost"] for y in cash), known(record["figures"]["outlay"])
    )


def _check_running(
    record: dict[str, Any], started: dict[str, Row], per_year: int, years: list[int], sums: dict[int, float], log: Log
) -> None:
    """Running costs begin when an initiative works, at what portfolio.csv says; adds them up by calendar year."""
    known_steps: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for step in record["running"]:
        known_steps[str(step["initiative"])].append((_period(str(step["period"]), per_year), float(step["per_year"])))
    for name, row in started.items():
        begins = _period(row.text("works_from"), per_year)
        first = row.figure("running_cost_per_year", log)
        steps = sorted(known_steps.pop(name, []))
        if begins <= (years[-1] + 1) * per_year - 1:
            said = steps[0][1] if steps and steps[0][0] == begins else 0.0
            log.money(OUTLAY, row.place("running_cost_per_year"), said, first)
        fine = all(when >= begins for when, _ in steps)
        log.holds(OUTLAY, fine, (RECORD, None, "running"), f"none before {name} works", str(steps))
        for number, (when, amount) in enumerate(steps):
            end = steps[number + 1][0] if number + 1 < len(steps) else (years[-1] + 1) * per_year
            for period in range(when, end):
                sums[period // per_year] += amount / per_year
    log.holds(OUTLAY, not known_steps, (RECORD, None, "running"), "initiatives that have started", str([*known_steps]))


def _check_tax(record: dict[str, Any], cash: list[dict[str, float]], log: Log) -> None:
    """Tax is paid on what is earned less running costs and what is deducted of one-off costs."""
    tax, first = record["settings"]["tax"], int(record["horizon"]["first_year"])
    years = int(tax["depreciation_years"] or 1)
    deducted: dict[int, float] = defaultdict(float)
    for payment in record["payments"]:
        paid = int(str(payment["period"])[:4])
        for calendar_year in range(paid, paid + years):
            deducted[calendar_year] += float(payment["amount"]) / years
    for place, year in enumerate(cash[1:], 1):
        earned = _earned(year) - year["running_cost"] - deducted[first - 1 + place]
        log.money(TAX, (CASH, place + 2, "tax"), float(tax["rate"]) * earned, year["tax"])


def _check_payments(record: dict[str, Any], started: dict[str, Row], per_year: int, log: Log) -> dict[int, float]:
    """One-off costs by calendar year; those of an initiative come to its price, and none is paid before it starts."""
    paid: dict[int, float] = defaultdict(float)
    each: dict[str, float] = defaultdict(float)
    for number, payment in enumerate(record["payments"]):
        name, place = str(payment["initiative"]), (RECORD, None, f"payments[{number}]")
        when = _period(str(payment["period"]), per_year)
        fine = name in started and when >= _period(started[name].text("start"), per_year)
        log.holds(OUTLAY, fine, place, "an initiative that has started", f"{name} in {payment['period']}")
        paid[when // per_year] += float(payment["amount"])
        each[name] += float(payment["amount"])
    for name, row in started.items():
        price = row.figure("one_off_cost", log)
        # what falls due after the last year is no longer paid
        later = max(0.0, known(record["due_later"].get(name)) or 0.0)
        log.money(OUTLAY, row.place("one_off_cost"), each[name] + later, price)
    return paid


def _period(name: str, per_year: int) -> int:
    """Number of a period that is called 2026, 2026-Q3 or 2026-07."""
    year, _, part = name.partition("-")
    return int(year) * per_year + (int(part.lstrip("Q")) - 1 if part else 0)


def _check_budgets(folder: Path, record: dict[str, Any], cash: list[dict[str, float]], log: Log) -> None:
    """What a year spends lies within its budget and what the years before have left."""
    settings = record["settings"]
    budgets = {int(year): float(amount) for year, amount in settings["budgets"].items()}
    years = {
        int(year["calendar_year"]): (cash[k]["one_off_cost"], year["running_cost"]) for k, year in enumerate(cash[1:])
    }
    columns = ("calendar_year", "budget", "carried_in", "spent", "left", "paid_out")
    rows = read_table(folder / BUDGET_FILE, BUDGET_FILE, columns, log)
    log.equal(BUDGET, (BUDGET_FILE, None, "calendar_year"), float(len(years) if budgets else 0), float(len(rows)))
    carried = 0.0
    for row in rows:
        year = int(row.figure("calendar_year", log))
        one_off, running = years.get(year, (0.0, 0.0))
        given = budgets.get(year, 0.0)
        spent = one_off + (running if settings["budget_covers"] == "all" and year in budgets else 0.0)
        left = given + carried - spent
        figures = {"budget": given, "carried_in": carried, "spent": spent, "left": left, "paid_out": one_off + running}
        for column, amount in figures.items():
            log.money(BUDGET, row.place(column), amount, row.figure(column, log))
        fine = spent <= (given + carried) * (1 + RELATIVE) + CENT
        log.holds(BUDGET, fine, row.place("spent"), f"at most {given + carried:.10g}", spent)
        carried = left if settings["carry_over"] else 0.0
    limits = {"people_used": known(settings["change_capacity"]), "being_built": known(settings["at_most_at_once"])}
    for row in read_table(folder / CAPACITY, CAPACITY, ("period", *limits), log):
        for name, limit in limits.items():
            used = row.figure(name, log)
            fine = 0 <= used <= (math.inf if limit is None else limit + RELATIVE)
            log.holds(BUDGET, fine, row.place(name), f"at most {limit}", used)


def _check_savings(
    folder: Path, record: dict[str, Any], cash: list[dict[str, float]], net_present: float, log: Log
) -> None:
    """Savings are those of the cash flow and of the work; cash is neither people without work nor satisfaction."""
    point = float(record["settings"]["csat"]["value_per_point"]) * 100
    points = _points(folder, record, log)
    saved = _saved(folder, record, log)
    per_year: dict[int, float] = defaultdict(float)
    for row in read_table(folder / PEOPLE, PEOPLE, ("period", "surplus_pay"), log):
        per_year[int(row.text("period")[:4])] += row.figure("surplus_pay", log)
    rate, lost = float(record["discount_rate"]), 0.0
    columns = ("calendar_year", "saving", *PARTS, "capacity", "cashable", "satisfaction_value")
    rows = read_table(folder / SAVINGS, SAVINGS, columns, log)
    log.equal(SAVING, (SAVINGS, None, "calendar_year"), float(len(cash) - 1), float(len(rows)))
    for k, (row, year) in enumerate(zip(rows, cash[1:], strict=False), 1):
        capacity = per_year[int(year["calendar_year"])]
        parts = {name: row.figure(name, log) for name in PARTS}
        for name, amount in saved[int(year["calendar_year"])].items():
            log.money(SAVING, row.place(name), amount, parts[name])
        log.money(SAVING, row.place("saving"), sum(parts.values()), row.figure("saving", log))
        log.money(SAVING, row.place("saving"), year["saving"], row.figure("saving", log))
        log.money(SAVING, row.place("capacity"), capacity, row.figure("capacity", log))
        log.money(SAVING, row.place("cashable"), year["saving"] - capacity, row.figure("cashable", log))
        worth = row.figure("satisfaction_value", log)
        log.money(SAVING, row.place("satisfaction_value"), year["satisfaction_value"], worth)
        if points is not None:
            log.money(SAVING, row.place("satisfaction_value"), point * points[int(year["calendar_year"])], worth)
        lost += (capacity + worth) / (1 + rate) ** k
    cashable = net_present - lost * (1 - float(record["settings"]["tax"]["rate"]))
    log.money(SAVING, (RECORD, None, "figures.npv_cashable"), cashable, known(record["figures"]["npv_cashable"]))


def _points(folder: Path, record: dict[str, Any], log: Log) -> dict[int, float] | None:
    """Mean change of CSAT by calendar year; None where today's is not known."""
    today, per_year = known(record["settings"]["csat"]["today"]), int(record["settings"]["horizon"]["periods_per_year"])
    if today is None:
        return None
    found: dict[int, float] = defaultdict(float)
    for row in read_table(folder / PEOPLE, PEOPLE, ("period", "csat"), log):
        found[int(row.text("period")[:4])] += ((row.number("csat", log) or 0.0) - today) / per_year
    return found


def _earned(year: dict[str, float]) -> float:
    """Saving, revenue and worth of satisfaction of a year."""
    return year["saving"] + year["revenue"] + year["satisfaction_value"]


def _saved(folder: Path, record: dict[str, Any], log: Log) -> dict[int, dict[str, float]]:
    """Savings of people, prices and leavers by calendar year, from the work and from who leaves."""
    settings = record["settings"]
    people, per_year = settings["people"], int(settings["horizon"]["periods_per_year"])
    idle = float(people["ramp_months"]) / 12 * (1 - float(people["ramp_output"]))
    each = float(people["replacement_cost"]) + idle * float(people["hours_per_head_per_year"]) * float(
        people["cost_per_hour"]
    )
    found: dict[int, dict[str, float]] = defaultdict(lambda: dict.fromkeys(PARTS[:3], 0.0))
    columns = ("period", "people_cost_today", "people_cost", "prices_today", "prices")
    for row in read_table(folder / SERVICE, SERVICE, columns, log):
        of = found[int(row.text("period")[:4])]
        of["of_people"] += row.figure("people_cost_today", log) - row.figure("people_cost", log)
        of["of_prices"] += row.figure("prices_today", log) - row.figure("prices", log)
    figures = ("heads_needed_today", "heads_needed", "attrition_per_year")
    for row in read_table(folder / PEOPLE, PEOPLE, ("period", *figures), log):
        before, after, ratio = (row.figure(name, log) for name in figures)
        leavers = (before * float(people["attrition_per_year"]) - after * ratio) / per_year
        found[int(row.text("period")[:4])]["of_leavers"] += leavers * each
    return found


def _check_people(folder: Path, record: dict[str, Any], log: Log) -> None:
    """Heads follow from the hours of the work, and from who leaves and is hired; CSAT keeps its floor."""
    settings = record["settings"]
    people, per_year = settings["people"], int(settings["horizon"]["periods_per_year"])
    standing = float(people["standing_hours_per_year"]) / per_year
    hours: dict[str, list[float]] = defaultdict(lambda: [standing, standing])
    for row in read_table(folder / SERVICE, SERVICE, ("period", "paid_hours_today", "paid_hours"), log):
        hours[row.text("period")][0] += row.figure("paid_hours_today", log)
        hours[row.text("period")][1] += row.figure("paid_hours", log)
    each = float(people["hours_per_head_per_year"]) / per_year
    columns = ("period", "heads_needed", "leavers", "hires", "heads", "surplus", "heads_needed_today", "csat")
    before: float | None = None
    for row in read_table(folder / PEOPLE, PEOPLE, columns, log):
        needed, leavers, hires, heads, surplus = (row.figure(name, log) for name in columns[1:6])
        today, then = hours[row.text("period")]
        log.equal(HEADS, row.place("heads_needed"), then / each, needed, RELATIVE)
        today_needed = row.figure("heads_needed_today", log)
        log.equal(HEADS, row.place("heads_needed_today"), today / each, today_needed, RELATIVE)
        if before is not None:
            log.equal(HEADS, row.place("heads"), before - leavers + hires, heads, RELATIVE)
        log.equal(HEADS, row.place("surplus"), heads - needed, surplus, RELATIVE)
        before, csat, floor = heads, row.number("csat", log), known(settings["csat"]["floor"])
        fine = csat is None or 0 <= csat <= 1 + RELATIVE
        log.holds(HEADS, fine, row.place("csat"), "a share of at most 1", csat)
        if floor is not None:
            fine = csat is not None and csat >= floor - RELATIVE
            log.holds(HEADS, fine, row.place("csat"), f"at least {floor:g}", csat)


def _check_goal(record: dict[str, Any], cash: list[dict[str, float]], net_present: float, log: Log) -> None:
    """The objective is the figure that it stands for, and its bound and gap fit it."""
    settings, result = record["settings"], record["result"]
    if record["goal"] == "least_cost":
        rate = float(record["discount_rate"])
        outlay = sum(year["cost"] / (1 + rate) ** k for k, year in enumerate(cash))
        _check_proof(result, RECORD, -outlay, log)
        reached, target = _earned(cash[-1]), float(settings["target_saving_per_year"])
        fine = reached >= target * (1 - RELATIVE) - CENT
        log.holds(
            PROOF,
            fine,
            (CASH, len(cash) + 1, "saving"),
            f"at least {target:.10g} with revenue and satisfaction",
            reached,
        )
    else:  # other measures of risk are of draws that no file holds
        _check_proof(result, RECORD, net_present if record["risk"] == "likely" else None, log)


def _check_proof(result: dict[str, Any], file: str, value: float | None, log: Log) -> None:
    """More is better: no portfolio is worth more than the bound."""
    objective, bound, gap = (known(result[name]) for name in ("objective", "bound", "gap"))
    if objective is None:
        return
    if value is not None:
        # the search may add up to its own tolerance; the figures themselves agree to the cent
        log.equal(PROOF, (file, None, "result.objective"), value, objective, CENT)
    if bound is not None:
        fine = bound >= objective - max(CENT, RELATIVE * abs(objective))
        log.holds(PROOF, fine, (file, None, "result.bound"), f"at least {objective:.10g}", bound)
        expected = 0.0 if objective == bound else abs(objective - bound) / abs(objective) if objective else 1.0
        log.equal(PROOF, (file, None, "result.gap"), expected, gap, RELATIVE)
