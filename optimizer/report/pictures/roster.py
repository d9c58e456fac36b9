"""A roster: how evenly work is shared. The grid of people and days is a table (`optimizer.report.page.roster`)."""

from __future__ import annotations

import pandas as pd

from optimizer.report.language import Language, mark
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, sheet

FIGURES = {
    "hours": mark("hours"), "shifts": mark("shifts"), "night_shifts": mark("nights"), "weekends": mark("weekends"),
    "overtime_hours": mark("overtime hours"), "refused_requests": mark("refused requests"), "pay": mark("pay"),
}  # fmt: skip
"""Columns of agents.csv that are compared, as far as they are there."""


def fairness_picture(agents: pd.DataFrame, speak: Language) -> Picture | None:
    """Hours, nights, weekends and the like of each employee, side by side; None where no column is known."""
    columns = [
        name for name in FIGURES if name in agents and pd.to_numeric(agents[name], errors="coerce").notna().any()
    ]
    if not columns or agents.empty:
        return None
    names = [str(name) for name in agents["employee"]]
    figures: dict[tuple[int, ...], Figure] = {}
    for k, column in enumerate(columns):
        values = pd.to_numeric(agents[column], errors="coerce")
        order = values.sort_values(ascending=False, kind="stable").index
        figures[(k,)] = {
            "data": [{"type": "bar", "name": speak(FIGURES[column]), "x": [names[i] for i in order],
                      "y": [round(float(v), 2) for v in values[order].fillna(0.0)],
                      "marker": {"color": colour("accent")}, "hovertemplate": "%{x}: %{y:,.1f}"}],
            "layout": {"xaxis": {"type": "category", "nticks": 20}, "showlegend": False,
                       "yaxis": {"title": {"text": speak(FIGURES[column])}}},
        }  # fmt: skip
    rows = [
        [str(row["employee"]), *(speak.number(row[column], 0 if column != "hours" else 1) for column in columns)]
        for row in agents.to_dict("records")
    ]
    header = [speak("Employee"), *(speak(FIGURES[column]) for column in columns)]
    numbers = sheet(speak("What each person works"), header, rows)
    alt = speak("{people} people, each with hours, shifts and the like, from most to least.", people=len(names))
    choice = Choice(speak("Figure"), tuple(speak(FIGURES[column]) for column in columns))
    caption = speak("From most to least.")
    return Picture("fairness", speak("How work is shared"), alt, caption, figures, (choice,), (0,), (numbers,))
