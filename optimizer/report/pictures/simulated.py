"""Simulated service beside what was promised, day by day."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from optimizer.report.language import Language
from optimizer.report.pictures.palette import colour
from optimizer.report.pictures.picture import Choice, Figure, Picture, plain, sheet

APART = 0.02
"""A day's promise and simulation that differ by more ask for a reason."""


def difference_words(promised: ArrayLike, simulated: ArrayLike, speak: Language) -> str:
    """Say why simulated service is not what was promised; empty where no day differs by more than 2 points."""
    apart = np.abs(np.asarray(promised, float) - np.asarray(simulated, float))
    if not (apart > APART).any():
        return ""
    return " " + speak("They differ by up to {points} points: a formula takes each interval on its own, as if it had "
                       "long lasted, while in simulation queues pass from one interval to the next and people come, "
                       "break and go; plan --calibrate learns the difference and plans with it.",
                       points=speak.number(100 * float(np.nanmax(apart)), 1))  # fmt: skip


def check_picture(days: pd.DataFrame, speak: Language) -> Picture | None:
    """Service level of each day by simulation and by promise, for each pool; None without days.

    Parameters
    ----------
    days : DataFrame
        As in days.csv of `servopt simulate`: pool, date, service_level, half_width, promised (NaN unknown).
    """
    days = days[days["service_level"].notna() & (days["pool"] != "")]
    pools = tuple(dict.fromkeys(map(str, days["pool"])))
    if not pools:
        return None
    figures: dict[tuple[int, ...], Figure] = {}
    rows = []
    for p, pool in enumerate(pools):
        own = days[days["pool"] == pool]
        names = [speak.day(dt.date.fromisoformat(str(date)[:10])) for date in own["date"]]
        look = {"color": colour("need"), "symbol": "diamond", "size": 8}
        error = {"type": "data", "array": plain(own["half_width"], 5), "color": colour("need"), "width": 3}
        figures[(p,)] = {
            "data": [
                {"type": "bar", "name": speak("promised"), "x": names, "y": plain(own["promised"], 5),
                 "marker": {"color": colour("fill")}, "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"},
                {"type": "scatter", "mode": "markers", "name": speak("simulated"), "x": names,
                 "y": plain(own["service_level"], 5), "error_y": error, "marker": look,
                 "hovertemplate": "%{x}: %{y:.1%}", "meta": "share"},
            ],
            "layout": {"yaxis": {"tickformat": ".0%", "range": [0, 1.04]}, "xaxis": {"type": "category", "nticks": 15}},
        }  # fmt: skip
        rows += [
            [name, pool, speak.share(row["promised"]), speak.share(row["service_level"]),
             f"± {speak.number(100 * row['half_width'], 1)}"]
            for name, row in zip(names, own.to_dict("records"), strict=True)
        ]  # fmt: skip
    header = [speak("Day"), speak("Pool"), speak("promised"), speak("simulated"), speak("95 % confidence, points")]
    numbers = sheet(speak("Promised and simulated service level"), header, rows, words=2)
    alt = speak("Promised and simulated service level of {days} days.", days=days["date"].nunique())
    caption = speak("Bars: promised by formula. Diamonds: simulated contact by contact, with 95 % confidence.")
    caption += difference_words(days["promised"], days["service_level"], speak)
    title = speak("Simulated against promised")
    return Picture("check", title, alt, caption, figures, (Choice(speak("Pool"), pools),), (0,), (numbers,))
