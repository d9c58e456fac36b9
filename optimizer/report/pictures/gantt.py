"""Shifts of a day as bars along the clock, with their breaks."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from models.breaks import parse_breaks
from models.calendar import TimeGrid
from optimizer.report.language import Language
from optimizer.report.pictures.palette import SERIES, colour
from optimizer.report.pictures.picture import Choice, Figure, Picture

_ROW, _MARGIN = 15, 96
MOST_ROWS = 400
"""Rows of a day that are drawn; more of them would be no picture."""
MOST_HATCHED = 100
"""Rows up to which breaks are hatched; among more of them hatching is not seen."""
_HOURS, _WIDEST = range(0, 49, 2), 220


def shifts_picture(schedule: pd.DataFrame, grid: TimeGrid, speak: Language) -> Picture | None:
    """Lines of a schedule by pool and day: one bar for each, with how many people work it; None without shifts."""
    if schedule.empty:
        return None
    pools = tuple(sorted(map(str, schedule["pool"].unique())))
    rows = schedule.assign(
        who=[f"{count} × {shift}" for count, shift in zip(schedule["count"], schedule["shift"], strict=True)]
    )
    caption = speak(
        "Each bar is one line of the schedule: a shift, and how many people work it. Light parts are breaks."
    )
    alt = speak("Shifts of a day with their breaks; {shifts} shifts over all days.",
                shifts=speak.number(schedule["count"].sum()))  # fmt: skip
    choice = Choice(speak("Pool"), pools)
    title = speak("Shifts of a day")
    return _picture("shifts", title, alt, caption, rows, "pool", pools, choice, grid, speak)


def roster_day_picture(roster: pd.DataFrame, grid: TimeGrid, speak: Language) -> Picture | None:
    """Shifts of a roster by day: one bar for each employee who works; None without shifts."""
    if roster.empty:
        return None
    rows = roster.assign(who=roster["employee"].astype(str), pool="")
    caption = speak("Each bar is the shift of one person. Light parts are breaks.")
    alt = speak("Who works when on a day, with breaks; {people} people over all days.",
                people=speak.number(roster["employee"].nunique()))  # fmt: skip
    return _picture("roster-day", speak("Who works when"), alt, caption, rows, "pool", ("",), None, grid, speak)


def _picture(
    name: str, title: str, alt: str, caption: str, rows: pd.DataFrame, by: str, groups: Sequence[str],
    choice: Choice | None, grid: TimeGrid, speak: Language,
) -> Picture:  # fmt: skip
    zone = ZoneInfo(grid.time_zone)
    tones = {shift: SERIES[k % len(SERIES)] for k, shift in enumerate(sorted(rows["shift"].astype(str).unique()))}
    figures: dict[tuple[int, ...], Figure] = {}
    dates = [str(date) for date in grid.dates]
    for (group, date), part in rows.groupby([by, "date"], sort=True):
        if str(date) not in dates:
            continue
        day = dates.index(str(date))
        key: tuple[int, ...] = (day,) if choice is None else (groups.index(str(group)), day)
        figures[key] = _day(part, zone, tones, speak)
    days = Choice(speak("Day"), tuple(speak.day(date) for date in grid.dates), steps=True)
    choices = (days,) if choice is None else (choice, days)
    # The fullest day says most.
    start = max(figures, key=lambda key: len(figures[key]["data"][0]["y"]))
    return Picture(name, title, alt, caption, figures, choices, start)


def _day(rows: pd.DataFrame, zone: ZoneInfo, tones: dict[str, str], speak: Language) -> Figure:
    """Draw the bars of a day: minutes of the wall clock since its midnight, on into the next day after 24:00."""
    rows = rows.sort_values(["start", "end", "who"]).head(MOST_ROWS)
    spans: list[tuple[str, str, float, float]] = []
    rests: list[tuple[int, str, float, float]] = []
    for place, row in enumerate(rows.to_dict("records")):
        begin, end = (pd.Timestamp(str(row[side])).tz_convert(zone) for side in ("start", "end"))
        midnight = pd.Timestamp(str(row["date"]))
        spans.append((str(row["who"]), str(row["shift"]), _clock(begin, midnight), _clock(end, midnight)))
        cell = row["breaks"]
        for rest in parse_breaks(begin, "" if pd.isna(cell) else str(cell)):
            first = _clock(begin + pd.Timedelta(minutes=rest.offset_min), midnight)
            rests.append((place, rest.name, first, first + rest.length_min))
    last = max(end for *_, end in spans)
    first = min(begin for _, _, begin, _ in spans)
    bars = _bars([(k, begin, end) for k, (_, _, begin, end) in enumerate(spans)], [_words(*span) for span in spans])
    breaks = _bars([(k, begin, end) for k, _, begin, end in rests], [_words("", *rest[1:]) for rest in rests])
    names = [who for who, *_ in spans]
    # The browser would measure every name of a full day, at great length.
    room = 24 + min(_WIDEST, 7 * max(map(len, names)))
    look: Figure = {"color": colour("paper"), "line": {"color": colour("ink"), "width": 0.6}}
    if len(spans) <= MOST_HATCHED:
        look["pattern"] = {"bgcolor": colour("paper"), "shape": "/", "fgcolor": colour("muted"), "size": 4}
    return {
        "data": [
            {**bars, "name": speak("shift"), "marker": {"color": [tones[shift] for _, shift, _, _ in spans]}},
            {**breaks, "name": speak("break"), "marker": look},
        ],
        "layout": {
            "barmode": "overlay", "bargap": 0.25, "showlegend": False, "height": _MARGIN + _ROW * len(spans),
            "xaxis": {"tickvals": [60 * hour for hour in _HOURS],
                      "ticktext": [f"{hour % 24:02d}:00" for hour in _HOURS],
                      "range": [first - 15, last + 15], "side": "top"},
            "margin": {"l": room},
            "yaxis": {"tickvals": list(range(len(spans))), "ticktext": names, "automargin": False,
                      "range": [len(spans) - 0.5, -0.5], "showgrid": False, "tickfont": {"size": 11}},
        },
    }  # fmt: skip


def _bars(spans: list[tuple[int, float, float]], words: list[str]) -> Figure:
    return {
        "type": "bar", "orientation": "h", "y": [k for k, _, _ in spans], "base": [begin for _, begin, _ in spans],
        "x": [end - begin for _, begin, end in spans], "customdata": words,
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


def _words(who: str, what: str, begin: float, end: float) -> str:
    first, last = (f"{int(minute) // 60 % 24:02d}:{int(minute) % 60:02d}" for minute in (begin, end))
    return " ".join(part for part in (who, "" if what in who else what, f"{first}–{last}") if part)


def _clock(stamp: pd.Timestamp, midnight: pd.Timestamp) -> float:
    """Minutes of the wall clock since midnight of the day on which the shift starts."""
    return float(np.round((stamp.tz_localize(None) - midnight).total_seconds() / 60))
