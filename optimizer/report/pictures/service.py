"""Demand, cover and service of a shift plan."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from models.calendar import TimeGrid
from optimizer.report.content import ReportContent
from optimizer.report.figures import plan_figures, service_figures
from optimizer.report.language import Language
from optimizer.report.pictures.clock import Floats, day_axis, labels, on_grid, steps
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, few_ticks, level_line, plain, sheet
from optimizer.report.pictures.simulated import difference_words

_SHARE_AXIS: Figure = {"tickformat": ".0%", "range": [0, 1.04]}


def demand_picture(content: ReportContent, speak: Language) -> Picture | None:
    """Contacts over the horizon by contact type, with the 80 % interval of the forecast; None without demand."""
    types = [(str(name), rows) for name, rows in content.demand.groupby("contact_type", sort=True)]
    if not types:
        return None
    days = few_ticks(content.grid.days, 10)
    axis = {
        "type": "date",
        "tickvals": [f"{content.grid.dates[day]} 00:00" for day in days],
        "ticktext": [speak.day(content.grid.dates[day]) for day in days],
    }
    figures: dict[tuple[int, ...], Figure] = {
        (k,): _demand(content, rows, axis, speak) for k, (_, rows) in enumerate(types)
    }
    by_day = content.demand.assign(date=content.demand["start"].dt.tz_convert(content.grid.time_zone).dt.date)
    total = by_day.pivot_table(index="date", columns="contact_type", values="contacts", aggfunc="sum")
    numbers = sheet(
        speak("Contacts of each day"),
        [speak("Day"), *map(str, total.columns)],
        [[speak.day(date), *map(speak.number, row)] for date, row in zip(total.index, total.to_numpy(), strict=True)],
    )
    caption = speak(
        "Contacts per interval of {minutes} minutes. The band holds 80 % of what is to be expected.",
        minutes=content.grid.interval_min,
    )
    alt = speak(
        "Contacts per interval over {days} days: {total} in all.",
        days=content.grid.days, total=speak.number(content.demand["contacts"].sum()),
    )  # fmt: skip
    choice = Choice(speak("Contact type"), tuple(name for name, _ in types))
    return Picture("demand", speak("Demand"), alt, caption, figures, (choice,), (0,), (numbers,))


def _demand(content: ReportContent, rows: pd.DataFrame, axis: Figure, speak: Language) -> Figure:
    here = [k for k, value in enumerate(on_grid(content.grid, rows, "contacts")) if not math.isnan(value)]
    first, last = (here[0], here[-1] + 1) if here else (0, 0)
    places = _stamps(content.grid, first, last)

    def series(column: str, *, closed: float) -> list[float | None]:
        return plain(np.nan_to_num(on_grid(content.grid, rows, column)[first:last], nan=closed), 1)

    traces: list[Figure] = []
    banded = {"contacts_low", "contacts_high"} <= set(rows.columns)
    if banded:
        edge = {"type": "scatter", **places, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip"}
        traces = [
            {**edge, "y": series("contacts_low", closed=0.0), "showlegend": False},
            {**edge, "y": series("contacts_high", closed=0.0), "name": speak("80 % interval"), "fill": "tonexty",
             "fillcolor": colour("fill")},
        ]  # fmt: skip
    traces.append(
        {"type": "scatter", "name": speak("contacts"), **places, "y": series("contacts", closed=math.nan),
         "mode": "lines", "line": {"color": colour("accent"), "width": 1.6},
         "hovertemplate": "%{x|%Y-%m-%d %H:%M}: %{y:.1f}<extra></extra>"}
    )  # fmt: skip
    return {"data": traces, "layout": {"xaxis": axis, "showlegend": banded,
            "yaxis": {"title": {"text": speak("contacts")}, "rangemode": "tozero"}}}  # fmt: skip


def _stamps(grid: TimeGrid, first: int, last: int) -> Figure:
    """Places of some intervals on an axis of wall-clock times; two numbers where no clock changes among them."""
    stamps = grid.starts[first:last].tz_localize(None)
    step = pd.Timedelta(minutes=grid.interval_min)
    if len(stamps) < 2 or ((stamps[1:] - stamps[:-1]) == step).all():
        return {"x0": f"{stamps[0]:%Y-%m-%d %H:%M}" if len(stamps) else "", "dx": 60_000 * grid.interval_min}
    return {"x": [f"{stamp:%Y-%m-%d %H:%M}" for stamp in stamps]}


def days_picture(content: ReportContent, speak: Language) -> Picture | None:
    """Service level of each day beside the target, by pool: promised, and simulated where it was."""
    grid = content.grid
    if not content.pools:
        return None
    found = {} if content.simulated is None else {
        (str(row["pool"]), str(row["date"])): (float(row["simulated"]), float(row["half_width"]))
        for row in content.simulated.days.to_dict("records")
    }  # fmt: skip
    figures: dict[tuple[int, ...], Figure] = {}
    for p, pool in enumerate(content.pools):
        rows = content.plan.coverage[content.plan.coverage["pool"] == pool]
        by_day = dict(iter(rows.groupby(rows["start"].dt.date)))
        promised = [service_figures(by_day[date])["service_level"] if date in by_day else None for date in grid.dates]
        days = [speak.day(date) for date in grid.dates]
        traces: list[Figure] = [
            {"type": "bar", "name": speak("promised by formula"), "x": days, "y": promised,
             "marker": {"color": colour("fill")}, "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"}
        ]  # fmt: skip
        if found:
            pairs = [found.get((pool, str(date)), (math.nan, math.nan)) for date in grid.dates]
            traces.append(
                {"type": "scatter", "mode": "markers", "name": speak("simulated"), "x": days,
                 "y": plain([level for level, _ in pairs], 5),
                 "error_y": {"type": "data", "array": plain([half for _, half in pairs], 5), "color": colour("need"),
                             "thickness": 1.5, "width": 3},
                 "marker": {"color": colour("need"), "symbol": "diamond", "size": 8},
                 "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"}
            )  # fmt: skip
        target = content.service[pool].target
        line, words = level_line(target, speak("target {share}", share=speak.setting(target)), colour("need"))
        figures[(p,)] = {
            "data": traces,
            "layout": {"yaxis": {**_SHARE_AXIS, "title": {"text": speak("service level")}}, "shapes": [line],
                       "annotations": [words], "xaxis": {"type": "category", "nticks": 15}},
        }  # fmt: skip
    alt = speak("Service level of each day beside its target: {level} of all contacts over the horizon.",
                level=speak.share(plan_figures(content)["service_level"]))  # fmt: skip
    caption = speak("Share of contacts answered in time. Diamonds: simulated contact by contact, with 95 % confidence.")
    if content.simulated is None or not found:
        caption = speak("Share of contacts answered in time.")
    elif "promised" in content.simulated.days:
        caption += difference_words(content.simulated.days["promised"], content.simulated.days["simulated"], speak)
    choice = Choice(speak("Pool"), content.pools)
    return Picture("days", speak("Service of each day, promised and simulated"), alt, caption, figures, (choice,), (0,))


def cover_picture(content: ReportContent, speak: Language) -> Picture | None:
    """People through a day: required, scheduled, on duty, busy; by pool and day."""
    lines = [
        ("heads", speak("in their shift"), {"width": 0}, {"fill": "tozeroy", "fillcolor": colour("fill")}),
        ("productive", speak("productive"), {"color": colour("accent"), "width": 2.4}, {}),
        ("busy", speak("busy with contacts"), {"color": colour("good"), "width": 1.8, "dash": "dashdot"}, {}),
        ("agents_target", speak("required for the target"), {"color": colour("need"), "width": 2, "dash": "dot"}, {}),
    ]
    floors = any(service.floor is not None for service in content.service.values())
    if floors:
        lines.append(
            ("agents_floor", speak("required at least"), {"color": colour("need-soft"), "width": 2}, {})
        )  # fmt: skip

    def figure(pool: str, series: dict[str, Floats], day: int, clock: list[str]) -> Figure:
        traces = [
            steps(content.grid, day, series[column], clock, name=name, line=line, hovertemplate="%{y:.1f}", **more)
            for column, name, line, more in lines
        ]
        return {"data": traces, "layout": {"yaxis": {"title": {"text": speak("people")}, "rangemode": "tozero"},
                "hovermode": "x unified"}}  # fmt: skip

    caption = speak("Productive people remain when breaks and unplanned shrinkage are taken off those in their shift.")
    caption += " " + (
        speak("The target holds for the day as a whole: an interval may fall below what the target alone would "
              "require, never below the least.")
        if floors else speak("The target holds in every interval.")
    )  # fmt: skip
    alt = speak("People required, scheduled and busy through a day; at most {heads} in their shift at a time.",
                heads=speak.number(plan_figures(content)["peak_heads"]))  # fmt: skip
    figures = _by_day(content, figure)
    title = speak("People required, scheduled and busy")
    return _day_picture("cover", title, alt, caption, figures, content, speak)


def service_picture(content: ReportContent, speak: Language) -> Picture | None:
    """Service level of each interval of a day, with target and floor; by pool and day."""

    def figure(pool: str, series: dict[str, Floats], day: int, clock: list[str]) -> Figure:
        service = content.service[pool]
        marks = [
            level_line(service.target, speak("target {share}", share=speak.setting(service.target)), colour("need"))
        ]
        if service.floor is not None:
            words = speak("floor {share}", share=speak.setting(service.floor))
            marks.append(level_line(service.floor, words, colour("need"), dash="dot"))
        trace = steps(
            content.grid, day, series["service_level"], clock, name=speak("service level"), meta="share",
            line={"color": colour("accent"), "width": 2.4}, hovertemplate="%{customdata}: %{y:.1%}<extra></extra>",
        )  # fmt: skip
        return {"data": [trace], "layout": {
            "yaxis": {**_SHARE_AXIS, "title": {"text": speak("service level")}}, "showlegend": False,
            "shapes": [shape for shape, _ in marks], "annotations": [words for _, words in marks]}}  # fmt: skip

    figures = _by_day(content, figure)
    worst = plan_figures(content)
    alt = speak("Planned service level of each interval of a day; the lowest of all is {level}.",
                level=speak.share(worst["worst_service_level"]))  # fmt: skip
    caption = speak("Planned share of contacts answered in time, interval by interval.")
    return _day_picture("service", speak("Service through the day"), alt, caption, figures, content, speak)


_Draw = Callable[[str, dict[str, Floats], int, list[str]], Figure]
"""Draws a pool's day from its series over the grid, by column."""


def _by_day(content: ReportContent, draw: _Draw) -> dict[tuple[int, ...], Figure]:
    """Draw a figure of each pool and day that has open intervals."""
    clock = labels(content.grid)
    figures: dict[tuple[int, ...], Figure] = {}
    for p, pool in enumerate(content.pools):
        rows = content.plan.coverage[content.plan.coverage["pool"] == pool]
        columns = ("heads", "productive", "agents_target", "agents_floor", "service_level", "occupancy")
        series = {column: on_grid(content.grid, rows, column) for column in columns}
        series["busy"] = series["productive"] * series["occupancy"]
        for day in range(content.grid.days):
            first, last = content.grid.day_bounds[day], content.grid.day_bounds[day + 1]
            if np.isnan(series["productive"][first:last]).all():
                continue
            figure = draw(pool, series, day, clock)
            figure["layout"]["xaxis"] = day_axis(content.grid, day, series["productive"], clock)
            figures[(p, day)] = figure
    return figures


def _day_picture(
    name: str, title: str, alt: str, caption: str, figures: dict[tuple[int, ...], Figure], content: ReportContent,
    speak: Language,
) -> Picture | None:  # fmt: skip
    if not figures:
        return None
    choices = (
        Choice(speak("Pool"), content.pools),
        Choice(speak("Day"), tuple(speak.day(date) for date in content.grid.dates), steps=True),
    )
    start = worst_day(content)
    return Picture(name, title, alt, caption, figures, choices, start if start in figures else next(iter(figures)))


def worst_day(content: ReportContent) -> tuple[int, int]:
    """Pool and day of the interval with the lowest service level, by position."""
    worst = plan_figures(content)
    if worst["worst_interval"] is None:
        return 0, 0
    instant = pd.Timestamp(str(worst["worst_interval"])).tz_convert(content.grid.time_zone)
    return content.pools.index(str(worst["worst_pool"])), max(0, (instant.date() - content.grid.first_date).days)
