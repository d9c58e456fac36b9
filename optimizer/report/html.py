"""The page of a plan: one self-contained HTML file that opens offline, prints, and can be read without a mouse."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from importlib import resources
from typing import Any

import models
from models.costtable import FULL_TIME_HOURS_PER_WEEK
from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures, service_figures
from optimizer.report.pagedata import page_data
from optimizer.report.summary import PROOF, promise, simulated_words
from optimizer.report.tables import (
    accuracy_table,
    cost_table,
    day_table,
    escape,
    shift_table,
    stage_table,
    uncovered_table,
    week_table,
)
from optimizer.report.words import gap, moment, money, number, share

_SLOT = re.compile(r"\{\{(\w+)\}\}")


def report_html(content: ReportContent) -> str:
    """Write the page of a plan.

    Parameters
    ----------
    content : ReportContent
        The plan. All its text is escaped.

    Returns
    -------
    str
        HTML with style, pictures and their library (plotly.js, once) inside; it loads nothing.
    """
    from plotly.offline import get_plotlyjs

    slots = {
        "title": escape(content.title),
        "style": _part("page.css"),
        "horizon": escape(_horizon(content)),
        "description": f"<p>{escape(content.description)}</p>" if content.description else "",
        "alert": _alert(content),
        "tiles": _tiles(content),
        "demand_words": escape(content.forecast_method and f"Method: {content.forecast_method}."),
        "interval_min": str(content.grid.interval_min),
        "accuracy": accuracy_table(content.accuracy),
        "requirement_words": escape(_requirement_words(content)),
        "days": day_table(content),
        "uncovered": uncovered_table(content),
        "costs": cost_table(content),
        "cost_words": escape(_cost_words()),
        "weeks": week_table(content),
        "shifts": shift_table(content),
        "proof_words": escape(_proof_words(content)),
        "stages": stage_table(content),
        "notes": _notes(content.record.notes),
        "version": models.__version__,
        "time_zone": escape(content.grid.time_zone),
        "data": _json(page_data(content)),
        "plotly": get_plotlyjs(),
        "script": _part("page.js"),
    }
    # In one pass, so that a text which itself looks like a slot stays text.
    return _SLOT.sub(lambda found: slots[found[1]], _part("page.html"))


def _horizon(content: ReportContent) -> str:
    grid = content.grid
    return f"{grid.dates[0]} to {grid.dates[-1]}, {grid.days} days in intervals of {grid.interval_min} minutes"


def _tiles(content: ReportContent) -> str:
    figures = plan_figures(content)
    currency = content.currency
    worst = moment(figures["worst_interval"]) + (f", {figures['worst_pool']}" if len(content.pools) > 1 else "")
    each, resolved = (money(figures[f"cost_per_{name}"], currency, 2) for name in ("contact", "resolved"))
    hours = f"{number(figures['rostered_hours'])} of them rostered"
    full_time = f"{number(figures['full_time_equivalents'], 1)} full-time equivalents"
    wait = f"mean wait {number(figures['mean_wait_s'], 1)} s"
    proof = PROOF.get(str(figures["status"]), str(figures["status"]))
    simulated = simulated_words(content)
    tiles = [
        ("Contacts", number(figures["contacts"]), "offered, all kinds", ""),
        ("Cost", money(figures["cost"], currency), f"{each} a contact, {resolved} a resolved one", ""),
        ("Paid hours", number(figures["paid_hours"]), hours, ""),
        ("Shifts", number(figures["shifts"]), full_time, ""),
        ("Most people at a time", number(figures["peak_heads"]), "in their shift, all pools", ""),
        (
            "Expected service level",
            share(figures["service_level"]),
            f"of {content.counted_of}; {promise(content)}",
            _verdict(content),
        ),
        *(() if simulated is None else (("Simulated service level", *simulated, ""),)),
        ("Worst interval", share(figures["worst_service_level"]), worst, ""),
        ("Abandonment", share(figures["abandonment"]), wait, ""),
        ("Occupancy", share(figures["occupancy"]), "of productive agents", ""),
        ("Gap", gap(figures["gap"]), f"{proof}, {number(figures['seconds'], 1)} s", ""),
    ]
    return "".join(
        f'<div class="tile {tone}"><dt>{escape(name)}</dt><dd class="figure">{escape(figure)}</dd>'
        f'<dd class="aside">{escape(aside)}</dd></div>'
        for name, figure, aside, tone in tiles
    )


def _verdict(content: ReportContent) -> str:
    """Tone of the service tile: good when every pool reaches its target over the horizon, to rounding.

    Where targets were learnt from simulation it is the simulated service that has to reach them.
    """
    if content.learnt is not None and content.simulated is not None:
        levels = content.simulated.pools.items()
        return "good" if all(level >= content.service[pool].target - half for pool, (level, half) in levels) else "bad"
    coverage = content.plan.coverage
    for pool in content.pools:
        level = service_figures(coverage[coverage["pool"] == pool])["service_level"]
        if isinstance(level, float) and level < content.service[pool].target - 1e-6:
            return "bad"
    return "good" if content.pools else ""


def _alert(content: ReportContent) -> str:
    plan = content.plan
    lists = [
        f"<h2>{escape(title)}</h2><ul>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</ul>"
        for title, lines in (
            ("These rules exclude each other", plan.conflicts),
            ("The cheapest way out", plan.relaxation),
        )
        if lines
    ]
    if len(plan.uncovered):
        lists.append(f"<p>{len(plan.uncovered)} intervals lack people; they are listed below.</p>")
    return f'<div class="alert" role="alert">{"".join(lists)}</div>' if lists else ""


def _requirement_words(content: ReportContent) -> str:
    if any(service.floor is not None for service in content.service.values()):
        return (
            "The target holds for the day as a whole: an interval may fall below what the target alone would require,"
            " never below the least."
        )
    return "The target holds in every interval."


def _cost_words() -> str:
    return (
        "Base: wage on paid minutes. Premium: surcharges by hour, weekday and holiday. Overtime: surcharge on paid"
        " minutes beyond the limit of a shift. Shrinkage: leave and training that are paid and not rostered."
        " Fixed: once a shift. Overhead: seats, from a shift's start to its end. A full-time equivalent is"
        f" {FULL_TIME_HOURS_PER_WEEK:g} paid hours a week."
    )


def _proof_words(content: ReportContent) -> str:
    result = content.plan.result
    if result.gap is None or result.bound is None:
        return f"Schedule: {PROOF.get(result.status, result.status)}."
    bound, currency = result.bound, content.currency
    return (
        f"Schedule: {PROOF.get(result.status, result.status)}. No plan under these rules can cost less than"
        f" {money(bound, currency, 2)}; the gap to this one is {gap(result.gap)} of its cost."
    )


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    items = "".join(f"<li>{escape(note)}</li>" for note in notes)
    return f'<section aria-labelledby="h-notes"><h2 id="h-notes">Notes</h2><ul>{items}</ul></section>'


def _json(value: Any) -> str:
    """JSON that may stand inside a script element: nothing in it can close the element or open another."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _part(name: str) -> str:
    return (resources.files("optimizer.report") / name).read_text(encoding="utf-8")
