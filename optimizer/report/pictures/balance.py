"""People over and under what is required, by day and interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.calendar import TimeGrid
from optimizer.report.content import ReportContent
from optimizer.report.language import Language
from optimizer.report.pictures.clock import Floats, labels, on_grid
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, few_ticks, plain, sheet

_SCALE = [[k / 6, colour(name)] for k, name in enumerate(
    ("under-3", "under-2", "under-1", "even", "over-1", "over-2", "over-3"))]  # fmt: skip


def balance_picture(content: ReportContent, speak: Language) -> Picture | None:
    """Heat map of productive people less those required, by day and interval, for each pool; None without pools."""
    grid = content.grid
    (columns, place), clock = _columns(grid), labels(grid)
    figures: dict[tuple[int, ...], Figure] = {}
    rows = []
    for p, pool in enumerate(content.pools):
        own = content.plan.coverage[content.plan.coverage["pool"] == pool]
        over = on_grid(grid, own, "productive") - on_grid(grid, own, "agents_target")
        if np.isnan(over).all():
            continue
        figures[(p,)] = _heat(grid, over, columns, place, speak)
        hours = grid.interval_min / 60
        for day in range(grid.days):
            part = over[grid.day_bounds[day] : grid.day_bounds[day + 1]]
            if np.isnan(part).all():
                continue
            low = int(np.nanargmin(part))
            rows.append([
                speak.day(grid.dates[day]), pool, speak.number(np.nansum(np.maximum(part, 0)) * hours, 1),
                speak.number(-np.nansum(np.minimum(part, 0)) * hours, 1), speak.number(np.nanmin(part), 1),
                clock[int(grid.day_bounds[day]) + low],
            ])  # fmt: skip
    if not figures:
        return None
    header = [speak(text) for text in ("Day", "Pool", "Hours over", "Hours under", "Lowest", "at")]
    numbers = sheet(speak("Hours of people over and under the requirement"), header, rows, words=2)
    caption = speak("Blue: more productive people than the target requires in that interval; orange: fewer; grey: as "
                    "many. Where the target holds for the day, the others of its day make up for orange intervals: "
                    "blue ones, and grey ones too whose service is above the target, because people are "
                    "whole.")  # fmt: skip
    alt = speak("Heat map of people over and under the requirement, {days} days by time of day.", days=grid.days)
    choice = Choice(speak("Pool"), content.pools)
    title = speak("Over and under the requirement")
    return Picture("balance", title, alt, caption, figures, (choice,), next(iter(figures)), (numbers,),
                   height=140 + 17 * grid.days)  # fmt: skip


def _columns(grid: TimeGrid) -> tuple[list[str], NDArray[np.int64]]:
    """Times of day that occur, in their order, and the column of each interval; an hour that comes twice has two."""
    names: list[tuple[int, int]] = []
    for day in range(grid.days):
        seen: dict[int, int] = {}
        for minute in grid.minute_of_day[grid.day_bounds[day] : grid.day_bounds[day + 1]].tolist():
            seen[minute] = seen.get(minute, -1) + 1
            names.append((minute, seen[minute]))
    ordered = sorted(set(names))
    index = {name: k for k, name in enumerate(ordered)}
    words = [f"{minute // 60:02d}:{minute % 60:02d}" + ("″" if again else "") for minute, again in ordered]
    return words, np.array([index[name] for name in names])


def _heat(grid: TimeGrid, over: Floats, columns: list[str], place: NDArray[np.int64], speak: Language) -> Figure:
    cells = np.full((grid.days, len(columns)), np.nan)
    days = np.repeat(np.arange(grid.days), np.diff(grid.day_bounds))
    cells[days, place] = over
    used = np.flatnonzero(~np.isnan(cells).all(axis=0))
    cells = cells[:, used[0] : used[-1] + 1]
    words = columns[used[0] : used[-1] + 1]
    most = max(1.0, float(np.nanpercentile(np.abs(cells), 98)))
    ticks = few_ticks(len(words), 13)
    trace = {
        "type": "heatmap", "z": [plain(row, 1) for row in cells], "x": words,
        "y": [speak.day(date) for date in grid.dates], "zmin": -most, "zmax": most, "colorscale": _SCALE,
        "xgap": 1, "ygap": 1, "hovertemplate": "%{y} %{x}: %{z:+.1f}<extra></extra>",
        "colorbar": {"title": {"text": speak("people"), "side": "right"}, "thickness": 12, "tickformat": "+"},
    }  # fmt: skip
    return {"data": [trace], "layout": {
        "xaxis": {"type": "category", "tickvals": [words[k] for k in ticks], "showgrid": False},
        "yaxis": {"type": "category", "autorange": "reversed", "showgrid": False}}}  # fmt: skip
