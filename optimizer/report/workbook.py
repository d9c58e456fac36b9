"""plan.xlsx: a sheet for each table of each stage; schedule, cost and cash flow recompute when a number is changed."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd

from models.cost import COMPONENTS
from models.costtable import ALL_POOLS
from optimizer.report.book import GOOD, OVER, UNDER, Book, Formula, Sum, as_dates
from optimizer.report.content import ReportContent
from optimizer.report.grid import leave_days
from optimizer.report.headline import Tile, sentences, tiles
from optimizer.report.language import Language
from optimizer.report.parts import LEAVE, Parts, Tables
from optimizer.report.skills import skills_sheets
from optimizer.report.whole import FIGURES, SIDES, UNITS

_RATES = {"base": "wage_per_hour", "premium": "premium_per_hour", "overtime": "overtime_per_hour"}
"""Components of pay, and what each costs for a rostered hour."""
_FORMS = {"share": "0.0%", "money": "#,##0.00", "ratio": "0.00", "years": "0.00"}
"""Number formats of a decision's units."""


def workbook(parts: Parts, speak: Language) -> bytes:
    """Write the workbook.

    Parameters
    ----------
    parts : Parts
        What was made.
    speak : Language
        Of names of sheets and heads of columns; figures carry their format, whatever the language.

    Returns
    -------
    bytes
        An .xlsx file: the same parts give the same bytes.
    """
    made = dt.date(2000, 1, 1) if parts.shifts is None else parts.shifts.grid.first_date
    book = Book(speak, made, parts.title)
    summary = book.sheet(speak("Summary"))
    sums: dict[str, Sum] = {}
    if parts.decision is not None:
        _decision(book, parts.decision)
    if parts.shifts is not None:
        sums |= _shifts(book, parts.shifts)
    if parts.skills is not None:
        sums |= skills_sheets(book, parts.skills)
    if parts.roster is not None:
        _roster(book, parts.roster)
    if parts.mix is not None:
        sums |= _mix(book, parts.mix)
    if parts.invest is not None:
        sums |= _invest(book, parts.invest)
    if parts.prices is not None:
        book.table(speak("Price of the rules"), parts.prices)
    for points in parts.frontiers:
        book.table(speak("Frontier"), points)
    if parts.check is not None:
        days = parts.check["days"]
        kept = [
            name for name in ("pool", "date", "contacts", "promised", "service_level", "half_width") if name in days
        ]
        book.table(speak("Simulated again"), as_dates(days[kept], dates=["date"]))
    _summary(book, summary, parts, sums)
    return book.content()


def _summary(book: Book, sheet: Any, parts: Parts, sums: dict[str, Sum]) -> None:
    """What comes first: sentences, and figures as figures. One that other sheets work out follows them."""
    speak = book.speak
    wrap = book.format(text_wrap=True, valign="top")
    sheet.write_string(0, 0, parts.title, book.format(bold=True, font_size=14))
    row = 1
    for text in sentences(parts, speak):
        sheet.merge_range(row, 0, row, 2, text, wrap)
        sheet.set_row(row, 48)
        row += 1
    for column, name in enumerate((speak("Figure"), speak("value"), speak("remark"))):
        sheet.write_string(row, column, name, book.format(bold=True, bottom=1))
    head = row
    for tile in tiles(parts, speak):
        row += 1
        sheet.write_string(row, 0, tile.name, wrap)
        aside = _figure(book, sheet, row, tile, sums)
        sheet.write_string(row, 2, aside, wrap)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 60)
    sheet.freeze_panes(head + 1, 0)


def _figure(book: Book, sheet: Any, row: int, tile: Tile, sums: dict[str, Sum]) -> str:
    """Write a figure of the summary; returns what is said beside it."""
    look = {"bold": True, "align": "right", "valign": "top"}
    if tile.value is None or not math.isfinite(tile.value):
        sheet.write_string(row, 1, tile.figure, book.format(**look))
        return tile.aside
    form, total = book.format(num_format=tile.form, **look), sums.get(tile.sum_of)
    if total is not None and math.isclose(np.nansum(np.asarray(total.values, float)), tile.value, rel_tol=1e-6):
        sheet.write_formula(row, 1, f"=SUM({total.area})", form, float(tile.value))
    else:
        sheet.write_number(row, 1, tile.value, form)
    _, sign, half = tile.figure.partition(" ± ")
    return f"± {half}; {tile.aside}" if sign else tile.aside


def _decision(book: Book, decision: Tables) -> None:
    """Figures of the whole decision, each in its unit."""
    speak, rows = book.speak, decision["decision"]
    said = rows.assign(
        figure=[speak(FIGURES.get(str(name), str(name))) for name in rows["figure"]],
        unit=[speak(UNITS.get(str(unit), str(unit))) for unit in rows["unit"]],
    )
    sheet, _ = book.table(speak("The decision as a whole"), said)
    for place, (_, row) in enumerate(rows.iterrows(), 1):
        form = book.format(num_format=_FORMS.get(str(row["unit"]), "#,##0"))
        for column, name in enumerate(rows.columns):
            if name in SIDES and pd.notna(row[name]):
                sheet.write_number(place, column, float(row[name]), form)


def _shifts(book: Book, content: ReportContent) -> dict[str, Sum]:
    speak = book.speak
    areas = _schedule(book, content)
    cost, paid = _cost(book, content, areas)
    _coverage(book, content)
    days = content.cost.level("day")
    days = days[days["pool"] != ALL_POOLS].rename(columns={"period": "date"})
    kept = ["date", "pool", "rostered_hours", "paid_hours", *COMPONENTS, "cost", "contacts", "cost_per_contact"]
    book.table(speak("Cost by day"), as_dates(days[kept], dates=["date"]), total=["cost"])
    if content.simulated is not None:
        book.table(speak("Service by day"), as_dates(content.simulated.days, dates=["date"]))
    local = content.requirement.assign(start=content.requirement["start"].dt.tz_convert(content.grid.time_zone))
    book.table(speak("Requirement"), local)
    demand = content.demand.assign(start=content.demand["start"].dt.tz_convert(content.grid.time_zone))
    book.table(speak("Forecast"), demand, total=["contacts"])
    if content.accuracy is not None:
        book.table(speak("Error of the forecast"), content.accuracy)
    if len(content.plan.uncovered):
        book.table(speak("Uncovered"), content.plan.uncovered)
    stages = [
        {"stage": name, "status": stage.status, "solver": stage.solver, "objective": stage.objective,
         "bound": stage.bound, "gap": stage.gap, "seconds": stage.seconds, "seed": stage.seed}
        for name, stage in content.record.stages.items()
    ]  # fmt: skip
    book.table(speak("Proof"), pd.DataFrame(stages))
    return {"cost": cost, "paid": paid, "shifts": Sum(areas["count"], content.plan.schedule["count"].to_numpy(float))}


def _schedule(book: Book, content: ReportContent) -> dict[str, str]:
    """Shifts, with people that may be changed; returns where its columns are."""
    schedule = content.plan.schedule
    spans = [
        (pd.Timestamp(end) - pd.Timestamp(start)).total_seconds() / 60
        for start, end in zip(schedule["start"].astype(str), schedule["end"].astype(str), strict=True)
    ]
    frame = as_dates(schedule, stamps=["start", "end"], dates=["date"]).assign(seat_min=spans)
    columns = ["pool", "date", "shift", "start", "end", "breaks", "count", "paid_min", "seat_min", "cost_each"]
    count = schedule["count"].to_numpy(float)
    formulas = {
        "rostered_hours": Formula(
            "={count}{row}*{paid_min}{row}/60", count * schedule["paid_min"].to_numpy(float) / 60
        ),
        "seat_hours": Formula("={count}{row}*{seat_min}{row}/60", count * np.array(spans) / 60),
        "cost": Formula("={count}{row}*{cost_each}{row}", count * schedule["cost_each"].to_numpy(float)),
    }
    _, areas = book.table(book.speak("Schedule"), frame[columns], formulas=formulas, inputs=["count", "cost_each"],
                          total=["count", "rostered_hours", "seat_hours", "cost"])  # fmt: skip
    return areas


def _cost(book: Book, content: ReportContent, areas: dict[str, str]) -> tuple[Sum, Sum]:
    """Cost and paid hours by pool, from hours and shifts of the schedule and from rates that may be changed."""
    total = content.cost.level("total")
    rows = total[total["pool"] != ALL_POOLS].reset_index(drop=True)
    counts = content.plan.schedule.groupby("pool")["count"].sum()
    hours, seats = rows["rostered_hours"].to_numpy(float), rows["seat_hours"].to_numpy(float)
    shifts = np.array([float(counts.get(pool, 0)) for pool in rows["pool"]])
    pay = rows[["base", "premium", "overtime"]].sum(axis=1).to_numpy(float)

    def rate(amount: Any, per: Any) -> Any:
        return np.divide(amount, per, out=np.zeros(len(rows)), where=np.asarray(per) > 0)

    inputs = pd.DataFrame({
        "pool": rows["pool"],
        **{name: rate(rows[component].to_numpy(float), hours) for component, name in _RATES.items()},
        "shrinkage_share": rate(rows["shrinkage"].to_numpy(float), pay),
        "fixed_per_shift": rate(rows["fixed"].to_numpy(float), shifts),
        "overhead_per_hour": rate(rows["overhead"].to_numpy(float), seats),
        "paid_per_rostered": rate(rows["paid_hours"].to_numpy(float), hours),
        "contacts": rows["contacts"], "resolved": rows["resolved"],
    })  # fmt: skip

    def of_schedule(column: str) -> str:
        return f"=SUMIFS({areas[column]},{areas['pool']},{{pool}}{{row}})"

    formulas = {
        "shifts": Formula(of_schedule("count"), shifts),
        "rostered_hours": Formula(of_schedule("rostered_hours"), hours),
        "seat_hours": Formula(of_schedule("seat_hours"), seats),
        "paid_hours": Formula("={rostered_hours}{row}*{paid_per_rostered}{row}", rows["paid_hours"].to_numpy(float)),
        **{component: Formula(f"={{rostered_hours}}{{row}}*{{{name}}}{{row}}", rows[component].to_numpy(float))
           for component, name in _RATES.items()},
        "shrinkage": Formula("=({base}{row}+{premium}{row}+{overtime}{row})*{shrinkage_share}{row}",
                             rows["shrinkage"].to_numpy(float)),
        "fixed": Formula("={shifts}{row}*{fixed_per_shift}{row}", rows["fixed"].to_numpy(float)),
        "overhead": Formula("={seat_hours}{row}*{overhead_per_hour}{row}", rows["overhead"].to_numpy(float)),
        "cost": Formula("=" + "+".join(f"{{{name}}}{{row}}" for name in COMPONENTS), rows["cost"].to_numpy(float)),
        "cost_per_contact": Formula('=IF({contacts}{row}>0,{cost}{row}/{contacts}{row},"")',
                                    rows["cost_per_contact"].to_numpy(float)),
        "cost_per_resolved": Formula('=IF({resolved}{row}>0,{cost}{row}/{resolved}{row},"")',
                                     rows["cost_per_resolved"].to_numpy(float)),
    }  # fmt: skip
    changeable = [*_RATES.values(), "shrinkage_share", "fixed_per_shift", "overhead_per_hour", "paid_per_rostered",
                  "contacts", "resolved"]  # fmt: skip
    sums = ["shifts", "rostered_hours", "seat_hours", "paid_hours", *COMPONENTS, "cost", "contacts", "resolved"]
    _, places = book.table(book.speak("Cost"), inputs, formulas=formulas, inputs=changeable, total=sums)
    return Sum(places["cost"], formulas["cost"].values), Sum(places["paid_hours"], formulas["paid_hours"].values)


def _coverage(book: Book, content: ReportContent) -> None:
    """Every interval, with what is over and under the requirement in colour."""
    coverage = content.plan.coverage
    local = coverage.assign(start=coverage["start"].dt.tz_convert(content.grid.time_zone))
    over = (coverage["productive"] - coverage["agents_target"]).to_numpy(float)
    sheet, areas = book.table(
        book.speak("Coverage"), local, formulas={"over": Formula("={productive}{row}-{agents_target}{row}", over)}
    )
    cells = _cells(areas["over"])
    sheet.conditional_format(cells, {"type": "3_color_scale", "min_color": UNDER, "mid_color": "#FFFFFF",
                                     "max_color": OVER, "mid_type": "num", "mid_value": 0})  # fmt: skip
    target = min((service.target for service in content.service.values()), default=0.8)
    levels = _cells(areas["service_level"])
    below, reached = book.format(bg_color=UNDER), book.format(bg_color=GOOD)
    sheet.conditional_format(levels, {"type": "blanks", "stop_if_true": True})
    sheet.conditional_format(levels, {"type": "cell", "criteria": "<", "value": target, "format": below})
    sheet.conditional_format(levels, {"type": "cell", "criteria": ">=", "value": target, "format": reached})


def _cells(area: str) -> str:
    return area.rsplit("!", 1)[1].replace("$", "")


def _roster(book: Book, roster: Tables) -> None:
    speak = book.speak
    rows = roster["roster"]
    book.table(speak("Roster"), as_dates(rows, stamps=["start", "end"], dates=["date"]))
    grid = rows.pivot_table(index="employee", columns="date", values="shift", aggfunc="first").fillna("")
    grid.columns = [str(column) for column in grid.columns]
    agents = roster.get("agents")
    if agents is not None:  # also who works nothing
        grid = grid.reindex([str(name) for name in agents["employee"]]).fillna("").rename_axis("employee")
    for name, days in leave_days(roster.get(LEAVE)).items():
        for day in days & set(grid.columns):
            grid[day] = grid[day].mask((grid.index == name) & (grid[day] == ""), speak("leave"))
    book.table(speak("Roster by day"), grid.reset_index())
    if agents is not None:
        book.table(speak("Employees"), agents)


def _mix(book: Book, mix: Tables) -> dict[str, Sum]:
    speak = book.speak
    book.table(speak("Flows"), mix["flows"], total=["contacts", *(["cost"] if "cost" in mix["flows"] else [])])
    costs = mix["cost"]
    before = "amount_before" in costs
    # A blank cell counts as nothing, as it does in a spreadsheet: an item that only today has, or only the mix.
    figures = costs[["amount", "amount_before"]].fillna(0.0) if before else costs
    change = (figures["amount"] - figures["amount_before"]).to_numpy(float) if before else np.zeros(len(costs))
    formulas = {"change": Formula("={amount}{row}-{amount_before}{row}", change)} if before else {}
    totals = ["amount", *(["amount_before", "change"] if before else [])]
    _, areas = book.table(speak("Cost of the mix"), costs, formulas=formulas, total=totals)
    book.table(speak("Satisfaction"), mix["csat"])
    book.table(speak("Rules"), mix["rules"])
    workload = mix.get("workload")
    if workload is not None:
        book.table(speak("Work of people"), workload, total=["hours", "cost"])
    return {"mix": Sum(areas["amount"], costs["amount"])}


def _invest(book: Book, invest: Tables) -> dict[str, Sum]:
    speak = book.speak
    book.table(speak("Initiatives"), invest["portfolio"])
    sums = {"npv": _cash(book, invest)}
    tornado = invest.get("tornado")
    if tornado is not None:
        book.table(speak("What the return hangs on"), tornado)
    for name, title in (("budget", speak("Budgets")), ("headcount", speak("People needed"))):
        table = invest.get(name)
        if table is not None:
            book.table(title, table)
    return sums


def _cash(book: Book, invest: Tables) -> Sum:
    """Cash flow whose present value follows its figures and the discount rate."""
    speak, rate = book.speak, float(invest.record["discount_rate"])
    cash = as_dates(invest["cash_flow"], dates=["date"])
    years = cash["year"].to_numpy(float)  # whole ones: as the return is worked out
    net = (cash["benefit"] - cash["cost"]).to_numpy(float)
    place = len(cash) + 4  # row of the rate, as Excel counts: below the sums
    signs = {"saving": "+", "revenue": "+", "satisfaction_value": "+", "tax": "-"}
    inputs = [name for name in (*signs, "one_off_cost", "running_cost") if name in cash]
    benefit = [name for name in signs if name in cash]
    cost = [name for name in ("one_off_cost", "running_cost") if name in cash]
    formulas = {}
    if benefit:
        text = "=" + "".join(f"{signs[name]}{{{name}}}{{row}}" for name in benefit)
        formulas["benefit"] = Formula(text, cash["benefit"].to_numpy(float))
    if cost:
        formulas["cost"] = Formula("=" + "+".join(f"{{{name}}}{{row}}" for name in cost), cash["cost"].to_numpy(float))
    formulas["net"] = Formula("={benefit}{row}-{cost}{row}", net)
    formulas["present_value"] = Formula(f"={{net}}{{row}}/(1+$B${place})^{{year}}{{row}}", net / (1 + rate) ** years)
    sums = [name for name in (*inputs, "benefit", "cost", "net", "present_value") if name in cash or name in formulas]
    sheet, areas = book.table(speak("Cash flow"), cash, formulas=formulas, inputs=inputs, total=sums)
    sheet.write_string(place - 1, 0, speak("discount rate"), book.format(bold=True))
    sheet.write_number(place - 1, 1, rate, book.format(num_format="0.0%", bg_color="#FFF6D6"))
    return Sum(areas["present_value"], formulas["present_value"].values)
