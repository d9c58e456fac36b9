"""The decision as a whole (mix, initiatives, schedule) in a report: its figures, a sentence, tiles."""

from __future__ import annotations

from typing import Any

import pandas as pd

from optimizer.report.language import Language, mark
from optimizer.report.parts import Tables
from optimizer.report.pictures.picture import Sheet, sheet

FIGURES = {
    "service cost a year": mark("service cost a year"),
    "people cost a year": mark("people cost a year"),
    "saving a year": mark("saving a year"),
    "contacts a year": mark("contacts a year"),
    "handling hours a year": mark("handling hours a year"),
    "cost per contact": mark("cost per contact"),
    "cost per resolution": mark("cost per resolution"),
    "average cost of a handling hour": mark("average cost of a handling hour"),
    "saved per handling hour less": mark("saved per handling hour less"),
    "cashable saving on people a year": mark("cashable saving on people a year"),
    "capacity freed but paid a year": mark("capacity freed but paid a year"),
    "satisfaction": mark("satisfaction"),
    "npv": mark("net present value"),
    "one-off cost": mark("one-off cost"),
    "benefit over cost": mark("benefit over cost"),
    "net roi": mark("net return over cost"),
    "payback": mark("payback, years"),
}
"""Figures of decision.csv (`models.decision`)."""
UNITS = {
    "money": mark("money"),
    "share": mark("share"),
    "contacts": mark("contacts"),
    "hours": mark("hours"),
    "ratio": mark("ratio"),
    "years": mark("years"),
}
SIDES = ("before", "after", "naive")
SMALL_MONEY = 1000


def decision_sheet(decision: Tables, speak: Language) -> Sheet:
    """Every figure today, by the plan, and as an estimate at today's average cost would have it."""
    rows = [
        [speak(FIGURES.get(str(row["figure"]), str(row["figure"]))),
         *(_text(row.get(side), str(row.get("unit", "")), decision.currency, speak) for side in SIDES)]
        for row in decision["decision"].to_dict("records")
    ]  # fmt: skip
    header = [speak("Figure"), speak("today"), speak("plan"), speak("estimate at average cost")]
    return sheet(speak("Today, the plan, and a naive estimate"), header, rows)


def decision_sentence(decision: Tables, speak: Language) -> str:
    """Say what a year of service costs before and after."""
    before, after = (
        decision_figure(decision, "service cost a year", "before"),
        decision_figure(decision, "service cost a year", "after"),
    )
    slots = {"after": speak.money(after, decision.currency), "before": speak.money(before, decision.currency)}
    return speak(
        "Mix, initiatives and shifts decided together: a year of service costs {after}, today {before}.", **slots
    )


def decision_words(decision: Tables, speak: Language) -> str:
    """Say what is proved of the whole."""
    result: dict[str, Any] = decision.record.get("result", {})
    if result.get("bound") is None:
        return ""
    slots = {"cost": speak.money(result.get("cost"), decision.currency), "gap": speak.gap(result.get("gap")),
             "bound": speak.money(result["bound"], decision.currency)}  # fmt: skip
    return speak("The whole is within {gap} of the best possible ({cost}, at best {bound}).", **slots)


def decision_figure(decision: Tables, name: str, side: str) -> float | None:
    """Return a figure of a decision: before, after or naive; None where it is not known."""
    rows = decision["decision"]
    found = rows.loc[rows["figure"] == name, side]
    return None if found.empty or pd.isna(found.iloc[0]) else float(found.iloc[0])


def _text(value: Any, unit: str, currency: str, speak: Language) -> str:
    if value is None or pd.isna(value):
        return ""
    if unit == "share":
        return speak.share(value)
    if unit == "money":
        return speak.money(value, currency, 2 if abs(value) < SMALL_MONEY else 0)
    return speak.number(value, 2 if unit in ("ratio", "years") else 0)
