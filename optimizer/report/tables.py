"""The sheets of a shift plan: figures of days, weeks, pools, shifts and stages, as text to read."""

from __future__ import annotations

from typing import Any

import pandas as pd

from models.cost import COMPONENTS
from models.costtable import ALL_POOLS
from optimizer.report.content import ReportContent
from optimizer.report.figures import service_figures
from optimizer.report.language import UNKNOWN, Language, mark
from optimizer.report.pictures.costs import WORDS
from optimizer.report.pictures.picture import Sheet, sheet

MOST_ROWS = 200
"""Rows of a table of exceptions on the page; the files hold all of them."""
STAGES = {
    "forecast": mark("forecast"), "requirement": mark("requirement"), "schedule": mark("schedule"),
    "simulation": mark("simulation"), "calibration": mark("calibration"),
}  # fmt: skip
PROOF = {
    "optimal": mark("proved optimal"),
    "feasible": mark("best plan found"),
    "infeasible": mark("no plan can meet every rule; this is the best partial plan"),
    "no plan": mark("no plan was found in the time given"),
    "failed": mark("the solver failed"),
    "done": mark("done"),
    "given": mark("given"),
}
"""How a stage ended, in words."""


def accuracy_sheet(accuracy: pd.DataFrame | None, speak: Language) -> Sheet | None:
    """How wrong the forecast was, by contact type; None without a backtest."""
    if accuracy is None or accuracy.empty:
        return None
    rows = [
        [
            speak("Total") if row["contact_type"] == "total" else str(row["contact_type"]),
            *(speak.share(row[name]) for name in ("wape", "wape_seasonal_naive", "coverage_80")),
        ]
        for row in accuracy.to_dict("records")
    ]
    header = [
        speak("Contact type"), speak("WAPE"), speak("WAPE, same week before"), speak("Within the 80 % interval")
    ]  # fmt: skip
    caption = speak("Error of the forecast on weeks that it had not seen (WAPE: sum of errors over sum of contacts)")
    return sheet(caption, header, rows, total=accuracy["contact_type"].iloc[-1] == "total")


def day_sheet(content: ReportContent, speak: Language) -> Sheet:
    """Service and cost of each day and pool."""
    coverage = content.plan.coverage
    costs = content.cost.level("day").set_index(["period", "pool"])["cost"]
    simulated = {} if content.simulated is None else {
        (str(row["pool"]), str(row["date"])):
            f"{speak.share(row['simulated'])} ± {speak.number(100 * row['half_width'], 1)}"
        for row in content.simulated.days.to_dict("records")
    }  # fmt: skip
    rows = []
    for (date, pool), part in coverage.groupby([coverage["start"].dt.date, "pool"], sort=True):
        figures = service_figures(part)
        rows.append([
            speak.day(pd.Timestamp(str(date))), str(pool), speak.number(part["contacts"].sum()),
            speak.number(part["heads"].max()),
            speak.share(figures["service_level"]),
            *([simulated.get((str(pool), str(date)), UNKNOWN)] if simulated else []),
            speak.share(part["service_level"].where(part["contacts"] > 0).min()), speak.share(figures["abandonment"]),
            speak.share(figures["occupancy"]), speak.money(costs.get((str(date), pool), 0.0), content.currency),
        ])  # fmt: skip
    header = [
        speak("Day"), speak("Pool"), speak("Live contacts"), speak("Most people"), speak("Service level"),
        *([speak("Simulated")] if simulated else []), speak("Worst interval"), speak("Abandoned"), speak("Occupancy"),
        speak("Cost"),
    ]  # fmt: skip
    return sheet(speak("Planned service and cost of each day"), header, rows, words=2)


def uncovered_sheet(content: ReportContent, speak: Language) -> Sheet | None:
    """Intervals that lack people; None when there are none."""
    short = content.plan.uncovered
    if short.empty:
        return None
    rows = [
        [speak.moment(row["start"], year=True), str(row["pool"]), speak.number(row["missing"], 1)]
        for row in short.head(MOST_ROWS).to_dict("records")
    ]
    caption = speak("Intervals that lack people")
    if len(short) > MOST_ROWS:
        left = speak("the first {most} of {all}; all are in plan.json", most=MOST_ROWS, all=len(short))
        caption = f"{caption} ({left})"
    return sheet(caption, [speak("Start"), speak("Pool"), speak("Agents missing")], rows, words=2)


def _cost_header(speak: Language) -> list[str]:
    components = (speak(WORDS[name]).capitalize() for name in COMPONENTS)
    return [speak("Rostered hours"), speak("Paid hours"), *components, speak("Cost")]


def _cost_cells(row: Any, speak: Language) -> list[str]:
    return [speak.number(row[name]) for name in ("rostered_hours", "paid_hours", *COMPONENTS, "cost")]


def cost_sheet(content: ReportContent, speak: Language) -> Sheet:
    """Cost of the whole plan, by pool."""
    total = content.cost.level("total")
    # The sum over pools comes last, as people add up.
    by_pool = total["pool"] != ALL_POOLS
    ordered = [*total[by_pool].to_dict("records"), *total[~by_pool].to_dict("records")]
    rows = [
        [str(row["pool"]) if row["pool"] != ALL_POOLS else speak("All pools"), *_cost_cells(row, speak),
         speak.number(row["cost_per_contact"], 2), speak.number(row["cost_per_resolved"], 2)]
        for row in ordered
    ]  # fmt: skip
    header = [speak("Pool"), *_cost_header(speak), speak("A contact"), speak("A resolved one")]
    return sheet(speak("Cost of the plan in {currency}", currency=content.currency), header, rows, total=True)


def week_sheet(content: ReportContent, speak: Language) -> Sheet:
    """Cost of each week, all pools together."""
    weeks = content.cost.level("week", pool=ALL_POOLS)
    rows = [
        [str(row["period"]), *_cost_cells(row, speak), speak.number(row["contacts"]),
         speak.number(row["cost_per_contact"], 2)]
        for row in weeks.to_dict("records")
    ]  # fmt: skip
    header = [speak("Week from"), *_cost_header(speak), speak("Contacts"), speak("A contact")]
    return sheet(speak("Cost by week in {currency}, all pools", currency=content.currency), header, rows)


def shift_sheet(content: ReportContent, speak: Language) -> Sheet:
    """How many shifts of each type, by pool."""
    schedule = content.plan.schedule
    work = schedule.assign(hours=schedule["count"] * schedule["paid_min"] / 60)
    rows = []
    for (pool, shift), part in work.groupby(["pool", "shift"], sort=True):
        count, hours = part["count"].sum(), part["hours"].sum()
        rows.append([str(pool), str(shift), speak.number(count), speak.number(hours), speak.number(hours / count, 1),
                     _starts(part, speak)])  # fmt: skip
    header = [
        speak("Pool"), speak("Shift type"), speak("Shifts"), speak("Rostered hours"), speak("Mean paid hours"),
        speak("Starts"),
    ]  # fmt: skip
    return sheet(speak("Shifts by type"), header, rows, words=2)


def _starts(part: pd.DataFrame, speak: Language) -> str:
    times = part["start"].astype(str).str.slice(11, 16)
    return speak.between(times.min(), times.max()) if times.nunique() > 1 else str(times.iloc[0])


def stage_sheet(content: ReportContent, speak: Language) -> Sheet:
    """How each stage ended."""
    rows = [
        [speak(STAGES.get(name, name)), speak(PROOF.get(stage.status, stage.status)), stage.solver,
         speak.number(stage.objective, 2), speak.number(stage.bound, 2), speak.gap(stage.gap),
         speak.number(stage.seconds, 1), UNKNOWN if stage.seed is None else str(stage.seed)]
        for name, stage in content.record.stages.items()
    ]  # fmt: skip
    header = [
        speak("Stage"), speak("Status"), speak("Solver"), speak("Objective"), speak("Bound"), speak("Gap"),
        speak("Seconds"), speak("Seed"),
    ]  # fmt: skip
    return sheet(speak("How each stage ended"), header, rows, words=3)


def today_sheet(content: ReportContent, speak: Language) -> Sheet | None:
    """The plan beside today; None where today is not known."""
    today = content.today
    if today is None:
        return None
    total = content.cost.level("total", pool=ALL_POOLS).iloc[0]
    level = service_figures(content.plan.coverage)["service_level"]
    hours = float(today.pools["paid_hours"].sum())
    cost = content.cost.cost
    rows = [
        [speak("Cost"), speak.money(today.cost, content.currency), speak.money(cost, content.currency),
         speak.money(cost - today.cost, content.currency)],
        [speak("Paid hours"), speak.number(hours), speak.number(total["paid_hours"]),
         speak.number(float(total["paid_hours"]) - hours)],
        [speak("Service level"), speak.share(today.figures["service_level"]), speak.share(level), ""],
    ]  # fmt: skip
    header = [speak("Figure"), speak("today"), speak("plan"), speak("change")]
    return sheet(speak("The plan beside today"), header, rows)
