"""Which pictures and sheets a report holds, in which order: each part appears where its stage ran."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from models.calendar import TimeGrid
from models.cost_tree import cost_tree
from models.costtable import FULL_TIME_HOURS_PER_WEEK
from models.plan_costs import ledger_of
from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures
from optimizer.report.grid import RosterGrid, leave_days, roster_grid
from optimizer.report.language import Language
from optimizer.report.parts import LEAVE, Parts, Tables
from optimizer.report.pictures.balance import balance_picture
from optimizer.report.pictures.costs import tree_picture
from optimizer.report.pictures.flows import channel_picture, flow_picture, mix_cost_picture, rules_picture
from optimizer.report.pictures.frontier import frontier_picture
from optimizer.report.pictures.gantt import roster_day_picture, shifts_picture
from optimizer.report.pictures.money import cash_picture, portfolio_picture, tornado_picture
from optimizer.report.pictures.picture import Picture, Sheet
from optimizer.report.pictures.prices import yearly_prices_picture
from optimizer.report.pictures.roster import fairness_picture
from optimizer.report.pictures.service import cover_picture, days_picture, demand_picture, service_picture
from optimizer.report.pictures.simulated import check_picture
from optimizer.report.remarks import say_remark
from optimizer.report.skills import skills_items
from optimizer.report.tables import (
    PROOF,
    accuracy_sheet,
    cost_sheet,
    day_sheet,
    shift_sheet,
    stage_sheet,
    today_sheet,
    uncovered_sheet,
    week_sheet,
)
from optimizer.report.whole import decision_sheet, decision_words

Item = Picture | Sheet | RosterGrid | str
"""What a section holds; a str is a paragraph."""


@dataclass(frozen=True)
class Section:
    """A part of the report under its own heading."""

    name: str
    title: str
    items: tuple[Item, ...]


def sections(parts: Parts, speak: Language) -> list[Section]:
    """Return everything that the report holds after its first screen.

    Parameters
    ----------
    parts : Parts
        What was made.
    speak : Language
        Of all words.
    """
    found: list[Section] = []

    def add(name: str, title: str, *items: Item | None) -> None:
        known = tuple(item for item in items if item is not None and item != "")
        if known:
            found.append(Section(name, title, known))

    content = parts.shifts
    if parts.decision is not None:
        add("s-decision", speak("The decision as a whole"), decision_sheet(parts.decision, speak),
            decision_words(parts.decision, speak))  # fmt: skip
    if content is not None:
        how = say_remark(content.forecast_method, speak)
        method = speak("Method: {method}.", method=how) if how else ""
        accuracy = accuracy_sheet(content.accuracy, speak)
        add("s-demand", speak("Demand and forecast"), method, demand_picture(content, speak), accuracy)
        add("s-cover", speak("Coverage and service"), balance_picture(content, speak), cover_picture(content, speak),
            service_picture(content, speak), days_picture(content, speak), day_sheet(content, speak),
            uncovered_sheet(content, speak))  # fmt: skip
    if parts.check is not None:
        add("s-check", speak("Simulated again"), check_picture(parts.check["days"], speak))
    if content is not None:
        add("s-shifts", speak("Shifts"), shifts_picture(content.plan.schedule, content.grid, speak),
            shift_sheet(content, speak))  # fmt: skip
    if parts.skills is not None:
        add("s-skills", speak("Shifts by group"), *skills_items(parts.skills, speak))
    if parts.roster is not None:
        add("s-roster", speak("Roster"), *_roster(parts.roster, speak))
    if parts.mix is not None:
        mix = parts.mix
        costs = mix_cost_picture(mix["cost"], mix.currency, speak)
        rules = rules_picture(mix["rules"], mix.currency, speak)
        flows, channels = flow_picture(mix["flows"], speak), channel_picture(mix["csat"], speak)
        add("s-mix", speak("Channel mix"), flows, channels, costs, rules)
    if parts.prices is not None:
        add("s-prices", speak("Price of the rules"), yearly_prices_picture(parts.prices, parts.currency, speak))
    for k, points in enumerate(parts.frontiers):
        add(f"s-frontier-{k}", speak("Frontier"), _frontier(points, parts, speak))
    if parts.invest is not None:
        add("s-invest", speak("Initiatives"), *_invest(parts.invest, speak))
    if content is not None:
        add("s-cost", speak("Cost"), _tree(content, speak), today_sheet(content, speak), cost_sheet(content, speak),
            _cost_words(speak), week_sheet(content, speak))  # fmt: skip
        add("s-proof", speak("Proof"), _proof_words(content, speak), stage_sheet(content, speak))
    return found


def _tree(content: ReportContent, speak: Language) -> Picture | None:
    if content.plan.schedule.empty:
        return None
    figures = plan_figures(content)
    contacts = figures["contacts"]
    resolved = float(content.cost.level("total", pool="")["resolved"].iloc[0])
    known = isinstance(contacts, float) and contacts > 0 and 0 < resolved <= contacts
    counts = {"contacts": contacts, "resolved": resolved} if known else {}
    tree = cost_tree(*ledger_of(content.cost), **counts)  # type: ignore[arg-type]
    return tree_picture(tree.tree, content.currency, speak)


def _roster(roster: Tables, speak: Language) -> list[Item | None]:
    rows, result = roster["roster"], roster.record.get("result", {})
    grid = roster_days(roster)
    agents = roster.get("agents")
    people = [] if agents is None else [str(name) for name in agents["employee"]]
    fairness = None if agents is None else fairness_picture(agents, speak)
    status = str(result.get("status", ""))
    words = speak(
        "Roster: {proof}, gap {gap}.", proof=speak(PROOF.get(status, status)), gap=speak.gap(result.get("gap"))
    )
    return [
        roster_grid(rows, grid, people, speak, leave_days(roster.get(LEAVE))),
        roster_day_picture(rows, grid, speak),
        fairness,
        words,
    ]


def roster_days(roster: Tables) -> TimeGrid:
    """Days of a roster as a grid of whole hours."""
    dates = sorted(map(str, roster["roster"]["date"]))
    first = dt.date.fromisoformat(str(roster.record.get("first_day") or (dates[0] if dates else "1970-01-01")))
    last = dt.date.fromisoformat(dates[-1]) if dates else first
    days = int(roster.record.get("days") or (last - first).days + 1)
    return TimeGrid(str(roster.record.get("time_zone", "UTC")), first, max(days, 1), 60)


def _invest(invest: Tables, speak: Language) -> list[Item | None]:
    record, currency = invest.record, invest.currency
    cash = invest["cash_flow"]
    last_year = int(str(cash["date"].iloc[-1])[:4]) if len(cash) else 0
    tornado = invest.get("tornado")
    return [
        portfolio_picture(invest["portfolio"], last_year, speak),
        cash_picture(cash, float(record["discount_rate"]), currency, speak),
        None if tornado is None else tornado_picture(tornado, float(record["figures"]["npv"]), currency, speak),
        _chances(record, currency, speak),
    ]


def _chances(record: dict[str, object], currency: str, speak: Language) -> str:
    """Say what uncertainty does to the net present value, where it was worked out."""
    quantiles = record.get("quantiles")
    row = next((row for row in quantiles if row.get("measure") == "npv"), None) if isinstance(quantiles, list) else None
    if row is None:
        return ""
    low, middle, high = (speak.money(row[name], currency) for name in ("P10", "P50", "P90"))
    return speak(
        "With all figures within their ranges, net present value is below {low} in one case of ten, above {high} in "
        "one of ten, and {middle} in the middle; in {loss} of cases it is a loss.",
        low=low, middle=middle, high=high, loss=speak.share(record.get("loss_share")),
    )  # fmt: skip


def _frontier(points: pd.DataFrame, parts: Parts, speak: Language) -> Picture | None:
    if {"budget", "npv"} <= set(points):
        invest = parts.invest
        chosen = None
        if invest is not None:
            budgets = invest.record.get("settings", {}).get("budgets") or {}
            chosen = (sum(budgets.values()), float(invest.record["figures"]["npv"])) if budgets else None
        return frontier_picture(points, chosen, "budget", "npv", parts.currency, speak)
    y = "csat" if "csat" in points else "service_level"
    chosen = None
    if parts.mix is not None and y == "csat" and parts.mix.record.get("csat") is not None:
        chosen = (float(parts.mix.record["cost"]), float(parts.mix.record["csat"]))
    return frontier_picture(points, chosen, "cost", y, parts.currency, speak)


def _cost_words(speak: Language) -> str:
    return speak(
        "Base: wage on paid minutes. Premium: surcharges by hour, weekday and holiday. Overtime: surcharge on paid "
        "minutes beyond the limit of a shift. Shrinkage: leave and training that are paid and not rostered. Fixed: "
        "once a shift. Overhead: seats, from a shift's start to its end. A full-time equivalent is {hours} paid hours "
        "a week.",
        hours=f"{FULL_TIME_HOURS_PER_WEEK:g}",
    )


def _proof_words(content: ReportContent, speak: Language) -> str:
    result = content.plan.result
    proof = speak(PROOF.get(result.status, result.status))
    if result.gap is None or result.bound is None:
        return speak("Schedule: {proof}.", proof=proof)
    return speak(
        "Schedule: {proof}. No plan under these rules can cost less than {bound}; the gap to this one is {gap} of its "
        "cost.",
        proof=proof, bound=speak.money(result.bound, content.currency, 2), gap=speak.gap(result.gap),
    )  # fmt: skip


def pictures_of(parts: Parts, speak: Language) -> list[Picture]:
    """Return all pictures of a report, in its order."""
    return [item for section in sections(parts, speak) for item in section.items if isinstance(item, Picture)]
