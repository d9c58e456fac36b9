"""The tables of the page."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from models.cost import COMPONENTS
from models.costtable import ALL_POOLS
from optimizer.report.content import ReportContent
from optimizer.report.figures import service_figures
from optimizer.report.words import UNKNOWN, gap, moment, money, number, share

MOST_ROWS = 200
"""Rows of a table of exceptions on the page; the files hold all of them."""


def escape(value: object) -> str:
    """Text that stands in HTML as it is, between tags and in attributes."""
    return html.escape(str(value), quote=True)


def table(
    caption: str, header: Sequence[str], rows: Iterable[Sequence[object]], *, words: int = 1, total: bool = False
) -> str:
    """Write a table; its first `words` columns are text, the others figures, and its last row a sum if `total`."""
    rows = list(rows)

    def tone(column: int) -> str:
        return "" if column < words else ' class="n"'

    head = "".join(f'<th scope="col"{tone(k)}>{escape(name)}</th>' for k, name in enumerate(header))
    body = []
    for position, row in enumerate(rows):
        first, *others = [escape(cell) for cell in row]
        cells = "".join(f"<td{tone(k + 1)}>{cell}</td>" for k, cell in enumerate(others))
        mark = ' class="sum"' if total and len(rows) > 1 and position == len(rows) - 1 else ""
        body.append(f'<tr{mark}><th scope="row">{first}</th>{cells}</tr>')
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def accuracy_table(accuracy: pd.DataFrame | None) -> str:
    """How wrong the forecast was, by contact type; empty text without a backtest."""
    if accuracy is None or accuracy.empty:
        return ""
    rows = [
        [row["contact_type"], *(share(row[name]) for name in ("wape", "wape_seasonal_naive", "coverage_80"))]
        for row in accuracy.to_dict("records")
    ]
    return table(
        "Error of the forecast on weeks that it had not seen (WAPE: sum of errors over sum of contacts)",
        ["Contact type", "WAPE", "WAPE, same week before", "Within the 80 % interval"],
        rows,
        total=accuracy["contact_type"].iloc[-1] == "total",
    )


def day_table(content: ReportContent) -> str:
    """Service and cost of each day and pool."""
    coverage = content.plan.coverage
    costs = content.cost.level("day").set_index(["period", "pool"])["cost"]
    simulated = {} if content.simulated is None else {
        (row["pool"], row["date"]): f"{share(row['simulated'])} ± {row['half_width'] * 100:.1f}"
        for row in content.simulated.days.to_dict("records")
    }  # fmt: skip
    rows = []
    for (date, pool), part in coverage.groupby([coverage["start"].dt.date, "pool"], sort=True):
        figures = service_figures(part)
        rows.append(
            [
                f"{date:%a} {date}",
                pool,
                number(part["contacts"].sum()),
                number(part["heads"].max()),
                share(figures["service_level"]),
                *([simulated.get((pool, str(date)), UNKNOWN)] if simulated else []),
                share(part["service_level"].where(part["contacts"] > 0).min()),
                share(figures["abandonment"]),
                share(figures["occupancy"]),
                money(costs.get((str(date), pool), 0.0), content.currency),
            ]
        )
    header = [
        "Day",
        "Pool",
        "Live contacts",
        "Most people",
        "Service level",
        *(["Simulated"] if simulated else []),
        "Worst interval",
        "Abandoned",
        "Occupancy",
        "Cost",
    ]
    return table("Expected service and cost of each day", header, rows, words=2)


def uncovered_table(content: ReportContent) -> str:
    """Intervals that lack people; empty text when there are none."""
    short = content.plan.uncovered
    if short.empty:
        return ""
    rows = [
        [moment(row["start"], year=True), row["pool"], number(row["missing"], 1)]
        for row in short.head(MOST_ROWS).to_dict("records")
    ]
    left = f" (the first {MOST_ROWS} of {len(short)}; all are in plan.json)" if len(short) > MOST_ROWS else ""
    return table(f"Intervals that lack people{left}", ["Start", "Pool", "Agents missing"], rows, words=2)


_COST_HEADER = ["Rostered hours", "Paid hours", *(name.capitalize() for name in COMPONENTS), "Cost"]


def _cost_cells(row: Any) -> list[str]:
    return [number(row[name]) for name in ("rostered_hours", "paid_hours", *COMPONENTS, "cost")]


def cost_table(content: ReportContent) -> str:
    """Cost of the whole plan, by pool."""
    total = content.cost.level("total")
    # The sum over pools comes last, as people add up.
    by_pool = total["pool"] != ALL_POOLS
    ordered = [*total[by_pool].to_dict("records"), *total[~by_pool].to_dict("records")]
    rows = [
        [
            row["pool"] if row["pool"] != ALL_POOLS else "All pools",
            *_cost_cells(row),
            number(row["cost_per_contact"], 2),
            number(row["cost_per_resolved"], 2),
        ]
        for row in ordered
    ]
    header = ["Pool", *_COST_HEADER, "A contact", "A resolved one"]
    return table(f"Cost of the plan in {content.currency}", header, rows, total=True)


def week_table(content: ReportContent) -> str:
    """Cost of each week, all pools together."""
    weeks = content.cost.level("week", pool=ALL_POOLS)
    rows = [
        [row["period"], *_cost_cells(row), number(row["contacts"]), number(row["cost_per_contact"], 2)]
        for row in weeks.to_dict("records")
    ]
    header = ["Week from", *_COST_HEADER, "Contacts", "A contact"]
    return table(f"Cost by week in {content.currency}, all pools", header, rows)


def shift_table(content: ReportContent) -> str:
    """How many shifts of each type, by pool."""
    schedule = content.plan.schedule
    work = schedule.assign(hours=schedule["count"] * schedule["paid_min"] / 60)
    rows = [
        [pool, shift, number(part["count"].sum()), number(part["hours"].sum()), _lengths(part), _starts(part)]
        for (pool, shift), part in work.groupby(["pool", "shift"], sort=True)
    ]
    header = ["Pool", "Shift type", "Shifts", "Rostered hours", "Mean paid hours", "Starts"]
    return table("Shifts by type", header, rows, words=2)


def _lengths(part: pd.DataFrame) -> str:
    return number(part["hours"].sum() / part["count"].sum(), 1)


def _starts(part: pd.DataFrame) -> str:
    times = part["start"].astype(str).str.slice(11, 16)
    return f"{times.min()} to {times.max()}" if times.nunique() > 1 else str(times.iloc[0])


def stage_table(content: ReportContent) -> str:
    """How each stage ended."""
    rows = [
        [
            name,
            stage.status,
            stage.solver,
            number(stage.objective, 2),
            number(stage.bound, 2),
            gap(stage.gap),
            number(stage.seconds, 1),
            UNKNOWN if stage.seed is None else str(stage.seed),
        ]
        for name, stage in content.record.stages.items()
    ]
    header = ["Stage", "Status", "Solver", "Objective", "Bound", "Gap", "Seconds", "Seed"]
    return table("How each stage ended", header, rows, words=3)
